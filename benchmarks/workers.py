"""`python -m benchmarks.workers [--patients 400] [--seconds 15] [--rate 100] [--rounds 3] [--postgres URL]`.

Two workers beside one, on PostgreSQL: real processes (`coachbot worker`) on copies of one stock of talk, one and two of
them in turn, first all that waits at once, then so many messages a second. Prints a Markdown table: seconds of the
processor for a turn, how they compare, what the workers waited for, turns a second.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import stock
from benchmarks.observed import Waits, processor_s, servers, writing
from benchmarks.postgres import HERE
from benchmarks.stock import Stock
from coachbot.store.scratch import scratch

_ANSWERS = 4
#: Patients whose talk makes the workers warm, before anything is measured.
_WARM = 64
_START_S, _LONGEST_S = 180.0, 600.0
_LOOK_S, _SLICE_S = 0.02, 0.005
_TURNS = (
    "SELECT count(*), count(DISTINCT t.xmin::text), "
    "percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY (t.at - i.received_at) / 1000.0) "
    "FROM turn t JOIN inbox i ON i.id = t.inbox WHERE i.id = ANY(%s)"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What some workers did with a part of the stock."""

    turns: int
    seconds: float
    #: Seconds of the processor: of the workers, and of the server for them.
    workers_s: float
    server_s: float
    commits: int
    #: Parts of the time in which a worker waited: for another one's locks, for the server's own.
    locks: float
    latches: float
    #: Milliseconds from an update's coming in until its turn began, median and 99th percentile.
    waited_ms: tuple[float, float]

    @property
    def turn_ms(self) -> float:
        """Milliseconds of the workers' processors for a turn."""
        return self.workers_s / self.turns * 1e3


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    patients: int
    seconds: float
    rate: float
    rounds: int


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--patients", type=int, default=400, help="whose talk waits at once; each says four things")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long messages come in one by one")
    parser.add_argument("--rate", type=float, default=100.0, help="how many of them a second")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", default=HERE, metavar="URL", help="on this server")
    given = parser.parse_args()
    found = measured(Sizes(given.patients, given.seconds, given.rate, given.rounds), given.postgres)
    print(table(found))


# -- measuring ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Found:
    """The runs of each number of workers, round by round: all at once, and one by one."""

    at_once: dict[int, list[Run]]
    one_by_one: dict[int, list[Run]]
    #: Processes that waited for a core, before each run.
    load: Sequence[float]


def measured(
    sizes: Sizes, server: str, say: Callable[[str], None] = lambda line: print(line, file=sys.stderr)
) -> Found:
    """One and two workers in turn, each round beginning with the other."""
    found, load = Found({1: [], 2: []}, {1: [], 2: []}, []), list[float]()
    steady = int(sizes.rate * sizes.seconds / _ANSWERS)
    with tempfile.TemporaryDirectory(prefix="coachbot-bench-") as name, scratch(server) as template:
        stock.make(template, Path(name), _WARM + sizes.patients + steady)
        for place in range(sizes.rounds):
            for number in (1, 2) if place % 2 == 0 else (2, 1):
                load.append(os.getloadavg()[0])
                with (
                    _copied(template, server) as url,
                    _workers(number, url, Path(name)) as pids,
                    stock.stock(url) as one,
                ):
                    _warmed(one)
                    found.at_once[number].append(_all_at_once(one, url, pids, sizes))
                    found.one_by_one[number].append(_one_by_one(one, url, pids, sizes))
                say(f"round {place + 1}, {number} at work: {_told(found.at_once[number][-1])}; one by one "
                    f"{_told(found.one_by_one[number][-1])}; load {load[-1]:.1f}")  # fmt: skip
    return Found(found.at_once, found.one_by_one, load)


def _told(run: Run) -> str:
    return f"{run.turn_ms:.2f} ms a turn, {run.turns / run.commits:.1f} turns a commit, locks {run.locks:.1%}"


def _warmed(one: Stock) -> None:
    one.let_in(one.take(_WARM))
    _until_done(one)


def _all_at_once(one: Stock, url: str, pids: Sequence[int], sizes: Sizes) -> Run:
    rows = one.take(sizes.patients)
    return _measured_run(rows, one, url, pids, lambda: one.let_in(rows))


def _one_by_one(one: Stock, url: str, pids: Sequence[int], sizes: Sizes) -> Run:
    rows = one.take(len(one.rows))
    return _measured_run(rows, one, url, pids, lambda: _come_in(one, rows, sizes.rate))


def _come_in(one: Stock, rows: Sequence[tuple[int, str]], rate: float) -> None:
    """At fixed moments, whether the workers keep up or not."""
    began, come = time.monotonic(), 0
    while come < len(rows):
        due = min(len(rows), int((time.monotonic() - began) * rate) + 1)
        if due > come:
            one.let_in(rows[come:due])
            come = due
        time.sleep(_SLICE_S)


def _measured_run(
    rows: Sequence[tuple[int, str]], one: Stock, url: str, pids: Sequence[int], work: Callable[[], None]
) -> Run:
    behind = servers(url, pids)
    with Waits(url, writing(url)) as waits:
        before, before_server, began = processor_s(pids), processor_s(behind), time.monotonic()
        work()
        _until_done(one)
        seconds, used, used_server = time.monotonic() - began, processor_s(pids), processor_s(behind)
    turns, commits, waited = _turns(url, [row for row, _ in rows])
    if turns != len(rows):
        raise RuntimeError(f"{len(rows)} updates came in, and {turns} had a turn")
    return Run(
        turns, seconds, used - before, used_server - before_server, commits,
        waits.share("Lock"), waits.share("LWLock"), waited,
    )  # fmt: skip


def _until_done(one: Stock) -> None:
    end = time.monotonic() + _LONGEST_S
    while one.left():
        if time.monotonic() > end:
            raise RuntimeError(f"{one.left()} updates still wait after {_LONGEST_S:.0f} s")
        time.sleep(_LOOK_S)


def _turns(url: str, rows: Sequence[int]) -> tuple[int, int, tuple[float, float]]:
    """The turns of these updates; the transactions that wrote them; milliseconds until they began."""
    with psycopg.connect(url) as connection:
        found = connection.execute(_TURNS, [list(rows)]).fetchone()
    assert found
    middle, slow = found[2] or (0.0, 0.0)
    return int(found[0]), int(found[1]), (float(middle), float(slow))


# -- the processes ------------------------------------------------------------------------------------
@contextmanager
def _copied(template: str, server: str) -> Iterator[str]:
    with scratch(server, template.rpartition("/")[2]) as url:
        yield url


@contextmanager
def _workers(number: int, url: str, folder: Path) -> Iterator[list[int]]:
    """So many `coachbot worker` on a database, at work; they are told to stop at the end."""
    logs = [folder / f"worker-{place}.log" for place in range(number)]
    running = [_started(url, folder, log) for log in logs]
    try:
        _until_at_work(running, logs)
        yield [one.pid for one in running]
    finally:
        for one in running:
            one.send_signal(signal.SIGTERM)
        for one in running:
            one.wait(30)


def _started(url: str, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    settings = {"COACHBOT_DATABASE": url, "COACHBOT_DATA": str(folder), "COACHBOT_LOG_LEVEL": "WARNING"}
    with log.open("wb") as target:
        return subprocess.Popen(
            [sys.executable, "-m", "coachbot", "worker"],
            env={**os.environ, **settings}, stdout=target, stderr=target,
        )  # fmt: skip


def _until_at_work(running: Sequence[subprocess.Popen[bytes]], logs: Sequence[Path]) -> None:
    end = time.monotonic() + _START_S
    while not all(" works" in log.read_text("utf-8") for log in logs):
        ended = [log for one, log in zip(running, logs, strict=True) if one.poll() is not None]
        if ended or time.monotonic() > end:
            raise RuntimeError(f"a worker does not start: {(ended or logs)[0].read_text('utf-8')[-2000:]}")
        time.sleep(_LOOK_S)


# -- telling ------------------------------------------------------------------------------------------
_COLUMNS = (
    "talk", "workers", "turns/s", "processor for a turn", "of the server for it", "turns in a commit",
    "waits for locks", "waits for the server's own locks", "until its turn (50 %, 99 %)",
)  # fmt: skip


def table(found: Found) -> str:
    """Medians of the rounds, and how two compare with one in neighbouring runs."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    for told, runs in (("all at once", found.at_once), ("one by one", found.one_by_one)):
        lines += [_row(told, number, runs[number]) for number in sorted(runs)]
    load = f"{min(found.load):.1f} to {max(found.load):.1f}"
    lines += ["", f"Rounds: {len(found.at_once[1])}; {os.cpu_count()} cores; load before the runs {load}.", ""]
    for told, runs in (("all at once", found.at_once), ("one by one", found.one_by_one)):
        ratios = sorted(two.turn_ms / one.turn_ms for one, two in zip(runs[1], runs[2], strict=True))
        faster = median(_rate(two) / _rate(one) for one, two in zip(runs[1], runs[2], strict=True))
        lines.append(
            f"- {told}: two workers took {median(ratios):.2f} of one worker's processor for a turn "
            f"({ratios[0]:.2f} to {ratios[-1]:.2f}), and made {faster:.2f} times as many turns a second"
        )
    return "\n".join(lines)


def _rate(run: Run) -> float:
    return run.turns / run.seconds


def _row(told: str, number: int, runs: Sequence[Run]) -> str:
    def middle(of: Callable[[Run], float]) -> float:
        return median(map(of, runs))

    cells = (
        told,
        str(number),
        f"{middle(_rate):,.0f}",
        f"{middle(lambda one: one.turn_ms):.2f} ms",
        f"{middle(lambda one: one.server_s / one.turns * 1e3):.2f} ms",
        f"{middle(lambda one: one.turns / one.commits):.1f}",
        f"{middle(lambda one: one.locks):.1%}",
        f"{middle(lambda one: one.latches):.1%}",
        f"{middle(lambda one: one.waited_ms[0]):,.0f} ms, {middle(lambda one: one.waited_ms[1]):,.0f} ms",
    )
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
