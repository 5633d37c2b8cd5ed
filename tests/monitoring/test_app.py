"""/readyz and /metrics: who may read what, and which part is named when it does not work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from coachbot.monitoring.app import add_monitoring
from coachbot.monitoring.readiness import NotWorkingError, Probe, Readiness, readiness
from coachbot.packs import pack_root
from coachbot.running import Engine
from coachbot.service.clock import RealClock
from coachbot.settings import load_settings
from coachbot.testing.ground import new_store
from tests.conftest import ROOT

HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"


def answer(app: FastAPI, path: str, client: str = HERE, **headers: str) -> httpx.Response:
    """What one caller gets; an underscore in a header's name is a dash."""

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://coach") as browser:
            return await browser.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(call())


def app(
    token: str = "", parts: Mapping[str, str] | None = None, channels: Mapping[str, Mapping[str, str]] | None = None
) -> FastAPI:
    async def ready() -> Readiness:
        return Readiness(parts or {"database": "ok"}, channels or {})

    made = FastAPI()
    add_monitoring(made, ready=ready, page=lambda: b"coachbot_parked 0\n", token=token)
    return made


# -- who may read the metrics -------------------------------------------------------------------------
@pytest.mark.parametrize("client", [HERE, "::1", "127.8.8.8"])
def test_without_a_token_a_caller_on_the_machine_reads_the_metrics(client: str) -> None:
    found = answer(app(), "/metrics", client)
    assert (found.status_code, found.text) == (200, "coachbot_parked 0\n")
    assert found.headers["content-type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("client", [ELSEWHERE, "10.0.0.2", "testclient", ""])
def test_without_a_token_nobody_else_does(client: str) -> None:
    found = answer(app(), "/metrics", client)
    assert found.status_code == 403
    assert "coachbot_parked" not in found.text


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "via", "x_real_ip", "x_forwarded_proto"])
def test_whom_a_proxy_on_the_machine_has_passed_on_is_from_elsewhere(header: str) -> None:
    assert answer(app(), "/metrics", HERE, **{header: HERE}).status_code == 403


def test_with_a_token_it_is_the_token_that_counts() -> None:
    guarded = app("s3cret")
    assert answer(guarded, "/metrics", ELSEWHERE, authorization="Bearer s3cret").status_code == 200
    assert answer(guarded, "/metrics", HERE).status_code == 403
    assert answer(guarded, "/metrics", HERE, authorization="Bearer other").status_code == 403
    assert answer(guarded, "/metrics", HERE, authorization="Bearer ").status_code == 403


# -- ready --------------------------------------------------------------------------------------------
def test_ready_is_200_with_the_channels() -> None:
    found = answer(app(channels={"telegram": {"clinic": "ok"}}), "/readyz", ELSEWHERE)
    assert found.status_code == 200
    assert found.json() == {"status": "ready", "reasons": [], "channels": {"telegram": {"clinic": "ok"}}}


def test_a_part_that_does_not_work_is_503_and_named() -> None:
    found = answer(app(parts={"database": "ok", "writer": "has ended"}), "/readyz")
    assert (found.status_code, found.json()["reasons"]) == (503, ["writer: has ended"])


def test_an_account_that_is_off_makes_unready_only_who_asks_for_all_channels() -> None:
    made = app(channels={"telegram": {"clinic": "ok", "old": "refused"}})
    assert answer(made, "/readyz").status_code == 200
    found = answer(made, "/readyz?channels=all")
    assert (found.status_code, found.json()["reasons"]) == (503, ["telegram old: refused"])


async def _works() -> None:
    """It works."""


async def _hangs() -> None:
    await asyncio.sleep(60)


async def _has_ended() -> None:
    raise NotWorkingError("has ended")


async def _raises() -> None:
    raise ValueError("Kim's own words")


@pytest.mark.parametrize(
    ("probe", "said"),
    [(_works, "ok"), (_hangs, "no answer in 0.05 seconds"), (_has_ended, "has ended"), (_raises, "ValueError")],
)
def test_a_part_says_ok_or_why_not_and_no_text_of_an_error(probe: Probe, said: str) -> None:
    found = asyncio.run(readiness({"part": probe}, {}, patience_s=0.05))
    assert found.parts == {"part": said}


# -- an engine ----------------------------------------------------------------------------------------
def at_an_engine(folder: Path, look: Callable[[Engine, FastAPI], object]) -> None:
    """Look at a started engine from another thread, as a caller would."""
    settings = load_settings(data=folder, site=ROOT / "tests" / "site.yaml")
    assert pack_root(settings)
    store = new_store(folder)

    async def scene() -> None:
        engine = Engine(settings, store, RealClock())
        await engine.start()
        try:
            await asyncio.to_thread(look, engine, engine.parts.app)
        finally:
            await engine.stop()

    asyncio.run(scene())
    store.close()


@pytest.mark.slow
def test_an_engine_is_ready_and_counts_itself(tmp_path: Path) -> None:
    def look(engine: Engine, app: FastAPI) -> None:
        assert answer(app, "/healthz").json() == {"status": "ok"}
        found = asyncio.run(_asked(engine))
        assert set(found.parts.values()) == {"ok"}
        assert set(found.parts) == {"database", "pack", "writer", "clock", "sender"}
        assert "webchat" in found.channels
        page = answer(app, "/metrics").text
        assert "coachbot_inbox 0.0" in page
        assert "coachbot_database_bytes" in page

    at_an_engine(tmp_path, look)


@pytest.mark.slow
def test_an_engine_whose_writer_has_ended_is_not_ready(tmp_path: Path) -> None:
    def look(engine: Engine, app: FastAPI) -> None:
        engine.parts.writer.stop()
        found = answer(app, "/readyz")
        assert found.status_code == 503
        assert found.json()["reasons"][0] == "writer: has ended"  # who gives it work may have ended since as well

    at_an_engine(tmp_path, look)


@pytest.mark.slow
def test_an_engine_whose_database_does_not_answer_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(engine: Engine, app: FastAPI) -> None:
        monkeypatch.setattr(engine._store, "reading", _raises_at_once)
        found = answer(app, "/readyz")
        assert found.status_code == 503
        assert "database: OSError" in found.json()["reasons"]
        monkeypatch.undo()

    at_an_engine(tmp_path, look)


def _raises_at_once() -> None:
    raise OSError("disk")


async def _asked(engine: Engine) -> Readiness:
    return await engine.watch.ready()
