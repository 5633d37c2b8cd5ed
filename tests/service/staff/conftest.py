"""The staff's rooms over a coach of the service's tests, with a cheap hash and an authenticator app."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from coachbot.console.vault import ArgonVault
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.doors import Doors
from tests.service.house import House

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a long enough one"


class Clinic:
    """A house with accounts. `code` shows what the app of somebody shows now."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.vault = ArgonVault(CHEAP)
        coach = house.coach
        self.audit = Audit(coach.store, house.clock, coach.writer)
        self.doors = Doors(coach.store, house.clock, coach.writer, coach.world.ids, self.vault, self.audit)

    def later(self, seconds: float) -> None:
        """The computer's clock goes on; patients' time does not."""
        self.house.clock.seconds += seconds

    def code(self, secret: str) -> str:
        import pyotp

        return pyotp.TOTP(secret).at(int(self.house.clock.real()))

    def hire(self, name: str, role: str = "therapist") -> tuple[int, str]:
        """Somebody with a password; their number and their secret."""
        welcome = self.doors.add(name, role)
        self.doors.choose_password(welcome.ticket, PASSWORD, self.code(welcome.secret))
        self.later(30)
        return welcome.staff.id, welcome.secret

    def sign_in(self, name: str, secret: str, password: str = PASSWORD) -> str | None:
        token = self.doors.sign_in(name, password, self.code(secret))
        self.later(30)
        return token

    def actions(self) -> list[str]:
        return [line.action for line in reversed(self.audit.lines())]


@pytest.fixture
def clinic(house: House) -> Clinic:
    return Clinic(house)
