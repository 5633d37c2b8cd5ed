"""The inbox: what came in, stored once, waiting for its turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, null, select, update

from coachbot.service import codec
from coachbot.service.records import InboxRow
from coachbot.service.shards import mask_of
from coachbot.store import tables
from coachbot.store.columns import json_bytes, micros, moment
from coachbot.store.locks import TURNS
from coachbot.store.part import Part
from coachbot.store.sealing import SealedColumn
from coachbot.store.sharding import within
from coachbot.store.statements import Statement, at_most, insert_new, number, word

BODY = SealedColumn("inbox", "body")
INBOX = tables.table(tables.Inbox)
_TRIED = INBOX.alias("tried")

_COLUMNS = (
    INBOX.c.id, INBOX.c.patient, INBOX.c.account, INBOX.c.update_id, INBOX.c.received_at, INBOX.c.body,
    INBOX.c.attempts, INBOX.c.first_tried_real, INBOX.c.screened,
)  # fmt: skip
_HELD_PATIENTS = select(_TRIED.c.patient).where(
    _TRIED.c.state == word("waiting"), _TRIED.c.next_try_real > bindparam("now")
)
#: The patient has a row that is held back for another try: all rows of theirs wait for it.
_HELD_BACK = INBOX.c.patient.in_(_HELD_PATIENTS)
_ADD = insert_new(INBOX)
_STANDS = select(*_COLUMNS).where(INBOX.c.state == word("waiting"))
_WAITING = Statement(at_most(_STANDS.where(~_HELD_BACK).order_by(INBOX.c.id)))
_WAITING_OF = Statement(at_most(_STANDS.where(~_HELD_BACK, within(INBOX.c.patient)).order_by(INBOX.c.id)))
_ANYBODY_HELD = Statement(_HELD_PATIENTS)
_HELD = Statement(_STANDS.where(_HELD_BACK, INBOX.c.screened == number(0)))
_HELD_OF = Statement(_STANDS.where(_HELD_BACK, INBOX.c.screened == number(0), within(INBOX.c.patient)))
_SCREENED = Statement(update(INBOX).values(screened=number(1)).where(INBOX.c.id == bindparam("row")), "row")
_RETRY = Statement(
    update(INBOX)
    .values(
        screened=number(1),
        attempts=bindparam("new_attempts"),
        first_tried_real=bindparam("tried"),
        next_try_real=bindparam("again"),
        error=bindparam("what"),
    )
    .where(INBOX.c.id == bindparam("row"), INBOX.c.state == word("waiting"))
)
_PARK = Statement(
    update(INBOX)
    .values(state=word("parked"), error=bindparam("what"), next_try_real=null())
    .where(INBOX.c.id == bindparam("row"))
)


class InboxPart(Part):
    """The inbox of a transaction."""

    def add_inbox(self, rows: Sequence[InboxRow]) -> Sequence[bool]:
        """Store updates; False for one that was stored before (same account and update id)."""
        self._keep(row.patient for row in rows)
        ciphers = self._ciphers(row.patient for row in rows)
        added = self._write_each(_ADD, [self._stored(row, ciphers[row.patient]) for row in rows])
        return [one == 1 for one in added]

    def waiting(self, *, now_real: float, limit: int, shards: Sequence[int] | None = None) -> Sequence[InboxRow]:
        """Updates that wait for their turn, oldest first; none of a patient who is held back. One that does not
        open is parked. With `shards`, which the transaction must have taken, those of their patients alone."""
        if shards is None:
            self._alone(TURNS)
            rows = self._rows(_WAITING, now=now_real, many=limit)
        else:
            rows = self._rows(_WAITING_OF, now=now_real, many=limit, shards=mask_of(shards))
        return self._opened(rows, damaged=lambda row: self.park_inbox(row[0], error="the sealed body does not open"))

    def held(self, *, now_real: float, shards: Sequence[int] | None = None) -> Sequence[InboxRow]:
        """Updates of patients who are held back, in which safety has not been read yet."""
        if not self._rows(_ANYBODY_HELD, now=now_real):
            return []
        if shards is None:
            rows = self._rows(_HELD, now=now_real)
        else:
            rows = self._rows(_HELD_OF, now=now_real, shards=mask_of(shards))
        return self._opened(sorted(rows, key=itemgetter(0)))

    def mark_screened(self, rows: Sequence[int]) -> None:
        """Safety has been read in these rows; their turn still comes."""
        self._write(_SCREENED, [(row,) for row in rows])

    def retry_inbox(self, row: int, *, at_real: float, first_tried: float, attempts: int, error: str) -> None:
        """Hold a row back for another try. The failed turn has read safety already."""
        self._run(_RETRY, new_attempts=attempts, tried=first_tried, again=at_real, what=error, row=row)

    def park_inbox(self, row: int, *, error: str) -> None:
        """Give a row up; the operator sees it."""
        self._run(_PARK, what=error, row=row)

    def _opened(self, rows: Sequence[Any], damaged: Callable[[Any], object] = lambda row: None) -> list[InboxRow]:
        ciphers = self._ciphers(row[1] for row in rows)
        return self._opening(rows, lambda row: self._row(row, ciphers[row[1]]), damaged)

    def _stored(self, row: InboxRow, cipher: AESGCM) -> tuple[Any, ...]:
        body = BODY.seal(cipher, row.patient, row.id, json_bytes(row.body))
        self._keys.opened.put(BODY, row.patient, row.id, body, row.body)
        return (
            row.id, row.patient, row.account, row.update_id, micros(row.received_at), body, "waiting",
            int(row.screened), row.attempts, row.first_tried, None, "",
        )  # fmt: skip

    def _row(self, row: Any, cipher: AESGCM) -> InboxRow:
        number_, patient, account, update_id, received, body, attempts, tried, screened = row
        opened = self._keys.opened.found(BODY, patient, number_, body)
        return InboxRow(
            id=number_,
            patient=patient,
            account=account,
            update_id=update_id,
            received_at=moment(received),
            body=codec.load(BODY.open(cipher, patient, number_, body)) if opened is None else opened,
            attempts=attempts,
            first_tried=tried,
            screened=bool(screened),
        )
