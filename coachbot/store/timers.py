"""Timers: what is due when, one row per patient and purpose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select

from coachbot.service import codec
from coachbot.service.records import TimerRow
from coachbot.service.shards import mask_of
from coachbot.store import tables
from coachbot.store.columns import micros, moment
from coachbot.store.locks import TURNS
from coachbot.store.part import Part
from coachbot.store.saving import PUT_TIMER, timer
from coachbot.store.sharding import within
from coachbot.store.statements import Statement, at_most, number, word

_TIMER = tables.table(tables.Timer)
_SELECT = select(_TIMER.c.patient, _TIMER.c.purpose, _TIMER.c.due_at, _TIMER.c.token, _TIMER.c.body).order_by(
    _TIMER.c.due_at, _TIMER.c.patient, _TIMER.c.purpose
)
_DUE = Statement(at_most(_SELECT.where(_TIMER.c.due_at <= bindparam("now"))))
_DUE_OF = Statement(at_most(_SELECT.where(_TIMER.c.due_at <= bindparam("now"), within(_TIMER.c.patient))))
#: What the coach says unasked. Anything else (dangers, plans, what follows a commit) is never put off.
_OF_ITSELF = or_(_TIMER.c.purpose == word("nag"), func.substr(_TIMER.c.purpose, number(1), number(6)) == word("touch:"))
_DUE_ASKED_OF = Statement(
    at_most(_SELECT.where(_TIMER.c.due_at <= bindparam("now"), within(_TIMER.c.patient), ~_OF_ITSELF))
)
_NEXT = Statement(at_most(_SELECT, number(1)))
_OF = Statement(_SELECT.where(_TIMER.c.patient == bindparam("owner")))
_DROP = Statement(
    delete(_TIMER).where(
        _TIMER.c.patient == bindparam("owner"),
        func.substr(_TIMER.c.purpose, number(1), bindparam("length")) == bindparam("prefix"),
    )
)


class TimersPart(Part):
    """Timers of a transaction."""

    def due_timers(
        self, now: datetime, limit: int, shards: Sequence[int] | None = None, *, unasked: bool = True
    ) -> Sequence[TimerRow]:
        """Timers due at a moment, oldest first. With `shards`, which the transaction must have taken, those of their
        patients alone; without `unasked`, none by which the coach would write first."""
        if shards is None:
            self._alone(TURNS)
            rows = self._rows(_DUE, now=micros(now), many=limit)
        else:
            statement = _DUE_OF if unasked else _DUE_ASKED_OF
            rows = self._rows(statement, now=micros(now), many=limit, shards=mask_of(shards))
        return [_timer(row) for row in rows]

    def next_timer(self, patient: str | None = None) -> TimerRow | None:
        """The timer that is due first, of everybody's or of one patient's."""
        if patient is not None:
            return next(iter(self.timers_of(patient)), None)
        row = self._first(_NEXT)
        return None if row is None else _timer(row)

    def timers_of(self, patient: str) -> Sequence[TimerRow]:
        """All timers of a patient, the first due first."""
        return [_timer(row) for row in self._rows(_OF, owner=patient)]

    def put_timers(self, rows: Sequence[TimerRow]) -> None:
        """Arm timers, again where they were armed."""
        self._keep(row.patient for row in rows)
        self._write(PUT_TIMER, [timer(row) for row in rows])

    def drop_timers(self, patient: str, prefix: str) -> None:
        """Drop the patient's timers whose purpose begins so."""
        self._run(_DROP, owner=patient, length=len(prefix), prefix=prefix)


def _timer(row: Any) -> TimerRow:
    patient, purpose, due_at, token, body = row
    return TimerRow(patient, purpose, moment(due_at), token, codec.load(body))
