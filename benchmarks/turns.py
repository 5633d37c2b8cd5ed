"""Turns a second, one at a time and fifty at once; latency at half capacity; beside them the floor of the driver."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from benchmarks.driver import bare
from benchmarks.ground import ANSWERS, TYPED, Ground
from coachbot.service.turns import GROUP
from coachbot.service.writer import WriterThread
from coachbot.store.part import Part


@dataclass(slots=True)
class Captured:
    """The writing statements of a run, group by group, as the driver got them."""

    #: One list of (sql, parameters, many) per commit.
    commits: list[list[tuple[str, Any, bool]]] = field(default_factory=list)


#: A copy of the database, in which the floor writes a run; seconds.
Copied = AbstractContextManager[Callable[[Captured], float]]


def _talk(base: Ground, first: int, last: int, wave: int) -> float:
    """`wave` patients at a time answer all questions; seconds from the first word to the last commit.

    The same path as in service: updates are stored in one commit per group, then turned in another.
    """
    coach, took = base.coach, 0.0
    for start in range(first, last, wave):
        for answer in ANSWERS:
            tokens = base.tokens(start, start + wave)
            group = [base.update(place, answer, tokens[place]) for place in range(start, start + wave)]
            began = time.perf_counter()
            coach.inbox.store(group)
            coach.turns.emptied = False
            while not coach.turns.emptied:  # as the writer's thread does
                coach.turns.drain(GROUP)
            took += time.perf_counter() - began
    return took


def turns_a_second(base: Ground, first: int, last: int, wave: int) -> float:
    """Durable turns a second with `wave` patients talking at once."""
    base.open_checkins(first, last)
    return (last - first) * len(ANSWERS) / _talk(base, first, last, wave)


# -- the floor ----------------------------------------------------------------------------------------
def captured(base: Ground, first: int, last: int, wave: int) -> Captured:
    """What a run writes, statement by statement; not timed."""
    base.open_checkins(first, last)
    found = Captured()
    current: list[tuple[str, Any, bool]] = []

    class Noting:
        """The driver's cursor, noting what is written through it."""

        def __init__(self, cursor: Any) -> None:
            self._cursor = cursor

        def execute(self, sql: str, parameters: Any = ()) -> Any:
            self._note(sql, parameters, many=False)
            return self._cursor.execute(sql, parameters)

        def executemany(self, sql: str, parameters: Any, **how: Any) -> Any:
            self._note(sql, parameters, many=True)
            return self._cursor.executemany(sql, parameters, **how)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._cursor, name)

        def _note(self, sql: str, parameters: Any, *, many: bool) -> None:
            if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
                current.append((sql, parameters, many))

    def begun(part: Part, *arguments: Any, **named: Any) -> None:
        set_up(part, *arguments, **named)
        part._cursor = Noting(part._cursor)

    def commit(connection: Any) -> None:
        if current:
            found.commits.append(current.copy())
            current.clear()

    engine = base.coach.store._writer  # type: ignore[attr-defined]  # the benchmark looks under the floor
    set_up = Part.__init__
    Part.__init__ = begun  # type: ignore[method-assign]
    event.listen(engine, "commit", commit)
    try:
        _talk(base, first, last, wave)
    finally:
        Part.__init__ = set_up  # type: ignore[method-assign]
        event.remove(engine, "commit", commit)
    return found


def snapshot(base: Ground, target: Path) -> None:
    """A copy of the database as it stands, for the floor to write into."""
    with sqlite3.connect(base.folder / "coachbot.db") as source, sqlite3.connect(target) as copy:
        source.backup(copy)


def floor(database: Path, run: Captured) -> float:
    """Seconds that the bare driver takes for the same statements, rows, bytes, groups and commits."""
    connection = bare(database)
    began = time.perf_counter()
    for group in run.commits:
        connection.execute("BEGIN IMMEDIATE")
        for sql, parameters, many in group:
            connection.executemany(sql, parameters) if many else connection.execute(sql, parameters)
        connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return took


@contextmanager
def file_copy(base: Ground) -> Iterator[Callable[[Captured], float]]:
    """The floor over a copy of the file as it stands."""
    copy = base.folder / "floor.db"
    snapshot(base, copy)
    yield lambda run: floor(copy, run)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)


def against_the_floor(
    base: Ground, patients: int, rounds: int, copied: Callable[[Ground], Copied] = file_copy
) -> tuple[float, float, float]:
    """Coach and floor in turn: median turns/s of both, and the median of the ratios of neighbours."""
    coach, bare, ratios = [], [], []
    for _ in range(rounds):
        base.open_checkins(0, patients)
        _finish(base, patients)
        coach.append(turns_a_second(base, 0, patients, 50))
        _finish(base, patients)
        base.open_checkins(0, patients)
        with copied(base) as written:
            run = captured(base, 0, patients, 50)
            bare.append(patients * len(ANSWERS) / written(run))
        ratios.append(coach[-1] / bare[-1])
    return median(coach), median(bare), median(ratios)


def live_through(base: Ground, patients: int, evenings: int) -> None:
    """So many check-ins of every patient go into the database: what is measured next stands on their history."""
    for _ in range(evenings):
        base.open_checkins(0, patients)
        _finish(base, patients)


def _finish(base: Ground, patients: int) -> None:
    """Let whatever is still open come to its end."""
    _talk(base, 0, patients, 50)


# -- latency ------------------------------------------------------------------------------------------
def latencies(base: Ground, rate: float, seconds: float) -> list[float]:
    """Seconds from when a message was meant to arrive until its turn was committed, at a steady open-loop rate."""
    number = int(rate * seconds)
    number -= number % len(ANSWERS)
    people = number // len(ANSWERS)
    if people > len(base.patients):
        raise ValueError(f"{people} patients are needed, {len(base.patients)} are there")
    base.open_checkins(0, people)
    waiting: deque[float] = deque()
    took: list[float] = []
    done = threading.Event()

    def drain() -> int:
        handled = base.coach.turns.drain()
        now = time.perf_counter()
        for _ in range(handled):
            took.append(now - waiting.popleft())
        if len(took) == number:
            done.set()
        return handled

    turns = base.coach.turns
    writer = WriterThread(base.coach.inbox.store_all, drain, lambda: None, lambda: turns.emptied)
    writer.start()
    began = time.perf_counter()
    for place in range(number):
        meant = began + place / rate
        while (left := meant - time.perf_counter()) > 0:
            time.sleep(min(left, 0.001))
        waiting.append(meant)
        writer.receive(base.update(place % people, TYPED[place // people]))
    done.wait(60)
    writer.stop()
    return sorted(took)


def share(values: list[float], part: float) -> float:
    """The value below which this part of the sorted values lies."""
    return values[min(int(len(values) * part), len(values) - 1)]


# -- where the time goes ------------------------------------------------------------------------------
def shares(base: Ground, patients: int) -> dict[str, float]:
    """Part of a turn's time in each step of it. Timers around the steps cost a little themselves."""
    from coachbot.engine import hearing
    from coachbot.service import stepping
    from coachbot.store import sealing, transaction

    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

        return run

    places: list[tuple[Any, str, str]] = [
        (hearing, "read", "parse"), (stepping, "step", "step and parse"), (stepping, "speak", "render"),
        (transaction.SqlTransaction, "load", "load and decrypt"),
        (transaction.SqlTransaction, "save", "encrypt and write"),
        (transaction.SqlTransaction, "add_inbox", "inbox encrypt and write"),
        (transaction.SqlTransaction, "waiting", "inbox read"),
    ]  # fmt: skip
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    base.open_checkins(0, patients)
    sealed = _sealing(sealing, timed)
    try:
        for owner, name, label in places:
            setattr(owner, name, timed(label, getattr(owner, name)))
        total = _talk(base, 0, patients, 50)
    finally:
        for owner, name, original in before:
            setattr(owner, name, original)
        sealed()
    step = spent.pop("step and parse", 0.0) - spent.get("parse", 0.0)
    parts = {**spent, "step": step}
    nested = ("parse", "encrypt", "decrypt")
    rest = total - sum(value for name, value in parts.items() if name not in nested) - spent.get("parse", 0.0)
    return {name: value / total for name, value in {**parts, "commit and the rest": rest}.items()}


def _sealing(module: Any, timed: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> Callable[[], None]:
    """Timers around sealing and opening; gives back a function that takes them away."""
    column = module.SealedColumn
    before = {name: getattr(column, name) for name in ("seal", "open")}
    for name, label in (("seal", "encrypt"), ("open", "decrypt")):
        setattr(column, name, timed(label, before[name]))

    def restore() -> None:
        for name, work in before.items():
            setattr(column, name, work)

    return restore
