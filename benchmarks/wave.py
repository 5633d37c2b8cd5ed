"""`python -m benchmarks.wave [--patients 2000] [--faults 0.05] [--quick]`: the morning wave, in a failing messenger.

So many patients have their morning touchpoint at the same minute. The fake Telegram takes thirty messages a second and
one a second for each chat, by its own count, and a part of the calls goes wrong: 5xx and cut connections (with and
without effect), answers that never come, a bot asked for patience, chats that are shut. Prints what the ledger says
beside what arrived; ends with 1 if they differ by more than rows in doubt, or if the coach was ever too fast.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from coachbot.bootstrap import Coach
from coachbot.opening import open_beside
from coachbot.service.records import Profile, Progress
from coachbot.settings import load_settings
from coachbot.testing.botapi import FakeTelegram, Fault, Limits, Person
from tests.faults.chats import compared
from tests.faults.engine import TOKEN, EngineProcess
from tests.faults.ledger import Ledger, Row, unfinished
from tests.faults.phones import enrol, zone_where_it_is

#: How a call can go wrong, and how often of a hundred.
_FAULTS: Sequence[tuple[str, int, Fault]] = (
    ("5xx", 25, Fault(502)),
    ("5xx after its effect", 15, Fault(500, after=True)),
    ("connection cut", 20, Fault(0)),
    ("connection cut after its effect", 15, Fault(0, after=True)),
    ("no JSON", 10, Fault(502, garbled=True)),
    ("no answer in time", 5, Fault(500, delay_s=25)),
    ("no answer in time, after its effect", 5, Fault(500, delay_s=25, after=True)),
    ("429 not of our making", 5, Fault(429, retry_after=1)),
)
#: The same without a long wait: what takes the coach's whole patience is cut off after a moment.
_QUICK_FAULTS: Sequence[tuple[str, int, Fault]] = tuple(
    (name, weight, replace(fault, status=0, delay_s=1.0) if fault.delay_s else fault) for name, weight, fault in _FAULTS
)
#: Patients of the quick form, and the seconds after which their wave comes.
QUICK, QUICK_LEAD_S = 60, 3.0
#: One in so many patients has shut the chat.
_SHUT = 100
#: The last messages, whose number is too small to fill a second, say nothing of the pace.
_TAIL = 60
_PATIENCE_S = 900.0
#: Seconds after which the wave comes; two thousand days are planned and a process starts in much less.
_LEAD_S = 20.0


@dataclass(slots=True)
class Weather:
    """What goes wrong, and when each call came."""

    part: float
    rng: Random
    faults: Sequence[tuple[str, int, Fault]] = _FAULTS
    #: Is a chat that was just hit spared once? Waits before a third and fourth try are long.
    spares: bool = False
    spared: set[Any] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    calls: list[float] = field(default_factory=list)
    #: From when to when the bot was asked for patience.
    pauses: list[tuple[float, float]] = field(default_factory=list)

    def fault(self, method: str, fields: dict[str, Any]) -> Fault | None:
        """The fault that a call meets."""
        if not method.startswith(("send", "edit")) or method == "sendChatAction":
            return None
        now = time.monotonic()
        self.calls.append(now)
        chat = fields.get("chat_id")
        if self.rng.random() >= self.part or chat in self.spared:
            self.spared.discard(chat)
            return None
        if self.spares:
            self.spared.add(chat)
        ((name, _, fault),) = self.rng.choices(self.faults, [weight for _, weight, _ in self.faults])
        self.counts[name] += 1
        if fault.retry_after:
            self.pauses.append((now, now + fault.retry_after))
        return fault


@dataclass(slots=True)
class Wave:
    """What was measured and found."""

    figures: dict[str, str | int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def table(self) -> str:
        """The figures as a Markdown table."""
        return "\n".join(
            ["| what | figure |", "|---|---|", *(f"| {name} | {value} |" for name, value in self.figures.items())]
        )


def wave(folder: Path, patients: int, faults: float, *, quick: bool = False, seed: int = 1) -> Wave:
    """Run one wave over an empty folder; it comes a little after the start."""
    weather = Weather(faults, Random(seed), _QUICK_FAULTS if quick else _FAULTS, spares=quick)
    lead_s = QUICK_LEAD_S if quick else _LEAD_S
    with FakeTelegram(Limits()) as telegram:
        telegram.add_bot(TOKEN)
        people = _gather(folder, telegram, patients, lead_s)
        for person in people[::_SHUT] if faults else []:
            person.blocked = True
        telegram.mischief = weather.fault
        engine = EngineProcess(folder, telegram.url)
        engine.start()
        try:
            _until_over(folder / "coachbot.db", people)
        finally:
            engine.stop()
        return _audited(Ledger(folder).outbox(), people, telegram, weather)


def _gather(folder: Path, telegram: FakeTelegram, number: int, lead_s: float) -> list[Person]:
    """Everybody's morning is the same minute; their day is planned here, and what it brings comes a little later."""
    zone = zone_where_it_is(8)
    now = datetime.now(ZoneInfo(zone))
    morning = (now + timedelta(minutes=2)).strftime("%H:%M")
    profile = Profile(
        name="Kim", zone=zone, morning=morning, session_day="sun" if now.strftime("%a") == "Sat" else "sat"
    )
    progress = Progress(
        assessments=("baseline",), attended=("sct_1", "cse_1", "sct_2", "cse_2"), opened={"orientation": "2020-01-01"}
    )
    coach = open_beside(load_settings(data=folder), make=True)
    people = enrol(coach, telegram, TOKEN, number, profile, progress)
    while coach.turns.run_timers():
        pass
    _bring_forward(coach, timedelta(seconds=lead_s))
    coach.store.close()
    return people


def _bring_forward(coach: Coach, lead: timedelta) -> None:
    """The morning comes so soon after now, so that nobody has to wait for a minute to begin."""
    now = coach.world.clock.now()
    with coach.store.writing() as tx:
        morning = [
            timer
            for brief in tx.enrolments()
            for timer in tx.timers_of(brief.patient)
            if timer.purpose.startswith("touch:") and timer.due_at <= now + timedelta(minutes=5)
        ]
        tx.put_timers([replace(timer, due_at=now + lead) for timer in morning])


def _until_over(database: Path, people: Sequence[Person]) -> None:
    end, quiet = time.monotonic() + _PATIENCE_S, 0
    while quiet < 5:
        if time.monotonic() > end:
            raise TimeoutError(f"{unfinished(database)} rows were still to be done after {_PATIENCE_S:.0f} s")
        time.sleep(0.5)
        begun = any(person.messages for person in people)
        quiet = quiet + 1 if begun and not unfinished(database, later=True) else 0


# -- judging ------------------------------------------------------------------------------------------
def _audited(rows: Sequence[Row], people: Sequence[Person], telegram: FakeTelegram, weather: Weather) -> Wave:
    found = Wave()
    by_chat: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_chat[row.chat].append(row)
    repeats = 0
    for person in people:
        chat = compared(person.chat, person.messages, by_chat[person.chat])
        found.violations += chat.violations
        repeats += len(chat.repeats)
        found.violations += _ended(person, by_chat[person.chat])
    if telegram.too_fast():
        found.violations.append(f"{telegram.too_fast()} calls were refused because the coach was too fast")
    received = sum(len(person.messages) for person in people)
    states = Counter(row.state for row in rows)
    found.figures = {
        "patients": len(people),
        "messages in the ledger": len(rows),
        **{f"ledger: {state}": number for state, number in sorted(states.items())},
        "ledger: in doubt": sum(row.in_doubt for row in rows),
        "messages received": received,
        "received twice, all in doubt": repeats,
        **{f"fault: {name}": number for name, number in sorted(weather.counts.items())},
        "429 caused by the coach": telegram.too_fast(),
        **_pace(people, weather),
        "differences": len(found.violations),
    }
    return found


def _ended(person: Person, rows: Sequence[Row]) -> list[str]:
    """Everything has been sent, but to whoever has shut the chat."""
    allowed = ("sent", "failed", "suppressed") if person.blocked else ("sent",)
    wrong = [row for row in rows if row.state not in allowed and not (row.state == "failed" and row.in_doubt)]
    empty = [] if rows else [f"chat {person.chat}: nothing was ever to be sent"]
    return empty + [f"chat {person.chat}: row {row.id} is {row.state} ({row.reason})" for row in wrong]


def _pace(people: Sequence[Person], weather: Weather) -> dict[str, str | int]:
    """How fast calls came while there was something to send, but for the pauses that were asked for."""
    arrivals = sorted(message.at for person in people for message in person.messages)
    first, last = weather.calls[0], arrivals[max(0, len(arrivals) - _TAIL)]
    paused = _united([pause for pause in weather.pauses if first <= pause[0] <= last])
    open_s = last - first - sum(end - begin for begin, end in paused)
    calls = sum(first <= at <= last and not any(begin < at < end for begin, end in paused) for at in weather.calls)
    most = max(sum(at <= one < at + 1 for one in arrivals[place : place + 60]) for place, at in enumerate(arrivals))
    return {
        "seconds from the first message to the last": f"{arrivals[-1] - first:.1f}",
        "of these in pauses that were asked for": f"{sum(end - begin for begin, end in paused):.1f}",
        "calls a second while there was something to send": f"{calls / open_s:.2f}"
        if open_s > 1
        else "too few to tell",
        "most messages within any second": most,
    }


def _united(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans of time, those that overlap as one."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def main() -> int:
    """Run a wave and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wave", description=__doc__)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--faults", type=float, default=0.05, help="part of the calls that goes wrong")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} patients: does it run?")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="coachbot-wave-") as folder:
        found = wave(Path(folder), QUICK if given.quick else given.patients, given.faults, quick=given.quick)
    print(found.table())
    for violation in found.violations[:50]:
        print(f"VIOLATION {violation}")
    return 1 if found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
