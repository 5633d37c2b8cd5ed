"""A simulated day: patients in four zones and all weeks of the programme, of whom half answer what they are asked.

Virtual time goes by in minutes. Whatever is due is turned in groups, sent to a messenger that only remembers, and
answered a minute later. Of very many patients only some are awake: the others' rows are there and wait.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.ground import Ground, patient_at
from coachbot.bootstrap import Coach
from coachbot.programme.localtime import moment
from coachbot.service.clock import StandingClock
from coachbot.service.days import PLANNING_TIME
from coachbot.service.ports import Capabilities
from coachbot.service.records import Address, Changes, OutboxRow, PatientRecord, Profile, Progress, TimerRow, Update
from coachbot.service.turns import GROUP

if TYPE_CHECKING:
    from benchmarks.crew import Crew

#: Midnight of UTC, a Tuesday.
MORNING = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
MINUTES = 24 * 60
#: Where patients live, by tenths.
_ZONES = ("Europe/Berlin",) * 4 + ("Europe/London",) * 2 + ("Asia/Shanghai",) * 2 + ("America/New_York",) * 2
_MORNINGS = ("06:30", "07:00", "07:30", "08:00", "08:00", "08:30", "09:00")
_EVENINGS = ("17:30", "18:00", "19:00", "19:00", "20:00")
#: A chance that a talk is begun, and that it goes on after an answer.
_BEGINS, _GOES_ON = 0.5, 0.95
_NUMBER, _WORDS = "3", "it was all right"
_WEEKS, _ENROLLED_AT_ONCE = 16, 500


class Phones:
    """The messenger: it takes everything, and remembers what was asked last in each chat."""

    name = "bench"
    capabilities = Capabilities()

    def __init__(self) -> None:
        self._asked: dict[str, Mapping[str, Any]] = {}
        self._talking: set[str] = set()
        self._rng = Random(1)

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        if row.body.get("token"):
            self._asked[to.chat] = row.body
        return str(row.id)

    def answers(self, account: int, numbers: Iterator[int]) -> Iterator[Update]:
        """What patients say to what they were asked since the last time. Half of them begin; who has begun goes on."""
        asked, self._asked = self._asked, {}
        for chat, body in asked.items():
            if self._rng.random() < (_GOES_ON if chat in self._talking else _BEGINS):
                self._talking.add(chat)
                yield self._answer(Update(account, "bench", chat, f"d{next(numbers)}", "text"), body)
            else:
                self._talking.discard(chat)

    def forget(self) -> None:
        """Nobody answers what was asked before."""
        self._asked, self._talking = {}, set()

    def _answer(self, update: Update, body: Mapping[str, Any]) -> Update:
        choices = list(body.get("choices") or ())
        if choices:
            code, _ = self._rng.choice(choices)
            return replace(update, kind="press", token=str(body["token"]), code=str(code))
        wants_number = (body.get("ask") or {}).get("kind") in ("number", "scale")
        return replace(update, text=_NUMBER if wants_number else _WORDS)


class Mornings(StandingClock):
    """A clock on which the same day can be lived again, by others."""

    def __init__(self) -> None:
        super().__init__(MORNING)

    def again(self) -> None:
        """It is the morning."""
        self._now = MORNING


@dataclass(slots=True)
class Day:
    """What a day gave."""

    turns: int = 0
    updates: int = 0
    #: Seconds of each group that found something, and how many it handled.
    groups: list[tuple[float, int]] = field(default_factory=list)
    #: Seconds of looks for due timers that found none.
    looks: list[float] = field(default_factory=list)
    sent: int = 0
    sending: float = 0.0
    processor: float = 0.0

    @property
    def turn_us(self) -> float:
        """Microseconds that a turn took, its part of the commit included."""
        return sum(took for took, _ in self.groups) / max(self.turns, 1) * 1e6

    def group_ms(self, part: float) -> float:
        """Milliseconds within which this part of the groups was committed."""
        took = sorted(took for took, _ in self.groups)
        return took[min(len(took) - 1, int(len(took) * part))] * 1e3 if took else 0.0

    def look_us(self) -> float:
        """Median microseconds of a look that found nothing."""
        return sorted(self.looks)[len(self.looks) // 2] * 1e6 if self.looks else 0.0


def enrol(coach: Coach, account: int, number: int, remembered: int) -> list[PatientRecord]:
    """So many active patients, spread over zones and weeks, all asleep: their next day is planned in fifty years.
    Returns the first of them, to be woken."""
    first_ones: list[PatientRecord] = []
    for first in range(0, number, _ENROLLED_AT_ONCE):
        with coach.store.writing() as tx:
            changes = Changes()
            for place in range(first, min(first + _ENROLLED_AT_ONCE, number)):
                one = _patient(coach, account, place)
                tx.add_patient(one.id, site=coach.site, address=one.address, profile=one.profile)
                changes.conversations[one.id] = changes.enrolments[one.id] = one
                changes.timers[one.id, "plan"] = TimerRow(one.id, "plan", _plans_at(one, asleep=True))
                if len(first_ones) < remembered:
                    first_ones.append(one)
            tx.save(changes)
    return first_ones


def wake(coach: Coach, patients: Sequence[PatientRecord]) -> None:
    """They have a day before them."""
    with coach.store.writing() as tx:
        tx.put_timers([TimerRow(one.id, "plan", _plans_at(one, asleep=False)) for one in patients])


def _patient(coach: Coach, account: int, place: int) -> PatientRecord:
    rng = Random(place)
    one = patient_at(coach, account, place, f"chat{place}")
    assert one.enrolment is not None
    days = rng.randrange(_WEEKS * 7)
    progress = Progress(
        attended=tuple(f"{kind}_{week}" for week in range(1, min(days // 7, 3) + 2) for kind in ("sct", "cse")),
        assessments=("baseline",),
        opened={"orientation": "2020-01-01"},
    )
    profile = Profile(
        name=f"Patient {place}", zone=rng.choice(_ZONES), morning=rng.choice(_MORNINGS), evening=rng.choice(_EVENINGS)
    )
    enrolment = replace(one.enrolment, anchor=MORNING.date() - timedelta(days=days), progress=progress)
    return replace(one, profile=profile, enrolment=enrolment, last_heard=MORNING - timedelta(hours=10))


def _plans_at(one: PatientRecord, *, asleep: bool) -> datetime:
    day = date(MORNING.year + 50, 3, 1) if asleep else MORNING.date()
    return moment(day, PLANNING_TIME, one.profile.zone or "UTC")


# -- living -------------------------------------------------------------------------------------------
def live(
    base: Ground, phones: Phones, clock: StandingClock, *, minutes: int = MINUTES, crew: Crew | None = None
) -> Day:
    """The day of everybody who is awake, minute by minute. Without a crew this process takes the turns itself."""
    day = Day()
    began = time.process_time()
    for minute in range(minutes):
        clock.hold(MORNING + timedelta(minutes=minute))
        updates = list(phones.answers(base.account, base.numbers))
        day.updates += len(updates)
        for first in range(0, len(updates), GROUP):
            base.coach.inbox.store(updates[first : first + GROUP])
        _take_turns(day, base, minute, crew)
        sending = time.perf_counter()
        day.sent += asyncio.run(base.coach.sender.drain())
        day.sending += time.perf_counter() - sending
    day.processor += time.process_time() - began
    return day


def _take_turns(day: Day, base: Ground, minute: int, crew: Crew | None) -> None:
    if crew is None:
        turns = base.coach.turns
        for take in (turns.drain, turns.run_timers):
            _work(day, take, is_look=take == turns.run_timers)
        return
    for done in crew.work(minute):
        day.groups += done.groups
        day.turns += sum(count for _, count in done.groups)
        day.looks += done.looks
        day.processor += done.processor


def _work(day: Day, take: Callable[[], int], *, is_look: bool) -> None:
    while True:
        began = time.perf_counter()
        count = take()
        took = time.perf_counter() - began
        if count:
            day.turns += count
            day.groups.append((took, count))
        else:
            if is_look:
                day.looks.append(took)
            return


# -- what is left -------------------------------------------------------------------------------------
def memory_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
