"""Erasing a patient from the console: an admin's act, with the proof of it to be kept outside the database."""

from __future__ import annotations

from collections.abc import Sequence

from coachbot.errors import EnrolmentError, StaffError
from coachbot.service.erasure import erase_by_code
from coachbot.service.ids import plain_code
from coachbot.service.ports import Store
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import StaffRow
from coachbot.service.world import World
from coachbot.service.writer import SOON, Writer


class Erasing:
    """Erases one patient for good, through the one writer."""

    def __init__(self, store: Store, world: World, writer: Writer, audit: Audit) -> None:
        self._store = store
        self._world = world
        self._writer = writer
        self._audit = audit

    def code_of(self, patient: str) -> str:
        """The code of a patient's enrolment; empty if there is no such patient (any more)."""
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
        return record.enrolment.code if record and record.enrolment else ""

    def do(self, staff: StaffRow, patient: str, typed: str) -> Sequence[str]:
        """Erase everything of a patient; the lines of the proof.

        The enrolment's code is typed, so that nobody is erased by one wrong press. Raises StaffError where it is
        another code, or while an alert of danger is open.
        """
        code = self.code_of(patient)
        if not code or plain_code(typed) != plain_code(code):
            raise StaffError("type the code of this patient, as it stands at the top: erasing can't be undone")
        self._audit.saw(staff.id, "patient.erase", patient)
        try:
            return self._writer.submit(lambda: erase_by_code(self._store, self._world, code), SOON).result()
        except EnrolmentError as error:
            self._audit.saw(staff.id, "patient.erase.refused", patient)
            raise StaffError(str(error)) from None
