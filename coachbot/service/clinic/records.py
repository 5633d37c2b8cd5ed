"""What the service knows of clinic systems and of step counts, as frozen data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Scope = Literal["enrol", "read", "steps", "alerts"]
#: How many days of steps are read and shown.
STEP_DAYS = 28
#: What a system may: make invitations; read enrolments; send step counts; be called about alerts.
SCOPES: tuple[Scope, ...] = ("enrol", "read", "steps", "alerts")


@dataclass(frozen=True, slots=True)
class Client:
    """A system of the clinic. Its token is known by its hash alone."""

    id: int
    name: str
    token_hash: str
    scopes: tuple[Scope, ...]
    active: bool = True
    #: Real seconds.
    added: float = 0.0


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one stretch of time."""

    count: int
    begins: datetime
    ends: datetime
    #: What makes it the same one when it is sent again.
    source: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """Steps of a patient, as they are kept."""

    id: int
    patient: str
    #: Local day on which the stretch begins.
    day: date
    steps: Steps


def by_day(rows: Sequence[StepRow]) -> dict[date, int]:
    """The steps of each local day."""
    found: dict[date, int] = {}
    for row in rows:
        found[row.day] = found.get(row.day, 0) + row.steps.count
    return found
