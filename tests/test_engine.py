"""The engine of `coachbot run`: what its clock sees to."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from coachbot.running import Engine
from coachbot.service import turns
from coachbot.service.clock import RealClock
from coachbot.service.records import Update
from coachbot.settings import load_settings
from coachbot.store import open_store

pytestmark = pytest.mark.slow  # an engine loads the pack, and a turn is tried again after a second


def test_a_turn_that_raised_is_tried_again_though_nobody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, faults = turns.receive, iter(["once"])

    def receive(*given: object) -> None:
        if next(faults, None):
            raise RuntimeError("the first try fails")
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(turns, "receive", receive)
    settings = load_settings(data=tmp_path, synchronous="OFF")
    store = open_store(settings.database_url, keys_path=settings.keys_path, engine=True)

    def states() -> list[str]:
        with store.reading() as tx:
            return [row[0] for row in tx._connection.exec_driver_sql("SELECT state FROM inbox").all()]

    async def run() -> None:
        engine = Engine(settings, store, RealClock(), kinds={})
        await engine.start()
        try:
            account = engine.parts.coach.desk("webchat").account
            engine.parts.writer.receive(Update(account, "webchat", "a-chat", "u1", "text", "hello")).result(30)
            end = time.monotonic() + 30
            while states() != ["done"]:
                assert time.monotonic() < end, states()
                await asyncio.sleep(0.1)
        finally:
            await engine.stop()

    asyncio.run(run())
    store.close()
