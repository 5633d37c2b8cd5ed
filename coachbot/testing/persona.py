"""Personas: made-up patients as data, and the one who answers as they would.

A persona file (`coachbot/testing/personas/*.yaml`) tells what somebody answers to which question, how late, how
often not at all, and what they write out of the blue. Whatever it leaves open gets a sensible answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

from coachbot.engine.asks import Ask, Choice, Scale, Several, Wait, YesNo
from coachbot.engine.model import Prompt
from coachbot.errors import CoachbotError
from coachbot.testing.answering import Answerer

FOLDER = Path(__file__).parent / "personas"
_KEYS = {
    "persona", "summary", "name", "zone", "settings", "answers", "weekly", "instruments", "late", "silent", "away",
    "says", "staff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Persona:
    """One made-up patient."""

    persona: str
    #: Who this is, in one line.
    summary: str
    name: str
    zone: str
    #: Settings they choose at the enrolment.
    settings: Mapping[str, Any]
    #: Name of a question to what they answer, in turn and from the start again. What is no button is typed.
    answers: Mapping[str, Sequence[Any]]
    #: Name of a question to what they answer in week 1, 2, ...; the last stays. A list is answered in turn.
    weekly: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    #: Instrument to its values at each assessment, as a screenplay writes them.
    instruments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Minutes until they look at the phone; drawn anew each time.
    late: Sequence[int] = (0,)
    #: Touchpoint to the share (0 to 1) of its talks they leave unanswered.
    silent: Mapping[str, float] = field(default_factory=dict)
    #: First and last day (counted from day 0) without a word from them.
    away: Sequence[Sequence[int]] = ()
    #: What they write by themselves: `{day, at, text}`.
    says: Sequence[Mapping[str, Any]] = ()
    #: What staff do: `{day, at, does}`, with `end_rest` or `acknowledge`.
    staff: Sequence[Mapping[str, Any]] = ()

    def is_away(self, day: int) -> bool:
        """Whether not a word comes from them on that day."""
        return any(first <= day <= last for first, last in self.away)


def names() -> tuple[str, ...]:
    """The personas there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(name: str) -> Persona:
    """The persona of that name. Raises CoachbotError for an unknown one or an unknown key."""
    path = FOLDER / f"{name}.yaml"
    if name not in names():
        raise CoachbotError(f"there is no persona '{name}'; there are {', '.join(names())}")
    data = yaml.safe_load(path.read_text("utf-8"))
    if unknown := set(data) - _KEYS:
        raise CoachbotError(f"{path.name}: unknown keys {sorted(unknown)}; known are {', '.join(sorted(_KEYS))}")
    return Persona(**data)


@dataclass(slots=True)
class Acting(Answerer):
    """Answers as a persona. `week` is put on from outside."""

    persona: Persona = field(kw_only=True)
    rng: Random = field(kw_only=True)
    week: int = field(kw_only=True, default=0)
    #: How often each question was answered so far, over the whole programme.
    times: dict[str, int] = field(kw_only=True, default_factory=dict)

    def answer(self, prompt: Prompt, ask: Ask) -> None:
        """Answer one question as the persona; sensibly where it says nothing."""
        written = self._instrument(prompt)
        if written is not None:
            self.instrument(prompt.dialog.removeprefix("instrument/"), written)
            return
        value = None if prompt.mode != "open" or isinstance(ask, Wait) else self._value(ask.name)
        if value is None:
            Answerer.answer(self, prompt, ask)
        else:
            self._give(prompt, ask, value)

    def _instrument(self, prompt: Prompt) -> str | None:
        courses = self.persona.instruments.get(prompt.dialog.removeprefix("instrument/"))
        if not courses or not prompt.dialog.startswith("instrument/") or prompt.mode != "open":
            return None
        record = self.stage.record(self.person)
        done = len(record.enrolment.progress.assessments) if record and record.enrolment else 0
        return str(courses[min(done, len(courses) - 1)])

    def _value(self, name: str) -> Any:
        course = self.persona.weekly.get(name)
        turns = course[min(max(self.week, 1), len(course)) - 1] if course else self.persona.answers.get(name)
        if not isinstance(turns, list):
            return turns
        at = self.times.get(name, 0)
        self.times[name] = at + 1
        return turns[at % len(turns)]

    def _codes(self, name: str) -> set[str]:
        """Codes of all questions of this name."""
        dialogs = self.stage.coach.world.pack.library.dialogs.values()
        asks = (state.ask for dialog in dialogs for state in dialog.states.values())
        return {code for ask in asks if isinstance(ask, Choice) and ask.name == name for code in ask.of}

    def _give(self, prompt: Prompt, ask: Ask, value: Any) -> None:
        match ask:
            case Several():
                self._press_several(prompt, tuple(value))
            case Choice() if value in ask.of:
                self.stage.press_code(self.person, prompt.token, value)
            case YesNo() if value in ("yes", "no"):
                self.stage.press_code(self.person, prompt.token, value)
            case Scale() if isinstance(value, int):
                self.stage.press_code(self.person, prompt.token, str(value))
            case Choice() | YesNo() if value in self._codes(ask.name):
                Answerer.answer(self, prompt, ask)  # meant for another question of this name
            case _:
                self.stage.say(self.person, str(value))
