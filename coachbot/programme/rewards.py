"""Badges: few, for something done. What was earned stays; nothing is a streak and a pause takes nothing away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

#: What a badge can count: times exercised, times on a bad day, lessons, returns after days of silence.
Counted = Literal["exercise", "bad_day", "lesson", "return"]
COUNTED: tuple[Counted, ...] = get_args(Counted)


@dataclass(frozen=True, slots=True)
class Reward:
    """A badge: earned as soon as `of` has been counted `count` times."""

    code: str
    of: Counted
    count: int


@dataclass(frozen=True, slots=True)
class BadDay:
    """When a practice counts as one on a bad day: by the pain (0-10) before the exercises."""

    #: At least this much, and
    level: int
    #: so much above the patient's own usual; at the top of the scale less is enough.
    above: int

    def is_met(self, before: int, first: Sequence[int]) -> bool:
        """`first`: the pains before the first practices, which stand for the usual; without any there is no telling."""
        if not first or before < self.level:
            return False
        return before >= min(10, sum(first) / len(first) + self.above)


def earned(rewards: Sequence[Reward], counts: Mapping[str, int], before: Sequence[str] = ()) -> tuple[str, ...]:
    """The codes of all badges earned: those earned `before` in their order, then the new ones."""
    new = (one.code for one in rewards if one.code not in before and counts.get(one.of, 0) >= one.count)
    return (*before, *new)
