"""A house whose staff have chats, mailboxes and webhooks; what reaches them is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import StaffRooms, staff_rooms
from coachbot.console.vault import ArgonVault
from coachbot.errors import DeliveryError
from coachbot.service.notices.records import Notice, Way
from coachbot.service.records import Update
from coachbot.service.staff.records import Role, StaffRow
from coachbot.service.staffing import Member
from tests.service.house import House
from tests.service.staff.conftest import CHEAP

KIM = Member("therapist", "Kim", "555 0101")
ROE = Member("clinical_lead", "Dr Roe", "555 0102", day_and_night=True)


@dataclass
class RecordingCarrier:
    """Keeps what it is given; `faults` are raised first, one a call."""

    arrived: list[tuple[int, Notice]] = field(default_factory=list)
    faults: list[DeliveryError] = field(default_factory=list)

    async def carry(self, way: Way, notice: Notice) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.arrived.append((way.staff or way.client, notice))


class Ward:
    """A house with staff who can be told."""

    def __init__(self, folder: Path, pack: Pack, members: tuple[Member, ...] = (KIM, ROE)) -> None:
        self.carrier = RecordingCarrier()
        self.house = House(folder, pack, carriers=dict.fromkeys(("chat", "email", "webhook"), self.carrier))
        _set(self.house, members)
        self.rooms: StaffRooms = staff_rooms(self.house.coach, ArgonVault(CHEAP))
        self.updates = 0

    def hire(self, name: str, role: Role = "therapist", way: str = "chat") -> StaffRow:
        """Somebody with an account and a way."""
        row = StaffRow(self.house.coach.world.ids.next(), name, role)
        with self.house.store.writing() as tx:
            tx.put_staff(row)
        if way == "chat":
            self.writes(row, self.rooms.ways.chat_code(row.id, 0), kind="start")
        elif way == "email":
            self.rooms.ways.add_email(row.id, f"{row.id}@clinic.example", 0)
        return row

    def writes(self, staff: StaffRow, text: str = "", **fields: str) -> list[str]:
        """Something comes in from a member's own chat. Returns what is said back."""
        self.updates += 1
        update = Update(
            self.house.desk.account, "webchat", f"staff-{staff.id}", f"s{self.updates}", fields.pop("kind", "text"),
            text, **fields,
        )  # fmt: skip
        return self.takes(staff, update)

    def takes(self, staff: StaffRow, update: Update) -> list[str]:
        before = len(self.told(staff))
        self.house.coach.inbox.store([update])
        self.rooms.talk.drain()
        self.carry()
        return self.told(staff)[before:]

    def presses(self, staff: StaffRow, code: str) -> list[str]:
        return self.writes(staff, kind="press", token="0" * 10, code=code)

    def carry(self) -> int:
        """The watch looks until nothing is new, and everything is carried that is due."""
        while self.house.coach.notices.work():
            pass
        return asyncio.run(self.house.coach.post.drain())

    def told(self, staff: StaffRow) -> list[str]:
        """Every text that reached somebody."""
        return [notice.body["text"] for who, notice in self.carrier.arrived if who == staff.id]

    def last(self, staff: StaffRow) -> Notice:
        return [notice for who, notice in self.carrier.arrived if who == staff.id][-1]

    def notices(self, subject: str = "") -> list[Notice]:
        with self.house.store.reading() as tx:
            return list(tx.notices(subject))

    def actions(self) -> list[str]:
        return [line.action for line in reversed(self.rooms.audit.lines())]


def _set(house: House, members: tuple[Member, ...]) -> None:
    """The site's list of people, which the house's settings have none of."""
    object.__setattr__(house.coach.world, "staff", members)


MakeWard = Callable[..., Ward]


@pytest.fixture
def make_ward(tmp_path: Path, pack: Pack) -> Iterator[MakeWard]:
    made: list[Ward] = []

    def make(**more: Any) -> Ward:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Ward(folder, pack, **more))
        return made[-1]

    yield make
    for one in made:
        one.house.store.close()


@pytest.fixture
def ward(make_ward: MakeWard) -> Ward:
    return make_ward()
