"""What clinic systems need of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from coachbot.service.clinic.records import Client, StepRow


class ClinicTransaction(Protocol):
    """The clinic systems' side of a database transaction."""

    def clients(self) -> Sequence[Client]: ...
    def client_of(self, token_hash: str) -> Client | None: ...
    def put_client(self, row: Client) -> None: ...
    def add_steps(self, rows: Sequence[StepRow]) -> int:
        """Keep step counts; one that was sent before is not kept again. How many were new."""

    def steps_of(self, patient: str, first: date) -> Sequence[StepRow]:
        """The step counts of a patient from a day on, oldest first."""
