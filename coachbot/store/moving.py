"""Moving an installation from one database into another, such as from a file to PostgreSQL, and proving it.

Rows are taken as they lie, sealed values too: they are bound to keys that move along, and the key file stays where
it is. All is copied in one transaction of the target, read back and compared before it is committed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DBAPIError

from coachbot.errors import StoreError
from coachbot.store import tables
from coachbot.store.database import Database
from coachbot.store.lock import EngineLock
from coachbot.store.migrating import migrate
from coachbot.store.opening import database_of, open_store
from coachbot.store.statements import insert_all

#: Rows copied at once.
_BATCH = 1_000
#: Every table of ours, those first to which others refer.
_ALL: tuple[Table, ...] = tuple(tables.Base.metadata.sorted_tables)


@dataclass(frozen=True, slots=True)
class Count:
    """One table: how many rows it has, and a hash of all their values in the order of their keys."""

    table: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a move."""

    counts: Sequence[Count]
    #: The target held all of it already, and nothing was written.
    was_there: bool


def move(source: str, target: str, *, keys_path: Path, tell: Callable[[Count], None] = lambda count: None) -> Moved:
    """Copy every row of one database into another that is empty, and prove that nothing is lost or changed.

    Raises StoreError while an engine runs on either, where the target holds anything else, and where the two differ
    in the end (then nothing is kept). `tell` hears of each table as it is copied.
    """
    there, here = (database_of(url, engine=True) for url in (source, target))
    if there.name == here.name:
        raise StoreError(f"{there.name}: source and target are the same database")
    if not there.is_made():
        raise StoreError(f"{there.name}: there is no database of coachbot to move")
    with ExitStack() as held:
        for lock in filter(None, {there.engine_lock, here.engine_lock}):
            held.enter_context(EngineLock(lock))
        open_store(source, keys_path=keys_path, engine=True).close()  # brings it up to date, and tries the keys
        reading = held.enter_context(_begun(there))
        there.hold_still(reading)
        writing = held.enter_context(_begun(here))
        here.hold_alone(writing)
        migrate(writing, here.name)
        counts = _counted(reading)
        if any(_rows(writing, table) for table in _ALL):
            _compare(here, counts, _counted(writing), "holds other data already; name an empty database")
            return Moved(counts, was_there=True)
        for count in counts:
            _copy(reading, writing, tables.Base.metadata.tables[count.table], here)
            tell(count)
        here.restart_numbers(writing)
        _compare(here, counts, _counted(writing), "did not keep what was written; all of it was taken back")
        return Moved(counts, was_there=False)


@contextmanager
def _begun(database: Database) -> Iterator[Connection]:
    """A transaction that nobody else writes beside."""
    engine = database.writing_engine()
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise database.opening_failure(error) from None
    finally:
        engine.dispose()


# -- rows ---------------------------------------------------------------------------------------------
def _rows(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[tuple[Any, ...]]]:
    """All rows in the order of their keys, which is the same in every database (text sorts by its bytes)."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    for batch in connection.execute(query).partitions():
        yield [tuple(row) for row in batch]


def _copy(reading: Connection, writing: Connection, table: Table, here: Database) -> None:
    add, _ = insert_all(table).sql(writing.dialect)
    cursor: Any = writing.connection.cursor()
    for batch in _batches(reading, table):
        for row in batch:
            if here.refuses_nul and any(isinstance(value, str) and "\0" in value for value in row):
                raise StoreError(
                    f"{here.name}: a text in the table {table.name} (row {row[0]}) holds a NUL character, which this "
                    "kind of database cannot keep; take it out there first"
                )
        cursor.executemany(add, batch)
    cursor.close()


def _counted(connection: Connection) -> list[Count]:
    return [_count(connection, table) for table in _ALL]


def _count(connection: Connection, table: Table) -> Count:
    hashed, rows = sha256(), 0
    for batch in _batches(connection, table):
        rows += len(batch)
        for row in batch:
            hashed.update(b"".join(map(_written, row)))
    return Count(table.name, rows, hashed.hexdigest())


def _written(value: object) -> bytes:
    """A value with its kind and length, so that no two rows are written alike."""
    if value is None:
        return b"-"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, float):
        return b"f" + struct.pack(">d", value)
    kind, plain = (b"t", value.encode()) if isinstance(value, str) else (b"b", bytes(value))  # type: ignore[call-overload]
    return b"%b%d;%b" % (kind, len(plain), plain)


def _compare(here: Database, wanted: Sequence[Count], found: Sequence[Count], told: str) -> None:
    differing = [one.table for one, other in zip(wanted, found, strict=True) if one != other]
    if differing:
        raise StoreError(f"{here.name}: the target {told} (differing: {', '.join(differing)})")
