"""`python -m benchmarks [--quick] [--json FILE] [--postgres URL]`: a table, and the same as JSON rows."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import postgres, starting, ticks, turns
from benchmarks.ground import ground


class Row(NamedTuple):
    """One figure."""

    name: str
    value: float
    unit: str


class Sizes(NamedTuple):
    """How much is measured."""

    patients: int
    rounds: int
    #: Evenings that the patients have lived through before the turns are measured once more.
    evenings: int
    open_loop_s: float
    timers: tuple[int, ...]
    starts: int


FULL = Sizes(1000, 5, 28, 5.0, (1_000, 100_000, 1_000_000), 5)
QUICK = Sizes(100, 2, 1, 0.5, (1_000, 10_000), 1)


def measure(sizes: Sizes) -> list[Row]:
    """All figures, in the order of the table."""
    return [*_turns(sizes), *_latency(sizes), *_ticks(sizes), *_shares(sizes), *_starting(sizes)]


def _turns(sizes: Sizes) -> list[Row]:
    with ground(sizes.patients) as base:
        one = median(turns.turns_a_second(base, 0, 100, 1) for _ in range(3))
        coach, bare, ratio = turns.against_the_floor(base, sizes.patients, sizes.rounds)
        turns.live_through(base, sizes.patients, sizes.evenings)
        lived = turns.against_the_floor(base, sizes.patients, sizes.rounds)
        middle, slow = starting.fdatasync_us(base.folder, 300)
    after = f"after {sizes.evenings} evenings"
    return [
        Row("turns, one at a time", one, "turns/s"),
        Row("turns, 50 at once", coach, "turns/s"),
        Row("floor: the bare driver, same rows and commits", bare, "turns/s"),
        Row("turns, 50 at once, as a part of the floor", ratio, "ratio"),
        Row(f"{after}: turns, 50 at once", lived[0], "turns/s"),
        Row(f"{after}: floor", lived[1], "turns/s"),
        Row(f"{after}: turns as a part of the floor", lived[2], "ratio"),
        Row("fdatasync, median", middle, "us"),
        Row("fdatasync, 99th percentile", slow, "us"),
    ]


def over_postgres(sizes: Sizes, server: str) -> list[Row]:
    """The same turns over PostgreSQL, beside a floor of its own."""
    one, coach, bare, ratio = postgres.turns_and_floor(server, sizes.patients, sizes.rounds)
    return [
        Row("PostgreSQL: turns, one at a time", one, "turns/s"),
        Row("PostgreSQL: turns, 50 at once", coach, "turns/s"),
        Row("PostgreSQL: floor, bare psycopg, same rows and commits", bare, "turns/s"),
        Row("PostgreSQL: turns, 50 at once, as a part of the floor", ratio, "ratio"),
    ]


def _latency(sizes: Sizes) -> list[Row]:
    with ground(sizes.patients) as base:
        capacity = turns.turns_a_second(base, 0, sizes.patients, 50)
    rate = capacity / 2
    people = int(rate * sizes.open_loop_s) // 4 + 10
    with ground(people) as base:
        took = turns.latencies(base, rate, sizes.open_loop_s)
    return [
        Row("half of the capacity, open loop", rate, "turns/s"),
        Row("latency at half capacity, median", turns.share(took, 0.5) * 1e3, "ms"),
        Row("latency at half capacity, 99th percentile", turns.share(took, 0.99) * 1e3, "ms"),
    ]


def _ticks(sizes: Sizes) -> list[Row]:
    rows = []
    with ground(60) as base:
        firing = ticks.firing(base)
        for number in sizes.timers:
            ticks.add_waiting(base, number)
            rows.append(Row(f"tick, {number:,} timers waiting", ticks.tick(base), "us"))
    most, least = rows[-1].value, rows[0].value
    return [
        *rows,
        Row(f"tick, {sizes.timers[-1]:,} waiting against {sizes.timers[0]:,}", most / least, "ratio"),
        Row("tick that fires 50 day plans, per timer", firing, "us"),
    ]


def _shares(sizes: Sizes) -> list[Row]:
    with ground(sizes.patients) as base:
        parts = turns.shares(base, sizes.patients)
    return [Row(f"share of a turn: {name}", value * 100, "%") for name, value in sorted(parts.items())]


def _starting(sizes: Sizes) -> list[Row]:
    return [
        Row("start of coachbot --help", starting.command_seconds(sizes.starts, "--help"), "s"),
        Row("coachbot check of the whole pack", starting.command_seconds(sizes.starts, "check"), "s"),
        Row("start of coachbot run, until it answers", starting.run_seconds(), "s"),
    ]


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run?")
    parser.add_argument("--json", type=Path, help="write rows {name, value, unit} here")
    parser.add_argument(
        "--postgres", nargs="?", const=postgres.HERE, metavar="URL", help="turns over PostgreSQL alone, on this server"
    )
    arguments = parser.parse_args()
    sizes = QUICK if arguments.quick else FULL
    rows = over_postgres(sizes, arguments.postgres) if arguments.postgres else measure(sizes)
    width = max(len(row.name) for row in rows)
    for row in rows:
        print(f"{row.name:<{width}}  {row.value:>12,.2f} {row.unit}")
    if arguments.json:
        arguments.json.write_text(json.dumps([row._asdict() for row in rows], indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
