"""The work that comes round every second, by the steady clock.

A scheduler that counts by the machine's wall clock (APScheduler does) would rest for an hour when that is set back by
an hour, and with it every timer, escalation and notice. So each piece of work is a task of the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from coachbot.errors import StoreError

log = logging.getLogger("coachbot.engine")

#: Seconds between two rounds.
TICK_S = 1.0


class Ticks:
    """Pieces of work, each again and again, one round of it at a time. Belongs to one event loop."""

    def __init__(self, every_s: float = TICK_S) -> None:
        self._every_s = every_s
        self._works: list[Callable[[], Awaitable[object]]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, work: Callable[[], Awaitable[object]]) -> None:
        """One more piece of work, from `start` on."""
        self._works.append(work)

    def start(self) -> None:
        """Begin. Must run in the event loop."""
        self._tasks = [asyncio.create_task(self._again_and_again(work)) for work in self._works]

    async def stop(self) -> None:
        """No further round; one under way is let go."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def _again_and_again(self, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except StoreError:
                pass  # the writer tells of it, and the next tick finds what is due
            except Exception:
                log.exception("a tick met a fault; the next one comes")
            await asyncio.sleep(self._every_s)
