"""The engine process: the coach, or the demo, from its lock to the end of its store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from coachbot import logs
from coachbot.listening import listen
from coachbot.opening import open_engine_store, stored_clock
from coachbot.packs import pack_root
from coachbot.running import Engine
from coachbot.service.clock import RealClock, VirtualClock
from coachbot.settings import Settings
from coachbot.store import EngineLock

_THURSDAY = 3


def serve(settings: Settings) -> None:
    """Run the coach until it is told to stop."""
    logs.configure(settings)
    with EngineLock(settings.data / "engine.lock"):
        _run(settings, RealClock(), demo=False)


def serve_demo(settings: Settings) -> None:
    """Run the demo: the same coach on a database of its own and a clock that can be moved."""
    logs.configure(settings)
    settings = settings.model_copy(
        update={"data": settings.data / "demo", "database": "", "keys": None, "synchronous": "FULL"}
    )
    with EngineLock(settings.data / "engine.lock"):
        _run(settings, None, demo=True)


def _run(settings: Settings, clock: RealClock | VirtualClock | None, *, demo: bool) -> None:
    pack_root(settings)  # a pack that is not there must not leave an empty database behind
    listening = listen(settings)
    store = open_engine_store(settings)
    try:
        if clock is None:
            kept = stored_clock(store)
            clock = kept if isinstance(kept, VirtualClock) else VirtualClock(_to_a_good_hour())
        engine = Engine(settings, store, clock, demo=demo)
        asyncio.run(engine.main(listening))
        engine.refuse_outgrown()
    finally:
        store.close()


def _to_a_good_hour() -> timedelta:
    """A new demo begins on the next Monday to Thursday at 10:00 UTC: the clinic is open, and nobody sleeps."""
    now = datetime.now(UTC)
    start = now.replace(hour=10, minute=0, second=0, microsecond=0)
    while start <= now or start.weekday() > _THURSDAY:
        start += timedelta(days=1)
    return start - now
