"""The tick: what it costs to look for due timers while very many wait, and to fire some."""

from __future__ import annotations

import sqlite3
import time
from statistics import median

from benchmarks.ground import Ground

_FAR = 4_000_000_000_000_000  # microseconds: the year 2096
_LOOKS = 400


def add_waiting(base: Ground, number: int) -> None:
    """Fill the timer table up to `number` rows that are due in the far future."""
    with sqlite3.connect(base.folder / "coachbot.db", isolation_level=None) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        (there,) = connection.execute("SELECT count(*) FROM timer").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO timer (patient, purpose, due_at, token, body) VALUES (?, 'plan', ?, NULL, '{}')",
            ((f"waiting{place:08}", _FAR + place) for place in range(there, number)),
        )
        connection.execute("COMMIT")


def tick(base: Ground) -> float:
    """Median microseconds of a tick that finds nothing due."""
    base.coach.tick()
    took = []
    for _ in range(_LOOKS):
        began = time.perf_counter()
        base.coach.turns.run_timers()
        took.append(time.perf_counter() - began)
    return median(took) * 1e6


def firing(base: Ground, number: int = 50) -> float:
    """Microseconds per timer of a tick that fires this many (each of them plans its patient's day)."""
    rows = [(patient, "plan", 0) for patient in base.patients[:number]]
    with sqlite3.connect(base.folder / "coachbot.db") as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO timer (patient, purpose, due_at, token, body) VALUES (?, ?, ?, NULL, '{}')", rows
        )
    began = time.perf_counter()
    fired = base.coach.turns.run_timers(number)
    return (time.perf_counter() - began) / max(fired, 1) * 1e6
