"""Time travel: a jump runs the timers in order, each at its own due time, with the talk in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from coachbot.service.ports import Store


class MovableClock(Protocol):
    """A clock of patients' time that can be put forward."""

    def now(self) -> datetime: ...
    def hold(self, moment: datetime) -> None: ...
    def release(self) -> None: ...


class Travel:
    """Moves patients' time forward, leaving nothing out."""

    def __init__(
        self,
        store: Store,
        clock: MovableClock,
        settle: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        #: Runs due timers, waiting turns and the outbox until nothing is left.
        self._settle = settle

    def to(self, moment: datetime, *, stop: Callable[[], bool] | None = None) -> datetime:
        """Go to `moment`, or to where `stop` first says so. Returns the time reached.

        With a `stop`, and nothing due that could bring it about, the time stays.
        """
        self._settle()
        while not (stop and stop()):
            due = self._next_due()
            if due is None and stop:
                break
            if due is None or due > moment:
                self._clock.hold(moment)
                break
            self._clock.hold(due)
            self._settle()
        self._clock.release()
        return self._clock.now()

    def _next_due(self) -> datetime | None:
        with self._store.reading() as tx:
            row, broadcast = tx.next_timer(), tx.next_broadcast(self._clock.now())
        return min((due for due in (row.due_at if row else None, broadcast) if due is not None), default=None)

    async def to_async(self, moment: datetime, *, stop: Callable[[], bool] | None = None) -> datetime:
        """The same, in a thread, for a running service."""
        return await asyncio.to_thread(self.to, moment, stop=stop)
