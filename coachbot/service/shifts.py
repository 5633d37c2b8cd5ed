"""A worker's share of the turns: shards that somebody rang for, and those in which a look found something to do.

A bell only shortens the wait. Every look finds what waits by itself, so nothing depends on a bell that rings, rings
twice, or rings late.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from random import Random

from coachbot.service.ports import Clock, Store
from coachbot.service.shards import SHARDS, Reach
from coachbot.service.turns import GROUP, Turns

#: Shards that one group takes: enough to fill it, and enough left over for the other workers.
AT_ONCE = 16


class Shift:
    """Takes turns and timers of shards that no other worker holds. `work` belongs to the writer's thread."""

    def __init__(
        self, turns: Turns, store: Store, clock: Clock, rng: Random | None = None, *, late_after_s: float = 2.0
    ) -> None:
        self._turns = turns
        self._store = store
        self._clock = clock
        #: Where this worker begins, so that two seldom want the same shard first.
        self._first = (rng or Random()).randrange(SHARDS)
        self._late_after_s = late_after_s
        #: Updates wait too long, as the last look has seen it: what nobody has asked for waits until they are answered.
        self.is_late = False
        self._lock = threading.Lock()
        self._updates: set[int] = set()
        self._timers: set[int] = set()
        self._worked_in: set[int] = set()

    def ring(self, shards: Collection[int]) -> None:
        """Updates wait in these shards. From any thread."""
        with self._lock:
            self._updates |= set(shards)

    def look(self) -> None:
        """Look into the database for whatever waits or is due. It only reads, so it may run beside the writer."""
        with self._store.reading() as tx:
            updates, timers = tx.unfinished_shards(self._clock.now())
            self.is_late = tx.answers_late(self._clock.now(), self._late_after_s)
        with self._lock:
            self._updates |= set(updates)
            self._timers |= set(timers)

    def worked_in(self) -> Collection[int]:
        """The shards of which it took turns since it was asked the last time."""
        with self._lock:
            found, self._worked_in = self._worked_in, set()
        return found

    @property
    def is_wanted(self) -> bool:
        """Whether a shard is still to be taken; another worker may hold it just now."""
        return bool(self._updates or self._timers)

    def work(self) -> int:
        """One group of updates and one of timers. Returns how many were handled; 0 also where others hold the rest."""
        return self._some(self._updates, self._turns.drain) + self._some(self._timers, self._turns.run_timers)

    def _some(self, wanted: set[int], take: Callable[[int, Reach], int]) -> int:
        with self._lock:
            asked = sorted(wanted, key=lambda shard: (shard - self._first) % SHARDS)
            wanted.clear()
        reach, done, rest = Reach(asked, AT_ONCE, not self.is_late), 0, set(asked)
        try:
            done = take(GROUP, reach) if asked else 0
            rest -= set(reach.taken) if reach.emptied else set()
        finally:
            with self._lock:  # beside those that were rung for meanwhile
                wanted |= rest
                self._worked_in |= set(reach.taken) if done else set()
        # Some were free and had nothing: the others that were not asked for yet are asked for at once.
        return done or (self._some(wanted, take) if reach.taken and rest else 0)
