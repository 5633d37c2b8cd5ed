"""The stage: a real coach on a real database, with a clock that is put where one wants it.

    with Stage(datetime(2026, 3, 7, 9, tzinfo=UTC)) as stage:
        mei = stage.enter(Role("Mei", zone="Asia/Shanghai", enrolled=date(2026, 3, 3)))
        stage.travel(timedelta(hours=3))
        stage.press(mei, "I'm ready")
        print(mei.messages[-1].text)

Nothing in it is simulated but the messenger and the time.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import Coach, assemble
from coachbot.packs import pack_root
from coachbot.service.clock import StandingClock
from coachbot.service.desk import Desk
from coachbot.service.facts import local_now
from coachbot.service.pacing import Pace
from coachbot.service.ports import Channel
from coachbot.service.records import PatientRecord, TimerRow, Update
from coachbot.service.travel import Travel
from coachbot.settings import Settings, load_settings
from coachbot.testing.channel import Message, RecordingChannel
from coachbot.testing.entering import enter, profile_of
from coachbot.testing.faults import FaultWatch
from coachbot.testing.fronts import FRONTS, WINDOWLESS, Front, Straight, TelegramFront, WebFront, terminal_front
from coachbot.testing.ground import BreakableWords, database_on, new_store, open_in, pack_at
from coachbot.testing.matcher import find_label
from coachbot.testing.script import Role
from coachbot.testing.wechatfront import WeChatFront

_LOOK_AHEAD = timedelta(days=60)


def _with_address(settings: Settings) -> Settings:
    """A stage has a public address, so that every messenger has links to pages."""
    return settings if settings.address else settings.model_copy(update={"address": "https://coach.example"})


class _Hurry:
    """Nobody on a stage waits for a messenger's pace: whoever would puts its clock on."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    async def sleep(self, seconds: float) -> None:
        self._ahead += seconds


class StageClock(StandingClock):
    """Patients' time stands until it is put on; the computer's own clock runs, and can be put on too."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.real_ahead = 0.0

    def real(self) -> float:
        return time.time() + self.real_ahead


@dataclass(slots=True)
class Person:
    """A patient on stage, and what reached them."""

    role: Role
    chat: str
    #: The coach's pseudonym; empty until the coach knows them.
    patient: str = ""
    #: The invitation code, for somebody who is still to come in.
    code: str = ""
    messages: list[Message] = field(default_factory=list)
    #: The question last asked and not yet looked at: its kind.
    asked: str = ""
    last: Update | None = None
    #: The page last opened: what its link carries.
    link: str = ""
    updates: int = 0


class Stage:
    """A whole coach for tests. Use it in a `with` block; it leaves nothing behind."""

    def __init__(
        self,
        start: datetime,
        *,
        pack: Pack | None = None,
        channel: Channel | None = None,
        channel_name: str = "webchat",
        front: str = "",
        settings: Settings | None = None,
        folder: Path | None = None,
        seed: int = 1,
        server: str = "",
    ) -> None:
        self.clock = StageClock(start)
        self._settings = _with_address(settings or load_settings())
        self._own_folder = None if folder else tempfile.TemporaryDirectory(prefix="coachbot-stage-")
        self._folder = folder or Path(self._own_folder.name if self._own_folder else ".")
        self._pack = pack or pack_at(pack_root(self._settings))
        self.words = BreakableWords(self._pack.words)
        self._rng = Random(seed)
        self._runner = asyncio.Runner()
        self.front = self._front(front) if front else Straight(channel_name, channel)
        self.channel = RecordingChannel(self.clock, self.front.channel, self.front.name)
        self.channel.heard = self._heard
        self.people: list[Person] = []
        self.faults = FaultWatch()
        #: The database on a PostgreSQL server; empty for a file in the folder.
        self._held = ExitStack()
        self._database = self._held.enter_context(database_on(server, self._folder)) if server else ""
        self.store = open_in(self._folder, self._database) if server else new_store(self._folder)
        self.coach, self.desk = self._assemble()

    # -- building --------------------------------------------------------------------------------------
    def _assemble(self) -> tuple[Coach, Desk]:
        pack = replace(self._pack, words=self.words)
        channels = {self.channel.name: self.channel}
        hurry = _Hurry()
        pace = Pace(monotonic=hurry.monotonic, sleep=hurry.sleep)
        coach = assemble(self._settings, self.store, self.clock, channels, pack=pack, rng=self._rng, pace=pace)
        return coach, self.front.connect(coach)

    def _front(self, name: str) -> Front:
        if name == "telegram":
            return TelegramFront(self._settings, self._runner.run)
        if name in ("wechat", WINDOWLESS["wechat"]):
            return WeChatFront(self._settings, self._runner.run, self.clock, window=name == "wechat")
        if name == "web":
            return WebFront()
        if name == "terminal":
            return terminal_front()
        raise ValueError(f"there is no channel '{name}' to play on; there are {', '.join(FRONTS)}")

    def restart(self) -> None:
        """Close the application and build it anew on the same database."""
        self.store.close()
        self.store = open_in(self._folder, self._database)
        self.coach, self.desk = self._assemble()
        self.coach.sender.recover()
        self.settle()

    def drain_post(self) -> int:
        """Carry every notice to staff that is due; how many arrived."""
        return self._runner.run(self.coach.post.drain())

    def close(self) -> None:
        """Let go of everything."""
        self.faults.close()
        self.front.close()
        self.store.close()
        self._held.close()
        self._runner.close()
        if self._own_folder is not None:
            self._own_folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- people ----------------------------------------------------------------------------------------
    def enter(self, role: Role) -> Person:
        """Somebody comes on stage: as active (`enrolled`), with a code, or as a stranger."""
        person = Person(role, self.front.chat(len(self.people) + 1, role.name))
        self.people.append(person)
        if role.enrolled is not None:
            desk = self.desk
            person.patient = enter(self.coach, desk.account, desk.channel, person.chat, role, self.now)
            self.front.entered(person.chat)
            self.settle()
        elif not role.stranger:
            person.code = self.coach.enrolments.invite(role.programme, role.arm)
        return person

    def _heard(self, chat: str, message: Message) -> None:
        for person in self.people:
            if person.chat == chat:
                person.messages += self.front.shown(chat, message)
                person.asked = message.asks or person.asked

    # -- what patients do ------------------------------------------------------------------------------
    def start(self, person: Person, *, typed: bool = False) -> None:
        """Open the invitation: by its link, or by typing its code."""
        self._receive(person, kind="text" if typed else "start", text=person.code)

    def say(self, person: Person, text: str) -> None:
        """Write a text."""
        self._receive(person, kind="text", text=text)

    def attach(self, person: Person, kind: str) -> None:
        """Send a sticker, a photo..."""
        self._receive(person, kind="attachment", attachment=kind)

    def press(self, person: Person, label: str, *, old: bool = False) -> None:
        """Press a button by its label or code. LookupError if there is no such button, or more than one."""
        message, code = self._button(person, label, old)
        self.press_code(person, message.token, code)

    def press_code(self, person: Person, token: str, code: str) -> None:
        """Press the button of a prompt."""
        self._receive(person, kind="press", token=token, code=code)

    def again(self, person: Person) -> None:
        """The messenger delivers the last update a second time."""
        if person.last is None:
            raise LookupError("nothing was sent before that could be sent again")
        self.front.again(person.chat, person.last)
        self.settle()

    def _button(self, person: Person, label: str, old: bool) -> tuple[Message, str]:
        newest = next((message.token for message in reversed(person.messages) if message.token), "")
        asking = [message for message in reversed(person.messages) if message.labels]
        if old:
            asking = [message for message in asking if message.token != newest]
        for message in asking if old else asking[:1]:
            code = find_label(label, message.labels)
            if code is not None:
                return message, code
        shown = " ".join(f"[{text}]" for _, text in asking[0].labels) if asking else "none at all"
        raise LookupError(f"there is no one button [{label}]; there is {shown}")

    def _receive(self, person: Person, **fields: str) -> None:
        person.updates += 1
        update = Update(self.desk.account, self.desk.channel, person.chat, f"{person.chat}-{person.updates}", **fields)
        person.last = update
        person.chat = self.front.take(person.chat, update)
        self.settle()

    # -- time ------------------------------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        """Patients' time, UTC."""
        return self.clock.now()

    def settle(self) -> None:
        """Run what is due and what waits until nothing is left."""
        while self._work() or self._runner.run(self.coach.sender.drain()) or self.front.go_on():
            pass

    def _work(self) -> int:
        turns = self.coach.turns
        return turns.drain() + turns.run_timers() + self.coach.broadcasting.work()

    def travel_to(self, moment: datetime, *, stop: Callable[[], bool] | None = None) -> None:
        """Go forward to a moment (UTC), everything due on the way at its own time."""
        Travel(self.store, self.clock, self.settle).to(moment, stop=stop)

    def travel(self, ahead: timedelta) -> None:
        """Go forward by a length of time."""
        self.travel_to(self.now + ahead)

    def next_due(self, person: Person) -> datetime | None:
        """When the next thing is due for this person, the planning of days left out."""
        return next((timer.due_at for timer in self.timers(person) if timer.purpose != "plan"), None)

    def travel_to_next(self, person: Person) -> None:
        """Go to the next thing due for this person. LookupError if nothing comes in sixty days."""
        last = self.now + _LOOK_AHEAD
        while (due := self.next_due(person)) is None:
            plan = next(iter(self.timers(person)), None)
            if plan is None or plan.due_at > last:
                raise LookupError(f"nothing more is due for {person.role.name}")
            self.travel_to(plan.due_at)
        self.travel_to(due)

    # -- looking behind --------------------------------------------------------------------------------
    def record(self, person: Person) -> PatientRecord | None:
        """Everything the coach keeps of this person's standing; None if it does not know them (any more)."""
        with self.store.reading() as tx:
            if not person.patient:
                person.patient = tx.find_address(self.desk.account, person.chat) or ""
            return tx.load([person.patient]).get(person.patient) if person.patient else None

    def timers(self, person: Person) -> list[TimerRow]:
        """What is due for this person, the first first."""
        self.record(person)
        with self.store.reading() as tx:
            return list(tx.timers_of(person.patient)) if person.patient else []

    def local(self, person: Person, moment: datetime | None = None) -> datetime:
        """A moment (now) on this person's wall clock."""
        record = self.record(person) if not person.role.enrolled else None
        known = record.profile if record and record.profile.zone else profile_of(person.role)
        return local_now(known, moment or self.now)
