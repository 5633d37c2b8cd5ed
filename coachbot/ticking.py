"""The work that comes round every second, whatever is done to the machine's clock.

APScheduler keeps the rounds. It counts by the wall clock: left alone, it would be silent for an hour after that was set
back by an hour, and with it every timer, escalation and notice; set forward by years, as on a machine that starts
without its time, it would count every second between. Here a round follows from the last one that was due, and a look
by the steady clock begins anew after a jump.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from coachbot.errors import StoreError
from coachbot.service.jumps import Jumps

log = logging.getLogger("coachbot.engine")

#: Seconds between two rounds.
TICK_S = 1.0

Work = Callable[[], Awaitable[object]]


class Following(BaseTrigger):  # type: ignore[misc]  # it has no types
    """A round follows so many seconds after the moment at which the last one was found due."""

    def __init__(self, every_s: float) -> None:
        self._every = timedelta(seconds=every_s)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return now + self._every if previous_fire_time else now


class Ticks:
    """Pieces of work, each again and again, one round of it at a time. Belongs to one event loop."""

    def __init__(self, every_s: float = TICK_S, jumps: Jumps | None = None) -> None:
        self._every_s = every_s
        self._jumps = jumps or Jumps(lambda: time.time())
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._under_way: dict[Work, asyncio.Task[Any] | None] = {}
        self._look: asyncio.TimerHandle | None = None

    def add(self, work: Work) -> None:
        """One more piece of work, from `start` on."""
        # a second instance may begin, finds the first under way and ends: with one, each round missed is a warning
        self._scheduler.add_job(
            self._round, Following(self._every_s), args=(work,), max_instances=2, coalesce=True, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begin. Must run in the event loop."""
        self._scheduler.start()
        self._look_in_a_while()

    async def stop(self) -> None:
        """No further round; one under way is let go."""
        if self._look is None:
            return
        self._look.cancel()
        self._scheduler.remove_all_jobs()
        await asyncio.sleep(0)  # a round that was just made begins: cancelled before, it would be told as a fault
        for task in [task for task in self._under_way.values() if task is not None]:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # it ends in the next turn of the loop

    async def _round(self, work: Work) -> None:
        if work in self._under_way:
            return
        self._under_way[work] = asyncio.current_task()
        try:
            await work()
        except StoreError:
            pass  # the writer tells of it, and the next tick finds what is due
        except asyncio.CancelledError:
            pass  # let go at the stop, or by a writer that has ended; the scheduler would tell of a fault
        except Exception:
            log.exception("a tick met a fault; the next one comes")
        finally:
            del self._under_way[work]

    # -- the machine's clock -----------------------------------------------------------------------------
    def _look_in_a_while(self) -> None:
        self._look = asyncio.get_running_loop().call_later(self._every_s, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._look_in_a_while()
        if self._jumps.look() < 0:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
