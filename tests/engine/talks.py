"""Small dialogs written where they are tested, and a patient to walk through them.

    talk = Talk({"a/b": "start: hi\nstates:\n  hi: {ask: {yes_no: {name: well}}, end: done}"})
    talk.open("a/b")
    talk.say("yes")
    assert talk.ended == [("a/b", "done")]

The engine knows no words: what is "heard" are sections, `a/b hi` for a state and `coach back_here` for the coach's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from coachbot.authoring.dialogs import dialog_from
from coachbot.authoring.draft import Draft, finished, wider_slots
from coachbot.authoring.plain import read_plain
from coachbot.authoring.practices import practices_from
from coachbot.authoring.yaml_reader import read_yaml
from coachbot.engine import effects as fx
from coachbot.engine.answers.phrases import Phrases, phrases_from
from coachbot.engine.events import Attached, Closed, Concerned, Event, Opened, Pressed, Said, TimerFired
from coachbot.engine.model import Conversation, Dialog, Frame, Library, Prompt
from coachbot.engine.step import step
from coachbot.engine.walk import Foresight
from coachbot.rendering import Words

NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)
_ROOT = Path(__file__).parents[2]
FACTS: Mapping[str, Any] = {
    "patient": {"language": "en"},
    "programme": {"arm": "combined"},
    "today": {"date": "2026-03-09"},
    "diary": {"cse": 0},
}


@lru_cache(maxsize=1)
def english() -> Phrases:
    """What people type, in English."""
    return phrases_from(read_plain(_ROOT / "content/en/phrases.yaml"))


def dialogs_of(sources: Mapping[str, str]) -> dict[str, Dialog]:
    """Dialogs compiled from their YAML through the authoring room."""
    faults: list[Any] = []
    drafts: dict[str, Draft] = {}
    for name, source in sources.items():
        for draft in _drafts(name, source, faults):
            drafts[draft.id] = draft
    faults = [fault for fault in faults if "'instrument/' is kept" not in str(fault)]
    assert not faults, "\n".join(map(str, faults))
    wider = wider_slots(drafts.values())
    return {name: finished(draft, drafts, wider, Words({})) for name, draft in drafts.items()}


def _drafts(name: str, source: str, faults: list[Any]) -> Iterable[Draft]:
    """A dialog; under `practice/` a practice, with its short version."""
    folder, _, last = name.partition("/")
    if folder == "practice":
        document, found = read_yaml(f"content/practices/{last}.yaml", f"practice: {last}\n{source}")
        faults += found
        return practices_from(document, last, faults)
    document, found = read_yaml(f"dialogs/{name}.yaml", f"dialog: {name}\nsummary: s\n{source}")
    faults += found
    return [dialog_from(document, name, faults)]


def library_of(
    sources: Mapping[str, str],
    *,
    interrupts: Mapping[str, str] | None = None,
    safety: Mapping[str, str] | None = None,
    dangers: Mapping[str, Mapping[str, str]] | None = None,
) -> Library:
    """A library of small dialogs. `dangers`: "dialog state" to safety kind by answer, as instruments have them."""
    dialogs = {
        name: replace(dialog, origin="instrument") if name.startswith("instrument/") else dialog
        for name, dialog in dialogs_of(sources).items()
    }
    for place, kinds in (dangers or {}).items():
        name, state = place.split(" ")
        risky = replace(dialogs[name].states[state], dangers=kinds)
        dialogs[name] = replace(dialogs[name], states={**dialogs[name].states, state: risky})
    return Library(dialogs, {"en": english()}, interrupts or {}, safety or {})


class Talk:
    """One patient, whose talk is stepped by what they do; remembers everything that was to be done."""

    def __init__(
        self,
        sources: Mapping[str, str],
        *,
        interrupts: Mapping[str, str] | None = None,
        safety: Mapping[str, str] | None = None,
        dangers: Mapping[str, Mapping[str, str]] | None = None,
        arm: str = "combined",
        foresee: Foresight | None = None,
        **facts: Any,
    ) -> None:
        self.library = library_of(sources, interrupts=interrupts, safety=safety, dangers=dangers)
        self.foresee = foresee
        given = {**FACTS, "programme": {"arm": arm}, **facts}
        self.conversation = Conversation("p1", facts=given)
        self.rng = Random(1)
        self.effects: list[fx.Effect] = []
        self.now = NOW

    # -- what happens ----------------------------------------------------------------------------------
    def do(self, event: Event) -> list[str]:
        """One event. Returns what was heard in this step."""
        outcome = step(self.library, self.conversation, event, now=self.now, rng=self.rng, foresee=self.foresee)
        self.conversation = _labelled(outcome.conversation, outcome.effects)
        self.step = list(outcome.effects)
        self.effects += outcome.effects
        return self.heard_now

    def open(self, dialog: str, by: Any = "touchpoint", **slots: Any) -> list[str]:
        return self.do(Opened(dialog, by, f"{dialog}@today" if by == "touchpoint" else None, slots))

    def say(self, text: str) -> list[str]:
        return self.do(Said(text))

    def press(self, code: str, token: str | None = None) -> list[str]:
        return self.do(Pressed(token or self.prompt.token, code))

    def attach(self, kind: str) -> list[str]:
        return self.do(Attached(kind))

    def timer(self, purpose: str, token: str | None = None) -> list[str]:
        return self.do(TimerFired(purpose, token or self.prompt.token))

    def concern(self, kind: str, dialog: str, *, anew: bool = False) -> list[str]:
        return self.do(Concerned(kind, dialog, {"kind": kind}, anew=anew))

    def close(self, reason: str = "withdrawn") -> list[str]:
        return self.do(Closed(reason))

    # -- what can be seen ------------------------------------------------------------------------------
    @property
    def prompt(self) -> Prompt:
        assert self.conversation.prompt is not None, "no question is open"
        return self.conversation.prompt

    @property
    def frames(self) -> tuple[Frame, ...]:
        return self.conversation.frames

    @property
    def stack(self) -> list[str]:
        """Dialogs on the stack, the lowest first."""
        return [frame.dialog for frame in self.frames]

    @property
    def place(self) -> str:
        """Dialog and state of the open question; empty if there is none."""
        prompt = self.conversation.prompt
        return f"{prompt.dialog} {prompt.state}" if prompt else ""

    @property
    def slots(self) -> Mapping[str, Any]:
        """Slots of the dialog on top."""
        return self.frames[-1].slots

    @property
    def heard_now(self) -> list[str]:
        return _heard(self.step)

    @property
    def heard(self) -> list[str]:
        """Everything said so far."""
        return _heard(self.effects)

    def of(self, kind: type) -> list[Any]:
        """All effects of a kind so far."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def ended(self) -> list[tuple[str, str]]:
        return [(effect.dialog, effect.result) for effect in self.of(fx.Ended)]

    @property
    def acts(self) -> list[tuple[str, dict[str, Any]]]:
        return [(effect.action, dict(effect.arguments)) for effect in self.of(fx.Act)]

    @property
    def shown(self) -> fx.Show:
        """The question shown last."""
        shows: list[fx.Show] = self.of(fx.Show)
        return shows[-1]


def _heard(effects: list[fx.Effect]) -> list[str]:
    texts = [effect.text for effect in effects if isinstance(effect, fx.Say | fx.Show)]
    return [f"{text.words} {text.section}" + (f" {text.part}" if text.part != "text" else "") for text in texts]


def _labelled(conversation: Conversation, effects: tuple[fx.Effect, ...]) -> Conversation:
    """Fill the open question's labels as the service does, a code in words being its label."""
    prompt = conversation.prompt
    for effect in effects:
        if prompt is not None and isinstance(effect, fx.Show) and effect.token == prompt.token:
            own = tuple((code, code.replace("_", " ")) for code in effect.codes)
            kept = prompt.labels if prompt.mode != "open" else ()
            prompt = replace(prompt, labels=tuple({**dict(kept), **dict(own)}.items()))
    return replace(conversation, prompt=prompt)
