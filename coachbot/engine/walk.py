"""Walking the stack: entering states, calling dialogs and coming back. Internal to a step.

A `Walk` is the only mutable thing of the engine. It lives for one step, is filled from a frozen
conversation and turned into a frozen one again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, TypeAlias
from zlib import crc32

from coachbot.engine import effects as fx
from coachbot.engine.actions import ACTIONS
from coachbot.engine.asking import open_prompt, reask
from coachbot.engine.asks import Ask, Choice
from coachbot.engine.changing import changed
from coachbot.engine.layers import Layers
from coachbot.engine.model import (
    EMPTY,
    NO_SHEET,
    Action,
    Call,
    Conversation,
    Dialog,
    Frame,
    Library,
    Opener,
    Prompt,
    Scope,
    Sheet,
    State,
    Value,
)

#: A turn that enters more states than this runs in a circle.
MOST_STATES = 100
#: A stack deeper than this is a dialog that calls itself.
MOST_FRAMES = 20
_KEPT_TOKENS = 12
#: Part of the golden ratio after the point.
_GOLDEN = 0.6180339887498949

#: The effects that may change facts.
_FORESEEN = (fx.Act, fx.Respond)

#: Told of every act as it is decided; gives back the facts as they then are, so that the next text of the
#: same step can already name the practice that was just counted.
Foresight: TypeAlias = Callable[[fx.Act | fx.Respond], Scope]


class EngineFault(Exception):
    """A dialog cannot be walked: it runs in a circle or too deep. The turn is parked."""


class Walk:
    """One step under way."""

    __slots__ = (
        "always_slots", "begun_with", "chose", "closed", "conversation", "effects", "entered", "facts", "foresee",
        "frames", "library", "now", "programme_slots", "prompt", "resting", "rng", "sheets",
    )  # fmt: skip

    def __init__(
        self,
        library: Library,
        conversation: Conversation,
        now: datetime,
        rng: Random,
        foresee: Foresight | None = None,
        facts: Scope | None = None,
    ) -> None:
        self.foresee = foresee
        self.library = library
        self.conversation = conversation
        self.now = now
        self.rng = rng
        self.facts = self.begun_with = conversation.facts if facts is None else facts
        self.frames = list(conversation.frames)
        self.prompt = conversation.prompt
        self.programme_slots = conversation.programme_slots
        self.always_slots = conversation.always_slots
        self.closed = list(conversation.closed)
        self.resting = conversation.resting
        self.sheets = conversation.sheets
        self.effects: list[fx.Effect] = []
        self.chose: list[fx.Chose] = []
        self.entered = 0

    # -- who it is -----------------------------------------------------------------------------------
    @property
    def language(self) -> str:
        """The patient's language code as the step began; empty before it is known."""
        patient = self.begun_with.get("patient")
        return str(patient.get("language") or "") if patient else ""

    @property
    def arm(self) -> str:
        """The patient's arm; empty before enrolment."""
        programme = self.begun_with.get("programme")
        return str(programme.get("arm") or "") if programme else ""

    # -- where we stand ------------------------------------------------------------------------------
    @property
    def top(self) -> Frame:
        return self.frames[-1]

    @property
    def dialog(self) -> Dialog:
        return self.library.dialogs[self.frames[-1].dialog]

    @property
    def state(self) -> State:
        top = self.frames[-1]
        return self.library.dialogs[top.dialog].states[top.state]

    @property
    def asked(self) -> Ask | None:
        """The question of the state, a choice with those codes only that are for this patient."""
        ask = self.state.ask
        if isinstance(ask, Choice) and (ask.only is not None or ask.without is not None):
            return replace(ask, of=ask.offered(self.scope()), only=None, without=None)
        return ask

    def scope(self, **extra: Any) -> Scope:
        """All names that guards and texts of the top frame may use, as they now are."""
        layers: tuple[Scope, ...] = (self.always_slots, self.programme_slots, self.facts)
        if self.frames:
            top = self.frames[-1]
            layers = (top.slots, *layers, self.library.dialogs[top.dialog].blank)
        return Layers(extra, *layers) if extra else Layers(*layers)

    def root(self) -> int:
        """Index of the frame that opened the talk on top (its group): below it stands another talk."""
        index = len(self.frames) - 1
        while index > 0 and self.frames[index].opened == "call":
            index -= 1
        return index

    def result(self) -> Conversation:
        """The conversation as it now stands."""
        return Conversation(
            self.conversation.patient, tuple(self.frames), self.prompt, self.programme_slots, self.always_slots,
            tuple(self.closed[-_KEPT_TOKENS:]), self.resting, self.sheets, self.conversation.facts,
        )  # fmt: skip

    # -- speaking ------------------------------------------------------------------------------------
    def emit(self, effect: fx.Effect) -> None:
        self.effects.append(effect)
        if self.foresee is not None and isinstance(effect, _FORESEEN):
            self.facts = self.foresee(effect)

    def text(self, section: str, part: str = "text", words: str | None = None, **extra: Any) -> fx.Text:
        """A text of the top dialog (or of `words`), with everything it may name."""
        where = words or self.dialog.words
        anew = words is not None or part != "text"  # said whenever it is needed, perhaps twice in a row
        pick = self.rng.random() if anew else self._pick(f"{where}#{section}")
        return fx.Text(where, section, part, pick, self.scope(**extra))

    def _pick(self, section: str) -> float:
        """Where in the list of wordings to look, from 0 to 1.

        What the programme brings goes round by the day, each wording as seldom as can be: steps of the golden ratio
        spread evenly, whatever the length of the list and the days on which it is said. All else is drawn.
        """
        if not self.frames or self.frames[self.root()].opened != "touchpoint":
            return self.rng.random()
        return (crc32(section.encode()) / 2**32 + self.now.toordinal() * _GOLDEN) % 1

    def say_of_itself(self, section: str, **extra: Any) -> None:
        """Say one of the coach's own sentences (`coach.md`)."""
        self.emit(fx.Say(self.text(section, words="coach", **extra)))

    # -- slots ---------------------------------------------------------------------------------------
    def fill(self, name: str, value: Value, **changes: Any) -> None:
        """Put a value into a slot, where its scope says it lives; `changes` are other changes of the top frame."""
        slot = self.dialog.slots.get(name)
        scope = slot.scope if slot else "dialog"
        if scope == "programme":
            self.programme_slots = {**self.programme_slots, name: value}
        elif scope == "always":
            self.always_slots = {**self.always_slots, name: value}
        else:
            changes["slots"] = {**self.top.slots, name: value}
        if changes:
            self.replace_top(**changes)

    def replace_top(self, **changes: Any) -> None:
        self.frames[-1] = changed(self.frames[-1], **changes)

    # -- walking -------------------------------------------------------------------------------------
    def run(self) -> None:
        """Enter states until a question is open or nothing is left to do."""
        while self.frames and self.prompt is None and not self.resting:
            self._count()
            state = self.state
            if state.ask is not None:
                if not self._passed_over(state):
                    open_prompt(self, state)
                    return
                continue
            if state.says:
                self.emit(fx.Say(self.text(state.section or state.name), state.quiet, state.sounds))
            self.after_saying(state)

    @property
    def sheet(self) -> Sheet:
        """What was answered on the page of the round whose talk is on top."""
        return self.sheets.get(self.frames[self.root()].dialog, NO_SHEET) if self.sheets else NO_SHEET

    def _passed_over(self, state: State) -> bool:
        """A question that was answered on the page is not asked again: its answer is taken from there."""
        if not self.sheets or self.dialog.origin != "instrument":
            return False
        answers = self.sheet.answers.get(self.dialog.id.removeprefix("instrument/"), EMPTY)
        name = str(getattr(state.ask, "name", ""))
        if name not in answers:
            return False
        self.fill(name, answers[name])
        self.leave(state, "answered")
        return True

    def _count(self) -> None:
        self.entered += 1
        if self.entered > MOST_STATES:
            raise EngineFault(
                f"{self.top.dialog}: more than {MOST_STATES} states in one turn, last '{self.top.state}'. "
                "A circle without a question: give it one."
            )

    def after_saying(self, state: State, outcome: str | None = None) -> None:
        """Do what the state asks for, then call, or leave it."""
        for action in state.do:
            self.act(action)
        if state.call is not None:
            self._call(state, state.call)
        else:
            self.leave(state, outcome)

    def leave(self, state: State, outcome: str | None) -> None:
        """Go on from a state: to its end or to the state that follows."""
        if state.end is not None:
            self.pop(state.end)
            return
        scope, machine = self.scope(), self.dialog.machine
        asked, following = machine.way(state.name, outcome, scope)
        if state.name in machine.guarded:
            self._tell_why(state, asked, following, scope)
        if following is None:
            self.pop("skipped" if outcome is None else "done")
        else:
            self.replace_top(state=following)

    def _tell_why(self, state: State, asked: int, to: str | None, scope: Scope) -> None:
        """Keep which guards were asked and what they saw, where guards decided."""
        guarded = [branch for branch in state.branches[:asked] if branch.guard is not None]
        if not guarded:
            return
        values = {
            name: read(scope) for branch in guarded for name, read in getattr(branch.guard, "reads", EMPTY).items()
        }
        sources = tuple([branch.source for branch in guarded])
        self.chose.append(fx.Chose(self.frames[-1].dialog, state.name, to or "", sources, values))

    def _call(self, state: State, call: Call) -> None:
        scope = self.scope()
        name = call.dialog or f"{call.folder}{call.by(scope) if call.by else ''}"
        callee = self.library.dialogs.get(name)
        if callee is None or not self.may_meet(callee):
            self.leave(state, "skipped")
            return
        if callee.origin == "instrument" and callee.id.removeprefix("instrument/") in self.sheet.done:
            self.leave(state, "done")
            return
        given = {slot: value(scope) for slot, value in call.given}
        self.push(callee, "call", slots=given)

    def may_meet(self, dialog: Dialog) -> bool:
        """Whether the patient's arm ever meets this dialog, and no clinician's rest keeps it back."""
        if dialog.arms and self.arm not in dialog.arms:
            return False
        held = (self.facts.get("safety") or {}).get("hold")
        return not (held and dialog.id.startswith(self.library.rests))

    def push(
        self,
        dialog: Dialog,
        opened: Opener,
        *,
        touchpoint: str | None = None,
        slots: Mapping[str, Value] = EMPTY,
    ) -> None:
        """Put a dialog on the stack, at its start."""
        if len(self.frames) >= MOST_FRAMES:
            raise EngineFault(f"{dialog.id}: more than {MOST_FRAMES} dialogs inside each other.")
        since = self.now if dialog.origin == "instrument" else None
        frame = Frame(dialog.id, dialog.version, dialog.start, opened, dict(slots), touchpoint, since=since)
        self.frames.append(frame)
        self.resting = False
        if opened != "call":
            self.emit(fx.Began(dialog.id, touchpoint, opened))

    def pop(self, result: str) -> None:
        """End the top dialog; its caller goes on, or the talk below comes back."""
        ended, dialog, scope = self.top, self.dialog, self.scope()
        self._respond(ended, dialog, result)
        self.frames.pop()
        if ended.opened == "call":
            for name in dialog.gives:
                self.fill(name, scope.get(name))
            self.leave(self.state, result)
        else:
            self.emit(fx.Ended(ended.dialog, ended.touchpoint, result))
            self._come_back(ended.opened, result)

    def _respond(self, frame: Frame, dialog: Dialog, result: str) -> None:
        if dialog.origin == "instrument":
            kept = {
                name: self.programme_slots[name]
                for name, slot in dialog.slots.items()
                if slot.scope == "programme" and name in self.programme_slots
            }
            name = dialog.id.removeprefix("instrument/")
            if name not in self.sheet.done:
                answers = {**kept, **self.sheet.answers.get(name, EMPTY), **frame.slots}
                self.emit(fx.Respond(name, answers, result, frame.since, begun=self.sheet.begun_in(name)))
                self._finish(name, result)

    def _finish(self, instrument: str, result: str) -> None:
        """Keep on the sheet of its round, if there is one, that a questionnaire is finished."""
        of = self.frames[self.root()].dialog
        if result == "done" and of in self.sheets:
            sheet = self.sheets[of]
            self.sheets = {**self.sheets, of: replace(sheet, done=(*sheet.done, instrument))}

    def _come_back(self, opened: Opener, result: str) -> None:
        if result == "leave":
            self.lapse_unkept()
        if not self.frames:
            self.resting = False
        elif self._danger_waits():
            self.reopen("")
        elif opened in ("interrupt", "safety") and result not in ("leave", "rest") and not self._held_back():
            self.reopen()
        else:
            self.resting = True

    def _danger_waits(self) -> bool:
        """Whether the talk now on top follows a danger of which nothing was shown yet: nothing rests before it."""
        top = self.frames[-1]
        return top.opened == "safety" and top.parked is None and top.state == self.dialog.start

    def _held_back(self) -> bool:
        """Whether a clinician's rest keeps the talk now on top from being taken up again."""
        held = (self.facts.get("safety") or {}).get("hold")
        return bool(held) and any(one.dialog.startswith(self.library.rests) for one in self.frames[self.root() :])

    def reopen(self, saying: str = "back_here") -> None:
        """Come back to the question that was open in the top talk, `saying` one of the coach's own sentences first."""
        self.resting = False
        parked, self.prompt = self.top.parked, None
        self.replace_top(parked=None)
        if parked is not None and parked.state == self.top.state and self.state.ask is not None:
            self.prompt = parked
            if saying:
                self.say_of_itself(saying)
            reask(self)
        else:
            self.run()

    # -- closing -------------------------------------------------------------------------------------
    def close_prompt(self, how: str) -> None:
        """The open question is over (`answered` or `lapsed`): its buttons go."""
        if self.prompt is None:
            return
        self.closed.append((self.prompt.token, self._closed_as(self.prompt, how)))
        self.emit(fx.CloseButtons(self.prompt.token))
        self.prompt = None

    def _closed_as(self, prompt: Prompt, how: str) -> str:
        """How a question closed; of one with a dangerous answer also where it stood: a late press may tell it."""
        dialog = self.library.dialogs.get(prompt.dialog)
        state = dialog.states.get(prompt.state) if dialog is not None else None
        grave = state is not None and state.dangers and " " not in how
        return f"{how} {prompt.dialog} {prompt.state}" if grave else how

    def park(self) -> None:
        """Keep the open question with its frame while another talk goes on top."""
        if self.prompt is not None and self.frames:
            self.replace_top(parked=self.prompt)
            self.emit(fx.Disarm("wait"))
        self.prompt = None
        self.resting = bool(self.frames)

    def drop_group(self, result: str) -> None:
        """End the whole talk on top without saying more."""
        root = self.root()
        for frame in reversed(self.frames[root:]):
            self._forget(frame, result)
        opened = self.frames[root]
        del self.frames[root:]
        self.emit(fx.Ended(opened.dialog, opened.touchpoint, result))
        self.resting = bool(self.frames)

    def _forget(self, frame: Frame, result: str) -> None:
        if frame.parked is not None:
            self.closed.append((frame.parked.token, self._closed_as(frame.parked, "lapsed")))
            self.emit(fx.CloseButtons(frame.parked.token))
        self._respond(frame, self.library.dialogs[frame.dialog], result)

    def lapse_unkept(self) -> None:
        """Talks that do not wait give way: they end as `lapsed`, down to one that keeps."""
        self.close_prompt_if_unkept()
        while self.frames and not self.kept(self.root()):
            self.drop_group("lapsed")
        self.resting = bool(self.frames)

    def close_prompt_if_unkept(self) -> None:
        if self.prompt is None:
            return
        if self.kept(self.root()):
            self.park()
        else:
            self.close_prompt("lapsed")

    def kept(self, root: int) -> bool:
        """Whether the talk that begins at this frame waits while another one goes on top of it."""
        frame = self.frames[root]
        return self.library.dialogs[frame.dialog].keeps or frame.opened == "safety"

    # -- actions -------------------------------------------------------------------------------------
    def act(self, action: Action) -> None:
        """Evaluate an action; what concerns slots is done here, the rest becomes an effect."""
        scope = self.scope()
        arguments = {name: value(scope) for name, value in action.arguments}
        if action.name == "set":
            for name, value in arguments.items():
                self.fill(name, value)
            return
        spec = ACTIONS[action.name]
        if spec.fills:
            filled = self.library.functions[action.name](*arguments.values(), now=self.now)
            for name in spec.fills:
                self.fill(name, filled.get(name))
            return
        along = {name: scope[name] for name in spec.takes_along if scope.get(name) is not None}
        self._emit_act(action.name, {**along, **arguments})

    def _emit_act(self, name: str, arguments: dict[str, Any]) -> None:
        root = self.frames[self.root()]
        if name == "remind":
            arguments["dialog"] = self._to_be_opened(str(arguments["dialog"]))
        self.emit(fx.Act(name, arguments, root.dialog, root.touchpoint))

    def _to_be_opened(self, dialog: str) -> str:
        """What a reminder opens: the whole talk it is part of; from an interrupt, the talk below it."""
        root = self.root()
        if self.frames[root].opened == "interrupt" and root > 0:
            below = root - 1
            while below > 0 and self.frames[below].opened == "call":
                below -= 1
            return self.frames[below].dialog
        group = {frame.dialog for frame in self.frames[root:]}
        return self.frames[root].dialog if dialog in group else dialog

    def new_token(self) -> str:
        """A short random name for a prompt (40 bits)."""
        return f"{self.rng.getrandbits(40):010x}"

    def new_prompt(self, state: State) -> Prompt:
        return Prompt(self.new_token(), self.top.dialog, state.name, self.now)
