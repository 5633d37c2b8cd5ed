"""`python -m benchmarks.broadcasts [--patients 100000]`: planning a broadcast to very many while patients talk.

Prints planning seconds, the longest slice and the longest writing transaction of it, and the latency of turns
meanwhile, beside the same turns without a broadcast; then how long it takes to find out the hour of each, which goes on
in slices once everybody is planned; and how much memory both took.
"""

from __future__ import annotations

import argparse
import resource
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.ground import ANSWERS, NOW, TYPED, Ground, ground
from benchmarks.starting import fdatasync_us
from benchmarks.turns import latencies, share
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.broadcasts.running import Runner
from coachbot.service.broadcasts.timing import starts_at
from coachbot.service.clock import StandingClock
from coachbot.service.writer import WHENEVER, WriterThread

#: The day after tomorrow on the ground's clock: everybody is planned, and no hour has come anywhere.
_AT = "2026-03-11 10:00"
#: Turns a second that patients take meanwhile.
RATE = 40.0
_TALKERS = 2_000


@dataclass(slots=True)
class Planned:
    """What was measured. Seconds."""

    people: int = 0
    planning: float = 0.0
    #: Finding out at which hour it comes to each, and the slices of it.
    dating: float = 0.0
    dated: list[float] = field(default_factory=list)
    #: Bytes that the process grew by, while planning and after it.
    grown: int = 0
    slices: list[float] = field(default_factory=list)
    #: Writing transactions: what is done in them, and the whole with its commit (an fsync).
    works: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)


class _Timed:
    """The store, timing how long each writing transaction of the broadcasts holds the database."""

    def __init__(self, store: Any, found: Planned) -> None:
        self._store = store
        self._found = found

    def reading(self) -> Any:
        return self._store.reading()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        began = time.perf_counter()
        with self._store.writing() as tx:
            yield tx
            self._found.works.append(time.perf_counter() - began)
        self._found.writes.append(time.perf_counter() - began)


def resident() -> int:
    """Bytes of this process that lie in memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def dating(base: Ground, runner: Runner, found: Planned) -> None:
    """Go to the moment at which the first clock on earth shows the time, and find out everybody's own hour."""
    clock = base.coach.world.clock
    assert isinstance(clock, StandingClock)
    clock.hold(starts_at(_AT, NOW))
    began = time.perf_counter()
    while True:
        slice_began = time.perf_counter()
        if not runner.work():
            break
        found.dated.append(time.perf_counter() - slice_began)
    found.dating = time.perf_counter() - began
    clock.hold(NOW)


def planning(base: Ground, rate: float = RATE) -> Planned:
    """Plan for everybody, in slices between the turns of patients who talk at a steady rate; then find out hours."""
    found, before = Planned(), resident()
    world, store = base.coach.world, base.coach.store
    number = world.ids.next()
    one = Broadcast(
        number, 0, "scheduled", "bench", {"en": "Hello {{ patient.name }}."}, at=_AT, made=world.clock.now()
    )
    with store.writing() as tx:
        tx.put_broadcast(one)
    runner = Runner(world, _Timed(store, found))  # type: ignore[arg-type]
    done, waiting = threading.Event(), deque[float]()

    def drain() -> int:
        handled = base.coach.turns.drain()
        now = time.perf_counter()
        found.turns += [now - waiting.popleft() for _ in range(handled)]
        return handled

    def work() -> None:
        began = time.perf_counter()
        if not runner.work():
            done.set()
            return
        found.slices.append(time.perf_counter() - began)
        writer.submit(work, WHENEVER)

    writer = WriterThread(base.coach.inbox.store_all, drain, lambda: None)
    people = min(_TALKERS, len(base.patients))
    base.open_checkins(0, people)
    writer.start()
    began = time.perf_counter()
    writer.submit(work, WHENEVER)
    for place in range(people * len(ANSWERS)):
        meant = began + place / rate
        if done.wait(max(0.0, meant - time.perf_counter())):
            break
        waiting.append(meant)
        writer.receive(base.update(place % people, TYPED[place // people]))
    done.wait()
    found.planning = time.perf_counter() - began
    writer.stop()
    dating(base, runner, found)
    found.grown = max(0, resident() - before)
    with store.reading() as tx:
        found.people = sum(tx.recipient_counts(number).values())
        kept = tx.broadcast(number)
    assert kept is not None
    with store.writing() as tx:
        tx.put_broadcast(replace(kept, state="cancelled"))
    found.turns.sort()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broadcasts", description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    patients = parser.parse_args().patients
    began = time.perf_counter()
    with ground(patients) as base:
        print(f"{patients:,} patients enrolled in {time.perf_counter() - began:.0f} s", flush=True)
        alone = latencies(base, RATE, min(10.0, patients / RATE))
        found = planning(base)
        middle, slow = fdatasync_us(base.folder, 300)
    rows = (
        ("recipients planned", float(found.people), ""),
        ("planning, while patients talk", found.planning, "s"),
        ("then finding out everybody's hour", found.dating, "s"),
        ("longest slice of that", max(found.dated, default=0.0) * 1e3, "ms"),
        ("memory grown by", found.grown / 1e6, "MB"),
        ("slices", float(len(found.slices)), ""),
        ("longest slice", max(found.slices) * 1e3, "ms"),
        ("slices, 99th percentile", share(sorted(found.slices), 0.99) * 1e3, "ms"),
        ("longest work in a writing transaction", max(found.works) * 1e3, "ms"),
        ("longest writing transaction, commit included", max(found.writes) * 1e3, "ms"),
        ("writing transactions, 99th percentile", share(sorted(found.writes), 0.99) * 1e3, "ms"),
        ("writing transactions over 20 ms", 100 * sum(one > 0.02 for one in found.writes) / len(found.writes), "%"),
        ("fdatasync of this disk, median", middle / 1e3, "ms"),
        ("fdatasync of this disk, 99th percentile", slow / 1e3, "ms"),
        ("turns meanwhile", float(len(found.turns)), ""),
        ("turns meanwhile, 99th percentile", share(found.turns, 0.99) * 1e3 if found.turns else 0.0, "ms"),
        ("the same turns alone, 99th percentile", share(alone, 0.99) * 1e3, "ms"),
    )
    for name, value, unit in rows:
        print(f"{name:<46} {value:>12,.1f} {unit}")


if __name__ == "__main__":
    main()
