"""The crash test: patients talk, the coach is killed at named points and at random ones, and started again."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from coachbot.opening import open_beside
from coachbot.settings import load_settings
from coachbot.testing.botapi import FakeTelegram
from coachbot.testing.killing import POINTS
from tests.faults.engine import TOKEN, EngineProcess
from tests.faults.ledger import Ledger
from tests.faults.nursery import Nursery
from tests.faults.town import Town

#: The fake has had the call and has not answered it: the one point that lies outside the process.
DURING_CALL = "during_call"
RANDOM = "random"
NAMED = (*(point for point in POINTS if "recovery" not in point), DURING_CALL, "before_recovery_commit")
#: Seconds within which a point is reached once the coach is up; later it is killed wherever it is.
_REACHED_S = 15.0
_SETTLED_S = 600.0
#: Seconds after its start at which it is killed anywhere: from before it listens to well into the talks.
_ANYWHERE_S = (0.02, 4.0)
_ACTS_A_SECOND = 25.0
_TIMERS_A_KILL, _TIMERS_WITHIN_S = 3, 3.0
_SENDING = ("sendMessage", "sendPhoto", "sendDocument")


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: at which point, and when."""

    point: str
    at: float
    #: False: the point was not reached in time, and the process was killed where it was.
    reached: bool = True


@dataclass(slots=True)
class CrashTest:
    """One crash test over one data folder, and one PostgreSQL database if there is a URL."""

    folder: Path
    telegram: FakeTelegram
    town: Town
    engine: EngineProcess
    rng: Random
    url: str = ""
    kills: list[Kill] = field(default_factory=list)

    def ledger(self) -> Ledger:
        return Ledger(self.folder, self.url)

    # -- kills -------------------------------------------------------------------------------------------
    def kill_at(self, point: str) -> None:
        """Start the coach and kill it at this point."""
        self.town.set_timers(self.ledger(), _TIMERS_A_KILL, within_s=_TIMERS_WITHIN_S)
        if point == DURING_CALL:
            reached = self._during_a_call()
        elif point == RANDOM:
            reached = self._anywhere()
        else:
            reached = self._by_itself(point)
        self.telegram.catch_up()  # a call that still lay in the line was made before the kill
        self.kills.append(Kill(point, time.monotonic(), reached))

    def _by_itself(self, point: str) -> bool:
        times = 1 if "recovery" in point or "timers" in point else self.rng.randint(1, 6)
        self.engine.start(f"{point}:{times}")
        return self._died(_REACHED_S)

    def _during_a_call(self) -> bool:
        left = iter(range(self.rng.randint(1, 6), 0, -1))
        self.engine.start()

        def watch(method: str, fields: dict[str, Any]) -> None:
            if method in _SENDING and next(left, 0) == 1:
                self.engine.kill()

        self.telegram.watch = watch
        reached = self._died(_REACHED_S)
        self.telegram.watch = lambda method, fields: None
        return reached

    def _anywhere(self) -> bool:
        """Anywhere at all: while it starts, too."""
        self.engine.start()
        time.sleep(self.rng.uniform(*_ANYWHERE_S))
        self.engine.kill()
        return True

    def _died(self, seconds: float) -> bool:
        """Whether it died by itself within so many seconds of being up."""
        end = time.monotonic() + seconds * 4
        up_at = None
        while time.monotonic() < end and (up_at is None or time.monotonic() < up_at + seconds):
            if self.engine.died_within(0.05):
                return True
            if up_at is None and self.telegram.waiting(TOKEN) == 0:
                up_at = time.monotonic()
        self.engine.kill()
        return False

    # -- the end -----------------------------------------------------------------------------------------
    def settle(self) -> None:
        """Start it a last time, let it finish everything, and stop it."""
        self.engine.start()
        self.engine.wait_until_healthy()
        end = time.monotonic() + _SETTLED_S
        quiet = 0
        while quiet < 5 and time.monotonic() < end:
            time.sleep(0.5)
            quiet = quiet + 1 if not self.telegram.waiting(TOKEN) and not self.ledger().unfinished() else 0
        self.engine.stop()


def plan_of(kills: int, rng: Random) -> list[str]:
    """Which points, in which order: three quarters at the named ones, each as often; the rest anywhere."""
    named = [NAMED[place % len(NAMED)] for place in range(max(1, kills * 3 // 4))]
    plan = (named + [RANDOM] * kills)[:kills]
    rng.shuffle(plan)
    return plan


@contextmanager
def crash_test(folder: Path, *, patients: int, seed: int, url: str = "") -> Iterator[CrashTest]:
    """A town and a coach that is not started yet. `url`: of a PostgreSQL database whose keys lie in the folder."""
    rng = Random(seed)
    with FakeTelegram() as telegram, Nursery() as nursery:
        telegram.add_bot(TOKEN)
        town = Town(telegram, Random(seed + 1))
        coach = open_beside(load_settings(data=folder, database=url), make=True)
        town.come_in(coach, newcomers=patients // 2, known=patients - patients // 2, pictures=max(1, patients // 10))
        coach.store.close()
        engine = EngineProcess(folder, telegram.url, database=url, nursery=nursery)
        try:
            yield CrashTest(folder, telegram, town, engine, rng, url)
        finally:
            if engine.is_running():
                engine.kill()


def run(one: CrashTest, plan: Sequence[str], *, say: Any = lambda line: None) -> None:
    """Carry the plan out while the patients talk, then let everything come to rest."""
    stop = threading.Event()
    talking = threading.Thread(target=one.town.live, args=(stop, _ACTS_A_SECOND), daemon=True)
    talking.start()
    for place, point in enumerate(plan, 1):
        one.kill_at(point)
        say(f"{place:4}/{len(plan)} {point}{'' if one.kills[-1].reached else ' (not reached)'}")
    stop.set()
    talking.join()
    one.settle()


def counted(kills: Sequence[Kill]) -> Counter[str]:
    """Kills by their point; those that did not reach it are random ones."""
    return Counter(kill.point if kill.reached else RANDOM for kill in kills)
