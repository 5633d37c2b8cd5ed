"""Locks by which several processes share one PostgreSQL database. On SQLite, which has one writer, none is taken.

A patient's row is the lock of all that is theirs. Whoever changes a conversation holds it `FOR NO KEY UPDATE`,
patients in the order of their ids, so that two never wait for each other. Whoever only adds a row of theirs
holds it `FOR KEY SHARE`, which bothers no turn. Erasure holds it `FOR UPDATE`: it waits for all, and all wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select

from coachbot.store import tables
from coachbot.store.statements import ListStatement, Statement

#: The room of our advisory locks on the server ("coac"), and the locks in it.
SPACE = 0x636F6163
#: Held by the engine as long as it runs (and shared by processes that do its work together); while a database is
#: opened; while turns are taken from the inbox and the timers; while outbox rows are claimed; while a line is added to
#: the audit; while an account of the staff is looked at and changed.
ENGINE, OPENING, TURNS, CLAIMS, AUDIT, STAFF = 1, 2, 3, 4, 5, 6
#: Instead of TURNS where several workers take them: the lock of the first shard, the others follow.
FIRST_SHARD = 1_000
#: By these a process holds its number among those that work together: one lock for each number.
NUMBERS = 0x636F6162
MOST_NUMBERS = 1_000

_PATIENT = tables.table(tables.Patient)


def _living(names: Sequence[BindParameter[Any]]) -> Select[Any]:
    return (
        select(_PATIENT.c.id).where(_PATIENT.c.id.in_(names), _PATIENT.c.erased_real.is_(None)).order_by(_PATIENT.c.id)
    )


TO_CHANGE = ListStatement(lambda names: _living(names).with_for_update(key_share=True))
TO_ADD = ListStatement(lambda names: _living(names).with_for_update(key_share=True, read=True))
TO_ERASE = Statement(select(_PATIENT.c.id).where(_PATIENT.c.id == bindparam("owner")).with_for_update())
#: Held until the transaction ends: of these shards the first that are free.
TAKE_SHARDS = "SELECT s FROM unnest(%s::int[]) AS s WHERE pg_try_advisory_xact_lock(%s, %s + s) LIMIT %s"
#: Held until the transaction ends.
ALONE = "SELECT pg_advisory_xact_lock(%s, %s)"
