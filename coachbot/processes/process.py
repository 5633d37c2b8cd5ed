"""One process of several that share an installation. What an engine does alone is divided among three kinds.

A *web* process takes in what comes over HTTP (web chat, webhooks, pages, console, interface) and stores it. A *worker*
takes turns and timers, by shards. A *sender* sends, and polls messengers, for the accounts whose lease it holds; it
carries notices too. What only one may do at a time goes by leases (`coachbot.service.leases`). Any of them may be
missing for a while, and any number may run: what waits stands in the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Literal

from coachbot import logs
from coachbot.bootstrap import Coach, staff_rooms
from coachbot.errors import SettingsError, StoreError
from coachbot.listening import listen
from coachbot.opening import saying_what_is_new
from coachbot.packs import pack_root
from coachbot.processes.bells import Bells
from coachbot.running import Engine, receive
from coachbot.service.clock import RealClock
from coachbot.service.leases import CHORES, EVERY_S, POST, Leases, lease_of
from coachbot.service.presence import Presence
from coachbot.service.shards import shard_of
from coachbot.service.shifts import Shift
from coachbot.service.writer import SOON, WHENEVER
from coachbot.store import SqlStore, open_store
from coachbot.store.hearing import LINES, OUTBOX, Hearing

if TYPE_CHECKING:
    from coachbot.running import Parts
    from coachbot.service.channels import Serving
    from coachbot.service.meter import Meter
    from coachbot.settings import Settings

log = logging.getLogger("coachbot")

Kind = Literal["worker", "web", "sender"]
#: Seconds between two looks of a worker, between two tries of shards that another holds, and between two rounds of what
#: one worker does for all.
LOOK_S, BUSY_S, CHORES_S = 1.0, 0.05, 1.0
#: Seconds between two looks for patients who were erased by another process, and how far each goes back.
ERASED_S, _ERASED_OVERLAP_S = 5.0, 600.0
_SENDER_IDLE_S = 0.5
_REST_S = 1.0
_SETTLED_S, _SETTLING_S = 3.0, 0.05
_FREED_EVERY_S = 10.0


def serve(settings: Settings, kind: Kind) -> None:
    """Run one process of this kind until it is told to stop."""
    logs.configure(settings)
    if settings.kill_at:
        raise SettingsError("COACHBOT_KILL_AT is for `coachbot run` alone")
    pack_root(settings)
    listening = listen(settings) if kind == "web" else None
    with saying_what_is_new(settings):
        store = open_store(
            settings.database_url, keys_path=settings.keys_path, synchronous=settings.synchronous, shared=True
        )
    try:
        process = Process(settings, store, kind)
        asyncio.run(process.serve(listening))
        process.refuse_outgrown()
    finally:
        store.close()


class Process(Engine):
    """A worker, a web process or a sender."""

    def __init__(self, settings: Settings, store: SqlStore, kind: Kind) -> None:
        super().__init__(settings, store, RealClock())
        self._kind = kind
        self._serves_web = kind == "web"
        self._name = f"{kind} {os.getpid()} on {socket.gethostname()} since {int(time.time())}"
        self._leases = Leases(store, self._name)
        self._presence = Presence(store, self._name.partition(" since ")[0], kind, self.watch.metrics)
        self._settle = self._until_settled if kind == "web" else None
        self._mine = self._accounts_held
        self._accounts: Collection[int] = ()
        self._shift: Shift | None = None
        self._erased_since = time.time() - _ERASED_OVERLAP_S
        self._free_at = 0.0
        self._away = False

    async def serve(self, listening: socket.socket | None) -> None:
        """Until a signal comes."""
        self._bells = Bells(self._settings.database_url, self._rung, self._rung_for_all)
        async with self._bells.open():
            if listening is not None:
                await self.main(listening)
                return
            await self.start()
            looking = asyncio.create_task(self.until_outgrown())
            try:
                print(f"coachbot {self._name} works", flush=True)
                await _told_to_stop()
            finally:
                await _ended([looking])
                await self.stop()

    # -- how it is wired -------------------------------------------------------------------------------
    def _store_updates(self, coach: Coach, updates: list[tuple[Any, Future[bool]]]) -> None:
        coach.inbox.store_all(updates)
        stored = [update for update, future in updates if future.exception() is None]
        if stored:
            self._bells.ring(self._shards_of(coach, stored))

    def _shards_of(self, coach: Coach, updates: Collection[Any]) -> set[int]:
        """Where the bells are to ring; a stranger's shard is known by the row alone, so it is asked for."""
        with self._store.reading() as tx:
            return {
                shard_of(patient)
                for one in updates
                if (patient := one.patient or tx.find_address(one.account, one.chat)) is not None
            }

    def _take_turns(self, coach: Coach) -> int:
        return self._shift.work() if self._shift is not None else 0

    def _has_emptied(self, coach: Coach) -> bool:
        """A shift looks by itself for what other shards hold."""
        return False

    def _meter(self) -> Meter:
        return self._presence

    def _holds(self, account: int) -> bool:
        return self._kind == "sender" and self._leases.holds(lease_of(account))

    def _watched(self, servings: Mapping[str, Serving]) -> Mapping[str, Serving]:
        """A web process does not speak with messengers, so it does not know whether they answer."""
        return {name: one for name, one in servings.items() if self._kind != "web" or name == "webchat"}

    def _accounts_held(self) -> Collection[int]:
        return [account for account in self._accounts if self._holds(account)]

    def _wake_sender(self) -> None:
        if self._kind == "sender":
            super()._wake_sender()
        else:
            self._bells.ring(outbox=True)

    def _until_settled(self) -> None:
        """A page of a round shows what comes next once a worker has taken its turn; it waits a little, not for ever."""
        asked, end = self._clock.now(), time.monotonic() + _SETTLED_S
        while time.monotonic() < end:
            with self._store.reading() as tx:
                oldest = tx.inbox_waiting().oldest
            if oldest is None or oldest > asked:
                return
            time.sleep(_SETTLING_S)

    # -- bells -----------------------------------------------------------------------------------------
    def _rung(self, shards: Collection[int]) -> None:
        if self._shift is not None:
            self._shift.ring(shards)
            self.parts.writer.wake()

    def _rung_for_all(self) -> None:
        """The tick that all workers share: one of them looks at once, whatever its own clock says."""
        if self._shift is not None:
            self._looking.set()

    # -- running ---------------------------------------------------------------------------------------
    async def _begin(self, parts: Parts) -> None:
        self._looking = asyncio.Event()
        self._hearing = Hearing(self._settings.database_url, self._told(parts))
        work: list[Coroutine[Any, Any, None]] = [
            self._hold_leases(parts),
            self._bells.carry(),
            self._forget_erased(),
            self._every(EVERY_S, lambda: asyncio.to_thread(self._presence.say)),
        ]
        self._receiving = []
        if self._kind == "worker":
            late = self._settings.late_after
            self._shift = Shift(parts.coach.turns, self._store, self._clock, late_after_s=late)
            self._presence.shards = self._shift.worked_in
            work += [self._look(parts), self._bells.hear(), self._do_chores(parts)]
        if self._kind == "sender":
            parts.coach.post.may_carry = lambda: self._leases.holds(POST)
            work += [parts.coach.sender.run(_SENDER_IDLE_S), self._while_held(POST, parts.coach.post.drain)]
            self._receiving = [
                asyncio.create_task(receive(name, one, self.watch.stopped)) for name, one in parts.servings.items()
            ]
        parts.writer.start()
        self._hearing.start()
        self._sending = [asyncio.create_task(one) for one in work]

    async def stop(self) -> None:
        """Take nothing more in, finish what is under way, let the others have what it held."""
        await _ended(self._receiving)
        await _ended(self._sending)
        await asyncio.to_thread(self._hearing.stop)
        for serving in self.parts.servings.values():
            await serving.close()
        self.parts.writer.stop()
        self._heavy.shutdown()
        with contextlib.suppress(StoreError):
            self._leases.give_up()
            self._presence.leave()

    def _told(self, parts: Parts) -> dict[str, Callable[[str], None]]:
        """What this process wants to hear of."""
        if self._kind == "sender":
            return {OUTBOX: lambda _: super(Process, self)._wake_sender()}
        if self._kind == "web":
            return {LINES: lambda patient: self._show(parts, patient)}
        return {}

    def _show(self, parts: Parts, patient: str) -> None:
        hub = getattr(parts.channels.get("webchat"), "hub", None)
        if hub is not None and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(hub.look, patient)

    # -- rounds ----------------------------------------------------------------------------------------
    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        """A round again and again. While the database does not answer one line is logged, and it goes on by itself."""
        while True:
            try:
                await work()
                self._away = False
                await asyncio.sleep(seconds)
                continue
            except StoreError as error:
                if not self._away:
                    log.error("%s; this process goes on when the database answers", error)
                self._away = True
            except Exception:
                log.exception("a round of this process met a fault; it goes on")
            await asyncio.sleep(max(seconds, _REST_S))

    async def _hold_leases(self, parts: Parts) -> None:
        async def renew() -> None:
            self.watch.ticked()
            fresh = await asyncio.to_thread(self._renewed)
            await self._taken_over(parts, fresh)

        await self._every(EVERY_S, renew)

    def _renewed(self) -> frozenset[str]:
        if self._kind == "web":
            return frozenset()
        if self._kind == "worker":
            return self._leases.renew([CHORES])
        with self._store.reading() as tx:
            self._accounts = tx.account_ids()
            late = tx.answers_late(self._clock.now(), self._settings.late_after)
        self.parts.coach.sender.unasked_waits = late
        return self._leases.renew([POST, *map(lease_of, self._accounts)])

    async def _taken_over(self, parts: Parts, fresh: frozenset[str]) -> None:
        """What others had under way there is taken up by the rules that a start of the one engine has."""
        if POST in fresh:
            await asyncio.to_thread(parts.coach.post.recover)
        accounts = [account for account in self._accounts if lease_of(account) in fresh]
        if accounts:
            freed = await asyncio.to_thread(parts.coach.sender.take_over, accounts)
            level = logging.WARNING if freed else logging.INFO
            log.log(level, "%s sends for accounts %s now; %d messages were in doubt", self._name, accounts, freed)
            parts.coach.sender.wake()

    async def _look(self, parts: Parts) -> None:
        """A worker's own looks: whatever waits is found without any bell."""
        assert self._shift is not None
        shift, wake = self._shift, parts.writer.wake

        async def look() -> None:
            await asyncio.to_thread(shift.look)
            wake()
            end = time.monotonic() + LOOK_S
            while (left := end - time.monotonic()) > 0 and not self._looking.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, BUSY_S if shift.is_wanted else left)):
                        await self._looking.wait()
                if shift.is_wanted:
                    wake()
            self._looking.clear()

        await self._every(0.0, look)

    async def _while_held(self, lease: str, work: Callable[[], Awaitable[object]]) -> None:
        async def once() -> None:
            if self._leases.holds(lease):
                await work()

        await self._every(CHORES_S, once)

    async def _do_chores(self, parts: Parts) -> None:
        """What one worker does for all: broadcasts, telling staff, reading what they write, retention, and freeing what
        the dead had claimed."""
        try:
            talk = staff_rooms(parts.coach).talk
        except SettingsError:
            talk = None

        async def chores() -> None:
            coach = parts.coach
            if not self._broadcasting:
                self._broadcasting = True
                parts.writer.submit(lambda: self._broadcast(coach), WHENEVER)
            if coach.retaining.begin():
                parts.writer.submit(lambda: self._retain(coach), WHENEVER)
            await asyncio.to_thread(self._tell_staff)
            if talk is not None:
                await asyncio.to_thread(talk.drain)
            if time.monotonic() > self._free_at:
                self._free_at = time.monotonic() + _FREED_EVERY_S
                await asyncio.wrap_future(parts.writer.submit(coach.sender.free_the_dead, SOON))

        await self._while_held(CHORES, chores)

    async def _forget_erased(self) -> None:
        """Whoever was erased by another process stays in no memory of this one either."""

        def look() -> None:
            with self._store.reading() as tx:
                erased = tx.erased_since(self._erased_since)
            self._store.forget(patient for patient, _ in erased)
            self._erased_since = max([self._erased_since, *(at - _ERASED_OVERLAP_S for _, at in erased)])

        await self._every(ERASED_S, lambda: asyncio.to_thread(look))


async def _ended(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _told_to_stop() -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
