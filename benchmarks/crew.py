"""Workers of a simulated day: processes that take turns by shards, as `coachbot worker` does, by a clock that is told
them minute by minute. `python -m benchmarks.crew URL FOLDER` is one of them; it reads minutes and answers with figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from benchmarks.day import MORNING
from benchmarks.ground import ROOT, Silent
from coachbot.authoring.pack import load_pack
from coachbot.bootstrap import assemble, spare_the_collector
from coachbot.service.clock import StandingClock
from coachbot.service.shifts import Shift
from coachbot.settings import load_settings
from coachbot.store import SqlStore, open_store

#: Until shards are asked for again that another worker holds, in seconds.
_BUSY_S = 0.005


@dataclass(slots=True)
class Minute:
    """What one worker did in one minute of the day."""

    #: Seconds of each group that found something, and how many it handled; seconds of looks that found nothing.
    groups: list[tuple[float, int]] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    #: Seconds of its processor.
    processor: float = 0.0


@dataclass(slots=True)
class Crew:
    """Workers at work, as whoever leads the day sees them."""

    processes: Sequence[subprocess.Popen[str]]

    def work(self, minute: int) -> list[Minute]:
        """All of them do what there is to do in this minute, at the same time."""
        for one in self.processes:
            assert one.stdin
            one.stdin.write(f"{minute}\n")
            one.stdin.flush()
        return [_read(one) for one in self.processes]


@contextmanager
def crew(number: int, url: str, folder: Path) -> Iterator[Crew]:
    """So many workers on the database of a URL, whose keys lie in the folder."""
    command = [sys.executable, "-m", "benchmarks.crew", url, str(folder)]
    made = Crew([
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(number)
    ])  # fmt: skip
    try:
        for one in made.processes:
            _read(one)
        yield made
    finally:
        for one in made.processes:
            one.communicate()


def _read(one: subprocess.Popen[str]) -> Minute:
    assert one.stdout
    line = one.stdout.readline()
    if not line:
        raise RuntimeError("a worker of the benchmark has ended; what it said stands above")
    told = json.loads(line)
    return Minute([(took, count) for took, count in told["groups"]], told["looks"], told["processor"])


# -- one of them --------------------------------------------------------------------------------------
def main(url: str, folder: Path, orders: IO[str]) -> None:
    """Do each minute that is read, and tell of it."""
    settings = load_settings(data=folder, database=url)
    store = open_store(settings.database_url, keys_path=settings.keys_path, shared=True)
    clock = StandingClock(MORNING)
    coach = assemble(settings, store, clock, {"bench": Silent()}, pack=load_pack(ROOT))
    spare_the_collector()
    shift = Shift(coach.turns, store, clock)
    _tell(Minute())
    for line in orders:
        clock.hold(MORNING + timedelta(minutes=int(line)))
        began = time.process_time()
        done = _minute(shift, store, clock)
        done.processor = time.process_time() - began
        _tell(done)
    store.close()


def _minute(shift: Shift, store: SqlStore, clock: StandingClock) -> Minute:
    done = Minute()
    while True:
        began = time.perf_counter()
        shift.look()
        if not shift.is_wanted:
            done.looks.append(time.perf_counter() - began)
            return done
        while _timed(shift, done):
            pass
        with store.reading() as tx:
            if not any(tx.unfinished_shards(clock.now())):
                return done
        time.sleep(_BUSY_S)


def _timed(shift: Shift, done: Minute) -> int:
    began = time.perf_counter()
    if count := shift.work():
        done.groups.append((time.perf_counter() - began, count))
    return count


def _tell(minute: Minute) -> None:
    told: dict[str, Any] = {"groups": minute.groups, "looks": minute.looks, "processor": minute.processor}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.stdin)
