"""`open_store`: from a URL and a key file to a store that is ready, or one clear line that says why not."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from coachbot.errors import StoreError
from coachbot.store import settings
from coachbot.store.database import Database, Synchronous
from coachbot.store.keyfile import MasterKeys
from coachbot.store.migrating import migrate
from coachbot.store.part import Keys
from coachbot.store.roster import RosterCache
from coachbot.store.sealing import CipherCache, OpenedCache
from coachbot.store.sqlite import SqliteFile
from coachbot.store.store import SqlStore

_FORMS = "write sqlite:///path/to/coachbot.db or postgresql://user@host/database"
_POSTGRES = ("postgresql", "postgresql+psycopg", "postgres")


def open_store(
    url: str,
    *,
    keys_path: Path | str,
    synchronous: Synchronous = "FULL",
    remember: int = 5_000,
    real: Callable[[], float] = time.time,
    engine: bool = False,
    shared: bool = False,
) -> SqlStore:
    """The database of a URL (`sqlite:///path`, `postgresql://...`), made or brought up to date, with its master keys.

    Raises `StoreError` or `KeyMissing`. `remember`: of how many patients the opened values stay in memory; 0 opens
    everything anew each time. `real` gives real seconds for the age of rows. `engine`: whoever opens it is the one
    engine of this database, and is refused where another is. `shared`: it is one of several processes that do the work
    of an engine together; only PostgreSQL lets them.
    """
    database = database_of(url, synchronous, engine=engine, shared=shared)
    writer = database.writing_engine()
    try:
        keys, to_clear = _prepare(database, writer, Path(keys_path), OpenedCache(remember))
    except BaseException:
        writer.dispose()
        raise
    return SqlStore(database, writer, database.reading_engine(), keys, real=real, to_clear=to_clear)


def is_made(url: str) -> bool:
    """Whether the database of a URL is there already. Raises `StoreError` for what is no URL of ours."""
    return database_of(url).is_made()


def at_work(url: str) -> Sequence[str]:
    """The processes that do an engine's work on the database of a URL, as far as the database itself knows."""
    return database_of(url).at_work()


def told(url: str) -> str:
    """A database URL as it may be shown: without its password."""
    return _checked(url).render_as_string(hide_password=True)


def driver_url(url: str) -> str:
    """A PostgreSQL database's URL as its driver takes it, password included: not to be shown."""
    return _checked(url).render_as_string(hide_password=False)


def database_of(url: str, synchronous: Synchronous = "FULL", *, engine: bool = False, shared: bool = False) -> Database:
    """The database behind a URL; nothing is opened yet."""
    parsed = _checked(url)
    if parsed.get_backend_name() == "sqlite":
        if shared:
            raise StoreError(
                f"{told(url)}: several processes share the work on PostgreSQL only; move there with "
                "`coachbot migrate-store`, or run the one process (`coachbot run`)"
            )
        return SqliteFile(parsed, synchronous, engine=engine)
    from coachbot.store.postgres import PostgresDatabase  # its driver is an extra

    return PostgresDatabase(parsed, synchronous, engine=engine, shared=shared)


def is_file(url: str) -> bool:
    """Whether the database of a URL is a file, and no server's."""
    return _checked(url).get_backend_name() == "sqlite"


def path_of(url: str) -> Path:
    """The file of a URL. Raises `StoreError` for a database that is none."""
    checked = _checked(url)
    name = checked.database
    if not name or checked.get_backend_name() != "sqlite":
        raise StoreError(f"{url}: the database must be a file, such as sqlite:///data/coachbot.db")
    return Path(name)


def size_of(url: str) -> int | None:
    """Bytes that the database takes on the disk, its log included; None where it is no file."""
    name = _checked(url).database if is_file(url) else None
    files = [Path(f"{name}{end}") for end in ("", "-wal", "-shm")] if name else []
    return sum(file.stat().st_size for file in files if file.is_file()) or None


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(f"COACHBOT_DATABASE is not a database URL; {_FORMS}") from None
    if parsed.drivername in _POSTGRES:
        return parsed.set(drivername="postgresql")
    if parsed.drivername != "sqlite":
        raise StoreError(f"'{parsed.drivername}' is not a kind of database for coachbot; {_FORMS}")
    return parsed


def _prepare(database: Database, writer: Engine, keys_path: Path, opened: OpenedCache) -> tuple[Keys, int]:
    try:
        with writer.begin() as connection:
            database.hold_alone(connection)
            database.look_through(connection)
            migrate(connection, database.name)
            master = _master_keys(connection, keys_path)
            lookup = settings.lookup_key(connection, master)
            keys = Keys(master, CipherCache(), opened, RosterCache(), lookup)
            return keys, database.noted_erasure(connection)
    except (DBAPIError, sqlite3.Error) as error:
        raise database.opening_failure(error) from None


def _master_keys(connection: Connection, path: Path) -> MasterKeys:
    """The master keys of the database; drawn only if it has never had any."""
    if settings.has_canary(connection):
        return MasterKeys(path)
    try:
        master = MasterKeys(path) if path.exists() else MasterKeys.create(path)
    except OSError as error:
        raise StoreError(f"{path}: the key file cannot be written ({error.strerror})") from None
    settings.plant_canary(connection, master)
    return master
