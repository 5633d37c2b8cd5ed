"""Leases of one process: what it alone does, of all that share a database, for as long as it says that it lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from threading import Lock

from coachbot.service.ports import Store

#: Seconds that a lease lasts, and after which it is held longer. Whoever dies is replaced when his lease is over.
LASTS_S = 10.0
EVERY_S = 2.0
#: What one worker does for all: broadcasts, notices, retention, claims of the dead; and what one sender does.
CHORES, POST = "chores", "post"


def lease_of(account: int) -> str:
    """The lease of whoever sends and polls at an account."""
    return f"account:{account}"


class Leases:
    """What this process holds. It counts by its own steady clock from before it asked, so it never believes to hold
    what the database has given to another already; a process that was frozen finds itself without any."""

    def __init__(self, store: Store, holder: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self.holder = holder
        self._monotonic = monotonic
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def renew(self, names: Collection[str]) -> frozenset[str]:
        """Hold these longer, and take those that are free. Returns those that are newly held."""
        began = self._monotonic()
        before = {name for name in names if self.holds(name)}
        with self._store.writing() as tx:
            held = {name for name in sorted(names) if tx.hold_lease(name, self.holder, LASTS_S)}
        with self._lock:
            self._until = dict.fromkeys(held, began + LASTS_S)
        return frozenset(held - before)

    def holds(self, name: str) -> bool:
        """Whether it is this process's just now."""
        return self._until.get(name, 0.0) > self._monotonic()

    def give_up(self) -> None:
        """The others need not wait for the end of the leases."""
        with self._lock:
            self._until = {}
        with self._store.writing() as tx:
            tx.give_up_leases(self.holder)
