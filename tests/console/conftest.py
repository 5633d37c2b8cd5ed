"""The console over a coach of the service's tests, with somebody of each role signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import StaffRooms, staff_rooms
from coachbot.console.app import create_console
from coachbot.console.vault import ArgonVault
from coachbot.service.staff.doors import Doors
from tests.service.house import House, Person
from tests.service.staff.conftest import CHEAP, PASSWORD

ROLES = ("admin", "therapist", "researcher", "author")


@dataclass
class Visitor:
    """A browser of somebody."""

    client: TestClient
    #: Number of their account; 0 for a stranger.
    number: int = 0
    pages: list[str] = field(default_factory=list)

    def get(self, path: str) -> Any:
        return self.client.get(path, follow_redirects=False)

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/account").text)
        return found[1] if found else ""

    def post(self, path: str, **fields: Any) -> Any:
        data = {"csrf": self.csrf(), **fields}
        return self.client.post(path, data=data, follow_redirects=False)


class Clinic:
    """A house, its rooms, and the app."""

    def __init__(self, folder: Path, pack: Pack, **settings: Any) -> None:
        self.house = House(folder, pack, settings=settings)
        self.rooms: StaffRooms = staff_rooms(self.house.coach, ArgonVault(CHEAP))
        self.doors: Doors = self.rooms.doors
        self.app = create_console(self.rooms, demo=True)
        self.secrets: dict[str, str] = {}

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url="https://clinic.example", raise_server_exceptions=True)

    def hire(self, name: str, role: str) -> int:
        welcome = self.doors.add(name, role)
        self.doors.choose_password(welcome.ticket, PASSWORD, self.code(welcome.secret))
        self.secrets[name] = welcome.secret
        self.house.clock.seconds += 30
        return welcome.staff.id

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(int(self.house.clock.real()))

    def visitor(self, role: str) -> Visitor:
        """Somebody of this role, signed in; `nobody` is not."""
        visitor = Visitor(self.browser())
        if role != "nobody":
            name = f"{role} {len(self.secrets)}"
            visitor.number = self.hire(name, role)
            fields = {"name": name, "password": PASSWORD, "code": self.code(self.secrets[name])}
            assert visitor.client.post("/sign-in", data=fields, follow_redirects=False).status_code == 303
            self.house.clock.seconds += 30
        return visitor

    def patient(self, *carers: int, **progress: Any) -> Person:
        person = self.house.patient(**progress)
        with self.house.store.writing() as tx:
            tx.put_care(person.id, carers)
        return person

    def actions(self) -> list[str]:
        return [line.action for line in self.rooms.audit.lines()]


@pytest.fixture
def clinic(tmp_path: Path, pack: Pack) -> Iterator[Clinic]:
    made = Clinic(tmp_path, pack)
    yield made
    made.house.store.close()
