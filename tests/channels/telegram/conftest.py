"""A coach at a fake Telegram: real HTTP, real service and store, a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from coachbot.authoring.pack import Pack
from coachbot.engine.model import Conversation
from coachbot.service.records import Progress, TimerRow
from coachbot.testing.botapi import FakeTelegram
from coachbot.testing.botapi import Person as Phone
from coachbot.testing.fronts import TelegramFront
from coachbot.testing.script import Role
from coachbot.testing.stage import Person, Stage

#: A Monday of the first week, six in the morning in Berlin: nothing is due yet.
MONDAY = datetime(2026, 3, 9, 5, tzinfo=UTC)


class House:
    """A stage whose patients hold phones."""

    def __init__(self, pack: Pack) -> None:
        self.stage = Stage(MONDAY, pack=pack, front="telegram")
        assert isinstance(self.stage.front, TelegramFront)
        self.front = self.stage.front

    @property
    def telegram(self) -> FakeTelegram:
        return self.front.telegram

    def enter(self, name: str = "Kim", **role: object) -> tuple[Person, Phone]:
        """Somebody in the first week."""
        given = {"zone": "Europe/Berlin", "enrolled": date(2026, 3, 3), **role}
        person = self.stage.enter(Role(name, **given))  # type: ignore[arg-type]
        return person, self.front._people[person.chat]

    def asked(self, person: Person, dialog: str) -> None:
        """The coach opens a dialog, because the patient had asked for it."""
        record = self.stage.record(person)
        assert record is not None
        with self.stage.store.writing() as tx:
            tx.put_timers([TimerRow(record.id, f"remind:{dialog}", self.stage.now, None, {"dialog": dialog})])
        self.stage.settle()

    def place(self, person: Person) -> Conversation:
        """Where the patient stands."""
        record = self.stage.record(person)
        assert record is not None
        return record.conversation

    def progress(self, person: Person) -> Progress:
        record = self.stage.record(person)
        assert record is not None
        assert record.enrolment is not None
        return record.enrolment.progress

    def poll(self) -> None:
        """The coach takes what was sent, and answers."""
        self.front._poll()
        self.stage.settle()


@pytest.fixture
def house(pack: Pack) -> Iterator[House]:
    built = House(pack)
    yield built
    built.stage.close()
