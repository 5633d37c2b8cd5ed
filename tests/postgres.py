"""PostgreSQL for tests: databases of their own on a server that runs, or on one that is started for them."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from coachbot.store.scratch import scratch, url_on
from coachbot.testing.ground import database_on

_HERE = "postgresql://postgres@127.0.0.1:5432/postgres"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
#: The user of Unix under whom a server may run; it refuses to run as root.
_NOBODY = 65534


@lru_cache(maxsize=1)
def server() -> str:
    """URL of a server on which databases can be made: `COACHBOT_TEST_POSTGRES`, the usual one, or one of our own.

    Empty if there is none.
    """
    named = os.environ.get("COACHBOT_TEST_POSTGRES", "")
    return next(filter(_answers, filter(None, (named, _HERE))), "") or _started()


def _answers(url: str) -> bool:
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _started() -> str:
    """A server of this process, in a folder that goes away with it."""
    if not _BINARIES:
        return ""
    folder = Path(tempfile.mkdtemp(prefix="coachbot-postgres-"))
    user: dict[str, Any] = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        os.chown(folder, _NOBODY, _NOBODY)
    tools, port = _BINARIES[-1].parent, _free_port()
    asked: dict[str, Any] = {**user, "check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(
        [tools / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], **asked
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    subprocess.run(
        [tools / "pg_ctl", "-D", folder / "data", "-w", "-o", options, "-l", folder / "log", "start"], **asked
    )
    atexit.register(_stop, tools, folder, user)
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _stop(tools: Path, folder: Path, user: dict[str, Any]) -> None:
    subprocess.run(
        [tools / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, **user
    )
    shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def needed() -> str:
    """The server's URL, or the test is skipped aloud."""
    return server() or pytest.skip("no PostgreSQL answers, and initdb is not installed: apt-get install postgresql")


def run(url: str, *statements: str) -> None:
    """Run statements, each by itself."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]


def connected(url: str) -> Any:
    """A connection of the driver's own, that commits each statement."""
    import psycopg

    return psycopg.connect(url, autocommit=True)


def url_of(name: str) -> str:
    """The URL of a database on the server."""
    return url_on(needed(), name)


@contextmanager
def database(keys: Path | None = None) -> Iterator[str]:
    """The URL of a database of its own: with all tables, if a path for its key file is given, else empty."""
    if keys is None:
        with scratch(needed()) as url:
            yield url
        return
    keys.parent.mkdir(parents=True, exist_ok=True)
    with database_on(needed(), keys.parent) as url:
        yield url


def bytes_on_disk(url: str) -> bytes:
    """Every table and index of a database as its files hold them."""
    import psycopg

    files = (
        "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class "
        "WHERE relkind IN ('r', 'i', 't') AND oid >= 16384"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        return b"".join(bytes(row[0]) for row in connection.cursor(binary=True).execute(files))


def catalogue(url: str) -> set[tuple[str, ...]]:
    """What a database is made of: columns, constraints, indexes, triggers, as the server writes them."""
    import psycopg

    queries = (
        "SELECT 'column', relname, attname, format_type(atttypid, atttypmod), attnotnull::text, attnum::text, "
        "attstattarget::text, "
        "coalesce(collname, ''), coalesce(pg_get_expr(adbin, adrelid), '') "
        "FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
        "LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
        "LEFT JOIN pg_collation k ON k.oid = attcollation WHERE relkind = 'r' AND attnum > 0 "
        "AND relnamespace = 'public'::regnamespace",
        "SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    )
    with psycopg.connect(url) as connection:
        rows = {tuple(map(str, row)) for query in queries for row in connection.execute(query)}  # type: ignore[arg-type]
    return {row for row in rows if "alembic_version" not in " ".join(row)}
