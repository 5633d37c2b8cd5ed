"""SQLite as coachbot uses it: one file in WAL mode, one writer at a time, readers on snapshots."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from coachbot.errors import StoreError

Synchronous = Literal["FULL", "NORMAL", "OFF"]
_BUSY_MS = 10_000
_CACHE_KIB = 65_536
#: Pages in the write-ahead log before it is folded into the file (16 MiB).
_CHECKPOINT_PAGES = 4_000


def database_path(url: URL) -> Path:
    """The file of a URL; its folder is made (for its owner alone), and it must be writable."""
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise StoreError(f"{url}: the database must be a file, such as sqlite:///data/coachbot.db")
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: the database cannot be written here ({error.strerror})") from None
    return path


def writing_engine(path: Path, synchronous: Synchronous) -> Engine:
    """The one connection that writes. Deleted content is overwritten with zeros (`secure_delete`)."""
    return _engine(
        path,
        "BEGIN IMMEDIATE",
        f"""
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = {synchronous};
        PRAGMA secure_delete = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES};
        PRAGMA cache_size = -{_CACHE_KIB};
        PRAGMA temp_store = MEMORY;
        """,
        pool_size=1,
        max_overflow=0,
    )


def reading_engine(path: Path) -> Engine:
    """Connections that read on snapshots and refuse to write."""
    return _engine(
        path,
        "BEGIN",
        """
        PRAGMA query_only = ON;
        PRAGMA temp_store = MEMORY;
        """,
        pool_size=4,
        max_overflow=16,
    )


def fold_log(engine: Engine, how: Literal["PASSIVE", "TRUNCATE"]) -> bool:
    """Fold the write-ahead log into the file, without waiting for anybody; False if somebody was in the way.

    `TRUNCATE` leaves the log empty, so that nothing of a deleted row stays in it.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        busy = cursor.execute(f"PRAGMA wal_checkpoint({how})").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        cursor.close()
        return not busy
    finally:
        connection.close()


def _engine(path: Path, begin: str, pragmas: str, **pool: int) -> Engine:
    """An engine that opens transactions itself: the driver's own way of beginning is switched off."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in filter(None, map(str.strip, pragmas.split(";"))):
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.connection.cursor().execute(begin).close()

    return engine
