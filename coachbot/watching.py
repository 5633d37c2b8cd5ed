"""An engine as its operator watches it: the parts that are asked whether they work, and what is counted where."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from coachbot.bootstrap import Coach
from coachbot.monitoring.metrics import Metrics
from coachbot.monitoring.readiness import NotWorkingError, Probe, Readiness, readiness
from coachbot.service.channels import STOPPED
from coachbot.service.clock import RealClock
from coachbot.service.jumps import Jumps
from coachbot.service.vitals import vitals
from coachbot.service.writer import URGENT, WriterThread
from coachbot.settings import Settings
from coachbot.store import size_of

if TYPE_CHECKING:
    from coachbot.service.channels import Serving

log = logging.getLogger("coachbot")

#: Seconds without a tick after which the clock counts as standing; it ticks every second.
_STANDS_AFTER_S = 30.0


class Watch:
    """What one engine tells of itself. Made before its parts; `over` names them once they are there."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        #: Channels whose receiving ended by a fault.
        self.stopped: set[str] = set()
        self._ticked = time.monotonic()
        self._jumps = Jumps(RealClock().real)
        self._servings: Mapping[str, Serving] = {}
        self._probes: dict[str, Probe] = {}

    def ticked(self) -> None:
        """The clock has done its round."""
        self._ticked = time.monotonic()
        if jumped := self._jumps.look():
            log.warning("the machine's clock jumped by %+.0f seconds; keep it by NTP", jumped)
            self.metrics.clock_jumped()

    def over(
        self,
        settings: Settings,
        coach: Coach,
        writer: WriterThread,
        servings: Mapping[str, Serving],
        sends: Callable[[], bool],
    ) -> None:
        """These are the parts; `sends` tells whether the sender runs."""
        self._servings = servings
        self._probes = {
            "database": lambda: asyncio.to_thread(_read, coach),
            "pack": lambda: _must(bool(coach.world.pack.library.dialogs), "no dialogs"),
            "writer": lambda: _written(writer),
            "clock": lambda: _must(time.monotonic() - self._ticked < _STANDS_AFTER_S, "stands still"),
            "sender": lambda: _must(sends(), "has ended"),
        }
        self.metrics.watch(
            lambda: vitals(coach.store, coach.world.clock),
            channels=self.channels,
            size=lambda: size_of(settings.database_url),
            real=coach.world.clock.real,
        )

    def channels(self) -> Mapping[str, Mapping[str, str]]:
        """Every channel with its accounts; one without accounts of its own stands as a whole."""
        return {name: self._state(name, serving) for name, serving in sorted(self._servings.items())}

    def _state(self, name: str, serving: Serving) -> Mapping[str, str]:
        accounts = dict(serving.state()) or {"default": "ok"}
        return dict.fromkeys(accounts, STOPPED) if name in self.stopped else accounts

    async def ready(self) -> Readiness:
        """Ask every part."""
        return await readiness(self._probes, self.channels())


def _read(coach: Coach) -> None:
    with coach.store.reading() as tx:
        tx.setting("")


async def _written(writer: WriterThread) -> None:
    await _must(writer.is_alive, "has ended")
    await asyncio.wrap_future(writer.submit(lambda: None, URGENT))


async def _must(so: bool, why: str) -> None:
    if not so:
        raise NotWorkingError(why)
