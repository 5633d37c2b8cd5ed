"""Bells between processes, on Procrastinate: a job for the shards in which updates were stored.

A job carries no patient, no text and no duty. Workers look into the database every second anyway; a job that is lost,
doubled or late changes nothing but how long somebody waits for an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from coachbot.errors import SettingsError
from coachbot.service.shards import SHARDS
from coachbot.store import driver_url
from coachbot.store.hearing import RING

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger("coachbot.bells")

QUEUE = "turns"
#: Looks of Procrastinate's own, where its notifications do not come through.
_POLL_S = 1.0
#: What is rung within this time of the last passing on goes on together with it: where much comes in a job carries
#: several shards, and a worker takes their turns in one commit. Who rings after a silence is passed on at once.
TOGETHER_S = 0.05
#: Rests after a fault, and how long a job may be under way before it counts as a dead worker's.
_REST_S = 2.0
_STALLED_S = 30
#: When the cluster-wide tick comes (seconds stand last).
_EVERY_TEN_SECONDS = "* * * * * */10"
#: So that two processes do not make the schema at once ("coaj").
_SCHEMA_LOCK = 0x636F616A


def schema_of() -> str:
    """The schema of the jobs. It bears Procrastinate's version: nothing in it is worth a migration, and processes of
    two versions beside each other find the updates without the other's bells."""
    return "coachbot_jobs_" + version("procrastinate").replace(".", "_")


class Bells:
    """Rings for others, and hears what others ring for. Belongs to one event loop, but for `ring`."""

    def __init__(
        self, url: str, heard: Callable[[Sequence[int]], None], tick: Callable[[], None] = lambda: None
    ) -> None:
        try:
            import procrastinate  # noqa: F401
        except ImportError as error:
            raise SettingsError(f"several processes need {error.name}: pip install 'coachbot[workers]'") from None
        self._app = self._made(url, heard, tick)
        self._wanted: set[int] = set()
        self._outbox = False
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._away = False

    # -- ringing ---------------------------------------------------------------------------------------
    def ring(self, shards: Iterable[int] = (), *, outbox: bool = False) -> None:
        """Updates wait in these shards, or messages in the outbox. From any thread; it waits for nobody."""
        wanted = set(shards)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._want, wanted, outbox)

    def _want(self, shards: set[int], outbox: bool) -> None:
        self._wanted |= shards
        self._outbox |= outbox
        self._woken.set()

    async def carry(self) -> None:
        """Pass on what was rung, for ever. What can't be passed on is let go: the next look finds it."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            shards, self._wanted = self._wanted, set()
            outbox, self._outbox = self._outbox, False
            try:
                await self._pass_on(sorted(shards), outbox)
                self._away = False
                await asyncio.sleep(TOGETHER_S)
            except Exception as error:
                if not self._away:
                    log.warning("the bells do not ring for now (%s); every look finds what waits", type(error).__name__)
                self._away = True
                await asyncio.sleep(_REST_S)

    async def _pass_on(self, shards: Sequence[int], outbox: bool) -> None:
        """One job for all of them, in the name of the first for which none waits: never more jobs than shards."""
        from procrastinate.exceptions import AlreadyEnqueued

        if outbox:
            await self._app.connector.execute_query_async(RING)
        for shard in shards:
            job = self._app.configure_task("turns", queue=QUEUE, queueing_lock=f"turns:{shard}")
            with contextlib.suppress(AlreadyEnqueued):
                await job.defer_async(shards=list(shards))
                return

    # -- hearing ---------------------------------------------------------------------------------------
    async def hear(self) -> None:
        """Take jobs for ever."""
        deaf = False
        while True:
            try:
                await self._app.run_worker_async(
                    queues=[QUEUE], concurrency=4, install_signal_handlers=False, delete_jobs="always",
                    fetch_job_polling_interval=_POLL_S, shutdown_graceful_timeout=1.0,
                )  # fmt: skip
            except asyncio.CancelledError:
                raise
            except Exception as error:
                if not deaf:
                    log.warning("no bells are heard for now (%s); every look finds what waits", type(error).__name__)
                deaf = True
            await asyncio.sleep(_REST_S)

    # -- the library -----------------------------------------------------------------------------------
    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Bells]:
        """Connected, with the schema of the jobs in place if it can be made, for as long as the block lasts."""
        async with self._app.open_async():
            try:
                await self._make_schema()
            except Exception as error:
                log.warning("the bells' schema can't be made (%s); every look finds what waits", _first_line(error))
            yield self

    def _made(self, url: str, heard: Callable[[Sequence[int]], None], tick: Callable[[], None]) -> App:
        from procrastinate import App, PsycopgConnector

        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.ERROR)
        connector = PsycopgConnector(
            conninfo=driver_url(url), min_size=1, max_size=4, kwargs={"options": f"-c search_path={schema_of()}"}
        )
        app = App(connector=connector)

        @app.task(name="turns", queue=QUEUE)
        async def turns(shards: list[int]) -> None:
            heard([int(shard) % SHARDS for shard in shards])

        @app.periodic(cron=_EVERY_TEN_SECONDS)
        @app.task(name="tick", queue=QUEUE, queueing_lock="tick")
        async def ticks(timestamp: int) -> None:
            tick()
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_S):
                await app.job_manager.finish_job(job, _failed(), delete_job=True)

        return app

    async def _make_schema(self) -> None:
        """Once for each version of the library, whoever comes first."""
        lock, schema = _SCHEMA_LOCK, schema_of()
        async with self._app.connector.pool.connection() as connection:  # type: ignore[attr-defined]
            await connection.execute(f"SELECT pg_advisory_xact_lock({lock})")
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            found = await connection.execute(f"SELECT to_regclass('{schema}.procrastinate_jobs')")
            if (await found.fetchone())[0] is None:
                await connection.execute(self._app.schema_manager.get_schema())


def _first_line(error: Exception) -> str:
    return " ".join(str(error).partition("\n")[0].split()) or type(error).__name__


def _failed() -> Any:
    from procrastinate.jobs import Status

    return Status.FAILED
