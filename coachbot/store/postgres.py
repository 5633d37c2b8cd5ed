"""PostgreSQL as coachbot uses it: psycopg 3, one writing connection a process, readers on snapshots.

The same tables and statements as on SQLite. What SQLite gives by its one writer is had here by locks
(`coachbot.store.part`): several processes may write.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from coachbot.errors import StoreBusy, StoreError, StoreLost
from coachbot.store import clearing
from coachbot.store.database import Synchronous
from coachbot.store.locks import ENGINE, MOST_NUMBERS, NUMBERS, OPENING, SPACE

_CONNECT_S = 10
#: Seconds for which a new engine waits for the role of one that has just died.
_ROLE_S = 5.0
#: Our queries look at few rows each; where the server expects many, it would spend a tenth of a second on compiling.
_NO_JIT = "SET jit = off"
#: How long a writer waits for another one's lock, as long as on SQLite.
_PATIENCE_MS = 10_000
#: How long one process of several may do nothing inside a transaction; then it is frozen, and loses its locks.
_FROZEN_MS = 20_000
_WAS_FROZEN = "25P03"
#: A connection that is dead on the way is noticed after about a minute.
_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
#: The same at the server's end, so that the lock of an engine that is cut off does not outlive it for hours.
_SERVER_KEEPALIVES = {
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
#: The processes that hold a lock, by the names that they gave themselves.
_HOLDERS = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "JOIN pg_database d ON d.oid = l.database AND d.datname = current_database() "
    "WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.granted ORDER BY a.application_name"
)
#: Tables whose ids are drawn by the database.
_NUMBERED = ("site", "account")


class PostgresDatabase:
    """`coachbot.store.database.Database` on a PostgreSQL server."""

    leftovers: Sequence[str] = (
        "  not reached: the server's write-ahead log, its archive and its standby servers: they keep the destroyed",
        "  key until they are overwritten, as docs/operating.md says",
    )

    engine_lock: Path | None = None
    refuses_nul = True

    def __init__(self, url: URL, synchronous: Synchronous, *, engine: bool = False, shared: bool = False) -> None:
        self._driver = driver()
        self._url = url.set(drivername="postgresql+psycopg")
        self._synchronous = synchronous
        #: Whether the writing connection holds the role of the engine.
        self._is_engine = engine
        #: Whether it holds a share of that role, together with other processes.
        self._is_shared = shared
        #: The number of this process among those, 0 for one that works alone; and who wants to know it.
        self.number = 0
        self._tell_number: Callable[[int], None] = lambda number: None

    @property
    def name(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    def number_to(self, tell: Callable[[int], None]) -> None:
        self._tell_number = tell
        if self.number:
            tell(self.number)

    # -- connections -----------------------------------------------------------------------------------
    def is_made(self) -> bool:
        engine = self.reading_engine()
        try:
            with engine.connect() as connection:
                return connection.dialect.has_table(connection, "alembic_version")
        except self._errors as error:
            raise self.opening_failure(error) from None
        finally:
            engine.dispose()

    def writing_engine(self) -> Engine:
        """The one connection of this process that writes. With the engine's role, no connection writes without it."""
        engine = self._engine(pool_size=1, max_overflow=0)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            try:
                self._set_up(connection.cursor())
                connection.commit()
            except BaseException:
                connection.close()
                raise

        return engine

    def reading_engine(self) -> Engine:
        engine = self._engine(pool_size=4, max_overflow=16)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.execute(_NO_JIT)
            connection.commit()
            connection.isolation_level = self._driver.IsolationLevel.REPEATABLE_READ
            connection.read_only = True

        return engine

    def _engine(self, **pool: int) -> Engine:
        role = "engine" if self._is_engine else "worker" if self._is_shared else "command"
        engine = create_engine(
            self._url,
            poolclass=QueuePool,
            paramstyle="format",
            use_native_hstore=False,
            hide_parameters=True,
            connect_args={
                "client_encoding": "utf8",
                "connect_timeout": _CONNECT_S,
                "application_name": f"coachbot {role} {os.getpid()} on {socket.gethostname()}"[:63],
                **_KEEPALIVES,
            },
            **pool,
        )
        event.listen(engine, "checkout", _refuse_the_dead)
        return engine

    def _set_up(self, cursor: Any) -> None:
        """What a writing connection needs before its first transaction."""
        cursor.execute(_NO_JIT)
        cursor.execute(f"SET lock_timeout = {_PATIENCE_MS}")
        for name, value in _SERVER_KEEPALIVES.items():
            cursor.execute(f"SET {name} = {value}")
        if self._synchronous == "FULL":  # unless the server promises more than `on` already
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
            )
        else:
            cursor.execute("SET synchronous_commit = off")
        if self._is_engine:
            self._take_role(cursor, "pg_try_advisory_lock")
        elif self._is_shared:
            cursor.execute(f"SET idle_in_transaction_session_timeout = {_FROZEN_MS}")
            self._take_role(cursor, "pg_try_advisory_lock_shared")
            self._take_number(cursor)

    def _take_role(self, cursor: Any, lock: str) -> None:
        """The lock lives as long as the connection that writes: an engine that lost it cannot write either.

        The server learns that a process was killed only when the statement it was at has ended, so this waits a while.
        """
        until = time.monotonic() + _ROLE_S
        while not cursor.execute(f"SELECT {lock}(%s, %s)", (SPACE, ENGINE)).fetchone()[0]:
            if time.monotonic() > until:
                self._refuse(cursor)
            time.sleep(0.1)

    def _refuse(self, cursor: Any) -> NoReturn:
        holder = self._holder(cursor)
        if holder.startswith("coachbot worker"):
            raise StoreLost(
                f"{self.name}: several processes work on this database ({holder} is one); stop them first, or run "
                "another of them (`coachbot worker`, `web`, `sender`)"
            )
        raise StoreLost(f"{self.name}: an engine runs on this database already ({holder}); stop it first")

    def _take_number(self, cursor: Any) -> None:
        """A number that no other process has, so that no two give the same ids; the one it had, if that is free."""
        found = None
        for first, last in ((self.number, self.number), (1, MOST_NUMBERS)):
            if first and found is None:
                found = cursor.execute(
                    "SELECT n FROM generate_series(%s::int, %s::int) AS n WHERE pg_try_advisory_lock(%s, n) LIMIT 1",
                    (first, last, NUMBERS),
                ).fetchone()
        if found is None:
            raise StoreLost(f"{self.name}: {MOST_NUMBERS} processes work on this database; that is the most")
        self.number = int(found[0])
        self._tell_number(self.number)

    def _holder(self, cursor: Any) -> str:
        found = cursor.execute(_HOLDERS, (SPACE, ENGINE)).fetchone()
        return str(found[0]) if found else "unknown"

    def at_work(self) -> Sequence[str]:
        """Who does an engine's work on this database: one, or several together."""
        try:
            with self._driver.connect(self._url.set(drivername="postgresql").render_as_string(False)) as connection:
                return [str(row[0]) for row in connection.execute(_HOLDERS, (SPACE, ENGINE)).fetchall()]
        except self._errors as error:
            raise self.opening_failure(error) from None

    # -- transactions ----------------------------------------------------------------------------------
    def hold_alone(self, connection: Connection) -> None:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise StoreError(
                f"{self.name}: the database's encoding is {encoding}; make one of its own with ENCODING 'UTF8'"
            )
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (SPACE, OPENING))

    def look_through(self, connection: Connection) -> None:
        """The server looks after its own files."""

    def hold_still(self, connection: Connection) -> None:
        from coachbot.store.tables import Base

        names = ", ".join(f'"{name}"' for name in sorted(Base.metadata.tables))
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE MODE")

    def restart_numbers(self, connection: Connection) -> None:
        for name in _NUMBERED:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) "
                f"FROM {name}"
            )

    def note_erasure(self, connection: Connection) -> int:
        return clearing.note(connection)

    def noted_erasure(self, connection: Connection) -> int:
        return clearing.noted(connection)

    def clear_erased(self, writer: Engine, since: int) -> bool:
        """Waits for nobody for long."""
        try:
            with writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                return clearing.clear(connection, since)
        except self._errors:
            return False

    def rest(self, writer: Engine) -> None:
        """Nothing is kept in this process."""

    # -- faults ----------------------------------------------------------------------------------------
    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        from sqlalchemy.exc import DBAPIError

        return DBAPIError, self._driver.Error

    def assure(self, connection: Connection) -> None:
        """The server answers COMMIT with ROLLBACK where a statement failed and nobody minded: here it is an error."""
        bare: Any = connection.connection.dbapi_connection
        if bare.info.transaction_status == self._driver.pq.TransactionStatus.INERROR:
            raise StoreError(f"{self.name}: a statement of this transaction failed; all of it was rolled back")

    def is_broken(self, connection: Connection) -> bool:
        if connection.invalidated or connection.closed:
            return False
        bare = connection.connection.dbapi_connection
        return bare is None or bool(bare.closed)

    def failure(self, error: Exception) -> StoreError | None:
        cause = getattr(error, "orig", None) or error
        state = getattr(cause, "sqlstate", None) or ""
        if not isinstance(cause, self._driver.OperationalError) and state != _WAS_FROZEN:
            return None
        if state.startswith("40") or state == "55P03":
            return StoreBusy(f"{self.name}: another program holds the same rows ({_first_line(cause)}); try again")
        if state[:2] in ("", "08", "57") or state == _WAS_FROZEN:
            return StoreLost(f"{self.name}: the connection to the database broke ({_first_line(cause)})")
        if state[:2] in ("53", "58"):  # no room, or a fault of the disk
            return StoreLost(f"{self.name}: the server cannot write ({_first_line(cause)}); look at its disk")
        return StoreError(f"{self.name}: the database refused ({_first_line(cause)})")

    def opening_failure(self, error: Exception) -> StoreError:
        cause = getattr(error, "orig", None) or error
        return StoreError(f"{self.name}: {_told(_first_line(cause), getattr(cause, 'sqlstate', None) or '')}")


def driver() -> ModuleType:
    try:
        import psycopg
    except ImportError:
        raise StoreError("PostgreSQL needs its driver: pip install 'coachbot[postgres]'") from None
    return psycopg


def _refuse_the_dead(connection: Any, record: Any, _proxy: Any) -> None:
    """Before a connection is used again: one on which the server has hung up is readable. No round trip."""
    if not record.info.setdefault("used", False):
        record.info["used"] = True
        return
    if connection.closed:
        raise DisconnectionError
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if watch.poll(0):
        raise DisconnectionError


def _first_line(error: object) -> str:
    return " ".join(str(error).strip().partition("\n")[0].split()) or type(error).__name__


def _told(said: str, state: str) -> str:
    """What the server says, and what to do."""
    if (
        "authentication failed" in said
        or ("role" in said and "does not exist" in said)
        or "no password supplied" in said
        or "no pg_hba.conf entry" in said
    ):
        cure = "look at the user and the password of COACHBOT_DATABASE (or of ~/.pgpass)"
        return f"the server lets nobody in so ({said}); {cure}"
    if state == "3D000" or ("database" in said and "does not exist" in said):
        return f"there is no such database ({said}); make it with createdb, in UTF8"
    if state == "42501":
        return f"this user may not make tables there ({said}); make it the owner of the database"
    if state == "25006":
        return f"this server takes no writes ({said}); name the primary one"
    if state:
        return f"the database cannot be opened ({said})"
    return f"the server does not answer ({said}); is it running, and is its address right?"
