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


def earned(rewards: Sequence[Reward], counts: Mapping[str, int], before: Sequence[str] = ()) -> tuple[str, ...]:
    """The codes of all badges earned: those earned `before` in their order, then the new ones."""
    new = (one.code for one in rewards if one.code not in before and counts.get(one.of, 0) >= one.count)
    return (*before, *new)
