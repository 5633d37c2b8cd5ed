"""What rows take on the disk, their indexes included."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg

#: The tables that a day fills, as the report names their rows.
TOLD = {
    "outbox": "message", "inbox": "update", "turn": "turn", "trace": "trace of a turn", "diary": "diary entry",
    "response": "answer to a questionnaire", "timer": "timer",
}  # fmt: skip
_SQLITE = (
    "SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name "
    "WHERE d.aggregate = TRUE GROUP BY m.tbl_name"
)
_POSTGRES = (
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


def tables(folder: Path, url: str) -> Mapping[str, tuple[int, int]]:
    """Rows and bytes of each table, of the database of a URL or of the file in the folder."""
    if url:
        with psycopg.connect(url, autocommit=True) as server:
            sizes = [(str(name), int(size)) for name, size in server.execute(_POSTGRES)]
            return {
                name: (_only(server.execute(f'SELECT count(*) FROM "{name}"'.encode()).fetchone()), size)
                for name, size in sizes
            }
    with closing(sqlite3.connect(folder / "coachbot.db")) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = [(str(name), int(size)) for name, size in file.execute(_SQLITE) if not str(name).startswith("sqlite_")]
        return {name: (_only(file.execute(f'SELECT count(*) FROM "{name}"').fetchone()), size) for name, size in sizes}


def _only(row: tuple[int, ...] | None) -> int:
    return int(row[0]) if row else 0


def total(found: Mapping[str, tuple[int, int]]) -> int:
    """Bytes of all tables."""
    return sum(size for _, size in found.values())


def a_row(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Bytes by which each table grew for a new row, of those that grew by rows."""
    grown = {
        name: (after[name][0] - before.get(name, (0, 0))[0], after[name][1] - before.get(name, (0, 0))[1])
        for name in TOLD if name in after
    }  # fmt: skip
    return {TOLD[name]: size / rows for name, (rows, size) in grown.items() if rows > 0}
