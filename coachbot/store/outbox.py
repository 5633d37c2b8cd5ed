"""The delivery ledger: who may send what next, and how it ended.

Order in a chat is the order of ids. Between chats, one that has an answer waiting goes before one that has
only unprompted messages. A row that is to be tried again keeps the later rows of its chat waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Update, and_, bindparam, exists, func, null, or_, select, update

from coachbot.service import codec
from coachbot.service.ports import Settlement
from coachbot.service.records import OutboxRow, Shown
from coachbot.store import tables
from coachbot.store.columns import micros, moment, moment_or_none
from coachbot.store.locks import CLAIMS
from coachbot.store.part import Part
from coachbot.store.saving import OUTBOX as BODY
from coachbot.store.statements import Statement, at_most, number, word

OUTBOX = tables.table(tables.Outbox)
#: When a row is due that waits for the patient's next word. It stays in the state `due`, so that it expires, and is
#: suppressed, like any other; no attempt counts, so that it keeps no later row of its chat waiting.
SOME_DAY = micros(datetime(9999, 1, 1, tzinfo=UTC))
_ADDRESS = tables.table(tables.Address)
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
#: The oldest row of the same chat and lane: a minimum, and the lane hidden from its own index. PostgreSQL makes a join
#: of all that is due with all that is due of "there is none before it", and goes through all of a lane for
#: "lane = lane", as long as it believes that little is due; in the morning it believes so.
_FIRST_IN_LANE = (
    select(func.min(_OTHER.c.id))
    .where(
        _OTHER.c.address == OUTBOX.c.address,
        func.abs(_OTHER.c.lane - OUTBOX.c.lane) < number(1),
        _at_the_door(_OTHER),
    )
    .scalar_subquery()
)
_CHAT_IS_BUSY = exists().where(_CLAIMED.c.address == OUTBOX.c.address, _CLAIMED.c.state == word("claimed"))
_NEXT_QUERY = (
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
            OUTBOX.c.id == _FIRST_IN_LANE,
            ~_CHAT_IS_BUSY,
        )
        .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
)  # fmt: skip
_NEXT = Statement(at_most(_NEXT_QUERY))
#: Most accounts that can be passed over by the query itself; the sender gives the rows of others back.
_MOST_SHUT = 8
_SHUT: list[ColumnElement[int]] = [bindparam(f"shut{place}") for place in range(_MOST_SHUT)]
_NEXT_BUT = Statement(
    at_most(
        _NEXT_QUERY.where(
            ~exists().where(_ADDRESS.c.id == OUTBOX.c.address, or_(*(_ADDRESS.c.account == one for one in _SHUT)))
        )
    )
)


def _next_of(accounts: int) -> Statement:
    """The same for so many accounts alone."""
    places: list[ColumnElement[int]] = [bindparam(f"only{place}") for place in range(accounts)]
    return Statement(
        at_most(_NEXT_QUERY.where(exists().where(_ADDRESS.c.id == OUTBOX.c.address, _ADDRESS.c.account.in_(places))))
    )


#: By how many accounts: a power of two; the last account stands for those that are missing.
_NEXT_OF: dict[int, Statement] = {}


def change(**values: Any) -> Update:
    return update(OUTBOX).values({OUTBOX.c[name]: value for name, value in values.items()})


def _count(state: str) -> ColumnElement[int]:
    return select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == word(state)).scalar_subquery()


_EXPIRE = Statement(
    change(state=word("expired"), reason=word("too late"), settled_at=bindparam("now")).where(
        OUTBOX.c.state == word("due"), OUTBOX.c.expires_at <= bindparam("now")
    )
)
_CLAIM = Statement(
    change(
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
#: Only the sender that claimed a row last may say how it ended: one that was frozen must not open a chat in which
#: another is sending. Given back by its lease, and claimed by nobody since, a row may still turn out to be sent.
_ITS_OWN = OUTBOX.c.claimed_by == bindparam("by")
_OPEN = and_(or_(OUTBOX.c.state == word("claimed"), OUTBOX.c.state == word("due")), _ITS_OWN)
_SETTLE = Statement(
    change(
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
    "by",
)
_AGAIN = Statement(
    change(state=word("due"), reason=bindparam("why"), due_at=bindparam("when"), lease_real=null()).where(
        OUTBOX.c.id == bindparam("row"), _OPEN
    ),
    "when",
    "why",
    "row",
    "by",
)
_LEASE_OVER = (OUTBOX.c.state == word("claimed")) & (OUTBOX.c.lease_real < bindparam("real"))
#: Claimed at an account by anybody but one sender.
_OF_OTHERS = and_(
    OUTBOX.c.state == word("claimed"),
    OUTBOX.c.claimed_by != bindparam("me"),
    exists().where(_ADDRESS.c.id == OUTBOX.c.address, _ADDRESS.c.account == bindparam("of_account")),
)


def _resent(which: ColumnElement[bool]) -> Statement:
    again = change(state=word("due"), reason=word("in doubt"), lease_real=null())
    return Statement(again.where(which, OUTBOX.c.on_doubt != word("skip")))


def _skipped(which: ColumnElement[bool]) -> Statement:
    ended = change(state=word("failed"), reason=word("in doubt"), settled_at=bindparam("now"), lease_real=null())
    return Statement(ended.where(which, OUTBOX.c.on_doubt == word("skip")))


def _repeated(which: ColumnElement[bool]) -> Statement:
    """Where a messenger drops what it has had before, nothing is in doubt, whatever a row says of doubt."""
    there = exists().where(_ADDRESS.c.id == OUTBOX.c.address, _ADDRESS.c.channel == bindparam("of_channel"))
    return Statement(
        change(state=word("due"), lease_real=null()).where(which, OUTBOX.c.on_doubt == word("skip"), there)
    )


_REPEAT, _REPEAT_OF = _repeated(_LEASE_OVER), _repeated(_OF_OTHERS)
_RESEND, _RESEND_OF = _resent(_LEASE_OVER), _resent(_OF_OTHERS)
_SKIP, _SKIP_OF = _skipped(_LEASE_OVER), _skipped(_OF_OTHERS)
_SUPPRESS = Statement(
    change(state=word("suppressed"), reason=bindparam("why"), settled_at=bindparam("now")).where(
        OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.state == word("due"), OUTBOX.c.lane == number(1)
    )
)
_HELD = Statement(
    change(state=word("due"), reason=bindparam("why"), attempts=OUTBOX.c.attempts - number(1), lease_real=null()).where(
        OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == word("claimed"), _ITS_OWN
    ),
    "why",
    "row",
    "by",
)
_FORWARD = Statement(
    change(due_at=OUTBOX.c.due_at - OUTBOX.c.created_at + bindparam("now"), created_at=bindparam("now")).where(
        OUTBOX.c.state == word("due"),
        OUTBOX.c.created_at > bindparam("now"),
        OUTBOX.c.due_at < number(SOME_DAY),
        OUTBOX.c.turn > number(0),  # of others, such as broadcasts, nobody knows when they were written
    )
)
_STANDING = (OUTBOX.c.id, OUTBOX.c.body, OUTBOX.c.in_place, OUTBOX.c.remote_id)
_SENT_TO = and_(
    OUTBOX.c.patient == bindparam("owner"),
    OUTBOX.c.address == bindparam("place"),
    OUTBOX.c.state == word("sent"),
    OUTBOX.c.remote_id != word(""),
)
_NEWEST = Statement(at_most(select(*_STANDING).where(_SENT_TO).order_by(OUTBOX.c.id.desc()), number(1)))
_NEWEST_OF_TOKEN = Statement(
    at_most(
        select(*_STANDING).where(_SENT_TO, OUTBOX.c.token == bindparam("which")).order_by(OUTBOX.c.id.desc()),
        number(1),
    )
)
_COMING_IN_GROUP = Statement(
    select(OUTBOX.c.id).where(
        OUTBOX.c.patient == bindparam("owner"),
        OUTBOX.c.id > bindparam("after"),
        OUTBOX.c.in_place == bindparam("group_name"),
        OUTBOX.c.state == word("due"),
    )
)
_TOKEN_AT = Statement(
    at_most(
        select(OUTBOX.c.token)
        .where(OUTBOX.c.patient == bindparam("owner"), OUTBOX.c.remote_id == bindparam("remote"))
        .order_by(OUTBOX.c.id.desc()),
        number(1),
    )
)
_WAIT = Statement(
    change(state=word("due"), due_at=number(SOME_DAY), reason=bindparam("why"), attempts=number(0), lease_real=null())
    .where(OUTBOX.c.id == bindparam("row"), _OPEN),
    "why",
    "row",
    "by",
)  # fmt: skip
_UNDELIVERED = Statement(select(_count("due") + _count("claimed")))
_LANES = (0, 1)


class OutboxPart(Part):
    """The outbox of a transaction."""

    def claim(
        self,
        *,
        now: datetime,
        now_real: float,
        limit: int,
        worker: str,
        lease_s: float,
        shut: Collection[int] = (),
        hushed: Collection[int] = (),
        unasked: int | None = None,
        only: Collection[int] | None = None,
    ) -> Sequence[OutboxRow]:
        """Claim what is due: at most one row a chat, answers before unprompted messages, nothing of the accounts in
        `shut`, nothing unprompted of those in `hushed`, and at most `unasked` unprompted rows; with `only`, of these
        accounts alone. A row that does not open fails."""
        self._alone(CLAIMS)
        moment_now, lease = micros(now), now_real + lease_s
        self._run(_EXPIRE, now=moment_now)
        claimed: list[Any] = []
        for lane in _LANES:
            many = limit - len(claimed)
            if lane and unasked is not None:
                many = min(many, unasked)
            rows = self._next(lane, moment_now, many, {*shut, *hushed} if lane else set(shut), only)
            self._write(_CLAIM, [(worker, lease, moment_now, row[0]) for row in rows])
            claimed += rows
        ciphers = self._ciphers(row[1] for row in claimed)
        return self._opening(
            claimed,
            lambda row: _message(row, ciphers[row[1]]),
            lambda row: self._write_one(
                _SETTLE, ("failed", "the sealed body does not open", moment_now, "", row[0], worker)
            ),
        )

    def _next(self, lane: int, now: int, many: int, shut: set[int], only: Collection[int] | None) -> Sequence[Any]:
        if only is not None:
            return self._next_only(lane, now, many, sorted(set(only) - shut))
        if not shut:
            return self._rows(_NEXT, which=lane, now=now, many=many)
        passed = [*shut][:_MOST_SHUT]
        places = {f"shut{place}": passed[min(place, len(passed) - 1)] for place in range(_MOST_SHUT)}
        return self._rows(_NEXT_BUT, which=lane, now=now, many=many, **places)

    def _next_only(self, lane: int, now: int, many: int, accounts: Sequence[int]) -> Sequence[Any]:
        if not accounts:
            return ()
        size = 1 << (len(accounts) - 1).bit_length()
        if size not in _NEXT_OF:
            _NEXT_OF[size] = _next_of(size)
        places = {f"only{place}": accounts[min(place, len(accounts) - 1)] for place in range(size)}
        return self._rows(_NEXT_OF[size], which=lane, now=now, many=many, **places)

    def shown(self, row: OutboxRow) -> Shown | None:
        """The message that a row changes: of the same question (to close it), or the newest if it is of the same
        group. None if there is none, or if a later row of the group changes it anyway."""
        if row.body.get("kind") == "close":
            found = self._first(_NEWEST_OF_TOKEN, owner=row.patient, place=row.address, which=row.token)
            if found is None or (found[2] and self._is_coming(row, found[2])):
                return None
        else:
            found = self._first(_NEWEST, owner=row.patient, place=row.address)
            if found is None or found[2] != row.in_place:
                return None
        body = BODY.open(self._cipher(row.patient), row.patient, found[0], found[1])
        return Shown(str(found[3]), codec.load(body))

    def _is_coming(self, row: OutboxRow, group: str) -> bool:
        return self._first(_COMING_IN_GROUP, owner=row.patient, after=row.id, group_name=group) is not None

    def token_at(self, patient: str, remote_id: str) -> str:
        """The token of the question that stands in a message of the messenger; empty if it asked nothing."""
        found = self._first(_TOKEN_AT, owner=patient, remote=remote_id)
        return str(found[0]) if found else ""

    def settle(self, settlements: Sequence[Settlement], *, by: str, now: datetime) -> None:
        """Write down how sending ended, as the sender `by` knows it; `due` means that it is to be tried again at
        `retry_at`, `held` that no call was made, `waiting` that it waits for the patient's next word. Of rows that
        another sender has claimed since, nothing is written."""
        at = micros(now)
        again = [s for s in settlements if s.state == "due"]
        held = [s for s in settlements if s.state == "held"]
        waiting = [s for s in settlements if s.state == "waiting"]
        ended = [s for s in settlements if s.state not in ("due", "held", "waiting")]
        self._write(_SETTLE, [(s.state, s.reason, at, s.remote_id, s.row, by) for s in ended])
        self._write(_HELD, [(s.reason, s.row, by) for s in held])
        self._write(_WAIT, [(s.reason, s.row, by) for s in waiting])
        self._write(_AGAIN, [(micros(s.retry_at or now), s.reason, s.row, by) for s in again])

    def release_ambiguous(self, *, now: datetime, now_real: float, repeatable: Collection[str] = ()) -> int:
        """Rows whose claimer died: by their policy due again, or failed as `in doubt`; due in any case at the channels
        where a repeated message is dropped. Returns how many."""
        found = sum(self._run(_REPEAT, of_channel=channel, real=now_real) for channel in repeatable)
        found += self._run(_SKIP, now=micros(now), real=now_real)
        return found + self._run(_RESEND, real=now_real)

    def release_claims(
        self, accounts: Collection[int], *, but: str, now: datetime, repeatable: Collection[str] = ()
    ) -> int:
        """The same for all rows of these accounts that anybody but this sender had claimed."""
        self._alone(CLAIMS)
        found = 0
        for account in sorted(accounts):
            for channel in repeatable:
                found += self._run(_REPEAT_OF, of_channel=channel, of_account=account, me=but)
            found += self._run(_SKIP_OF, now=micros(now), of_account=account, me=but)
            found += self._run(_RESEND_OF, of_account=account, me=but)
        return found

    def bring_forward(self, *, now: datetime) -> int:
        """Rows that are due and were written later than now: as much earlier as they were written late. How many."""
        return self._run(_FORWARD, now=micros(now))

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
