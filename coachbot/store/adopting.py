"""Taking a whole patient from one database into another. Sealed rows are taken as they lie: they are bound to the
patient's own key, so only that key is unwrapped here and wrapped again there."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from coachbot.service.ports import Packed
from coachbot.service.records import Address
from coachbot.store import settings, tables
from coachbot.store.patients import CHAT, PatientsPart
from coachbot.store.statements import Statement, insert_all

#: What goes along; devices, links and invitations stay, and whom a patient belongs to is another house's matter.
_TAKEN: tuple[type[tables.Base], ...] = (
    tables.Enrolment, tables.Conversation, tables.Inbox, tables.Turn, tables.Outbox, tables.Timer, tables.Diary,
    tables.Response, tables.Alert, tables.Consent, tables.Plan, tables.Incident, tables.Media, tables.Trace,
    tables.StepCount,
)  # fmt: skip
_PATIENT = tables.table(tables.Patient)
_KEY = tables.table(tables.PatientKey)
_ADDRESS = tables.table(tables.Address)
_PATIENT_ROW = Statement(select(*_PATIENT.c).where(_PATIENT.c.id == bindparam("owner")))
_KEY_ROW = Statement(select(_KEY.c.wrapped, _KEY.c.version).where(_KEY.c.patient == bindparam("owner")))
_ADDRESS_ROW = Statement(
    select(_ADDRESS.c.id, _ADDRESS.c.channel, _ADDRESS.c.chat).where(_ADDRESS.c.patient == bindparam("owner"))
)
_ROWS = {
    tables.table(one).name: Statement(
        select(*tables.table(one).c).where(tables.table(one).c.patient == bindparam("owner"))
    )
    for one in _TAKEN
}
_ADDS: Mapping[str, Statement] = {tables.table(one).name: insert_all(tables.table(one)) for one in _TAKEN}
_ADD_PATIENT = insert_all(_PATIENT)
_ADD_KEY = insert_all(_KEY)


class AdoptingPart(PatientsPart):
    """Patients between databases."""

    def packed(self, patient: str) -> Packed:
        """A whole patient, to be taken over by another database."""
        wrapped, version = self._rows(_KEY_ROW, owner=patient)[0]
        number, channel, chat = self._rows(_ADDRESS_ROW, owner=patient)[0]
        opened = CHAT.open(self._cipher(patient), patient, number, chat).decode()
        rows = {name: [tuple(row) for row in self._rows(one, owner=patient)] for name, one in _ROWS.items()}
        rows["patient"] = [tuple(row) for row in self._rows(_PATIENT_ROW, owner=patient)]
        rows["address"] = [(number, channel)]
        return Packed(patient, self._keys.master.unwrap(wrapped, patient, version), opened, rows)

    def adopt(self, packed: Packed, *, site: int, account: int) -> None:
        """A whole patient of another database. Ids are kept: they must not be in use here."""
        patient, version = packed.patient, settings.wrapping_version(self._connection)
        ((_, _, profile, created, erased),) = packed.rows["patient"]
        self._write_one(_ADD_PATIENT, (patient, site, profile, created, erased))
        self._write_one(_ADD_KEY, (patient, self._keys.master.wrap(packed.key, patient, version), version))
        ((number, channel),) = packed.rows["address"]
        address = Address(number, account, channel, packed.chat)
        self.add_address(patient, address)
        for name, add in _ADDS.items():
            rows = packed.rows.get(name, ())
            self._write(add, [self._here(name, row, account) for row in rows])

    def _here(self, name: str, row: tuple[object, ...], account: int) -> tuple[object, ...]:
        """Inbox rows name the account they came in by."""
        if name != "inbox":
            return row
        columns = [column.name for column in tables.table(tables.Inbox).columns]
        return tuple(account if column == "account" else value for column, value in zip(columns, row, strict=True))
