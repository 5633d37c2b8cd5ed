"""`save`: everything a group of turns decided, one `executemany` per table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from operator import attrgetter
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, delete, update

from coachbot.engine.changing import changed
from coachbot.engine.model import EMPTY
from coachbot.service import codec
from coachbot.service.records import (
    AlertRow,
    Changes,
    ConsentRow,
    DiaryRow,
    OutboxRow,
    PatientRecord,
    PlanRow,
    ResponseRow,
    TimerRow,
    TraceRow,
    TurnRow,
)
from coachbot.store import tables
from coachbot.store.columns import json_bytes, json_text, micros, micros_or_none
from coachbot.store.part import Part
from coachbot.store.patients import CONVERSATION, ENROLMENT, PROFILE
from coachbot.store.sealing import SealedColumn
from coachbot.store.statements import Statement, insert_all, upsert, word

OUTBOX = SealedColumn("outbox", "body")
DIARY = SealedColumn("diary", "body")
RESPONSE = SealedColumn("response", "body")
ALERT = SealedColumn("alert", "body")
CONSENT = SealedColumn("consent", "body")
PLAN = SealedColumn("plan", "body")
TRACE = SealedColumn("trace", "body")

_INBOX = tables.table(tables.Inbox)
_TIMER = tables.table(tables.Timer)
_PATIENT = tables.table(tables.Patient)

_ADD_TURN = insert_all(tables.table(tables.Turn))
_ADD_OUTBOX = insert_all(tables.table(tables.Outbox))
_ADD_DIARY = insert_all(tables.table(tables.Diary))
_ADD_RESPONSE = insert_all(tables.table(tables.Response))
_PUT_ALERT = upsert(tables.table(tables.Alert), "id", keep=("patient", "opened_at"), never_lost=("escalated_at",))
_ADD_CONSENT = insert_all(tables.table(tables.Consent))
_PUT_INCIDENT = upsert(tables.table(tables.Incident), "id")
_ADD_TRACE = insert_all(tables.table(tables.Trace))
_PUT_PLAN = upsert(tables.table(tables.Plan), "patient", "day")
_PUT_CONVERSATION = upsert(tables.table(tables.Conversation), "patient", raise_by_one="revision")
_PUT_ENROLMENT = upsert(tables.table(tables.Enrolment), "patient", keep=("id",))
PUT_TIMER = upsert(_TIMER, "patient", "purpose")
_DROP_TIMER = Statement(
    delete(_TIMER).where(_TIMER.c.patient == bindparam("owner"), _TIMER.c.purpose == bindparam("what")),
    "owner",
    "what",
)
_PUT_PROFILE = Statement(
    update(_PATIENT).values(profile=bindparam("new")).where(_PATIENT.c.id == bindparam("row")), "new", "row"
)
_DONE = Statement(update(_INBOX).values(state=word("done")).where(_INBOX.c.id == bindparam("row")), "row")
_Ciphers = Mapping[str, AESGCM]


class SavingPart(Part):
    """The writing of turns."""

    def save(self, changes: Changes) -> None:
        """Write everything a group of turns decided: one `executemany` per table."""
        self._keep(_touched(changes))
        self._keep(patient for patient, _ in changes.timers)
        ciphers = self._ciphers(_touched(changes))
        self._save_turns(changes, ciphers)
        self._save_told(changes, ciphers)
        self._write(_PUT_PROFILE, [_profile(r, ciphers) for r in changes.profiles.values()])
        self._write(_PUT_ENROLMENT, [_enrolment(r, ciphers) for r in changes.enrolments.values()])
        self._write(_DROP_TIMER, [key for key, row in changes.timers.items() if row is None])
        self._write(PUT_TIMER, [timer(row) for row in changes.timers.values() if row is not None])
        self._write(_PUT_INCIDENT, [(i.id, micros(i.at), i.kind, i.patient, i.detail) for i in changes.incidents])
        self._write(_DONE, [(row,) for row in changes.done])

    def _save_turns(self, changes: Changes, ciphers: _Ciphers) -> None:
        times = {turn.id: micros(turn.at) for turn in changes.turns}
        updated = {turn.patient: times[turn.id] for turn in changes.turns}
        self._write(_ADD_TURN, [_turn(turn, times[turn.id]) for turn in changes.turns])
        self._write(_PUT_CONVERSATION, [self._talk(r, ciphers, updated) for r in changes.conversations.values()])
        self._write(_ADD_OUTBOX, [_message(row, ciphers, times) for row in changes.outbox])

    def _talk(self, record: PatientRecord, ciphers: _Ciphers, updated: Mapping[str, int]) -> tuple[Any, ...]:
        talk = record.conversation
        sealed = CONVERSATION.seal(ciphers[record.id], record.id, record.id, codec.dump(codec.dump_conversation(talk)))
        bare = talk if talk.facts is EMPTY else changed(talk, facts=EMPTY)
        self._keys.opened.put(CONVERSATION, record.id, record.id, sealed, bare)
        return record.id, sealed, 1, micros_or_none(record.last_heard), updated.get(record.id)

    def _save_told(self, changes: Changes, ciphers: _Ciphers) -> None:
        self._write(_ADD_DIARY, [_diary(row, ciphers) for row in changes.diary])
        self._write(_ADD_RESPONSE, [_response(row, ciphers) for row in changes.responses])
        self._write(_PUT_ALERT, [_alert(row, ciphers) for row in changes.alerts])
        self._write(_ADD_CONSENT, [_consent(row, ciphers) for row in changes.consents])
        self._write(_PUT_PLAN, [_plan(row, ciphers) for row in changes.plans])
        self._write(_ADD_TRACE, [_trace(row, ciphers) for row in changes.traces])

    def update_alert(self, alert: AlertRow) -> None:
        """An alert was acknowledged, passed on or added to."""
        self._keep([alert.patient])
        self._write_one(_PUT_ALERT, _alert(alert, {alert.patient: self._cipher(alert.patient)}))


def _touched(changes: Changes) -> Iterable[str]:
    """Patients with something to be sealed."""
    rows = chain(
        changes.outbox, changes.diary, changes.responses, changes.alerts, changes.consents, changes.plans,
        changes.traces,
    )  # fmt: skip
    return chain(changes.conversations, changes.profiles, changes.enrolments, map(attrgetter("patient"), rows))


# -- rows, in the order of their table's columns ------------------------------------------------------
def _turn(row: TurnRow, at: int) -> tuple[Any, ...]:
    return row.id, row.patient, row.inbox, row.cause, at, row.dialog, row.version, row.state


def _profile(record: PatientRecord, ciphers: _Ciphers) -> tuple[Any, ...]:
    plain = codec.dump(codec.dump_fields(record.profile))
    return PROFILE.seal(ciphers[record.id], record.id, record.id, plain), record.id


def _enrolment(record: PatientRecord, ciphers: _Ciphers) -> tuple[Any, ...]:
    enrolled = record.enrolment
    if enrolled is None:
        raise ValueError(f"patient {record.id}: an enrolment is to be saved, but the record has none")
    plain = codec.dump({"tally": codec.dump_fields(enrolled.tally), "progress": codec.dump_fields(enrolled.progress)})
    anchor = None if enrolled.anchor is None else enrolled.anchor.isoformat()
    body = ENROLMENT.seal(ciphers[record.id], record.id, record.id, plain)
    return (
        enrolled.id, record.id, enrolled.programme, enrolled.arm, enrolled.state, anchor,
        enrolled.code or None, body,
    )  # fmt: skip


def _message(row: OutboxRow, ciphers: _Ciphers, times: Mapping[int, int]) -> tuple[Any, ...]:
    body = OUTBOX.seal(ciphers[row.patient], row.patient, row.id, json_bytes(row.body))
    due = micros(row.due_at)
    return (
        row.id, row.patient, row.address, body, due, row.lane, int(row.quiet), row.token, row.in_place,
        micros_or_none(row.expires_at), row.on_doubt, row.turn, row.state, row.reason, 0, "", None,
        times.get(row.turn, due), None, None, "",
    )  # fmt: skip


def timer(row: TimerRow) -> tuple[Any, ...]:
    """A timer as a row of its table."""
    return row.patient, row.purpose, micros(row.due_at), row.token, json_text(row.body)


def _diary(row: DiaryRow, ciphers: _Ciphers) -> tuple[Any, ...]:
    body = DIARY.seal(ciphers[row.patient], row.patient, row.id, json_bytes(row.body))
    return row.id, row.patient, row.day.isoformat(), row.kind, micros(row.at), body


def _response(row: ResponseRow, ciphers: _Ciphers) -> tuple[Any, ...]:
    body = RESPONSE.seal(ciphers[row.patient], row.patient, row.id, json_bytes(row.body))
    return row.id, row.patient, row.instrument, row.assessment, row.day.isoformat(), micros(row.at), body


def _alert(row: AlertRow, ciphers: _Ciphers) -> tuple[Any, ...]:
    plain = json_bytes({"kind": row.kind, "body": dict(row.body)})
    body = ALERT.seal(ciphers[row.patient], row.patient, row.id, plain)
    return (
        row.id, row.patient, row.priority, micros(row.opened_at), body, micros_or_none(row.acknowledge_by),
        micros_or_none(row.acknowledged_at), row.acknowledged_by, micros_or_none(row.escalated_at),
    )  # fmt: skip


def _consent(row: ConsentRow, ciphers: _Ciphers) -> tuple[Any, ...]:
    body = CONSENT.seal(ciphers[row.patient], row.patient, row.id, json_bytes(row.body))
    return row.id, row.patient, row.version, int(row.given), micros(row.at), body


def _plan(row: PlanRow, ciphers: _Ciphers) -> tuple[Any, ...]:
    day = row.day.isoformat()
    return row.patient, day, PLAN.seal(ciphers[row.patient], row.patient, day, json_bytes(row.body))


def _trace(row: TraceRow, ciphers: _Ciphers) -> tuple[Any, ...]:
    return row.turn, row.patient, TRACE.seal(ciphers[row.patient], row.patient, row.turn, json_bytes(row.body))
