"""A whole coach on a database in a folder, whose clocks stand until they are moved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import assemble
from coachbot.engine.model import EMPTY
from coachbot.service.clock import StandingClock
from coachbot.service.ids import new_code, new_patient_id
from coachbot.service.records import (
    Address,
    AlertRow,
    Changes,
    Enrolment,
    Incident,
    PatientRecord,
    Profile,
    Progress,
    TimerRow,
    Update,
)
from coachbot.service.travel import Travel
from coachbot.settings import load_settings
from coachbot.store import SqlStore
from coachbot.store.transaction import SqlTransaction
from coachbot.testing.channel import Message, RecordingChannel
from coachbot.testing.ground import BreakableWords, new_store, open_in

#: A Wednesday of the third week, ten o'clock in Berlin: somebody is on duty, and it is a practice day.
WEDNESDAY = datetime(2026, 3, 11, 9, tzinfo=UTC)
DAY_0 = date(2026, 2, 25)


class Clocks(StandingClock):
    """Patients' time and the computer's, both standing."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.seconds = 1_770_000_000.0

    def real(self) -> float:
        return self.seconds


@dataclass(slots=True)
class Person:
    """Somebody who writes to the coach."""

    chat: str
    id: str = ""
    messages: list[Message] = field(default_factory=list)
    updates: int = 0

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def last(self) -> Message:
        return self.messages[-1]


class House:
    """A coach with everything wired; nobody is simulated but the messenger."""

    def __init__(
        self, folder: Path, pack: Pack, start: datetime = WEDNESDAY, database: str = "",
        settings: Mapping[str, Any] = EMPTY, **pieces: Any,
    ) -> None:  # fmt: skip
        self.folder, self.database = folder, database
        self.clock = Clocks(start)
        self.words = BreakableWords(pack.words)
        self.store: SqlStore = open_in(folder, database) if database else new_store(folder)
        self.channel = RecordingChannel(self.clock)
        self.channel.heard = self._heard
        self.people: list[Person] = []
        self.coach = assemble(
            load_settings(data=folder, **settings), self.store, self.clock, {"webchat": self.channel},
            pack=replace(pack, words=self.words), rng=Random(1), **pieces,
        )  # fmt: skip
        self.desk = self.coach.desk("webchat")

    def _heard(self, chat: str, message: Message) -> None:
        for person in self.people:
            if person.chat == chat:
                person.messages.append(message)

    # -- people ----------------------------------------------------------------------------------------
    def stranger(self) -> Person:
        """Somebody the coach does not know."""
        person = Person(f"chat-{len(self.people)}")
        self.people.append(person)
        return person

    def patient(self, arm: str = "combined", *, state: Any = "active", **progress: Any) -> Person:
        """Somebody in the third week, with the assessment and the sessions so far behind them."""
        person = self.stranger()
        person.id = new_patient_id()
        ids, now = self.coach.world.ids, self.clock.now()
        address = Address(ids.next(), self.desk.account, "webchat", person.chat)
        profile = Profile(name="Kim", zone="Europe/Berlin")
        attended = ("sct_1", "cse_1", "sct_2", "cse_2")
        behind = Progress(assessments=("baseline",), attended=attended, opened={"orientation": "2026-02-26"})
        enrolment = Enrolment(
            ids.next(), "sct_cse", arm, state, DAY_0, progress=replace(behind, **progress), code=new_code(8)
        )
        with self.store.writing() as tx:
            tx.add_patient(person.id, site=self.coach.site, address=address, profile=profile)
        heard = now - timedelta(days=1)
        record = replace(self.record(person), enrolment=enrolment, last_heard=heard)
        with self.store.writing() as tx:
            tx.save(Changes(conversations={person.id: record}, enrolments={person.id: record}))
        return person

    def code(self, arm: str = "combined") -> str:
        return self.coach.enrolments.invite("sct_cse", arm)

    # -- what happens ----------------------------------------------------------------------------------
    def put(self, person: Person, **fields: str) -> Update:
        """An update comes in and waits."""
        person.updates += 1
        update = Update(self.desk.account, "webchat", person.chat, f"{person.chat}-{person.updates}", **fields)
        self.coach.inbox.store([update])
        return update

    def send(self, person: Person, **fields: str) -> list[str]:
        """An update comes in and is answered. Returns the texts of the answer."""
        before = len(person.messages)
        self.put(person, **fields)
        self.settle()
        return person.texts[before:]

    def say(self, person: Person, text: str) -> list[str]:
        return self.send(person, kind="text", text=text)

    def press(self, person: Person, code: str, token: str = "") -> list[str]:
        token = token or next(m.token for m in reversed(person.messages) if m.token)
        return self.send(person, kind="press", token=token, code=code)

    def open(self, person: Person, dialog: str) -> list[str]:
        """A dialog opens because the patient had asked for it."""
        before = len(person.messages)
        self.arm(person, f"remind:{dialog}", dialog=dialog)
        self.settle()
        return person.texts[before:]

    def arm(self, person: Person, purpose: str, due: datetime | None = None, **body: Any) -> None:
        with self.store.writing() as tx:
            tx.put_timers([TimerRow(person.id, purpose, due or self.clock.now(), None, body)])

    def touch(self, person: Person, touchpoint: str, dialog: str, *, hours: float = 10, **body: Any) -> None:
        """A planned touchpoint is due now, until some hours from now."""
        expires = (self.clock.now() + timedelta(hours=hours)).isoformat()
        self.arm(person, f"touch:{touchpoint}", touchpoint=touchpoint, dialog=dialog, expires=expires, **body)

    def settle(self) -> None:
        self.work()
        while asyncio.run(self.coach.sender.drain()):
            self.work()

    def work(self) -> None:
        """Turns and timers until nothing is left, without sending."""
        coach = self.coach
        while coach.turns.drain() + coach.turns.run_timers() + coach.broadcasting.work():
            pass

    def travel(self, ahead: timedelta) -> None:
        """Patients' time goes on, everything due at its own moment."""
        Travel(self.store, self.clock, self.settle).to(self.clock.now() + ahead)

    def travel_to(self, person: Person, day: int, clock: str) -> None:
        """On to a day of March and a time of Berlin's clock (before the change to summer time)."""
        hour, minute = map(int, clock.split(":"))
        self.travel(datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC) - self.clock.now())

    # -- looking behind --------------------------------------------------------------------------------
    def record(self, person: Person) -> PatientRecord:
        with self.store.reading() as tx:
            person.id = person.id or tx.find_address(self.desk.account, person.chat) or ""
            return tx.load([person.id])[person.id]

    def place(self, person: Person) -> str:
        """Dialog and state of the open question."""
        prompt = self.record(person).conversation.prompt
        return f"{prompt.dialog} {prompt.state}" if prompt else ""

    def progress(self, person: Person) -> Progress:
        enrolment = self.record(person).enrolment
        assert enrolment is not None
        return enrolment.progress

    def enrolment_code(self, person: Person) -> str:
        enrolment = self.record(person).enrolment
        assert enrolment is not None
        return enrolment.code

    def alerts(self, person: Person) -> list[AlertRow]:
        self.record(person)
        with self.store.reading() as tx:
            return list(tx.alerts(person.id))

    def alert(self, person: Person, kind: str) -> AlertRow:
        return next(alert for alert in self.alerts(person) if alert.kind == kind)

    def incidents(self) -> list[Incident]:
        with self.store.reading() as tx:
            return list(tx.incidents())

    def timers(self, person: Person) -> dict[str, TimerRow]:
        with self.store.reading() as tx:
            return {row.purpose: row for row in tx.timers_of(person.id)}

    def static(self, section: str) -> str:
        return self.coach.world.static_for("en", section)

    def opened(self, person: Person) -> list[str]:
        """First messages of what the coach opened by itself: those in the second lane."""
        return [message.text for message in person.messages if message.row.lane == 1]


@contextmanager
def failing_save(monkeypatch: pytest.MonkeyPatch, fails: Callable[[Changes], bool]) -> Iterator[list[Changes]]:
    """The database refuses to write some changes. Yields all that were tried."""
    real, tried = SqlTransaction.save, []

    def save(tx: SqlTransaction, changes: Changes) -> None:
        tried.append(changes)
        if fails(changes):
            raise OSError("the disk is full")
        real(tx, changes)

    with monkeypatch.context() as patch:
        patch.setattr(SqlTransaction, "save", save)
        yield tried
