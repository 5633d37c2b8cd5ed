"""What the staff's lists read: every patient's standing at once, diaries of many, and why a turn spoke."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from coachbot.service import codec
from coachbot.service.staff.records import DoneRow, RosterRow
from coachbot.store import tables
from coachbot.store.columns import day, moment, moment_or_none
from coachbot.store.part import Part
from coachbot.store.patients import PROFILE, enrolment_of, profile_of
from coachbot.store.saving import DIARY, TRACE
from coachbot.store.sealing import SealedColumn
from coachbot.store.statements import ListStatement, Statement

_P = tables.table(tables.Patient)
_K = tables.table(tables.PatientKey)
_E = tables.table(tables.Enrolment)
_C = tables.table(tables.Conversation)
_D = tables.table(tables.Diary)
_T = tables.table(tables.Turn)
_TRACE = tables.table(tables.Trace)

#: Everybody, with the revision that rises with every change of theirs.
_EVERYBODY = Statement(
    select(_E.c.patient, _C.c.revision).select_from(_E).outerjoin(_C, _C.c.patient == _E.c.patient).order_by(_E.c.id)
)
_HOW_MANY = Statement(select(func.count()).select_from(_E))
ROSTER = ListStatement(
    lambda names: (
        select(
            _P.c.id, _P.c.profile, _K.c.wrapped, _K.c.version, _C.c.last_heard_at,
            _E.c.id, _E.c.programme, _E.c.arm, _E.c.state, _E.c.anchor, _E.c.code, _E.c.body,
        )
        .select_from(_E)
        .join(_P, _P.c.id == _E.c.patient)
        .join(_K, _K.c.patient == _E.c.patient)
        .outerjoin(_C, _C.c.patient == _E.c.patient)
        .where(_E.c.patient.in_(names))
    )
)  # fmt: skip
_DIARY_OF = ListStatement(
    lambda names: select(_D.c.id, _D.c.patient, _D.c.day, _D.c.kind, _D.c.body).where(_D.c.patient.in_(names))
)
_TURN_OF = Statement(select(*_T.c).where(_T.c.id == bindparam("row")))
_TRACE_OF = Statement(
    select(_TRACE.c.body).where(_TRACE.c.turn == bindparam("row"), _TRACE.c.patient == bindparam("owner"))
)


class ListsPart(Part):
    """Lists of a transaction."""

    def roster_size(self) -> int:
        """How many patients ever came in with a code."""
        return int(self._rows(_HOW_MANY)[0][0])

    def roster(self) -> Sequence[RosterRow]:
        """Every patient who ever came in with a code. Only those are read and opened who changed since the last time:
        a turn or an act of staff saves the conversation too, and so raises its revision."""
        held, everybody = self._keys.roster, self._rows(_EVERYBODY)
        stale = {patient: revision for patient, revision in everybody if held.revision(patient) != revision}
        for row in self._opening(self._listed(ROSTER, stale), self._roster_row) if stale else ():
            held.put(row.patient, stale[row.patient], row)
        found = (held.row(patient) for patient, _ in everybody)
        return [row for row in found if row is not None]

    def _roster_row(self, row: Any) -> RosterRow:
        patient, profile, wrapped, version, heard, *enrolled = row
        cipher = self._keys.cipher(patient, wrapped, version)

        def opened(column: SealedColumn, number: str, sealed: bytes, read: Callable[[bytes], Any]) -> Any:
            return read(column.open(cipher, patient, number, sealed))

        return RosterRow(
            patient,
            opened(PROFILE, patient, profile, profile_of),
            enrolment_of(enrolled, opened, patient),
            moment_or_none(heard),
        )

    def diary_since(self, patients: Sequence[str], first: date) -> Sequence[DoneRow]:
        """The diaries of some patients from a day on."""
        since = first.isoformat()
        rows = [row for row in self._listed(_DIARY_OF, patients) if row[2] >= since] if patients else []
        ciphers = self._ciphers(row[1] for row in rows)
        return [
            DoneRow(patient, day(on), kind, _done(DIARY.open(ciphers[patient], patient, number, body)))
            for number, patient, on, kind, body in rows
        ]

    def turn_of(self, turn: int) -> Mapping[str, Any] | None:
        """A turn: what caused it, when, where the talk stood after it."""
        rows = self._named(_TURN_OF, row=turn)
        return {**rows[0], "at": moment(rows[0]["at"])} if rows else None

    def trace(self, turn: int, patient: str) -> Mapping[str, Any] | None:
        """Why a turn said what it said, if that was kept."""
        row = self._first(_TRACE_OF, row=turn, owner=patient)
        if row is None:
            return None
        body: Mapping[str, Any] = codec.load(TRACE.open(self._cipher(patient), patient, turn, row[0]))
        return body


def _done(plain: bytes) -> str:
    return str(codec.load(plain).get("done") or "")
