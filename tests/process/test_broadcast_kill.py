"""A coach that is killed in the middle of a broadcast: everybody gets it, and nobody gets it twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coachbot.bootstrap import Coach, staff_rooms
from coachbot.opening import open_beside
from coachbot.service.ids import new_patient_id
from coachbot.service.records import Address, Changes, Enrolment, PatientRecord, Profile, Progress
from coachbot.service.staff.records import StaffRow
from coachbot.settings import load_settings
from tests.process.conftest import Process

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow

_PEOPLE = 300
_PATIENCE_S = 60.0


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Process]:
    """A coach that is not started yet."""
    made = Process(tmp_path)
    yield made
    made.stop()


def _noon_somewhere() -> str:
    """A zone where it is about noon now, so that nobody sleeps."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def _enrol(coach: Coach, number: int) -> list[str]:
    """So many patients of the third week at the web chat."""
    account, now, ids = coach.desk("webchat").account, coach.world.clock.now(), coach.world.ids
    changes = Changes()
    with coach.store.writing() as tx:
        for place in range(number):
            address = Address(ids.next(), account, "webchat", f"chat{place}")
            profile = Profile(name=f"Kim {place}", zone=_noon_somewhere())
            patient, anchor = new_patient_id(), (now - timedelta(days=15)).date()
            progress = Progress(assessments=("baseline",), attended=("cse_1",))
            enrolment = Enrolment(
                ids.next(), "sct_cse", "exercise", "active", anchor, progress=progress, code=f"c{place}"
            )
            tx.add_patient(patient, site=coach.site, address=address, profile=profile)
            record = tx.load([patient])[patient]
            changes.conversations[patient] = changes.enrolments[patient] = PatientRecord(
                patient, coach.site, profile, record.conversation, address, enrolment, last_heard=now
            )
        tx.save(changes)
    return list(changes.enrolments)


def _until(coach: Coach, broadcast: int, sent: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with coach.store.reading() as tx:
            counts = tx.recipient_counts(broadcast)
        if counts.get("sent", 0) >= sent:
            return
        time.sleep(0.02)
    raise AssertionError(f"{sent} were to be sent, there are {dict(counts)}")


def test_after_two_kills_everybody_has_it_once(idle: Process) -> None:
    coach = open_beside(load_settings(data=idle.data), make=True)
    patients = _enrol(coach, _PEOPLE)
    office, ada = staff_rooms(coach).broadcasts, StaffRow(1, "Ada", "admin")
    one = office.write(ada, {"title": "The walk", "text.en": "Hello {{ patient.name }}, on Sunday."})
    office.send(ada, one.id)
    office.approve(StaffRow(2, "Dr Lin", "therapist"), one.id)
    for sent in (20, 150):
        idle.start()
        _until(coach, one.id, sent)
        idle.kill()
    idle.start()
    _until(coach, one.id, _PEOPLE)
    with coach.store.reading() as tx:
        said = {patient: [row["body"]["text"] for row in tx.outbox(patient)] for patient in patients}
    assert said == {patient: [f"Hello Kim {place}, on Sunday."] for place, patient in enumerate(patients)}
    coach.store.close()
