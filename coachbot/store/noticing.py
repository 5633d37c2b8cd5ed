"""Ways, what members write in their own chats, and the ledger of notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, null, select, update

from coachbot.service import codec
from coachbot.service.notices.records import AlertHead, Notice, Seen, StaffUpdate, Way
from coachbot.store import tables
from coachbot.store.columns import micros, moment, moment_or_none
from coachbot.store.keyfile import chat_hash
from coachbot.store.sealing import seal, unseal
from coachbot.store.staffing import StaffingPart
from coachbot.store.statements import Statement, at_most, insert_new, number, upsert, word

_WAY = tables.table(tables.StaffWay)
_IN = tables.table(tables.StaffInbox)
_N = tables.table(tables.StaffNotice)
_ALERT = tables.table(tables.Alert)
_STAFF = tables.table(tables.Staff)

_WAYS = Statement(select(*_WAY.c).order_by(_WAY.c.id))
_NUMBERS = Statement(select(_WAY.c.id))
_WAY_OF = Statement(select(*_WAY.c).where(_WAY.c.id == bindparam("row")))
_PUT_WAY = upsert(_WAY, "id")
_DROP_WAY = Statement(delete(_WAY).where(_WAY.c.id == bindparam("row")))
_ANY_CHAT = Statement(
    select(_WAY.c.chat_hash, _WAY.c.id)
    .join_from(_WAY, _STAFF, _STAFF.c.id == _WAY.c.staff)
    .where(_WAY.c.account == bindparam("at"), _STAFF.c.active == number(1))
)
_ADD_IN = insert_new(_IN)
_WAITING = Statement(at_most(select(*_IN.c).where(_IN.c.done == number(0)).order_by(_IN.c.id)))
_READ = Statement(
    update(_IN).values(done=number(1), body=bindparam("nothing")).where(_IN.c.id == bindparam("row")), "nothing", "row"
)
_HEADS = Statement(
    select(
        _ALERT.c.id, _ALERT.c.patient, _ALERT.c.priority, _ALERT.c.opened_at, _ALERT.c.acknowledge_by,
        _ALERT.c.escalated_at,
    ).where(_ALERT.c.acknowledged_at.is_(null()), _ALERT.c.priority != word("low")).order_by(_ALERT.c.id)
)  # fmt: skip
_SEEN = Statement(
    select(_ALERT.c.id, _ALERT.c.patient, _ALERT.c.acknowledged_by, _ALERT.c.acknowledged_at)
    .join_from(_N, _ALERT, _ALERT.c.id == _N.c.alert)
    .where(_N.c.followed == number(0), _ALERT.c.acknowledged_at.is_not(null()))
    .group_by(_ALERT.c.id, _ALERT.c.patient, _ALERT.c.acknowledged_by, _ALERT.c.acknowledged_at)
    .order_by(_ALERT.c.id)
)
_OF_ALERT = (_N.c.alert == bindparam("number"), _N.c.followed == number(0))
_TOLD_WAYS = Statement(
    select(_N.c.way).where(*_OF_ALERT, _N.c.state.in_([word("sent"), word("claimed")])).group_by(_N.c.way)
)
_NEEDLESS = Statement(update(_N).values(state=word("needless")).where(*_OF_ALERT, _N.c.state == word("due")))
_FOLLOWED = Statement(update(_N).values(followed=number(1)).where(*_OF_ALERT))
_ADD = insert_new(_N)
_FIRST_OF_WAY = (
    select(func.min(_N.c.id))
    .where(_N.c.state == word("due"), _N.c.due_real <= bindparam("now"))
    .group_by(_N.c.way)
    .scalar_subquery()
)
_DUE = Statement(at_most(select(*_N.c).where(_N.c.id.in_(_FIRST_OF_WAY)).order_by(_N.c.id)))
_LATE = Statement(
    update(_N).values(state=word("due")).where(_N.c.state == word("claimed"), _N.c.due_real <= bindparam("now"))
)
_ANY_DUE = Statement(
    at_most(
        select(_N.c.id).where(
            _N.c.state.in_([word("due"), word("claimed")]), _N.c.due_real <= bindparam("now")
        )
    )
)  # fmt: skip
_CLAIM = Statement(
    update(_N).values(state=word("claimed"), due_real=bindparam("until")).where(_N.c.id == bindparam("row")),
    "until",
    "row",
)
_SETTLE = Statement(
    update(_N)
    .values(
        state=bindparam("to"), due_real=bindparam("again"), attempts=bindparam("tries"), reason=bindparam("why"),
    )
    .where(_N.c.id == bindparam("row"), _N.c.state == word("claimed")),
    "to", "again", "tries", "why", "row",
)  # fmt: skip
_GO_NOWHERE = Statement(
    update(_N)
    .values(state=word("needless"))
    .where(_N.c.way == bindparam("row"), _N.c.state.in_([word("due"), word("claimed")]))
)
_FREE = Statement(update(_N).values(state=word("due"), due_real=number(0)).where(_N.c.state == word("claimed")))
_OLD = _N.alias("old")
_DROP_OLD = Statement(
    delete(_N).where(
        _N.c.id.in_(
            at_most(
                select(_OLD.c.id).where(
                    _OLD.c.id < bindparam("before"),
                    _OLD.c.followed == number(1),
                    _OLD.c.state.in_([word("sent"), word("failed"), word("needless")]),
                )
            )
        )
    )
)
_READ_ONES = _IN.alias("read_ones")
_DROP_READ = Statement(
    delete(_IN).where(
        _IN.c.id.in_(
            at_most(
                select(_READ_ONES.c.id).where(_READ_ONES.c.id < bindparam("before"), _READ_ONES.c.done == number(1))
            )
        )
    )
)
_ALL = Statement(select(*_N.c).order_by(_N.c.id))
_ABOUT = Statement(select(*_N.c).where(_N.c.subject == bindparam("about")).order_by(_N.c.id))


class NoticingPart(StaffingPart):
    """Notices of a transaction."""

    # -- ways ------------------------------------------------------------------------------------------
    def ways(self) -> Sequence[Way]:
        """Every way there is."""
        return [self._way_row(row) for row in self._rows(_WAYS)]

    def way_numbers(self) -> Sequence[int]:
        """The numbers of every way; nothing is opened."""
        return [int(row[0]) for row in self._rows(_NUMBERS)]

    def way(self, number: int) -> Way | None:
        """One way by its number."""
        row = self._first(_WAY_OF, row=number)
        return None if row is None else self._way_row(row)

    def put_way(self, way: Way) -> None:
        """A new way, or one as it now stands."""
        hashed = chat_hash(self._keys.lookup, way.account, way.address) if way.kind == "chat" else None
        plain = {"address": way.address, "secret": way.secret, "channel": way.channel, "talk": dict(way.talk)}
        body = self._sealed_here("staff_way", way.id, plain)
        account = way.account if way.kind == "chat" else None
        self._write_one(
            _PUT_WAY, (way.id, way.staff, way.client, way.kind, account, hashed, micros(way.since), body)
        )  # fmt: skip

    def drop_way(self, number: int) -> None:
        """The way is no more; what was still to go there goes nowhere."""
        self._run(_DROP_WAY, row=number)
        self._run(_GO_NOWHERE, row=number)

    def chats_of_staff(self, account: int, chats: Iterable[str]) -> Mapping[str, int]:
        """Which of these chats are members' own (of open accounts), and by which way."""
        known = dict(self._rows(_ANY_CHAT, at=account))
        hashes = {chat: chat_hash(self._keys.lookup, account, chat) for chat in chats} if known else {}
        return {chat: int(known[hashed]) for chat, hashed in hashes.items() if hashed in known}

    def _way_row(self, row: Any) -> Way:
        number_, staff, client, kind, account, _, since, sealed = row
        body = self._opened_here("staff_way", number_, sealed)
        return Way(number_, staff, kind, moment(since), client=client, account=account or 0, **body)

    # -- what members write ----------------------------------------------------------------------------
    def add_staff_updates(self, updates: Sequence[StaffUpdate]) -> Sequence[bool]:
        """Store updates; False for one that was stored before."""
        return [
            bool(self._write_one(
                _ADD_IN,
                (one.id, one.way, one.account, one.update_id, 0, self._sealed_here("staff_inbox", one.id, one.body)),
            ))
            for one in updates
        ]  # fmt: skip

    def staff_updates(self, limit: int) -> Sequence[StaffUpdate]:
        """Those not read yet, the oldest first."""
        return [
            StaffUpdate(number_, way, account, update_id, self._opened_here("staff_inbox", number_, body))
            for number_, way, account, update_id, _, body in self._rows(_WAITING, many=limit)
        ]

    def staff_update_done(self, number: int) -> None:
        """It was read; nothing of it is kept but that it came."""
        self._run(_READ, row=number, nothing=b"")

    # -- alerts ----------------------------------------------------------------------------------------
    def alert_heads(self) -> Sequence[AlertHead]:
        """Every alert that nobody has acknowledged and that is told of: those of low priority wait on Today."""
        return [
            AlertHead(number_, patient, priority, moment(opened), moment_or_none(by), moment_or_none(escalated))
            for number_, patient, priority, opened, by, escalated in self._rows(_HEADS)
        ]

    def seen_alerts(self) -> Sequence[Seen]:
        """Alerts that were told of and acknowledged since, whose end was not told yet."""
        return [Seen(*row) for row in self._rows(_SEEN)]

    def follow(self, alert: int) -> Sequence[int]:
        """The end of an alert is told: what of it is still to go out goes nowhere. Returns the ways that were told."""
        told = [int(row[0]) for row in self._rows(_TOLD_WAYS, number=alert)]
        self._run(_NEEDLESS, number=alert)
        self._run(_FOLLOWED, number=alert)
        return told

    # -- notices ---------------------------------------------------------------------------------------
    def add_notices(self, rows: Sequence[Notice]) -> int:
        """Keep notices; one whose subject, stage and way were there before is not kept again."""
        return sum(self._write_one(_ADD, self._notice_values(row)) for row in rows)

    def notices_due(self, *, now_real: float) -> bool:
        """Whether a notice waits to be carried now."""
        return self._first(_ANY_DUE, now=now_real, many=1) is not None

    def claim_notices(self, *, now_real: float, limit: int, lease_s: float) -> Sequence[tuple[Notice, Way]]:
        """Claim what is due, one of a way at most, the oldest first."""
        self._run(_LATE, now=now_real)
        found = []
        for notice in map(self._notice_row, self._rows(_DUE, now=now_real, many=limit)):
            way = self.way(notice.way)
            if way is not None:
                self._run(_CLAIM, row=notice.id, until=now_real + lease_s)
                found.append((notice, way))
        return found

    def settle_notice(self, number: int, *, state: str, reason: str, due_real: float, attempts: int) -> None:
        """How the call of a claimed notice ended."""
        self._run(_SETTLE, row=number, to=state, why=reason[:300], again=due_real, tries=attempts)

    def free_notices(self) -> int:
        """What a process that died had claimed is due again. Returns how many."""
        return self._run(_FREE)

    def drop_notices(self, before: int, limit: int) -> int:
        """Remove what has come to its end and is older than an id, so many at a time."""
        return self._run(_DROP_OLD, before=before, many=limit) + self._run(_DROP_READ, before=before, many=limit)

    def notices(self, subject: str = "") -> Sequence[Notice]:
        """All notices, or those of one subject, the oldest first."""
        rows = self._rows(_ABOUT, about=subject) if subject else self._rows(_ALL)
        return [self._notice_row(row) for row in rows]

    def _notice_values(self, row: Notice) -> tuple[Any, ...]:
        followed = 0 if row.alert else 1
        body = self._sealed_here("staff_notice", row.id, row.body)
        return (
            row.id, row.patient, row.way, row.subject, row.stage, row.alert, followed, row.state, row.due,
            row.attempts, row.reason, body,
        )  # fmt: skip

    def _notice_row(self, row: Any) -> Notice:
        number_, patient, way, subject, stage, alert, _, state, due, attempts, reason, sealed = row
        body = self._opened_here("staff_notice", number_, sealed)
        return Notice(number_, way, subject, stage, body, due, patient, alert, state, attempts, reason)

    # -- sealing ---------------------------------------------------------------------------------------
    def _sealed_here(self, name: str, row: int | str, value: object) -> bytes:
        return seal(self._staff_cipher(), f"{name}|body|{row}".encode(), codec.dump(value))

    def _opened_here(self, name: str, row: int | str, sealed: bytes) -> Any:
        return codec.load(unseal(self._staff_cipher(), f"{name}|body|{row}".encode(), sealed))
