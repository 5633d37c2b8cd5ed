"""What a message turned out to be, once read against the open question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: A code, text, ISO date or time, a number, or the codes of a `Several` in the order of its `of`.
AnswerValue: TypeAlias = str | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The question is answered."""

    value: AnswerValue
    #: A free text longer than the question keeps: `value` is its beginning.
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The whole message was a word that stands above every dialog."""

    code: str


@dataclass(frozen=True, slots=True)
class Skip:
    """The patient passes, or does not know."""


@dataclass(frozen=True, slots=True)
class NothingToKeep:
    """Words of one's own that say there is nothing to keep: "nothing, probably". Left out, and told so."""


@dataclass(frozen=True, slots=True)
class AskBack:
    """It may have been a command: ask once. `confirm_stop` is the only code today."""

    code: str


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """Understood, but outside the limits. For `Several` and a choice's number, a count or a position."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Halfway:
    """Understood, but between two answers that there are: which of the two?"""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not understood. Reasons:

    `empty`, `too_long`, `no_match`, `two_matches`, `two_values`, `negation`, `both` (yes and no at once),
    `compared` ("more than 5"), `no_number`, `not_whole`, `other_unit`, `other_scale` ("3/5" on 0 to 10),
    `no_time`, `am_or_pm`, `no_such_time`, `no_date`, `no_day`, `which_week`, `no_such_date`,
    `no_phone` (nothing that could be dialled, and no refusal),
    `required` (a skip where none is possible), `waiting` (a text inside a quiet stretch).
    """

    reason: str


Reading: TypeAlias = Answer | Interrupt | Skip | NothingToKeep | AskBack | OutOfRange | Halfway | Unclear
