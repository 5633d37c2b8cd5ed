"""The service window in the ledger: what was sent since a patient's word, and what waits for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from coachbot.service import codec
from coachbot.service.ports import Room
from coachbot.service.records import OutboxRow
from coachbot.service.window import RUNG
from coachbot.store import tables
from coachbot.store.columns import micros, moment
from coachbot.store.outbox import OUTBOX, SOME_DAY, change
from coachbot.store.part import Part
from coachbot.store.saving import OUTBOX as BODY
from coachbot.store.statements import Statement, at_most, number, word

_INBOX = tables.table(tables.Inbox)
#: Newest rows of a patient among which those sent since the last word are counted.
_LATEST = 100
_DUE_OF = (OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.state == word("due"))
_RELEASE = Statement(
    change(due_at=bindparam("now"), reason=word("")).where(*_DUE_OF, OUTBOX.c.due_at == number(SOME_DAY))
)
_PUT_OFF = Statement(change(due_at=number(SOME_DAY), attempts=number(0)).where(*_DUE_OF))
_HEARD = Statement(
    at_most(
        select(_INBOX.c.id, _INBOX.c.received_at)
        .where(_INBOX.c.patient == bindparam("owner"), _INBOX.c.account == bindparam("at_account"))
        .order_by(_INBOX.c.id.desc()),
        number(1),
    )
)
_LATEST_ROWS = Statement(
    at_most(
        select(OUTBOX.c.id, OUTBOX.c.state, OUTBOX.c.settled_at)
        .where(OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.address == bindparam("place"))
        .order_by(OUTBOX.c.id.desc()),
        number(_LATEST),
    )
)
_MORE_OF_CHAT = Statement(
    at_most(
        select(OUTBOX.c.id).where(
            OUTBOX.c.address == bindparam("place"),
            OUTBOX.c.state == word("due"),
            OUTBOX.c.id > bindparam("after"),
            OUTBOX.c.due_at <= bindparam("now"),
        ),
        number(1),
    )
)
_RUNG_IN_TURN = Statement(
    at_most(
        select(OUTBOX.c.id).where(
            OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.turn == bindparam("which"), OUTBOX.c.reason == word(RUNG)
        ),
        number(1),
    )
)
_ASKED = Statement(
    at_most(
        select(OUTBOX.c.id, OUTBOX.c.body)
        .where(
            OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.token == bindparam("which"), OUTBOX.c.state == word("sent")
        )
        .order_by(OUTBOX.c.id.desc()),
        number(1),
    )
)
_FATE = Statement(
    at_most(
        select(OUTBOX.c.state, OUTBOX.c.due_at)
        .where(OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.token == bindparam("which"))
        .order_by(OUTBOX.c.id.desc()),
        number(1),
    )
)


class WindowPart(Part):
    """The service window of a transaction."""

    def room(self, row: OutboxRow, account: int, *, now: datetime) -> Room:
        """What the service window of a chat leaves for a claimed row."""
        heard = self._first(_HEARD, owner=row.patient, at_account=account)
        sent = self._sent_since(row, *heard) if heard else 0
        more = self._first(_MORE_OF_CHAT, place=row.address, after=row.id, now=micros(now))
        rung = self._first(_RUNG_IN_TURN, owner=row.patient, which=row.turn)
        return Room(moment(heard[1]) if heard else None, sent, more is not None, rung is not None)

    def _sent_since(self, row: OutboxRow, word: int, at: int) -> int:
        """Messages sent since a word: by the moment, and by the order where both happened in the same one."""
        rows = self._rows(_LATEST_ROWS, owner=row.patient, place=row.address)
        return sum(state == "sent" and (number_ > word or settled > at) for number_, state, settled in rows)

    def release(self, patient: str, *, now: datetime) -> int:
        """The patient has written: what waited for that is due. Returns how many rows."""
        return self._run(_RELEASE, owner=patient, now=micros(now))

    def put_off(self, patient: str) -> int:
        """Everything not yet sent waits for the patient's next word: something graver goes first."""
        return self._run(_PUT_OFF, owner=patient)

    def asked(self, patient: str, token: str) -> Mapping[str, Any] | None:
        """The newest message that was sent and asks this question."""
        found = self._first(_ASKED, owner=patient, which=token)
        if found is None:
            return None
        body: Mapping[str, Any] = codec.load(BODY.open(self._cipher(patient), patient, found[0], found[1]))
        return body

    def fate(self, patient: str, token: str) -> str:
        """What became of the message that asked a question: `waiting`, `expired`, `sent`...; empty for none."""
        found = self._first(_FATE, owner=patient, which=token)
        if found is None:
            return ""
        return "waiting" if found[0] == "due" and found[1] == SOME_DAY else str(found[0])
