"""Bells between processes: they shorten the wait, and nothing else hangs on them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from coachbot.processes.bells import TOGETHER_S, Bells, schema_of
from coachbot.service.shards import SHARDS
from coachbot.store.moving import move
from tests import postgres

pytestmark = pytest.mark.postgres

JOBS = f"{schema_of()}.procrastinate_jobs"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with postgres.database(tmp_path / "keys.json") as url:
        yield url


@asynccontextmanager
async def at_work(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(so: Callable[[], object], limit_s: float = 20) -> None:
    end = time.monotonic() + limit_s
    while not so():
        assert time.monotonic() < end, "it did not come true in time"
        await asyncio.sleep(0.02)


def waiting_jobs(url: str) -> int:
    with postgres.connected(url) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {JOBS}").fetchone()[0])


def test_one_process_rings_and_another_hears(url: str) -> None:
    async def ring() -> list[int]:
        heard: list[int] = []
        ringer, hearer = Bells(url, lambda shards: None), Bells(url, heard.extend)
        async with ringer.open(), hearer.open(), at_work(ringer.carry(), hearer.hear()):
            ringer.ring([3, 63])
            await until(lambda: len(heard) == 2)
            await until(lambda: waiting_jobs(url) == 0)
        return heard

    assert sorted(asyncio.run(ring())) == [3, 63]


def test_a_shard_that_nobody_hears_has_one_job_however_often_it_is_rung(url: str) -> None:
    async def ring() -> None:
        bells = Bells(url, lambda shards: None)
        async with bells.open():
            for _ in range(5):
                for shard in range(SHARDS):
                    await bells._pass_on([shard], outbox=True)

    asyncio.run(ring())
    assert waiting_jobs(url) == SHARDS


def test_what_is_rung_at_once_or_shortly_after_is_one_job(url: str) -> None:
    async def ring() -> None:
        bells = Bells(url, lambda shards: None)
        async with bells.open(), at_work(bells.carry()):
            bells.ring([1])
            await until(lambda: waiting_jobs(url) == 1)
            for shard in range(10, 20):
                bells.ring([shard])
            await until(lambda: waiting_jobs(url) == 2)
            await asyncio.sleep(TOGETHER_S)

    asyncio.run(ring())
    assert waiting_jobs(url) == 2
    with postgres.connected(url) as connection:
        jobs = connection.execute(f"SELECT args FROM {JOBS} ORDER BY id").fetchall()
    assert [job[0] for job in jobs] == [{"shards": [1]}, {"shards": list(range(10, 20))}]


def test_the_schema_of_the_jobs_is_made_once_and_stands_apart(url: str, tmp_path: Path) -> None:
    async def make() -> None:
        bells = [Bells(url, lambda shards: None) for _ in range(3)]
        async with bells[0].open(), bells[1].open(), bells[2].open():
            pass

    asyncio.run(make())
    asyncio.run(make())
    with postgres.connected(url) as connection:
        ours = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'procr%'"
        assert connection.execute(ours).fetchone() == (0,)
    with postgres.database() as empty:  # the tables of the jobs are in nobody's way
        assert not move(url, empty, keys_path=tmp_path / "keys.json").was_there


def test_bells_that_cannot_ring_are_let_go_and_ring_again(url: str) -> None:
    async def ring() -> list[int]:
        heard: list[int] = []
        bells = Bells(url, heard.extend)
        async with bells.open(), at_work(bells.carry(), bells.hear()):
            postgres.run(url, f"DROP SCHEMA {schema_of()} CASCADE")
            bells.ring([1])
            await until(lambda: bells._away)
            await bells._make_schema()
            while 2 not in heard:
                bells.ring([2])
                await asyncio.sleep(0.2)
        return heard

    assert 2 in asyncio.run(ring())


def test_a_user_who_may_make_no_schema_is_told_in_the_log_and_works_without_bells(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refused(bells: Bells) -> None:
        raise PermissionError("permission denied for database\nDETAIL")

    async def open_and_ring() -> None:
        bells = Bells(url, lambda shards: None)
        async with bells.open(), at_work(bells.carry()):
            bells.ring([1])
            await until(lambda: bells._away)

    monkeypatch.setattr(Bells, "_make_schema", refused)
    asyncio.run(open_and_ring())
    assert "can't be made (permission denied for database)" in caplog.text
