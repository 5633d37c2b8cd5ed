"""The bare SQLite driver, with the settings of the coach's own connection: what every floor writes through."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_PRAGMAS = (
    "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cache_size = -65536",
    "wal_autocheckpoint = 4000", "foreign_keys = ON",
)  # fmt: skip


def bare(database: Path) -> sqlite3.Connection:
    """A connection that begins no transaction by itself."""
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection
