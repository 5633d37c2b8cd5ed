"""`python -m benchmarks.scale [--patients 1000 10000] [--awake 2000] [--postgres [URL]]`: a day as the clinic grows.

For each number of enrolled patients: a coach of its own, everybody enrolled, then one simulated day of those who are
awake. Prints a table as Markdown.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from benchmarks import day
from benchmarks.ground import Ground, ground
from benchmarks.postgres import HERE
from coachbot.service.clock import StandingClock
from coachbot.store.scratch import scratch

_DAYS_A_YEAR = 365


def main() -> None:
    """Measure each size and print a row of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=[1_000, 10_000], help="how many are enrolled")
    parser.add_argument("--awake", type=int, default=2_000, help="at most so many have a day; the others' rows wait")
    parser.add_argument("--minutes", type=int, default=day.MINUTES, help="a shorter day: does it run?")
    parser.add_argument("--postgres", nargs="?", const=HERE, default="", metavar="URL", help="on this server")
    arguments = parser.parse_args()
    print("| " + " | ".join(_COLUMNS) + " |")
    print("|" + "---|" * len(_COLUMNS))
    for number in arguments.patients:
        row = measured(number, min(number, arguments.awake), arguments.minutes, arguments.postgres)
        print("| " + " | ".join(row) + " |", flush=True)


_COLUMNS = (
    "enrolled", "awake", "turns", "messages", "a turn", "groups within (50 %, 99 %)", "a look that finds nothing",
    "processor for an awake patient's day", "disk for an enrolled patient", "disk for a patient-year", "memory",
)  # fmt: skip


def measured(number: int, awake: int, minutes: int, server: str) -> Sequence[str]:
    """One row: a day of `awake` patients among `number`."""
    phones, clock = day.Phones(), StandingClock(day.MORNING)
    with _database(server) as url, ground(0, database=url, channel=phones, clock=clock) as base:
        print(f"enrolling {number:,}", file=sys.stderr, flush=True)
        empty, began = _bytes(base, url), time.perf_counter()
        day.enrol(base.coach, base.account, number, awake)
        full = _bytes(base, url)
        print(f"enrolled in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        found = day.live(base, phones, clock, minutes=minutes)
        grown = (_bytes(base, url) - full) / awake * _DAYS_A_YEAR
        return (
            f"{number:,}",
            f"{awake:,}",
            f"{found.turns:,}",
            f"{found.sent:,}",
            f"{found.turn_us:.0f} µs",
            f"{found.group_ms(0.5):.1f} ms, {found.group_ms(0.99):.1f} ms",
            f"{found.look_us():.0f} µs",
            f"{found.processor / awake * 1e3:.1f} ms",
            f"{(full - empty) / number / 1e3:.1f} kB",
            f"{grown / 1e6:.1f} MB",
            f"{day.memory_mb():.0f} MB",
        )


@contextmanager
def _database(server: str) -> Iterator[str]:
    if not server:
        yield ""
        return
    with scratch(server) as url:
        yield url


def _bytes(base: Ground, url: str) -> int:
    """What the database takes on the disk."""
    if not url:
        with sqlite3.connect(base.folder / "coachbot.db") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return (base.folder / "coachbot.db").stat().st_size
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
