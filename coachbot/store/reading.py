"""Reading what was kept: transcripts, diaries, answers, alerts, plans, the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Select, bindparam, null, select

from coachbot.service import codec
from coachbot.service.ports import LAST_ID, Line
from coachbot.service.records import AlertRow, DiaryRow, Incident, MediaRow, PlanRow, ResponseRow
from coachbot.store import tables
from coachbot.store.columns import day, micros, moment, moment_or_none
from coachbot.store.inbox import BODY as INBOX_BODY
from coachbot.store.part import Part
from coachbot.store.saving import ALERT, CONSENT, DIARY, PLAN, RESPONSE
from coachbot.store.saving import OUTBOX as OUTBOX_BODY
from coachbot.store.sealing import SealedColumn
from coachbot.store.statements import Statement, at_most, insert_all, word

NAME = SealedColumn("media", "name")
CONTENT = SealedColumn("media", "content")

_INBOX = tables.table(tables.Inbox)
_OUTBOX = tables.table(tables.Outbox)
_DIARY = tables.table(tables.Diary)
_RESPONSE = tables.table(tables.Response)
_ALERT = tables.table(tables.Alert)
_PLAN = tables.table(tables.Plan)
_INCIDENT = tables.table(tables.Incident)
_CONSENT = tables.table(tables.Consent)
_MEDIA = tables.table(tables.Media)


def _of_patient(rows: Any) -> Select[Any]:
    return select(*rows.c).where(rows.c.patient == bindparam("owner")).order_by(rows.c.id)


def _piece(lines: Select[Any], numbers: Any, *, newest: bool) -> Statement:
    order = numbers.desc() if newest else numbers
    between = lines.where(numbers > bindparam("after"), numbers < bindparam("before"))
    return Statement(at_most(between.order_by(order)))


_SAID = select(_INBOX.c.id, _INBOX.c.received_at, _INBOX.c.body).where(_INBOX.c.patient == bindparam("owner"))
_SENT = select(_OUTBOX.c.id, _OUTBOX.c.settled_at, _OUTBOX.c.body).where(
    _OUTBOX.c.patient == bindparam("owner"), _OUTBOX.c.state == word("sent")
)
_SAID_LINES = {newest: _piece(_SAID, _INBOX.c.id, newest=newest) for newest in (False, True)}
_SENT_LINES = {newest: _piece(_SENT, _OUTBOX.c.id, newest=newest) for newest in (False, True)}
_DIARY_OF = Statement(_of_patient(_DIARY))
_RESPONSES_OF = Statement(_of_patient(_RESPONSE))
_ALERTS_OF = Statement(_of_patient(_ALERT))
_ALL_ALERTS = Statement(select(*_ALERT.c).order_by(_ALERT.c.id))
_OPEN_ALERTS = Statement(select(*_ALERT.c).where(_ALERT.c.acknowledged_at.is_(null())).order_by(_ALERT.c.id))
#: The same, so that nobody else changes them before the transaction ends.
_ALONE = {
    _ALERTS_OF: Statement(_of_patient(_ALERT).with_for_update()),
    _ALL_ALERTS: Statement(select(*_ALERT.c).order_by(_ALERT.c.id).with_for_update()),
    _OPEN_ALERTS: Statement(
        select(*_ALERT.c).where(_ALERT.c.acknowledged_at.is_(null())).order_by(_ALERT.c.id).with_for_update()
    ),
}
_PLANS = Statement(
    select(*_PLAN.c)
    .where(
        _PLAN.c.patient == bindparam("owner"),
        _PLAN.c.day >= bindparam("first"),
        _PLAN.c.day <= bindparam("last"),
    )
    .order_by(_PLAN.c.day)
)
_INCIDENTS = Statement(at_most(select(*_INCIDENT.c).order_by(_INCIDENT.c.at.desc(), _INCIDENT.c.id.desc())))
_OUTBOX_OF = Statement(_of_patient(_OUTBOX))
_CONSENTS_OF = Statement(_of_patient(_CONSENT))
_MEDIA_OF = Statement(select(*_MEDIA.c).where(_MEDIA.c.id == bindparam("row"), _MEDIA.c.patient == bindparam("owner")))
_ADD_MEDIA = insert_all(_MEDIA)
#: What the ledger tells of a row, beside its body.
_LEDGER = (
    "id", "state", "reason", "lane", "attempts", "due_at", "expires_at", "created_at", "claimed_at",
    "settled_at", "remote_id", "turn", "quiet",
)  # fmt: skip


class ReadingPart(Part):
    """What a transaction can read."""

    # -- the talk --------------------------------------------------------------------------------------
    def lines(
        self, patient: str, *, after: int = 0, before: int = LAST_ID, limit: int = 500, newest: bool = False
    ) -> Sequence[Line]:
        """What was said in both directions, as it happened, between two ids: the first `limit` lines, or the newest.

        A line of the coach comes in when it is sent, so one with a lower id may come in after a higher one.
        """
        values = {"owner": patient, "after": after, "before": before, "many": limit}
        said = [(row, INBOX_BODY, "patient") for row in self._rows(_SAID_LINES[newest], **values)]
        sent = [(row, OUTBOX_BODY, "coach") for row in self._rows(_SENT_LINES[newest], **values)]
        kept = sorted(said + sent, key=lambda found: found[0][0], reverse=newest)[:limit]
        cipher = self._cipher(patient) if kept else None
        opened = [_line(patient, cipher, row, column, by) for row, column, by in kept]
        opened = [line for line in opened if line.body.get("kind") != "page"]  # no word of the talk
        return sorted(opened, key=lambda line: (line.at, line.id))

    def outbox(self, patient: str) -> Sequence[Mapping[str, Any]]:
        """The patient's delivery ledger: state, reason, times and body of every row."""
        found = self._named(_OUTBOX_OF, owner=patient)
        return [_ledger(row, self._body(OUTBOX_BODY, patient, row["id"], row["body"])) for row in found]

    # -- what was told ---------------------------------------------------------------------------------
    def diary(self, patient: str) -> Sequence[DiaryRow]:
        """The patient's diary, oldest entry first."""
        return [
            DiaryRow(number, patient, day(on), kind, moment(at), self._body(DIARY, patient, number, body))
            for number, _, on, kind, at, body in self._rows(_DIARY_OF, owner=patient)
        ]

    def responses(self, patient: str) -> Sequence[ResponseRow]:
        """The patient's answers to instruments, oldest first."""
        return [
            ResponseRow(
                number, patient, instrument, assessment, day(on), moment(at),
                self._body(RESPONSE, patient, number, body),
            )
            for number, _, instrument, assessment, on, at, body in self._rows(_RESPONSES_OF, owner=patient)
        ]  # fmt: skip

    def consents(self, patient: str) -> Sequence[Mapping[str, Any]]:
        """Consents given and refused, oldest first."""
        return [
            {
                "id": number, "version": version, "given": bool(given), "at": moment(at),
                "body": self._body(CONSENT, patient, number, body),
            }
            for number, _, version, given, at, body in self._rows(_CONSENTS_OF, owner=patient)
        ]  # fmt: skip

    # -- staff -----------------------------------------------------------------------------------------
    def alerts(self, patient: str | None = None, *, open_only: bool = False) -> Sequence[AlertRow]:
        """Alerts of a patient or of all, oldest first; on demand only those not acknowledged."""
        found_by = _ALERTS_OF if patient is not None else _OPEN_ALERTS if open_only else _ALL_ALERTS
        statement = _ALONE[found_by] if self._shares else found_by
        rows = self._rows(statement, **({} if patient is None else {"owner": patient}))
        ciphers = self._ciphers(row[1] for row in rows)
        found = [_alert(row, ciphers[row[1]]) for row in rows]
        return [alert for alert in found if alert.acknowledged_at is None] if open_only else found

    def plans(self, patient: str, first: date, last: date) -> Sequence[PlanRow]:
        """What the planner decided for the days from `first` to `last`, both included."""
        rows = self._rows(_PLANS, owner=patient, first=first.isoformat(), last=last.isoformat())
        return [PlanRow(patient, day(on), self._body(PLAN, patient, on, body)) for _, on, body in rows]

    def incidents(self, limit: int = 100) -> Sequence[Incident]:
        """What the operator must see, newest first."""
        rows = self._rows(_INCIDENTS, many=limit)
        return [Incident(number, moment(at), kind, patient, detail) for number, at, kind, patient, detail in rows]

    # -- files -----------------------------------------------------------------------------------------
    def media(self, patient: str, row: int) -> MediaRow | None:
        """A picture or file, if it is this patient's."""
        found = self._first(_MEDIA_OF, row=row, owner=patient)
        if found is None:
            return None
        _, _, name, media_type, content, at = found
        cipher = self._cipher(patient)
        opened = NAME.open(cipher, patient, row, name).decode()
        return MediaRow(row, patient, opened, media_type, CONTENT.open(cipher, patient, row, content), moment(at))

    def add_media(self, row: MediaRow) -> None:
        """Keep a picture or file."""
        self._keep([row.patient])
        cipher = self._cipher(row.patient)
        name = NAME.seal(cipher, row.patient, row.id, row.name.encode())
        content = CONTENT.seal(cipher, row.patient, row.id, row.content)
        self._write_one(_ADD_MEDIA, (row.id, row.patient, name, row.media_type, content, micros(row.at)))

    def _body(self, column: SealedColumn, patient: str, row: int | str, sealed: bytes) -> Mapping[str, Any]:
        body: Mapping[str, Any] = codec.load(column.open(self._cipher(patient), patient, row, sealed))
        return body


def _line(patient: str, cipher: Any, row: Any, column: SealedColumn, by: str) -> Line:
    number, at, sealed = row
    body = codec.load(column.open(cipher, patient, number, sealed))
    return Line(number, str(body.get("by") or by), moment(at), body)


def _ledger(row: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: moment_or_none(row[name]) if name.endswith("_at") else row[name] for name in _LEDGER}
    return {**told, "quiet": bool(row["quiet"]), "body": body}


def _alert(row: Any, cipher: AESGCM) -> AlertRow:
    number, patient, priority, opened, sealed, acknowledge_by, acknowledged_at, by, escalated = row
    body = codec.load(ALERT.open(cipher, patient, number, sealed))
    return AlertRow(
        id=number, patient=patient, kind=body["kind"], priority=priority, opened_at=moment(opened),
        body=body["body"],
        acknowledge_by=moment_or_none(acknowledge_by), acknowledged_at=moment_or_none(acknowledged_at),
        acknowledged_by=by, escalated_at=moment_or_none(escalated),
    )  # fmt: skip
