"""Staff, their doors, whom they care for and what they note."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, delete, or_, select

from coachbot.service.staff.records import NoteRow, StaffRow, VisitRow
from coachbot.store import tables
from coachbot.store.locks import STAFF
from coachbot.store.part import Part
from coachbot.store.sealing import SealedColumn, seal, unseal
from coachbot.store.statements import Statement, insert_all, upsert

NOTE = SealedColumn("note", "body")

_STAFF = tables.table(tables.Staff)
_VISIT = tables.table(tables.StaffVisit)
_TICKET = tables.table(tables.StaffTicket)
_CARE = tables.table(tables.Care)
_NOTE = tables.table(tables.Note)

_EVERYBODY = Statement(select(*_STAFF.c).order_by(_STAFF.c.id))
_BY_LOGIN = Statement(select(*_STAFF.c).where(_STAFF.c.login == bindparam("wanted")))
_BY_ID = Statement(select(*_STAFF.c).where(_STAFF.c.id == bindparam("wanted")))
_PUT_STAFF = upsert(_STAFF, "id")
_PUT_VISIT = upsert(_VISIT, "id")
_VISIT_OF = Statement(
    select(*_VISIT.c).where(
        or_(_VISIT.c.token_hash == bindparam("hashed"), _VISIT.c.before_hash == bindparam("hashed_too"))
    )
)
_DROP_VISIT = Statement(delete(_VISIT).where(_VISIT.c.id == bindparam("row"), _VISIT.c.staff == bindparam("who")))
_DROP_VISITS = Statement(delete(_VISIT).where(_VISIT.c.staff == bindparam("who")))
_ADD_TICKET = insert_all(_TICKET)
_TICKET_OF = Statement(
    select(_TICKET.c.staff).where(
        _TICKET.c.token_hash == bindparam("hashed"),
        _TICKET.c.purpose == bindparam("what"),
        _TICKET.c.expires_real > bindparam("now"),
    )
)
_DROP_TICKETS = Statement(
    delete(_TICKET).where(_TICKET.c.staff == bindparam("who"), _TICKET.c.purpose == bindparam("what"))
)
_ALL_CARE = Statement(select(_CARE.c.patient, _CARE.c.staff))
_CARE_OF = Statement(select(_CARE.c.staff).where(_CARE.c.patient == bindparam("owner")))
_DROP_CARE = Statement(delete(_CARE).where(_CARE.c.patient == bindparam("owner")))
_ADD_CARE = insert_all(_CARE)
_NOTES = Statement(select(*_NOTE.c).where(_NOTE.c.patient == bindparam("owner")).order_by(_NOTE.c.id))
_ADD_NOTE = insert_all(_NOTE)


class StaffingPart(Part):
    """Staff of a transaction."""

    # -- accounts --------------------------------------------------------------------------------------
    def staff(self) -> Sequence[StaffRow]:
        """Everybody, also who is not active any more."""
        return [self._staff_row(row) for row in self._rows(_EVERYBODY)]

    def staff_by_login(self, name: str) -> StaffRow | None:
        """Somebody by the name they type, however it is capitalised."""
        self._alone(STAFF)
        row = self._first(_BY_LOGIN, wanted=login_of(name))
        return None if row is None else self._staff_row(row)

    def staff_by_id(self, staff: int) -> StaffRow | None:
        """Somebody by their number."""
        self._alone(STAFF)
        row = self._first(_BY_ID, wanted=staff)
        return None if row is None else self._staff_row(row)

    def put_staff(self, row: StaffRow) -> None:
        """A new account, or one as it now stands."""
        totp = seal(self._staff_cipher(), _totp_place(row.id), row.totp.encode())
        self._write_one(
            _PUT_STAFF,
            (
                row.id, row.name, login_of(row.name), row.role, row.password, totp, row.totp_step, int(row.active),
                row.failed, row.locked_until, row.added,
            ),
        )  # fmt: skip

    def _staff_row(self, row: Any) -> StaffRow:
        number, name, _, role, password, totp, step, active, failed, locked, added = row
        secret = unseal(self._staff_cipher(), _totp_place(number), totp).decode()
        return StaffRow(number, name, role, password, secret, step, bool(active), failed, locked, added)

    def _staff_cipher(self) -> AESGCM:
        """Staff are no patients and have no key of their own: theirs comes from the database's look-up key."""
        return AESGCM(hmac.new(self._keys.lookup, b"staff", sha256).digest())

    # -- doors -----------------------------------------------------------------------------------------
    def add_visit(self, row: VisitRow) -> None:
        """Somebody is signed in."""
        self.put_visit(row)

    def put_visit(self, row: VisitRow) -> None:
        """A visit as it now stands."""
        self._write_one(
            _PUT_VISIT,
            (row.id, row.staff, row.token_hash, row.before_hash, row.csrf, row.began, row.seen, row.rotated),
        )

    def visit(self, token_hash: str) -> VisitRow | None:
        """The visit with this token, be it the one before the last rotation."""
        row = self._first(_VISIT_OF, hashed=token_hash, hashed_too=token_hash)
        if row is None:
            return None
        number, staff, current, before, csrf, began, seen, rotated = row
        return VisitRow(number, staff, current, csrf, began, seen, rotated, before)

    def drop_visits(self, staff: int, *, visit: int = 0) -> None:
        """Sign somebody out: in one browser, or in all."""
        if visit:
            self._run(_DROP_VISIT, row=visit, who=staff)
        else:
            self._run(_DROP_VISITS, who=staff)

    def add_ticket(self, token_hash: str, staff: int, purpose: str, expires_real: float) -> None:
        """A one-time link."""
        self._write_one(_ADD_TICKET, (token_hash, staff, purpose, expires_real))

    def ticket(self, token_hash: str, purpose: str, *, now_real: float) -> int | None:
        """Whose one-time link this is; None if it is unknown or too old. It is not used up by looking."""
        self._alone(STAFF)
        row = self._first(_TICKET_OF, hashed=token_hash, what=purpose, now=now_real)
        return None if row is None else int(row[0])

    def drop_tickets(self, staff: int, purpose: str) -> None:
        """The links of somebody, for one purpose, are used up."""
        self._run(_DROP_TICKETS, who=staff, what=purpose)

    # -- care and notes --------------------------------------------------------------------------------
    def carers(self, patient: str) -> frozenset[int]:
        """To whom a patient belongs."""
        return frozenset(int(row[0]) for row in self._rows(_CARE_OF, owner=patient))

    def care(self) -> Mapping[str, frozenset[int]]:
        """Every patient who belongs to somebody."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for patient, staff in self._rows(_ALL_CARE):
            found[patient].add(int(staff))
        return {patient: frozenset(staff) for patient, staff in found.items()}

    def put_care(self, patient: str, staff: Sequence[int]) -> None:
        """To whom a patient belongs from now on."""
        self._keep([patient])
        self._run(_DROP_CARE, owner=patient)
        self._write(_ADD_CARE, [(patient, one) for one in staff])

    def notes(self, patient: str) -> Sequence[NoteRow]:
        """What staff wrote down, oldest first."""
        rows = self._rows(_NOTES, owner=patient)
        return [
            NoteRow(number, patient, staff, at, NOTE.open(self._cipher(patient), patient, number, body).decode())
            for number, _, staff, at, body in rows
        ]

    def add_note(self, row: NoteRow) -> None:
        """Keep a note."""
        self._keep([row.patient])
        body = NOTE.seal(self._cipher(row.patient), row.patient, row.id, row.text.encode())
        self._write_one(_ADD_NOTE, (row.id, row.patient, row.staff, row.at, body))


def login_of(name: str) -> str:
    """A name as it is looked up: capitals and spaces around it do not count."""
    return " ".join(name.split()).casefold()


def _totp_place(staff: int) -> bytes:
    return f"staff|totp|{staff}".encode()
