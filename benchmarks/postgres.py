"""Turns a second over PostgreSQL, and their floor: the bare psycopg writing the same rows in the same commits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from statistics import median
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from benchmarks import turns
from benchmarks.ground import Ground, ground
from benchmarks.turns import Captured
from coachbot.store.scratch import scratch, url_on

HERE = "postgresql://postgres@127.0.0.1:5432/postgres"
_TABLES = ("inbox", "turn", "outbox", "diary")


def turns_and_floor(server: str, patients: int, rounds: int) -> tuple[float, float, float, float]:
    """Turns a second one at a time; 50 at once, those of the floor, and the ratio of neighbours."""
    with scratch(server) as url, ground(patients, database=url) as base:
        one = median(turns.turns_a_second(base, 0, 100, 1) for _ in range(3))
        return one, *turns.against_the_floor(base, patients, rounds, partial(copy, url=url))


@contextmanager
def copy(base: Ground, url: str) -> Iterator[Callable[[Captured], float]]:
    """The floor over a copy of the database as it stands. The coach lets go of its connections for it."""
    store: Any = base.coach.store
    for engine in (store._writer, store._reader):
        engine.dispose()
    target = name_of_copy(url)
    source, name = make_url(url).database, make_url(target).database
    with psycopg.connect(_beside(url), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'.encode())
    try:
        yield lambda run: floor(target, run)
    finally:
        with psycopg.connect(_beside(url), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def floor(url: str, run: Captured) -> float:
    """Seconds that the bare driver takes for the same statements, rows, bytes, groups and commits; rows of the same
    statement, one after the other, in one `executemany`."""
    with psycopg.connect(url) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.commit()
        cursor = connection.cursor(binary=True)
        groups = [_together(group) for group in run.commits]
        began = time.perf_counter()
        for group in groups:
            for sql, rows in group:
                cursor.executemany(sql.encode(), rows)
            connection.commit()
        return time.perf_counter() - began


def _together(group: list[tuple[str, Any, bool]]) -> list[tuple[str, list[Any]]]:
    return [
        (sql, [row for _, rows, many in parts for row in (rows if many else [rows])])
        for sql, parts in groupby(group, key=lambda part: part[0])
    ]


def counts(url: str) -> dict[str, int]:
    """Rows of the tables that a turn writes most."""
    with psycopg.connect(url) as connection:
        found = {table: connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() for table in _TABLES}
    return {table: int(row[0]) if row else 0 for table, row in found.items()}


def name_of_copy(url: str) -> str:
    """The URL of the copy."""
    return url_on(url, f"{make_url(url).database}_floor")


def _beside(url: str) -> str:
    """A database of the same server in which nobody of ours works."""
    return url_on(url, "postgres")
