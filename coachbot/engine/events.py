"""What happened, as frozen data: the input of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from coachbot.engine.model import EMPTY, Opener, Value


@dataclass(frozen=True, slots=True)
class Said:
    """The patient wrote a text."""

    text: str
    #: Their messenger takes few messages in a row, so that any word may be what a practice had asked for to go on.
    knocks: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """The patient pressed a button: the prompt's token and the choice's code; of several choices all at once, each
    followed by `+`."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class Attached:
    """The patient sent something that is not text: `sticker`, `photo`, `voice`, `file`, `location`..."""

    kind: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer came due: its purpose, and the prompt it guards if it guards one."""

    purpose: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The coach (or the patient's own wish) opens a dialog."""

    dialog: str
    by: Opener = "touchpoint"
    touchpoint: str | None = None
    slots: Mapping[str, Value] = EMPTY


@dataclass(frozen=True, slots=True)
class Concerned:
    """The safety reading found a danger; its follow-up dialog goes on top of everything."""

    kind: str
    dialog: str
    slots: Mapping[str, Value] = EMPTY
    #: Further dangers of the same text, the gravest first: kind and dialog. Their talks come when this one is over.
    then: tuple[tuple[str, str], ...] = ()
    #: A talk on this danger that stands further on begins again: what was answered before no longer holds.
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A question of a questionnaire was answered on the page of a round, whatever the talk has open."""

    #: The dialog of the round, such as `assessment/week_4`.
    round: str
    instrument: str
    #: The state of the instrument's dialog that asks it; empty: the whole questionnaire is finished.
    state: str
    #: None: left out on purpose.
    value: Value = None
    #: Questionnaires of the round that were finished before, in the talk.
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundFilled:
    """Nothing is left to do on the page of a round: its talk comes to its last words, or to what waits for a person."""

    round: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Everything that stands is ended at once: erasure, withdrawal, a clinician's stop."""

    reason: str


Event: TypeAlias = Said | Pressed | Attached | TimerFired | Opened | Concerned | Filled | RoundFilled | Closed
