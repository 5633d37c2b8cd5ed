"""The interface over a house, with a system for each scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from coachbot.api.app import create_api
from coachbot.authoring.pack import Pack
from coachbot.bootstrap import StaffRooms, staff_rooms
from coachbot.console.vault import ArgonVault
from coachbot.service.clinic.records import SCOPES
from tests.service.house import House
from tests.service.staff.conftest import CHEAP


class Clinic:
    """A house and its interface. `ask` calls as a system with some scopes."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        self.house = House(folder, pack)
        self.rooms: StaffRooms = staff_rooms(self.house.coach, ArgonVault(CHEAP))
        self.app = create_api(self.rooms)
        self.browser = TestClient(self.app, base_url="https://clinic.example")
        self.tokens = {scope: self.rooms.clients.add(scope, [scope]).token for scope in SCOPES}
        self.tokens["all"] = self.rooms.clients.add("all", SCOPES).token

    def ask(self, method: str, path: str, token: str = "all", **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self.tokens.get(token, token)}"} if token else {}
        return self.browser.request(method, path, headers=headers, **more)

    def actions(self) -> list[tuple[str, str]]:
        return [(line.action, line.subject) for line in reversed(self.rooms.audit.lines())]


@pytest.fixture
def clinic(tmp_path: Path, pack: Pack) -> Iterator[Clinic]:
    made = Clinic(tmp_path, pack)
    yield made
    made.house.store.close()
