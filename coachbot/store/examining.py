"""Looking at a database without opening it for work: nothing is made, migrated or changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from coachbot.errors import KeyMissing, StoreError
from coachbot.service.ids import real_of
from coachbot.store import settings
from coachbot.store.keyfile import MasterKeys
from coachbot.store.migrating import REVISIONS
from coachbot.store.opening import database_of, is_file, path_of, told


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found. An empty text means no fault."""

    #: The database as messages call it.
    name: str
    #: Its file, where it is one.
    file: Path | None
    #: What SQLite says of the file, the first of what it found; a server sees to its own.
    damage: str
    #: `up to date`, `older` or `newer` than this program; `foreign` for somebody else's.
    tables: str
    #: Why the master keys do not open it.
    keys: str
    #: Which version of the master key wraps new keys; 0 for none.
    key_version: int
    #: When the newest row was written, in real seconds; None for an empty database.
    newest_real: float | None


def examine(url: str, keys_path: Path) -> Examination:
    """Look at the database of a URL, which must be there. Raises StoreError where it cannot even be read."""
    return _of_file(path_of(url), keys_path) if is_file(url) else _of_server(url, keys_path)


def _of_file(file: Path, keys_path: Path) -> Examination:
    try:
        with closing(looking_at(file)) as database:
            damage = _damage(database)
            if damage:
                return Examination(str(file), file, damage, "", "", 0, None)
            pool: dict[str, Any] = {"poolclass": StaticPool, "pool_reset_on_return": None}
            with create_engine("sqlite://", creator=lambda: database, **pool).connect() as connection:
                return _seen(connection, str(file), file, keys_path)
    except (sqlite3.Error, DBAPIError) as error:
        raise StoreError(f"{file}: the database cannot be read ({error})") from None


def _of_server(url: str, keys_path: Path) -> Examination:
    engine = database_of(url).reading_engine()
    try:
        with engine.connect() as connection:
            return _seen(connection, told(url), None, keys_path)
    except DBAPIError as error:
        raise StoreError(f"{told(url)}: the database cannot be read ({error.orig})") from None
    finally:
        engine.dispose()


def _seen(connection: Connection, name: str, file: Path | None, keys_path: Path) -> Examination:
    tables = _tables(connection)
    if tables not in ("up to date", "older"):
        return Examination(name, file, "", tables, "", 0, None)
    version, fault = _keys(connection, keys_path)
    return Examination(name, file, "", tables, fault, version, _newest(connection))


def looking_at(file: Path) -> sqlite3.Connection:
    """A connection that makes no database and changes none. Beside a running engine it sees what is committed."""
    database = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=10, isolation_level=None)
    database.execute("PRAGMA query_only = ON")
    return database


def _damage(database: sqlite3.Connection) -> str:
    try:
        said = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if said == "ok" else said


def _tables(connection: Connection) -> str:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return "foreign"
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision not in REVISIONS:
        return "newer"
    return "up to date" if revision == REVISIONS[-1] else "older"


def _keys(connection: Connection, path: Path) -> tuple[int, str]:
    """The version that wraps, and why the key file does not fit. Only the canary is opened."""
    if not settings.has_canary(connection):
        return 0, ""
    version = settings.wrapping_version(connection)
    try:
        settings.lookup_key(connection, MasterKeys(path))
    except KeyMissing as error:
        return version, str(error)
    return version, ""


def _newest(connection: Connection) -> float | None:
    newest = connection.execute(text("SELECT max(id) FROM turn")).scalar()
    return None if newest is None else real_of(int(newest))
