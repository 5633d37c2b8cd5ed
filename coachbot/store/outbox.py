"""The delivery ledger: who may send what next, and how it ended.

Order in a chat is the order of ids. Between chats, one that has an answer waiting goes before one that has
only unprompted messages. A row that is to be tried again keeps the later rows of its chat waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Update, and_, bindparam, exists, func, null, or_, select, update

from coachbot.service import codec
from coachbot.service.ports import Settlement
from coachbot.service.records import OutboxRow
from coachbot.store import tables
from coachbot.store.columns import micros, moment, moment_or_none
from coachbot.store.part import Part
from coachbot.store.saving import OUTBOX as BODY
from coachbot.store.statements import Statement, at_most, number, word

OUTBOX = tables.table(tables.Outbox)
_HEAD = OUTBOX.alias("head")
_OTHER = OUTBOX.alias("other")
_CLAIMED = OUTBOX.alias("claimed")
_FIRST = OUTBOX.alias("first_of_chat")


def _at_the_door(row: Any) -> ColumnElement[bool]:
    """Due, or tried before and waiting to be tried again."""
    return and_(row.c.state == word("due"), or_(row.c.due_at <= bindparam("now"), row.c.attempts > number(0)))


#: The oldest row of the chat that this row belongs to.
_FIRST_OF_CHAT = (
    select(func.min(_FIRST.c.id)).where(_FIRST.c.address == OUTBOX.c.address, _at_the_door(_FIRST)).scalar_subquery()
)
_EARLIER_IN_LANE = exists().where(
    _OTHER.c.address == OUTBOX.c.address,
    _OTHER.c.lane == OUTBOX.c.lane,
    _OTHER.c.id < OUTBOX.c.id,
    _at_the_door(_OTHER),
)
_CHAT_IS_BUSY = exists().where(_CLAIMED.c.address == OUTBOX.c.address, _CLAIMED.c.state == word("claimed"))
_NEXT = Statement(
    at_most(
        select(
            _HEAD.c.id, _HEAD.c.patient, _HEAD.c.address, _HEAD.c.body, _HEAD.c.due_at, _HEAD.c.lane,
            _HEAD.c.quiet, _HEAD.c.token, _HEAD.c.in_place, _HEAD.c.expires_at, _HEAD.c.on_doubt,
            _HEAD.c.turn, _HEAD.c.reason, _HEAD.c.attempts,
        )
        .join_from(OUTBOX, _HEAD, _HEAD.c.id == _FIRST_OF_CHAT)
        .where(
            OUTBOX.c.state == word("due"),
            OUTBOX.c.lane == bindparam("which"),
            OUTBOX.c.due_at <= bindparam("now"),
            _HEAD.c.due_at <= bindparam("now"),
            ~_EARLIER_IN_LANE,
            ~_CHAT_IS_BUSY,
        )
        .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
    )
)  # fmt: skip


def _change(**values: Any) -> Update:
    return update(OUTBOX).values({OUTBOX.c[name]: value for name, value in values.items()})


def _count(state: str) -> ColumnElement[int]:
    return select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == word(state)).scalar_subquery()


_EXPIRE = Statement(
    _change(state=word("expired"), reason=word("too late"), settled_at=bindparam("now")).where(
        OUTBOX.c.state == word("due"), OUTBOX.c.expires_at <= bindparam("now")
    )
)
_CLAIM = Statement(
    _change(
        state=word("claimed"),
        attempts=OUTBOX.c.attempts + number(1),
        claimed_by=bindparam("worker"),
        lease_real=bindparam("lease"),
        claimed_at=bindparam("now"),
    ).where(OUTBOX.c.id == bindparam("row")),
    "worker",
    "lease",
    "now",
    "row",
)
#: A row that its claimer gave back by its lease may still turn out to be sent.
_OPEN = or_(OUTBOX.c.state == word("claimed"), OUTBOX.c.state == word("due"))
_SETTLE = Statement(
    _change(
        state=bindparam("how"),
        reason=bindparam("why"),
        remote_id=bindparam("remote"),
        settled_at=bindparam("now"),
        lease_real=null(),
    ).where(OUTBOX.c.id == bindparam("row"), _OPEN),
    "how",
    "why",
    "now",
    "remote",
    "row",
)
_AGAIN = Statement(
    _change(state=word("due"), reason=bindparam("why"), due_at=bindparam("when"), lease_real=null()).where(
        OUTBOX.c.id == bindparam("row"), _OPEN
    ),
    "when",
    "why",
    "row",
)
_LEASE_OVER = (OUTBOX.c.state == word("claimed")) & (OUTBOX.c.lease_real < bindparam("real"))
_RESEND = Statement(
    _change(state=word("due"), reason=word("in doubt"), lease_real=null()).where(
        _LEASE_OVER, OUTBOX.c.on_doubt != word("skip")
    )
)
_SKIP = Statement(
    _change(state=word("failed"), reason=word("in doubt"), settled_at=bindparam("now"), lease_real=null()).where(
        _LEASE_OVER, OUTBOX.c.on_doubt == word("skip")
    )
)
_SUPPRESS = Statement(
    _change(state=word("suppressed"), reason=bindparam("why"), settled_at=bindparam("now")).where(
        OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.state == word("due"), OUTBOX.c.lane == number(1)
    )
)
_UNDELIVERED = Statement(select(_count("due") + _count("claimed")))
_LANES = (0, 1)


class OutboxPart(Part):
    """The outbox of a transaction."""

    def claim(self, *, now: datetime, now_real: float, limit: int, worker: str, lease_s: float) -> Sequence[OutboxRow]:
        """Claim what is due: at most one row a chat, answers before unprompted messages. A row that does not
        open fails."""
        moment_now, lease = micros(now), now_real + lease_s
        self._run(_EXPIRE, now=moment_now)
        claimed: list[Any] = []
        for lane in _LANES:
            rows = self._rows(_NEXT, which=lane, now=moment_now, many=limit - len(claimed))
            self._write(_CLAIM, [(worker, lease, moment_now, row[0]) for row in rows])
            claimed += rows
        ciphers = self._ciphers(row[1] for row in claimed)
        return self._opening(
            claimed,
            lambda row: _message(row, ciphers[row[1]]),
            lambda row: self._write_one(_SETTLE, ("failed", "the sealed body does not open", moment_now, "", row[0])),
        )

    def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        """Write down how sending ended; `due` means that it is to be tried again at `retry_at`."""
        at = micros(now)
        again = [s for s in settlements if s.state == "due"]
        ended = [s for s in settlements if s.state != "due"]
        self._write(_SETTLE, [(s.state, s.reason, at, s.remote_id, s.row) for s in ended])
        self._write(_AGAIN, [(micros(s.retry_at or now), s.reason, s.row) for s in again])

    def release_ambiguous(self, *, now: datetime, now_real: float) -> int:
        """Rows whose claimer died: by their policy due again, or failed as `in doubt`. Returns how many."""
        skipped = self._run(_SKIP, now=micros(now), real=now_real)
        return skipped + self._run(_RESEND, real=now_real)

    def suppress_due(self, patient: str, *, reason: str, now: datetime) -> int:
        """Unprompted messages that have not gone out yet go nowhere."""
        return self._run(_SUPPRESS, owner=patient, why=reason, now=micros(now))

    def undelivered(self) -> int:
        """Rows that are due, now or later, or being sent."""
        return int(self._rows(_UNDELIVERED)[0][0])


def _message(row: Any, cipher: AESGCM) -> OutboxRow:
    number_, patient, address, body, due, lane, quiet, token, in_place, expires, on_doubt, turn, reason, tries = row
    return OutboxRow(
        id=number_, patient=patient, address=address,
        body=codec.load(BODY.open(cipher, patient, number_, body)),
        due_at=moment(due), lane=lane, quiet=bool(quiet), token=token, in_place=in_place,
        expires_at=moment_or_none(expires), on_doubt=on_doubt, turn=turn, state="claimed", reason=reason,
        attempts=tries,
    )  # fmt: skip
