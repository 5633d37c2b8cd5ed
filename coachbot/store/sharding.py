"""Shards in the database: which rows are whose, who holds a shard, and where there is something to do.

On SQLite, which has one writer, a shard that is wanted is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from coachbot.service.shards import DIGITS, SHARDS
from coachbot.store import locks, tables
from coachbot.store.columns import micros
from coachbot.store.part import Part
from coachbot.store.statements import Statement, at_most, number, word

_INBOX = tables.table(tables.Inbox)
_TIMER = tables.table(tables.Timer)
_OUTBOX = tables.table(tables.Outbox)
#: Rows looked at to learn which shards have something to do; the next look sees the others.
_LOOKED_AT = 1_000


class _Place(FunctionElement[int]):
    """Where a letter stands in a text, from 1; 0 if it does not."""

    inherit_cache = True
    type = Integer()


@compiles(_Place)
def _instr(element: _Place, compiler: Any, **how: Any) -> str:
    return f"instr({compiler.process(element.clauses, **how)})"


@compiles(_Place, "postgresql")
def _strpos(element: _Place, compiler: Any, **how: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **how)})"


def _letter(patient: Any, back: int) -> ColumnElement[Any]:
    return func.substr(patient, func.length(patient) - number(back), number(1))


def shard(patient: Any) -> ColumnElement[Any]:
    """The shard of a column of patients, as `coachbot.service.shards.shard_of` has it."""
    last, before = (_Place(word(DIGITS), _letter(patient, back)) for back in (0, 1))
    found: ColumnElement[Any] = (last + number(len(DIGITS)) * before).op("&")(number(SHARDS - 1))
    return found


def within(patient: Any) -> ColumnElement[bool]:
    """Whether a patient's shard is among those of the value `shards` (`mask_of`)."""
    bits = cast(bindparam("shards"), BigInteger)
    found: ColumnElement[bool] = bits.op(">>")(shard(patient)).op("&")(number(1)) == number(1)
    return found


_WAITS = select(shard(_INBOX.c.patient).label("of")).where(_INBOX.c.state == word("waiting"))
_WAITING = at_most(_WAITS, number(_LOOKED_AT)).subquery("some")
_UNANSWERED = Statement(select(_WAITING.c.of).distinct())
_DUE_NOW = select(shard(_TIMER.c.patient).label("of")).where(_TIMER.c.due_at <= bindparam("now"))
_DUE = at_most(_DUE_NOW.order_by(_TIMER.c.due_at), number(_LOOKED_AT)).subquery("some")
_RINGING = Statement(select(_DUE.c.of).distinct())
#: Of those that are held back for another try the patient's own turn is the cause.
_OLDEST = Statement(
    select(func.min(_INBOX.c.received_at)).where(_INBOX.c.state == word("waiting"), _INBOX.c.next_try_real.is_(None))
)
_NEWEST = Statement(
    select(select(func.max(_OUTBOX.c.id)).scalar_subquery(), select(func.max(_INBOX.c.id)).scalar_subquery())
)


class ShardingPart(Part):
    """The shards of a transaction."""

    def take_shards(self, wanted: Sequence[int], most: int) -> Sequence[int]:
        """Hold shards until the transaction ends: of those wanted the first that nobody else holds."""
        if not self._shares:
            return wanted[:most]
        values = (list(wanted), locks.SPACE, locks.FIRST_SHARD, most)
        return [int(row[0]) for row in self._cursor.execute(locks.TAKE_SHARDS, values).fetchall()]

    def newest_id(self) -> int:
        """The greatest id of outbox and inbox: those of a later turn must be greater, whoever's clock is slow."""
        return max(int(one or 0) for one in self._rows(_NEWEST)[0])

    def answers_late(self, now: datetime, after_s: float) -> bool:
        """Whether an update waits for its turn longer than that."""
        oldest = self._rows(_OLDEST)[0][0]
        return oldest is not None and micros(now) - int(oldest) > after_s * 1e6

    def unfinished_shards(self, now: datetime) -> tuple[Sequence[int], Sequence[int]]:
        """The shards with updates that wait, and those with timers that are due."""
        waiting = [int(row[0]) for row in self._rows(_UNANSWERED)]
        return waiting, [int(row[0]) for row in self._rows(_RINGING, now=micros(now))]
