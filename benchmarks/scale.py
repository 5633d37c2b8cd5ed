"""`python -m benchmarks.scale [--patients 1000 10000] [--awake 2000] [--postgres [URL] | --both] [--markdown PAGE]`.

A growing clinic, for each number of enrolled patients, on SQLite or on a PostgreSQL server: everybody is enrolled, and
asleep; what the real processes hold in memory then; one simulated day of those who are woken, by one process on SQLite,
by one and by two workers on PostgreSQL. Prints tables as Markdown, or puts them into a page.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import day, disk
from benchmarks.crew import crew
from benchmarks.day import Day
from benchmarks.ground import Ground, ground
from benchmarks.postgres import HERE
from benchmarks.resting import resting_mb
from coachbot.service.records import PatientRecord
from coachbot.store.moving import move
from coachbot.store.scratch import scratch

#: A patient-year is the programme once, sixteen weeks of days like the one that was lived, and rows that rest.
_DAYS_OF_PROGRAMME = 112
BEGIN, END = "<!-- scale: begin -->", "<!-- scale: end -->"


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is measured for each number of patients."""

    awake: int = 2_000
    minutes: int = day.MINUTES
    workers: Sequence[int] = (1, 2)
    #: Whether real processes are started to look at their memory.
    memory: bool = True


@dataclass(slots=True)
class Grown:
    """A clinic of one size on one database."""

    patients: int
    database: str
    awake: int
    enrolled_s: float
    #: Bytes for each enrolled patient at rest.
    rest: float
    #: Megabytes of each kind of process while everybody sleeps.
    memory: dict[str, float] = field(default_factory=dict)
    #: The day, by how it was run, with the bytes by which it grew for each patient awake.
    days: dict[str, tuple[Day, float]] = field(default_factory=dict)
    #: Bytes for a row of each kind.
    rows: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure each size and tell of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=[1_000, 10_000], help="how many are enrolled")
    parser.add_argument("--awake", type=int, default=2_000, help="at most so many have a day; the others' rows wait")
    parser.add_argument("--minutes", type=int, default=day.MINUTES, help="a shorter day: does it run?")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="on PostgreSQL: how many, one day each")
    parser.add_argument("--postgres", nargs="?", const=HERE, default="", metavar="URL", help="on this server")
    parser.add_argument("--both", action="store_true", help="on SQLite, then on PostgreSQL")
    parser.add_argument("--no-memory", action="store_true", help="start no processes to look at their memory")
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="put the tables into this page, between its marks"
    )
    given = parser.parse_args()
    sizes = Sizes(given.awake, given.minutes, given.workers, not given.no_memory)
    servers = ["", given.postgres or HERE] if given.both else [given.postgres]
    found: list[Grown] = []
    for server in servers:
        for number in given.patients:
            found.append(measured(number, sizes, server))
            if given.markdown:  # what was measured stays, should a later size not come to its end
                put_into(given.markdown, report(found))
    print(report(found))


# -- measuring ----------------------------------------------------------------------------------------
def measured(number: int, sizes: Sizes, server: str) -> Grown:
    """A clinic with so many patients."""
    phones, clock = day.Phones(), day.Mornings()
    runs = len(sizes.workers) if server else 1
    awake = min(sizes.awake, number // runs)
    _say(f"enrolling {number:,} on {_told(server)}")
    with _enrolled(number, awake * runs, server, phones, clock) as (base, url, people, took):
        rest = (disk.total(disk.tables(base.folder, url)) - _empty(server)) / number
        grown = Grown(number, _told(url), awake, took, rest)
        _say(f"enrolled in {took:.0f} s, {rest / 1e3:.1f} kB each")
        if sizes.memory:
            grown.memory = _memory(base, url)
            _say(f"asleep: {grown.memory}")
        for place in range(runs):
            day.wake(base.coach, people[place * awake : (place + 1) * awake])
            _live(grown, base, phones, clock, sizes, sizes.workers[place] if url else 0, url)
        return grown


def _memory(base: Ground, url: str) -> dict[str, float]:
    where = url or f"sqlite:///{base.folder / 'coachbot.db'}"
    return {name: resting_mb(name, where, base.folder) for name in (("worker", "web") if url else ("run",))}


def _live(
    grown: Grown, base: Ground, phones: day.Phones, clock: day.Mornings, sizes: Sizes, workers: int, url: str
) -> None:
    """One day; each begins on the same morning, with patients who have not lived it yet."""
    before = disk.tables(base.folder, url)
    clock.again()
    phones.forget()
    with ExitStack() as stack:
        helpers = stack.enter_context(crew(workers, url, base.folder)) if workers else None
        found = day.live(base, phones, clock, minutes=sizes.minutes, crew=helpers)
    after = disk.tables(base.folder, url)
    told = f"{workers} worker{'s' if workers > 1 else ''}" if workers else "one process"
    grown.days[told] = (found, (disk.total(after) - disk.total(before)) / grown.awake)
    grown.rows = disk.a_row(before, after)
    _say(f"a day by {told}: {found.turns:,} turns, {found.sent:,} messages")


@contextmanager
def _enrolled(
    number: int, remembered: int, server: str, phones: day.Phones, clock: day.Mornings
) -> Iterator[tuple[Ground, str, list[PatientRecord], float]]:
    """The coach, the URL of its database if it is on a server, who is to be woken, and the seconds that it took. Onto a
    server all are enrolled in a file, which is moved there as `coachbot migrate-store` does: one by one each row would
    be a round trip."""
    began = time.perf_counter()
    with ground(0, channel=phones, clock=clock) as file:
        people = day.enrol(file.coach, file.account, number, remembered)
        if not server:
            yield file, "", people, time.perf_counter() - began
            return
        file.coach.store.close()
        keys = file.folder / "keys.json"
        with scratch(server) as url:
            move(f"sqlite:///{file.folder / 'coachbot.db'}", url, keys_path=keys)
            took = time.perf_counter() - began
            with ground(0, database=url, channel=phones, clock=clock, keys=keys) as base:
                yield base, url, people, took


def _empty(server: str) -> int:
    """Bytes of an empty database of this kind."""
    with ExitStack() as stack:
        url = stack.enter_context(scratch(server)) if server else ""
        base = stack.enter_context(ground(0, database=url))
        return disk.total(disk.tables(base.folder, url))


def _told(url: str) -> str:
    return "PostgreSQL" if url else "SQLite"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# -- telling ------------------------------------------------------------------------------------------
_COLUMNS = (
    "enrolled", "database", "the day by", "of whom awake", "turns", "messages", "a turn", "groups within (50 %, 99 %)",
    "a look that finds nothing", "processor for a patient's day", "disk at rest, a patient", "disk for a patient's day",
    "disk for a patient-year",
)  # fmt: skip


def report(found: Sequence[Grown]) -> str:
    """All tables."""
    when = f"Run of {datetime.now(UTC):%Y-%m-%d}; cores {os.cpu_count()}; load at its end {os.getloadavg()[0]:.1f}."
    return "\n".join([when, "", *_table(_COLUMNS, _rows(found)), "", *_asleep(found), "", *_on_disk(found)])


def _rows(found: Sequence[Grown]) -> Iterator[Sequence[str]]:
    for one in found:
        for told, (lived, bytes_a_day) in one.days.items():
            yield (
                f"{one.patients:,}", one.database, told, f"{one.awake:,}", f"{lived.turns:,}", f"{lived.sent:,}",
                f"{lived.turn_us:.0f} µs",
                f"{lived.group_ms(0.5):.1f} ms, {lived.group_ms(0.99):.1f} ms",
                f"{lived.look_us():.0f} µs",
                f"{lived.processor / one.awake * 1e3:.1f} ms",
                f"{one.rest / 1e3:.1f} kB",
                f"{bytes_a_day / 1e3:.1f} kB",
                f"{(one.rest + bytes_a_day * _DAYS_OF_PROGRAMME) / 1e6:.2f} MB",
            )  # fmt: skip


def _asleep(found: Sequence[Grown]) -> Iterator[str]:
    """Enrolment and memory, and by how much memory grows with each patient who only sleeps."""
    yield from _table(
        ("enrolled", "database", "to enrol them", "memory while all sleep"),
        [
            (f"{one.patients:,}", one.database, f"{one.enrolled_s:.0f} s",
             ", ".join(f"`{name}` {size:.0f} MB" for name, size in one.memory.items()) or "not measured")
            for one in found
        ],
    )  # fmt: skip
    for database in dict.fromkeys(one.database for one in found):
        ordered = sorted((one for one in found if one.database == database), key=lambda one: one.patients)
        least, most = ordered[0], ordered[-1]
        for name in most.memory if most.patients > least.patients else ():
            each = (most.memory[name] - least.memory[name]) * 1e6 / (most.patients - least.patients)
            yield (
                f"\nMemory of `{name}` on {database}, for each sleeping patient more "
                f"({least.patients:,} to {most.patients:,}): {each:,.0f} bytes."
            )


def _on_disk(found: Sequence[Grown]) -> Iterator[str]:
    """Bytes of a row of each kind, with its indexes."""
    kinds = list(dict.fromkeys(kind for one in found for kind, size in one.rows.items() if size >= 1))
    rows = [
        (f"{one.patients:,}", one.database, *(f"{one.rows[kind]:,.0f}" if kind in one.rows else "" for kind in kinds))
        for one in found
    ]
    yield from _table(("bytes for a", "", *kinds), rows)


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]


def put_into(page: Path, text: str) -> None:
    """The tables stand between the page's marks, in place of those of another run."""
    before, mark, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise SystemExit(f"{page} has no {BEGIN} ... {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
