"""Shards: patients in 64 groups, so that several workers take turns beside each other and never of the same patient.

A shard is worked out from the patient's pseudonym, here and in the database alike; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHARDS = 64
#: The letters of a pseudonym's random part; its last two give the shard.
DIGITS = "0123456789abcdef"


def shard_of(patient: str) -> int:
    """The shard of a patient: the same in every process, as `coachbot.store.sharding` has it in the database."""
    last, before = patient[-1:], patient[-2:-1]
    return (DIGITS.find(last) + 1 + len(DIGITS) * (DIGITS.find(before) + 1)) % SHARDS


def mask_of(shards: Iterable[int]) -> int:
    """Shards as the bits of a signed number of 64 bits, which is how the database is asked for them."""
    bits = 0
    for shard in shards:
        bits |= 1 << shard
    return bits - (1 << SHARDS) if bits >> (SHARDS - 1) else bits


@dataclass(slots=True)
class Reach:
    """How far a group of turns may reach."""

    #: The shards to be taken, the most wanted first; who holds one of them keeps it.
    wanted: Sequence[int]
    #: At most so many of them, so that something is left to the other workers.
    most: int = SHARDS
    #: False: answers are late, and what nobody has asked for waits.
    unasked: bool = True
    #: Those that were free, once the group has run.
    taken: Sequence[int] = ()
    #: Nothing is left to be done in those just now: a group that was not full has seen all of theirs.
    emptied: bool = False
