"""Patients with phones at the fake Telegram, in the third week of the programme."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from coachbot.bootstrap import Coach
from coachbot.engine.model import Conversation
from coachbot.service.ids import new_patient_id
from coachbot.service.records import Address, Changes, Enrolment, PatientRecord, Profile, Progress, TimerRow
from coachbot.testing.botapi import FakeTelegram, Person

_AT_ONCE = 500


def zone_where_it_is(hour: int) -> str:
    """A zone in which this hour of the day has begun now."""
    ahead = hour - datetime.now(UTC).hour
    ahead += 24 if ahead < -12 else -24 if ahead > 12 else 0
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def enrol(
    coach: Coach, telegram: FakeTelegram, token: str, number: int, profile: Profile, progress: Progress
) -> list[Person]:
    """So many patients, whose day is to be planned as soon as the coach runs."""
    account = coach.desk("telegram", account_code=token.partition(":")[0]).account
    people = [telegram.person(f"Kim {place}", token) for place in range(number)]
    for first in range(0, number, _AT_ONCE):
        _store(coach, account, people[first : first + _AT_ONCE], first, profile, progress)
    return people


def _store(coach: Coach, account: int, people: list[Person], first: int, profile: Profile, progress: Progress) -> None:
    changes = Changes()
    with coach.store.writing() as tx:
        for place, person in enumerate(people, first):
            one = _record(coach, account, person, place, profile, progress)
            tx.add_patient(one.id, site=coach.site, address=one.address, profile=one.profile)
            changes.conversations[one.id] = changes.enrolments[one.id] = one
            changes.timers[one.id, "plan"] = TimerRow(one.id, "plan", coach.world.clock.now())
        tx.save(changes)


def _record(
    coach: Coach, account: int, person: Person, place: int, profile: Profile, progress: Progress
) -> PatientRecord:
    patient, ids, now = new_patient_id(), coach.world.ids, coach.world.clock.now()
    enrolment = Enrolment(
        ids.next(), "sct_cse", "exercise" if place % 2 else "combined", "active", (now - timedelta(days=16)).date(),
        progress=progress, code=f"c{place}",
    )  # fmt: skip
    address = Address(ids.next(), account, "telegram", str(person.chat))
    heard = now - timedelta(hours=12)
    return PatientRecord(patient, coach.site, profile, Conversation(patient), address, enrolment, last_heard=heard)
