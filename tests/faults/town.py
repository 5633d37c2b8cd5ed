"""Made-up patients at the fake Telegram: enrolled, and talking for as long as the test lasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from coachbot.bootstrap import Coach
from coachbot.service.records import Profile, Progress
from coachbot.testing.botapi import FakeTelegram, Person
from tests.faults.engine import TOKEN
from tests.faults.ledger import Ledger
from tests.faults.phones import enrol, zone_where_it_is

DANGER = "I want to kill myself"
PICTURE = "my progress"
_SAID = (
    "4",
    "7",
    "20 minutes",
    "a bit better today",
    "menu",
    "help",
    "no",
    "yes",
    "half an hour",
    "not really",
    "later",
)
#: Buttons that nobody presses here: who leaves, or erases everything, leaves nothing to be audited.
_NEVER = ("erase", "delete", "leave", "withdraw", "stop the")
#: Seconds between two pictures that one patient asks for: a chat takes one message a second.
_PICTURE_S = 10.0
#: Messages of one patient that may wait for an answer.
_PATIENCE = 2
#: Seconds that the last newcomers are given to find their way in.
_COMING_IN_S = 120.0


@dataclass(slots=True)
class Talker:
    """One made-up patient."""

    person: Person
    #: Asks for a picture again and again, and does nothing else.
    asks_for_pictures: bool = False
    in_danger: bool = False
    unanswered: int = 0
    seen: int = 0
    #: Before this moment nothing more is asked.
    rests_until: float = 0.0


@dataclass(slots=True)
class Town:
    """All of them, and what they did that the auditor wants to know."""

    telegram: FakeTelegram
    rng: Random
    talkers: list[Talker] = field(default_factory=list)
    #: Numbers of the updates by which somebody told of a danger, and of those that asked for a picture.
    dangers: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    #: CrashTest timers that were set: patient and purpose.
    timers: list[tuple[str, str]] = field(default_factory=list)

    def come_in(self, coach: Coach, newcomers: int, known: int, pictures: int) -> None:
        """So many come with an invitation, so many are in the programme; of these some ask for pictures."""
        for place in range(newcomers):
            talker = Talker(self.telegram.person(f"New {place}", TOKEN))
            talker.person.writes(
                f"/start {coach.enrolments.invite('sct_cse', 'combined' if place % 2 else 'exercise')}"
            )
            self.talkers.append(talker)
        profile = Profile(zone=zone_where_it_is(18), evening="18:30")
        progress = Progress(assessments=("baseline",), attended=("cse_1",))
        enrolled = enrol(coach, self.telegram, TOKEN, known, profile, progress)
        self.talkers += [Talker(one, asks_for_pictures=place < pictures) for place, one in enumerate(enrolled)]

    # -- talking -----------------------------------------------------------------------------------------
    def live(self, stop: threading.Event, a_second: float) -> None:
        """Talk until `stop`."""
        while not stop.is_set():
            self.somebody_acts()
            time.sleep(self.rng.expovariate(a_second))

    def somebody_acts(self) -> None:
        """One of them does something, unless they wait for an answer."""
        one = self.rng.choice(self.talkers)
        with self.telegram.lock:
            if len(one.person.messages) > one.seen:
                one.seen, one.unanswered = len(one.person.messages), 0
            if one.unanswered < _PATIENCE and time.monotonic() > one.rests_until:
                one.unanswered += 1
                self._act(one)

    def _act(self, one: Talker) -> None:
        chance = self.rng.random()
        if one.asks_for_pictures:
            one.rests_until = time.monotonic() + _PICTURE_S
            self.pictures.append(self._number(one.person.writes(PICTURE)))
        elif (chance < 0.01 or not self.dangers) and not one.in_danger:  # every town has one, however short its life
            one.in_danger = True
            self.dangers.append(self._number(one.person.writes(DANGER)))
        elif chance < 0.05 and one.person.messages:
            one.person.edits(1, self.rng.choice(_SAID))
        elif chance < 0.25 or not self._press(one.person):
            one.person.writes(self.rng.choice(_SAID))

    def _press(self, person: Person) -> bool:
        for message in reversed(person.messages[-6:]):
            buttons = [data for label, data in message.buttons if not label.lower().startswith(_NEVER)]
            if buttons:
                person.presses_data(self.rng.choice(buttons), message.id)
                return True
        return False

    @staticmethod
    def _number(update: dict[str, Any]) -> int:
        return int(update["update_id"])

    # -- timers ------------------------------------------------------------------------------------------
    def set_timers(self, ledger: Ledger, number: int, within_s: float, from_s: float = 0.0) -> None:
        """Timers of the test's own, due soon, for patients who are there. Each must fire exactly once.

        They are due between `from_s` seconds from now and `within_s` later.

        Written past the store, so that nobody but the coach keeps its database open.
        """
        patients = [row[0] for row in ledger.ask("SELECT patient FROM enrolment")]
        chosen = [self.rng.choice(patients) for _ in range(number)]
        made = [(patient, f"crash:{len(self.timers) + place}") for place, patient in enumerate(chosen)]
        due = [int((time.time() + from_s + self.rng.uniform(0, within_s)) * 1e6) for _ in made]
        ledger.add_timers([(*one, at) for one, at in zip(made, due, strict=True)])
        self.timers += made

    def wait_for_newcomers(self, ledger: Ledger) -> None:
        """Until everybody is enrolled; who is not by then is for the auditor to name."""
        end = time.monotonic() + _COMING_IN_S
        while ledger.number("SELECT count(*) FROM enrolment") < len(self.talkers) and time.monotonic() < end:
            time.sleep(0.5)


@contextmanager
def talking(town: Town, ledger: Ledger, a_second: float) -> Iterator[None]:
    """The patients talk while the block lasts, and then until everybody is enrolled."""
    stop = threading.Event()
    thread = threading.Thread(target=town.live, args=(stop, a_second), daemon=True)
    thread.start()
    try:
        yield
        town.wait_for_newcomers(ledger)
    finally:
        stop.set()
        thread.join()
