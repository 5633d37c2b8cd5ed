"""What the staff's side needs of the store, and of the libraries that know passwords and one-time codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from coachbot.service.staff.records import AuditFault, AuditRow, DoneRow, NoteRow, RosterRow, StaffRow, VisitRow


class Vault(Protocol):
    """Passwords and one-time codes."""

    def sealed(self, password: str) -> str:
        """A password as it may be stored."""

    def fits(self, sealed: str, password: str) -> bool:
        """Whether it is this password. Takes as long for an empty `sealed` as for a real one."""

    def new_secret(self) -> str:
        """A secret for one-time codes, base32."""

    def uri(self, secret: str, name: str, issuer: str) -> str:
        """The secret as an authenticator app reads it."""

    def step_of(self, secret: str, code: str, real: float) -> int | None:
        """The time step of a right code (this one, the one before or after); None for a wrong one."""


class StaffTransaction(Protocol):
    """The staff's side of a database transaction."""

    # accounts and doors
    def staff(self) -> Sequence[StaffRow]:
        """Everybody, also who is not active any more."""

    def staff_by_login(self, name: str) -> StaffRow | None: ...
    def staff_by_id(self, staff: int) -> StaffRow | None: ...
    def put_staff(self, row: StaffRow) -> None: ...
    def add_visit(self, row: VisitRow) -> None: ...
    def visit(self, token_hash: str) -> VisitRow | None:
        """The visit with this token, be it the one before the last rotation."""

    def put_visit(self, row: VisitRow) -> None: ...
    def drop_visits(self, staff: int, *, visit: int = 0) -> None:
        """Sign somebody out: in one browser, or in all."""

    def add_ticket(self, token_hash: str, staff: int, purpose: str, expires_real: float) -> None: ...
    def ticket(self, token_hash: str, purpose: str, *, now_real: float) -> int | None: ...
    def drop_tickets(self, staff: int, purpose: str) -> None: ...

    # whom they care for, what they note
    def carers(self, patient: str) -> frozenset[int]: ...
    def care(self) -> Mapping[str, frozenset[int]]:
        """Every patient who belongs to somebody."""

    def put_care(self, patient: str, staff: Sequence[int]) -> None: ...
    def notes(self, patient: str) -> Sequence[NoteRow]: ...
    def add_note(self, row: NoteRow) -> None: ...

    # lists
    def roster_size(self) -> int: ...
    def roster(self) -> Sequence[RosterRow]:
        """Every patient who ever came in with a code; values that did not change are not opened again."""

    def diary_since(self, patients: Sequence[str], first: date) -> Sequence[DoneRow]: ...
    def turn_of(self, turn: int) -> Mapping[str, Any] | None: ...
    def trace(self, turn: int, patient: str) -> Mapping[str, Any] | None: ...

    # audit
    def add_audit(self, *, at: float, staff: int, action: str, subject: str, detail: str) -> AuditRow: ...
    def audit(self, *, subject: str = "", before: int = 0, limit: int = 100) -> Sequence[AuditRow]:
        """Lines, the newest first."""

    def audit_faults(self) -> tuple[int, Sequence[AuditFault]]:
        """How many lines there are, and where the chain does not hold."""
