"""`open_store`: from a URL and a key file to a store that is ready, or one clear line that says why not."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from coachbot.errors import StoreError
from coachbot.store import settings
from coachbot.store.keyfile import MasterKeys
from coachbot.store.migrating import migrate
from coachbot.store.part import Keys
from coachbot.store.roster import RosterCache
from coachbot.store.sealing import CipherCache, OpenedCache
from coachbot.store.sqlite import Synchronous, database_path, reading_engine, writing_engine
from coachbot.store.store import SqlStore


def open_store(
    url: str,
    *,
    keys_path: Path | str,
    synchronous: Synchronous = "FULL",
    remember: int = 5_000,
    real: Callable[[], float] = time.time,
) -> SqlStore:
    """The database of a URL (`sqlite:///path`), made or brought up to date, with its master keys.

    Raises `StoreError` or `KeyMissing`. `remember`: of how many patients the opened values stay in memory; 0 opens
    everything anew each time. `real` gives real seconds for the age of rows.
    """
    path = database_path(_checked(url))
    writer = writing_engine(path, synchronous)
    try:
        keys = _prepare(writer, path, Path(keys_path), OpenedCache(remember))
    except BaseException:
        writer.dispose()
        raise
    return SqlStore(writer, reading_engine(path), keys, real=real)


def is_made(url: str) -> bool:
    """Whether the database of a URL is there already. Raises `StoreError` for what is no URL of ours."""
    name = _checked(url).database
    return name is not None and name != "" and Path(name).is_file()


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"'{url}' is not a database URL; write sqlite:///path/to/coachbot.db") from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        raise StoreError("PostgreSQL is not supported yet; write sqlite:///path/to/coachbot.db")
    if backend != "sqlite":
        raise StoreError(f"'{backend}' is not a kind of database for coachbot; write sqlite:///path/to/coachbot.db")
    return parsed


def _prepare(writer: Engine, path: Path, keys_path: Path, opened: OpenedCache) -> Keys:
    try:
        with writer.begin() as connection:
            migrate(connection, str(path))
            master = _master_keys(connection, keys_path)
            lookup = settings.lookup_key(connection, master)
            return Keys(master, CipherCache(), opened, RosterCache(), lookup)
    except (DBAPIError, sqlite3.Error) as error:
        raise StoreError(f"{path}: {_told(error)}") from None


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


def _told(error: Exception) -> str:
    """What the driver says, and what to do."""
    said = str(getattr(error, "orig", None) or error)
    if "not a database" in said:
        return "this file is not a database; name another, or restore it from a backup"
    if "locked" in said:
        return "another program holds the database; try again when it has ended"
    if "readonly" in said or "unable to open" in said:
        return f"the database cannot be written here ({said})"
    return f"the database cannot be opened ({said})"
