"""Writing into the audit: who saw and changed what. Every line names a pseudonym, never a person who is treated."""

from __future__ import annotations

from collections.abc import Sequence

from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.staff.records import AuditFault, AuditRow
from coachbot.service.writer import SOON, Writer


class Audit:
    """The audit of an installation."""

    def __init__(self, store: Store, clock: Clock, writer: Writer) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer

    def note(self, tx: Transaction, staff: int, action: str, subject: str = "", detail: str = "") -> None:
        """A line inside an open transaction: it stands if, and only if, the change stands."""
        tx.add_audit(at=self._clock.real(), staff=staff, action=action, subject=subject, detail=detail)

    def saw(self, staff: int, action: str, subject: str = "", detail: str = "") -> None:
        """A line of its own, committed before the page is shown."""

        def write() -> None:
            with self._store.writing() as tx:
                self.note(tx, staff, action, subject, detail)

        self._writer.submit(write, SOON).result()

    def lines(self, *, subject: str = "", before: int = 0, limit: int = 100) -> Sequence[AuditRow]:
        """Lines, the newest first."""
        with self._store.reading() as tx:
            return tx.audit(subject=subject, before=before, limit=limit)

    def faults(self) -> tuple[int, Sequence[AuditFault]]:
        """How many lines there are, and where the chain does not hold."""
        with self._store.reading() as tx:
            return tx.audit_faults()
