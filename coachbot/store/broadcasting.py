"""Broadcasts and their ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from coachbot.service import codec
from coachbot.service.broadcasts.records import Broadcast, Head, Hours, Recipient
from coachbot.service.staff.records import RosterRow
from coachbot.store import tables
from coachbot.store.columns import micros, micros_or_none, moment
from coachbot.store.lists import ROSTER, ListsPart
from coachbot.store.outbox import OUTBOX
from coachbot.store.patients import PROFILE
from coachbot.store.sealing import SealedColumn, seal, unseal
from coachbot.store.staffing import StaffingPart
from coachbot.store.statements import ListStatement, Statement, at_most, insert_new, upsert, word

REASON = SealedColumn("broadcast_recipient", "reason")

_B = tables.table(tables.Broadcast)
_R = tables.table(tables.BroadcastRecipient)
_E = tables.table(tables.Enrolment)
_A = tables.table(tables.Address)
_P = tables.table(tables.Patient)
_K = tables.table(tables.PatientKey)
_CARE = tables.table(tables.Care)
_MOMENTS = ("made", "asked", "approved", "starts")
#: What stands in columns of its own.
_OPEN = ("id", "staff", "state", "starts")

_PUT = upsert(_B, "id")
_ONE = Statement(select(*_B.c).where(_B.c.id == bindparam("row")))
_ONE_ALONE = Statement(select(*_B.c).where(_B.c.id == bindparam("row")).with_for_update())
_ALL = Statement(select(*_B.c).order_by(_B.c.id.desc()))
_ASKED = Statement(select(*_B.c).where(_B.c.state == word("waiting")).order_by(_B.c.id))
_WORKING = Statement(
    select(*_B.c).where(_B.c.state.in_([word("scheduled"), word("sending")])).order_by(_B.c.id)
)  # fmt: skip
_NEXT_START = Statement(
    select(func.min(_B.c.starts_at)).where(_B.c.state == word("scheduled"), _B.c.starts_at > bindparam("after"))
)
_NEXT_DUE = Statement(
    select(func.min(_R.c.due_at)).where(
        _R.c.broadcast == bindparam("row"), _R.c.state == word("planned"), _R.c.due_at > bindparam("after")
    )
)
_HEADS = Statement(
    at_most(
        select(_E.c.id, _E.c.patient, _E.c.programme, _E.c.arm, _E.c.state, _E.c.anchor)
        .where(_E.c.id > bindparam("after"))
        .order_by(_E.c.id)
    )
)
_HOURS = ListStatement(
    lambda names: (
        select(_P.c.id, _P.c.profile, _K.c.wrapped, _K.c.version, _E.c.programme)
        .join_from(_P, _K, _K.c.patient == _P.c.id)
        .join(_E, _E.c.patient == _P.c.id)
        .where(_P.c.id.in_(names), _P.c.erased_real.is_(None))
    )
)
_CARE_AMONG = ListStatement(lambda names: select(_CARE.c.patient, _CARE.c.staff).where(_CARE.c.patient.in_(names)))
_ADD = insert_new(_R)
_PUT_RECIPIENT = upsert(_R, "broadcast", "patient")
_PUT_OFF = Statement(
    update(_R)
    .values(due_at=bindparam("at"), expires_at=bindparam("until"))
    .where(
        _R.c.broadcast == bindparam("row"), _R.c.patient == bindparam("owner"), _R.c.state == word("planned")
    ),
    "at", "until", "row", "owner",
)  # fmt: skip
_DUE = Statement(
    at_most(
        select(*_R.c)
        .where(
            _R.c.broadcast == bindparam("row"), _R.c.state == word("planned"), _R.c.due_at <= bindparam("now")
        )
        .order_by(_R.c.due_at)
    )
)  # fmt: skip
_PAGE = Statement(
    at_most(
        select(*_R.c)
        .where(_R.c.broadcast == bindparam("row"), _R.c.patient > bindparam("after"))
        .order_by(_R.c.patient)
    )
)
_RECIPIENT = Statement(select(*_R.c).where(_R.c.broadcast == bindparam("row"), _R.c.patient == bindparam("owner")))
_QUEUED = (_R.c.broadcast == bindparam("row"), _R.c.state == word("queued"))
_FATES = Statement(
    at_most(
        select(*_R.c, OUTBOX.c.state, OUTBOX.c.reason)
        .join_from(_R, OUTBOX, OUTBOX.c.id == _R.c.outbox)
        .where(*_QUEUED, OUTBOX.c.state.not_in([word("due"), word("claimed")]))
    )
)
_WAITING = Statement(
    at_most(
        select(*_R.c).join_from(_R, OUTBOX, OUTBOX.c.id == _R.c.outbox).where(*_QUEUED, OUTBOX.c.state == word("due"))
    )
)
_TURN = OUTBOX.alias("of_turn")
#: Every piece of the message that was queued last for this patient.
_RECALL = Statement(
    update(OUTBOX)
    .values(state=word("suppressed"), reason=bindparam("why"), settled_at=bindparam("now"))
    .where(
        OUTBOX.c.patient == bindparam("owner"),
        OUTBOX.c.state == word("due"),
        OUTBOX.c.turn == select(_TURN.c.turn).where(_TURN.c.id == bindparam("message")).scalar_subquery(),
    ),
    "why",
    "now",
    "owner",
    "message",
)
_COUNTS = Statement(
    select(_R.c.state, func.count()).where(_R.c.broadcast == bindparam("row")).group_by(_R.c.state)
)  # fmt: skip
_QUEUED_COUNT = Statement(select(func.count()).where(*_QUEUED))
_LEFT = Statement(
    at_most(
        select(_R.c.patient).where(
            _R.c.broadcast == bindparam("row"), _R.c.state.in_([word("planned"), word("queued")])
        )
    )
)  # fmt: skip
_HASTEN = Statement(
    update(_R)
    .values(due_at=bindparam("moment_now"), expires_at=bindparam("moment_now"))
    .where(_R.c.patient == bindparam("owner"), _R.c.state == word("planned"))
)  # fmt: skip
_QUEUED_FOR = Statement(select(*_R.c).where(_R.c.patient == bindparam("owner"), _R.c.state == word("queued")))
_SOME = _R.alias("some")
_DROP = Statement(
    update(_R)
    .values(state=word("cancelled"))
    .where(
        _R.c.broadcast == bindparam("row"),
        _R.c.patient.in_(
            at_most(
                select(_SOME.c.patient).where(_SOME.c.broadcast == bindparam("same"), _SOME.c.state == word("planned"))
            )
        ),
    )
)
_OF_MESSAGE = Statement(
    select(_R.c.broadcast)
    .join_from(_R, OUTBOX, OUTBOX.c.id == _R.c.outbox)
    .where(_R.c.patient == bindparam("owner"), OUTBOX.c.remote_id == bindparam("remote"))
)
_PLACES = Statement(select(_A.c.patient, _A.c.account, _A.c.channel).order_by(_A.c.id))


class BroadcastingPart(StaffingPart, ListsPart):
    """Broadcasts of a transaction."""

    # -- broadcasts ------------------------------------------------------------------------------------
    def put_broadcast(self, row: Broadcast) -> None:
        """A new broadcast, or one as it now stands."""
        plain = {name: value for name, value in asdict(row).items() if name not in _OPEN}
        plain |= {name: micros_or_none(plain[name]) for name in _MOMENTS if name in plain}
        plain |= {"texts": dict(row.texts), "reasons": dict(row.reasons)}
        body = seal(self._staff_cipher(), _place(row.id), codec.dump(plain))
        self._write_one(_PUT, (row.id, row.staff, row.state, micros_or_none(row.starts), body))

    def broadcast(self, number: int) -> Broadcast | None:
        """One broadcast by its number. In a writing transaction nobody else changes it until its end."""
        row = self._first(_ONE_ALONE if self._shares else _ONE, row=number)
        return None if row is None else self._broadcast(row)

    def broadcasts(self) -> Sequence[Broadcast]:
        """All, the newest first."""
        return [self._broadcast(row) for row in self._rows(_ALL)]

    def asked_broadcasts(self) -> Sequence[Broadcast]:
        """Those that wait for a second person, the oldest first."""
        return [self._broadcast(row) for row in self._rows(_ASKED)]

    def working_broadcasts(self) -> Sequence[Broadcast]:
        """Those that are scheduled or being sent, the oldest first."""
        return [self._broadcast(row) for row in self._rows(_WORKING)]

    def next_broadcast(self, after: datetime) -> datetime | None:
        """When a broadcast has something to do next, later than this moment."""
        now = micros(after)
        found = [self._rows(_NEXT_START, after=now)[0][0]]
        found += [
            self._rows(_NEXT_DUE, row=one.id, after=now)[0][0]
            for one in self.working_broadcasts() if one.state == "sending"
        ]  # fmt: skip
        return min((moment(due) for due in found if due is not None), default=None)

    def _broadcast(self, row: Any) -> Broadcast:
        number_, staff, state, starts, body = row
        plain = codec.load(unseal(self._staff_cipher(), _place(number_), body))
        plain |= {name: moment(plain[name]) for name in _MOMENTS if plain.get(name) is not None}
        return Broadcast(
            id=number_, staff=staff, state=state, starts=None if starts is None else moment(starts), **plain
        )

    # -- whom ------------------------------------------------------------------------------------------
    def heads(self, after: int, limit: int) -> Sequence[Head]:
        """Enrolments by their id, without opening anything."""
        return [Head(*row) for row in self._rows(_HEADS, after=after, many=limit)]

    def standings(self, patients: Sequence[str]) -> Sequence[RosterRow]:
        """Profile and enrolment of these patients; nothing of it is kept in memory."""
        return self._opening(self._listed(ROSTER, patients), self._roster_row)

    def hours(self, patients: Sequence[str]) -> Mapping[str, Hours]:
        """The clocks of these patients; damaged ones are left out."""
        return dict(self._opening(self._listed(_HOURS, patients), self._hours_row))

    def _hours_row(self, row: Any) -> tuple[str, Hours]:
        patient, profile, wrapped, version, programme = row
        plain = PROFILE.open(self._keys.cipher(patient, wrapped, version), patient, patient, profile)
        return patient, Hours(str(codec.load(plain).get("zone") or "UTC"), programme)

    def carers_among(self, patients: Sequence[str]) -> Mapping[str, frozenset[int]]:
        """To whom these patients belong; those of nobody are left out."""
        found: dict[str, frozenset[int]] = {}
        for patient, staff in self._listed(_CARE_AMONG, patients):
            found[patient] = found.get(patient, frozenset()) | {int(staff)}
        return found

    def accounts_by_patient(self) -> Mapping[str, tuple[int, str]]:
        """Where each patient is reached, at their newest address: account and channel."""
        return {patient: (account, channel) for patient, account, channel in self._rows(_PLACES)}

    # -- the ledger ------------------------------------------------------------------------------------
    def add_recipients(self, rows: Sequence[Recipient]) -> None:
        """Rows of the ledger; one that is there already stays as it is."""
        self._keep(row.patient for row in rows)
        self._write(_ADD, [self._recipient_row(row) for row in rows])

    def put_recipients(self, rows: Sequence[Recipient]) -> None:
        """Rows of the ledger as they now stand."""
        self._keep(row.patient for row in rows)
        self._write(_PUT_RECIPIENT, [self._recipient_row(row) for row in rows])

    def put_off_recipients(self, rows: Sequence[Recipient]) -> None:
        """These have another hour and deadline, where they are still planned; one who was erased stays so."""
        values = [(micros(row.due), micros(row.expires), row.broadcast, row.patient) for row in rows]
        self._write(_PUT_OFF, values)

    def _recipient_row(self, row: Recipient) -> tuple[Any, ...]:
        reason = b""
        if row.reason:
            reason = REASON.seal(self._cipher(row.patient), row.patient, row.broadcast, row.reason.encode())
        return row.broadcast, row.patient, row.state, micros(row.due), micros(row.expires), row.row, reason

    def _recipient(self, row: Any) -> Recipient:
        broadcast, patient, state, due, expires, message, reason = row[:7]
        plain = REASON.open(self._cipher(patient), patient, broadcast, reason).decode() if reason else ""
        return Recipient(broadcast, patient, state, moment(due), moment(expires), message, plain)

    def due_recipients(self, broadcast: int, now: datetime, limit: int) -> Sequence[Recipient]:
        """Those whose moment has come, the first due first."""
        return [self._recipient(row) for row in self._rows(_DUE, row=broadcast, now=micros(now), many=limit)]

    def recipients_of(self, broadcast: int, *, after: str = "", limit: int = 100) -> Sequence[Recipient]:
        """A page of the ledger, by pseudonym."""
        return [self._recipient(row) for row in self._rows(_PAGE, row=broadcast, after=after, many=limit)]

    def recipient(self, broadcast: int, patient: str) -> Recipient | None:
        """One row of the ledger."""
        row = self._first(_RECIPIENT, row=broadcast, owner=patient)
        return None if row is None else self._recipient(row)

    def fates(self, broadcast: int, limit: int) -> Sequence[tuple[Recipient, str, str]]:
        """Queued recipients whose message has come to an end: with the outbox's state and reason."""
        return [(self._recipient(row), row[7], row[8]) for row in self._rows(_FATES, row=broadcast, many=limit)]

    def recall(self, broadcast: int, limit: int, *, reason: str, now: datetime) -> Sequence[Recipient]:
        """Take messages back that are queued and not yet claimed; whose they were."""
        rows = [self._recipient(row) for row in self._rows(_WAITING, row=broadcast, many=limit)]
        self._write(_RECALL, [(reason, micros(now), row.patient, row.row) for row in rows])
        return rows

    def recall_from(self, patient: str, *, reason: str, now: datetime) -> None:
        """Take back what is queued for one patient and not yet claimed."""
        rows = self._rows(_QUEUED_FOR, owner=patient)
        self._write(_RECALL, [(reason, micros(now), patient, row[5]) for row in rows])
        if reason == "withdrawn":  # what was planned is looked at now, and held back, instead of when it would be due
            self._run(_HASTEN, moment_now=micros(now), owner=patient)

    def queued_count(self, broadcast: int) -> int:
        """How many wait in the outbox or are being sent."""
        return int(self._rows(_QUEUED_COUNT, row=broadcast)[0][0])

    def is_unfinished(self, broadcast: int) -> bool:
        """Whether anybody is still to get it."""
        return self._first(_LEFT, row=broadcast, many=1) is not None

    def recipient_counts(self, broadcast: int) -> Mapping[str, int]:
        """How many recipients stand where."""
        return {state: int(count) for state, count in self._rows(_COUNTS, row=broadcast)}

    def drop_planned(self, broadcast: int, limit: int) -> int:
        """Planned recipients become cancelled, so many at a time; how many."""
        return self._run(_DROP, row=broadcast, same=broadcast, many=limit)

    def broadcast_of_message(self, patient: str, remote_id: str) -> int | None:
        """The broadcast that a message of the messenger was part of."""
        row = self._first(_OF_MESSAGE, owner=patient, remote=remote_id)
        return None if row is None else int(row[0])


def _place(broadcast: int) -> bytes:
    return f"broadcast|body|{broadcast}".encode()
