"""SQLite as coachbot uses it: one file in WAL mode, one writer at a time, readers on snapshots."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from coachbot.errors import StoreBusy, StoreError, StoreLost
from coachbot.store.database import Synchronous

_BUSY_MS = 10_000
_CACHE_KIB = 65_536
#: Pages in the write-ahead log before it is folded into the file (16 MiB).
_CHECKPOINT_PAGES = 4_000
#: A larger file is not read through at each start; `coachbot doctor` and every backup do.
_READ_THROUGH_BYTES = 1 << 30
_RESTORE = "stop the coach, keep this file, and put the last backup back (`coachbot restore`)"


class SqliteFile:
    """`coachbot.store.database.Database` in one file."""

    #: The file is overwritten and the log emptied: nothing stays.
    leftovers: Sequence[str] = ()
    refuses_nul = False

    def __init__(self, url: URL, synchronous: Synchronous, *, engine: bool = False) -> None:
        self._url = url
        self._synchronous = synchronous
        #: An engine looks at the whole file first: a damaged one would lose what it is given.
        self._is_engine = engine

    def at_work(self) -> Sequence[str]:
        """Only the lock beside the file knows."""
        return ()

    def number_to(self, tell: Callable[[int], None]) -> None:
        """Whoever has the file works alone."""

    @property
    def path(self) -> Path:
        """Where the file stands, or should."""
        name = self._url.database
        if not name or name == ":memory:" or name.startswith("file:"):
            raise StoreError(f"{self._url}: the database must be a file, such as sqlite:///data/coachbot.db")
        return Path(name)

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def engine_lock(self) -> Path:
        return self.path.parent / "engine.lock"

    def is_made(self) -> bool:
        return bool(self._url.database) and Path(str(self._url.database)).is_file()

    def writing_engine(self) -> Engine:
        """The one connection that writes. Deleted content is overwritten with zeros (`secure_delete`)."""
        return _engine(
            writable(self.path),
            "BEGIN IMMEDIATE",
            f"""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = {self._synchronous};
            PRAGMA secure_delete = ON;
            PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES};
            PRAGMA cache_size = -{_CACHE_KIB};
            PRAGMA temp_store = MEMORY;
            """,
            pool_size=1,
            max_overflow=0,
        )

    def reading_engine(self) -> Engine:
        return _engine(
            self.path,
            "BEGIN",
            """
            PRAGMA query_only = ON;
            PRAGMA temp_store = MEMORY;
            """,
            pool_size=4,
            max_overflow=16,
        )

    def hold_alone(self, connection: Connection) -> None:
        """A writing transaction is alone by itself (`BEGIN IMMEDIATE`)."""

    def look_through(self, connection: Connection) -> None:
        if not self._is_engine or self.path.stat().st_size > _READ_THROUGH_BYTES:
            return
        said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if said != "ok":
            raise StoreError(f"{self.name}: the database is damaged ({_one_line(said)}); {_RESTORE}")

    def hold_still(self, connection: Connection) -> None:
        """A writing transaction is alone by itself."""

    def restart_numbers(self, connection: Connection) -> None:
        """The next id is one more than the greatest there."""

    def note_erasure(self, connection: Connection) -> int:
        """The log is emptied as a whole: it does not matter when."""
        return 1

    def noted_erasure(self, connection: Connection) -> int:
        """The log is folded in by whoever closes the file last."""
        return 0

    def clear_erased(self, writer: Engine, since: int) -> bool:
        """Nothing of a deleted row stays in the write-ahead log."""
        return fold_log(writer, "TRUNCATE")

    def rest(self, writer: Engine) -> None:
        """The write-ahead log is folded into the file."""
        fold_log(writer, "PASSIVE")

    def assure(self, connection: Connection) -> None:
        """A statement that failed has done nothing; what was done before it can be committed."""

    def is_broken(self, connection: Connection) -> bool:
        """A file does not hang up."""
        return False

    def failure(self, error: Exception) -> StoreError | None:
        cause = getattr(error, "orig", None) or error
        code = getattr(cause, "sqlite_errorcode", None)
        if not isinstance(cause, sqlite3.Error) or code is None:
            return None
        match code & 0xFF:  # the rest of the number is detail
            case sqlite3.SQLITE_FULL:
                return StoreLost(f"{self.name}: the disk is full; make room, and the coach goes on by itself")
            case sqlite3.SQLITE_IOERR:
                return StoreLost(f"{self.name}: the disk does not take what is written ({cause}); look at the disk")
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return StoreBusy(f"{self.name}: another program holds the database for too long; end it")
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return StoreLost(f"{self.name}: the database is damaged ({cause}); {_RESTORE}")
        return None

    def opening_failure(self, error: Exception) -> StoreError:
        return StoreError(f"{self.name}: {_told(error)}")


def writable(path: Path) -> Path:
    """The file is made, and its folder (for its owner alone); it must be writable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: the database cannot be written here ({error.strerror})") from None
    return path


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


def _told(error: Exception) -> str:
    """What the driver says, and what to do."""
    said = str(getattr(error, "orig", None) or error)
    if "not a database" in said:
        return "this file is not a database; name another, or restore it from a backup"
    if "malformed" in said:
        return f"the database is damaged ({said}); {_RESTORE}"
    if "locked" in said:
        return "another program holds the database; try again when it has ended"
    if "readonly" in said or "unable to open" in said:
        return f"the database cannot be written here ({said})"
    return f"the database cannot be opened ({said})"


def _one_line(said: str) -> str:
    return " ".join(said.split())[:200]
