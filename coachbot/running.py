"""The engine at work: writer thread, ticks, sender, channels and web apps, and the demo over the same parts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coachbot.bootstrap import Coach, StaffRooms, assemble, spare_the_collector, staff_rooms
from coachbot.carriers import carriers_of
from coachbot.demo_clinic import DemoClinic
from coachbot.errors import SettingsError, StoreError
from coachbot.listening import serve_until_told
from coachbot.packs import pack_root
from coachbot.registry import channel_kinds, open_channel, serve_channel
from coachbot.service.clock import RealClock, VirtualClock
from coachbot.service.writer import SOON, WHENEVER, WriterThread
from coachbot.settings import Settings
from coachbot.ticking import Ticks
from coachbot.watching import Watch

if TYPE_CHECKING:
    from fastapi import FastAPI

    from coachbot.service.channels import ChannelKind, Serving
    from coachbot.service.meter import Meter
    from coachbot.service.ports import Channel, Store

log = logging.getLogger("coachbot")

#: Seconds between two looks whether the tables are still those that this version knows.
OUTGROWN_S = 2.0
_STAFF_IDLE_S = 0.5
_LONGEST_SLICE_S = 5.0
#: Tries of a code an hour from one address in the demo, which hands out its own codes.
_DEMO_CODES = 1000
#: The channel whose app is the web server's own; it is always there.
_ROOT = "webchat"


@dataclass(slots=True)
class Parts:
    """What an engine keeps hold of while it runs."""

    coach: Coach
    writer: WriterThread
    servings: Mapping[str, Serving]
    channels: Mapping[str, Channel]
    #: The web server's app: the web chat's, with those of other channels mounted in it.
    app: Any
    #: The staff's side; None without the extra `staff`.
    rooms: StaffRooms | None = None


class Engine:
    """One engine process. Every write goes through its writer thread."""

    #: What claims of its sender are called, the accounts that it sends from, and what a page of a round waits for; None
    #: for the one process that does everything.
    _name = "sender"
    _mine: Callable[[], Collection[int]] | None = None
    _settle: Callable[[], None] | None = None
    #: Whether it answers over HTTP.
    _serves_web = True

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: RealClock | VirtualClock,
        *,
        demo: bool = False,
        kinds: Mapping[str, ChannelKind] | None = None,
    ) -> None:
        self._settings = settings
        #: The channels to open; None for all that are configured.
        self._only = kinds
        self._parts: Parts | None = None
        self._store = store
        self._clock = clock
        self._demo = demo
        self._heavy = ThreadPoolExecutor(1, thread_name_prefix="coachbot-heavy")
        self._loop: asyncio.AbstractEventLoop | None = None
        self.watch = Watch()
        #: A slice of the broadcasts' work is queued already. Known to the writer's thread alone.
        self._broadcasting = False
        self._outgrown_by = ""

    # -- wiring ----------------------------------------------------------------------------------------
    def _build(self) -> Parts:
        kinds = self._kinds()
        opened = {name: open_channel(name, kind, self._settings) for name, kind in kinds.items()}
        channels = {name: channel for name, channel in opened.items() if channel is not None}
        writer = WriterThread(
            lambda updates: self._store_updates(coach, updates),
            lambda: self._take_turns(coach),
            lambda: self._after_turns(coach),
            lambda: self._has_emptied(coach),
        )
        coach = assemble(
            self._settings,
            self._store,
            self._clock,
            self._to_send_by(channels),
            writer=writer,
            do_afterwards=self._do_heavy,
            demo=self._demo,
            meter=self._meter(),
            carriers={} if self._demo else carriers_of(self._settings, channels, self._clock),
            name=self._name,
            mine=self._mine,
        )
        pack = pack_root(self._settings)
        servings = {
            name: serve_channel(name, kinds[name], channel, coach.counter(name, pack, writer.receive, self._holds))
            for name, channel in channels.items()
        }
        app: Any = servings[_ROOT].app if _ROOT in servings and self._serves_web else None
        self.watch.over(
            self._settings,
            coach,
            writer,
            self._watched(servings),
            lambda: any(not task.done() for task in self._sending[:1]),
        )
        rooms = self._add_console(app, coach) if app is not None else None
        if app is not None:
            _add_pages(app, coach, writer, self._settle)
            self._add_monitoring(app)
        if self._demo:
            self._add_panel(app, coach, writer, channels)
            if rooms is not None:
                self.demo.clinic = DemoClinic(coach, rooms, self._settings.demo_patients)
        for name, serving in servings.items():
            if name != _ROOT and serving.app is not None and app is not None:
                app.mount(serving.path, serving.app)
        return Parts(coach, writer, servings, channels, app, rooms)

    def _store_updates(self, coach: Coach, updates: list[tuple[Any, Future[bool]]]) -> None:
        coach.inbox.store_all(updates)

    def _take_turns(self, coach: Coach) -> int:
        return coach.turns.drain()

    def _meter(self) -> Meter:
        """Who counts the work."""
        return self.watch.metrics

    def _has_emptied(self, coach: Coach) -> bool:
        """Whether the last group of turns has left no update."""
        return coach.turns.emptied

    def _holds(self, account: int) -> bool:
        """Whether this process speaks with the messenger for an account."""
        return True

    def _watched(self, servings: Mapping[str, Serving]) -> Mapping[str, Serving]:
        """The channels whose standing this process knows."""
        return servings

    def _to_send_by(self, channels: Mapping[str, Channel]) -> Mapping[str, Channel]:
        """The channels as the sender sees them."""
        if not self._settings.kill_at:
            return channels
        from coachbot.testing.killing import killable_channels

        return killable_channels(channels, self._settings.kill_at)

    def _kinds(self) -> Mapping[str, ChannelKind]:
        """Every channel there is; the demo has the web chat alone, and hands out its own codes."""
        if not self._demo:
            return channel_kinds() if self._only is None else self._only
        from coachbot.channels.webchat import WebChatKind

        return {_ROOT: WebChatKind(codes_an_hour=_DEMO_CODES)}

    def _add_console(self, app: FastAPI, coach: Coach) -> StaffRooms | None:
        """The staff's console at /staff; without the extra `staff`, none."""
        try:
            rooms = staff_rooms(coach)
        except SettingsError as error:
            log.warning("%s; the coach runs without it", error)
            return None
        from coachbot.api.app import create_api
        from coachbot.console.app import create_console

        app.mount("/staff", create_console(rooms, demo=self._demo))
        if not self._demo:
            app.mount("/api/v1", create_api(rooms))
        self._heavy.submit(rooms.board.look_ahead)
        return rooms

    def _add_monitoring(self, app: FastAPI) -> None:
        from coachbot.monitoring.app import add_monitoring

        token = self._settings.metrics_token
        secret = token.get_secret_value() if token else ""
        add_monitoring(app, ready=self.watch.ready, page=self.watch.metrics.page, token=secret)

    def _add_panel(self, app: FastAPI, coach: Coach, writer: WriterThread, channels: Mapping[str, Channel]) -> None:
        from coachbot.channels.webchat.demo_panel import create_panel
        from coachbot.demo import Demo

        assert isinstance(self._clock, VirtualClock)
        self.demo = Demo(coach, self._clock, writer, channels)
        app.include_router(create_panel(self.demo, coach.desk(_ROOT, writer.receive)))

    def _do_heavy(self, job: Callable[[], None]) -> None:
        self._heavy.submit(job).add_done_callback(lambda _: self._wake_sender())

    def _after_turns(self, coach: Coach) -> None:
        if self._demo:
            self.demo.confirm_waiting()
        self._wake_sender()

    def _wake_sender(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._sender_wake)

    # -- running ---------------------------------------------------------------------------------------
    async def main(self, listening: socket.socket) -> None:
        """Serve until a signal comes; then finish the group under way."""
        import uvicorn

        await self.start()
        clinic = self.demo.clinic if self._demo else None
        looking = asyncio.create_task(self.until_outgrown())
        try:
            self._say_where()
            if clinic is not None:
                clinic.start()
            config = uvicorn.Config(self.parts.app, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
            await serve_until_told(config, self.parts.servings.values(), listening)
        finally:
            await _ended([looking])
            if clinic is not None:
                clinic.stop()
            await self.stop()

    async def until_outgrown(self) -> None:
        """Tell this process to stop once a newer coachbot has brought the tables up to date: what an old one writes
        into new tables nobody can answer for. `refuse_outgrown` says so afterwards."""
        while not self._outgrown_by:
            await asyncio.sleep(OUTGROWN_S)
            with contextlib.suppress(StoreError):
                self._outgrown_by = await asyncio.to_thread(self._store.outgrown_by)
        log.error("%s; this one stops", _outgrown(self._outgrown_by))
        signal.raise_signal(signal.SIGTERM)

    def refuse_outgrown(self) -> None:
        """Raises StoreError if the process has stopped because the tables are newer than it."""
        if self._outgrown_by:
            raise StoreError(f"{_outgrown(self._outgrown_by)}; start the new version")

    @property
    def parts(self) -> Parts:
        """What was built; once it was started."""
        assert self._parts is not None, "start the engine first"
        return self._parts

    async def start(self) -> None:
        """Begin all work but the web server, which is the caller's: writer, clock, sender, and receiving."""
        self._loop = asyncio.get_running_loop()
        parts = self._parts = self._build()
        spare_the_collector()
        self._sender_wake = parts.coach.sender.wake
        await self._begin(parts)

    async def _begin(self, parts: Parts) -> None:
        parts.coach.sender.recover()
        parts.coach.post.recover()
        parts.writer.start()
        self._ticks = Ticks()
        self._ticks.add(lambda: asyncio.wrap_future(self._ticked(parts)))
        self._ticks.add(lambda: asyncio.to_thread(self._tell_staff))
        self._ticks.start()
        self._sending = [asyncio.create_task(work) for work in (parts.coach.sender.run(), parts.coach.post.run())]
        if parts.rooms is not None:
            self._sending.append(asyncio.create_task(_read_staff(parts.rooms.talk.drain)))
        self._receiving = [
            asyncio.create_task(receive(name, one, self.watch.stopped)) for name, one in parts.servings.items()
        ]

    async def stop(self) -> None:
        """Take nothing more in, finish what is under way, let go of everything but the store."""
        await self._ticks.stop()
        await _ended(self._receiving)
        await _ended(self._sending)
        for serving in self.parts.servings.values():
            await serving.close()
        self.parts.writer.stop()
        self._heavy.shutdown()

    def _ticked(self, parts: Parts) -> Future[None]:
        return parts.writer.submit(lambda: self._tick(parts.coach), SOON)

    def _tick(self, coach: Coach) -> None:
        self.watch.ticked()
        self.parts.writer.wake()  # a turn that raised waits for its next try, and no update may come meanwhile
        if coach.tick():
            self._after_turns(coach)
        if not self._broadcasting:
            self._broadcasting = True
            self.parts.writer.submit(lambda: self._broadcast(coach), WHENEVER)
        if coach.retaining.begin():
            self.parts.writer.submit(lambda: self._retain(coach), WHENEVER)

    def _tell_staff(self) -> None:
        """Looks for what staff should be told of, beside the writer; what there is, the writer writes in slices."""
        parts = self.parts
        try:
            while parts.coach.notices.is_due():
                parts.writer.submit(parts.coach.notices.work, SOON).result(_LONGEST_SLICE_S)
        except CancelledError:
            pass  # the writer has ended
        except Exception:
            log.exception("staff could not be told; the next look tries again")

    def _broadcast(self, coach: Coach) -> None:
        """One slice of what broadcasts have to do; the next one queues behind whatever else waits by then."""
        self._broadcasting = False
        if coach.broadcasting.work():
            self._wake_sender()
            self._broadcasting = True
            self.parts.writer.submit(lambda: self._broadcast(coach), WHENEVER)

    def _retain(self, coach: Coach) -> None:
        """One slice of the day's round of what may no longer be kept."""
        if coach.retaining.work():
            self.parts.writer.submit(lambda: self._retain(coach), WHENEVER)

    def _say_where(self) -> None:
        address = f"http://{self._settings.host}:{self._settings.port}"
        public = f", for patients {self._settings.address}" if self._settings.address and not self._demo else ""
        print(f"coachbot listens on {address}{'/demo' if self._demo else ''}{public}", flush=True)


def _outgrown(revision: str) -> str:
    return f"a newer coachbot has brought the tables up to date (revision {revision})"


def _add_pages(app: FastAPI, coach: Coach, writer: WriterThread, settle: Callable[[], None] | None = None) -> None:
    """The pages of rounds, behind their links."""
    from coachbot.pages.app import create_pages
    from coachbot.service.links import PATH

    words = {language: shelf["page"] for language, shelf in coach.world.small_words.items() if "page" in shelf}
    if words:
        app.mount(f"/{PATH}", create_pages(coach.pages(writer.receive, settle), words))


async def receive(name: str, serving: Serving, stopped: set[str]) -> None:
    """Run a channel's receiving side; a fault in it leaves the others alone."""
    try:
        await serving.run()
    except Exception:
        stopped.add(name)
        log.exception("channel %s has stopped receiving; the others go on", name)


async def _read_staff(drain: Callable[[], int]) -> None:
    """Read what members write in their own chats, for ever; their acts wait for the writer, so in a thread."""
    while True:
        try:
            await asyncio.to_thread(drain)
        except Exception:
            log.exception("what staff wrote could not be read; it waits")
        await asyncio.sleep(_STAFF_IDLE_S)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
