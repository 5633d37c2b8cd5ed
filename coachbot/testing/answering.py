"""A patient who answers by a rule: a whole instrument by its values, or anything that makes sense."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from coachbot.engine.asks import Ask, Choice, Day, FreeText, Number, Scale, Several, TimeOfDay, Wait, YesNo
from coachbot.engine.model import Conversation, Prompt
from coachbot.instruments import Instrument, Item
from coachbot.testing.stage import Person, Stage

#: At most this many answers for one `answer:` line.
MOST = 500
#: Codes by which a talk is put off or left: chosen only when nothing else is there.
_EVASIVE = {
    "later", "more_time", "person", "therapist", "pause_here", "no_more", "leave", "not_now", "stop", "enough", "end",
    "stop_all", "not_today", "without", "tomorrow", "quiet", "cannot", "not_for_me", "again", "more",
}  # fmt: skip
_PAIN = 3
_TEXT = "It was all right."
_PHONE = "+44 7700 900123"
_FIXED_NUMBERS = {"years": 45.0, "min": 20.0, "cm": 170.0, "kg": 70.0}
_MODES = {"paused": "go_on", "confirm_stop": "answer", "offer_skip": "skip"}
_ALL = re.compile(r"all (?P<what>lowest|highest|-?\d+)(?: but (?P<but>.+))?", re.IGNORECASE)
_BUT = re.compile(r"(\w+)\s*=\s*(-?\d+|skip)")


@dataclass(slots=True)
class Answerer:
    """Answers for one person. Asked the same question again and again within one talk, it tries the next choice."""

    stage: Stage
    person: Person
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    # -- where we stand --------------------------------------------------------------------------------
    def talk(self) -> Conversation | None:
        record = self.stage.record(self.person)
        return record.conversation if record else None

    def open_question(self) -> tuple[Prompt, Ask] | None:
        """The open prompt and its ask; None if nothing is asked."""
        talk = self.talk()
        if talk is None or talk.prompt is None:
            return None
        dialog = self.stage.coach.world.pack.library.dialogs[talk.prompt.dialog]
        ask = dialog.states[talk.prompt.state].ask
        return (talk.prompt, ask) if ask is not None else None

    # -- anything --------------------------------------------------------------------------------------
    def anything(self) -> bool:
        """Answer the open question with its first sensible choice. False if nothing is asked."""
        question = self.open_question()
        if question is None:
            self.seen.clear()
            return False
        self.answer(*question)
        return True

    def until_done(self) -> int:
        """Answer until no question is open, pauses of practices included. Returns how many answers it took."""
        for count in range(MOST):
            if not self.anything():
                return count
        raise LookupError(f"after {MOST} answers there is still a question open")

    def answer(self, prompt: Prompt, ask: Ask) -> None:
        """Answer one question."""
        if prompt.mode != "open":
            self.stage.press_code(self.person, prompt.token, _MODES[prompt.mode])
            return
        turn = self.seen[prompt.dialog, prompt.state]
        self.seen[prompt.dialog, prompt.state] += 1
        match ask:
            case Wait():
                self.wait()
            case Several():
                self._press_several(prompt, self._several(prompt, ask))
            case Choice() | YesNo() | Scale():
                self.stage.press_code(self.person, prompt.token, self._choice(prompt, ask, turn))
            case _:
                self.stage.say(self.person, self._words(ask))

    def wait(self) -> None:
        """Let the pause of a guided practice pass."""
        due = next((timer.due_at for timer in self.stage.timers(self.person) if timer.purpose == "wait"), None)
        if due is None:
            raise LookupError("the practice waits, but no timer runs")
        self.stage.travel_to(due)

    def practice(self) -> int:
        """Let a guided practice run to its end. Returns how many pauses it had."""
        for count in range(MOST):
            question = self.open_question()
            if question is None or not isinstance(question[1], Wait):
                return count
            self.answer(*question)
        raise LookupError("the practice does not come to its end")

    # -- what is sensible --------------------------------------------------------------------------------
    def _choice(self, prompt: Prompt, ask: Choice | YesNo | Scale, turn: int) -> str:
        if isinstance(ask, Scale):
            return str(min(ask.low + _PAIN, ask.high))
        codes = ["yes", "no"] if isinstance(ask, YesNo) else list(ask.of)
        wanted = self.person.role.settings.get(ask.name)
        if wanted in codes:
            return str(wanted)
        harmless = self._harmless(prompt, ask.name, codes)
        ordered = sorted(harmless, key=lambda code: code in _EVASIVE)
        return ordered[0 if prompt.dialog.startswith("instrument/") else turn // 2 % len(ordered)]

    def _harmless(self, prompt: Prompt, name: str, codes: list[str]) -> list[str]:
        """Without the answers that a screening would count against the patient."""
        if not prompt.dialog.startswith("screening/"):
            return codes
        questions = self.stage.coach.world.pack.screenings[prompt.dialog.removeprefix("screening/")]["questions"]
        met = next((q.get("when_met") or {} for q in questions if q["code"] == name), {})
        return [code for code in codes if code not in met] or codes

    def _several(self, prompt: Prompt, ask: Several) -> tuple[str, ...]:
        wanted = self.person.role.settings.get(ask.name)
        if isinstance(wanted, tuple):
            return wanted
        if prompt.dialog.startswith("screening/"):
            return ()
        return ask.of[: max(ask.least, 1)]

    def _press_several(self, prompt: Prompt, codes: tuple[str, ...]) -> None:
        for code in codes:
            if code not in prompt.chosen:
                self.stage.press_code(self.person, prompt.token, code)
        self.stage.press_code(self.person, prompt.token, "done" if codes else "none")

    def _words(self, ask: Ask) -> str:
        match ask:
            case Number():
                return _number(ask)
            case TimeOfDay():
                return str(self.person.role.settings.get(ask.name, "08:00" if "morning" in ask.name else "19:00"))
            case Day():
                return self.stage.local(self.person).date().isoformat()
            case FreeText():
                return self._text(ask.name)[: ask.longest]
        return _TEXT

    def _text(self, name: str) -> str:
        role = self.person.role
        known = {
            "name": role.name,
            "phone": _PHONE,
            "contact": "Jo, my sister, +44 7700 900456",
            "where": role.zone.rpartition("/")[2].replace("_", " "),
            "clock": self.stage.local(self.person).strftime("%H:%M"),
        }
        return known.get(name, _TEXT)

    # -- instruments -------------------------------------------------------------------------------------
    def instrument(self, name: str, written: str) -> None:
        """Answer a whole instrument by its values; `-` skips an item. LookupError if it is not asked."""
        instrument = self.stage.coach.world.pack.instruments.get(name)
        if instrument is None:
            raise LookupError(f"there is no instrument '{name}' in the pack")
        values = values_of(instrument, written)
        here = f"instrument/{name}"
        question = self.open_question()
        if question is None or question[0].dialog != here:
            raise LookupError(f"{here} is not open; open is {_place(question)}")
        for _ in range(MOST):
            question = self.open_question()
            if question is None or question[0].dialog != here:
                return
            self._item(instrument, values, *question)
        raise LookupError(f"{here} does not come to its end")

    def _item(self, instrument: Instrument, values: Mapping[str, int | None], prompt: Prompt, ask: Ask) -> None:
        if isinstance(ask, Several):
            self._press_several(prompt, tuple(code for code in ask.of if values[code]))
            return
        item = instrument.item(prompt.state)
        value = values[item.code]
        if value is None:
            self.stage.say(self.person, "skip")
        else:
            self.stage.press_code(self.person, prompt.token, code_of(item, value))


def _place(question: tuple[Prompt, Ask] | None) -> str:
    return f"{question[0].dialog}/{question[0].state}" if question else "nothing"


def _number(ask: Number) -> str:
    value = _FIXED_NUMBERS.get(ask.unit or "", 3.0)
    value = max(value, ask.low if ask.low is not None else value)
    value = min(value, ask.high if ask.high is not None else value)
    return f"{value:g}"


def code_of(item: Item, value: int) -> str:
    """What stands for a value of an item. LookupError for a value that it has not."""
    if not item.anchors:
        return str(value)
    codes = {anchor.value: anchor.code for anchor in item.anchors}
    if value not in codes:
        raise LookupError(f"item {item.code} has no answer {value}; it has {', '.join(map(str, sorted(codes)))}")
    return codes[value]


def values_of(instrument: Instrument, written: str) -> dict[str, int | None]:
    """Values as a screenplay writes them: one a item in order, or `all lowest`, `all 2 but p9 = 0`."""
    items = instrument.items
    if found := _ALL.fullmatch(written.strip()):
        values = {item.code: _same(item, found["what"].lower()) for item in items}
        for code, value in _BUT.findall(found["but"] or ""):
            if code not in values:
                raise LookupError(f"{instrument.id} has no item '{code}'; it has {', '.join(values)}")
            values[code] = None if value == "skip" else int(value)
        return values
    listed = written.replace(",", " ").split()
    if len(listed) != len(items):
        raise LookupError(
            f"{instrument.id} has {len(items)} items ({', '.join(i.code for i in items)}), not {len(listed)}"
        )
    return {
        item.code: None if value in ("-", "skip") else int(value) for item, value in zip(items, listed, strict=True)
    }


def _same(item: Item, what: str) -> int | None:
    values = sorted(anchor.value for anchor in item.anchors) or [item.low, item.high]
    if what in ("lowest", "highest"):
        return values[0] if what == "lowest" else values[-1]
    return min(max(int(what), values[0]), values[-1])
