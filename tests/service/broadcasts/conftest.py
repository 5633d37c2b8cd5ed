"""A coach with staff who write to many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.records import Changes, PatientRecord
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import Role, StaffRow
from tests.service.house import House, Person

WALK = "Hello {{ patient.name }}, the group walks on Sunday at ten."


class Office:
    """The office over a house, and somebody of every role."""

    def __init__(self, house: House) -> None:
        self.house = house
        coach = house.coach
        self.audit = Audit(coach.store, house.clock, coach.writer)
        self.broadcasts = Broadcasts(coach.world, coach.store, coach.writer, self.audit)
        self.lin = self.hire("Dr Lin", "therapist")

    def hire(self, name: str, role: Role) -> StaffRow:
        row = StaffRow(self.house.coach.world.ids.next(), name, role)
        with self.house.store.writing() as tx:
            tx.put_staff(row)
        return row

    def draft(self, text: str = WALK, by: StaffRow | None = None, **fields: str) -> Broadcast:
        return self.broadcasts.write(by or self.lin, {"title": "The walk", "text.en": text, **fields})

    def send(self, text: str = WALK, by: StaffRow | None = None, **fields: str) -> Broadcast:
        """Write and send; nothing is settled yet."""
        who = by or self.lin
        return self.broadcasts.send(who, self.draft(text, who, **fields).id)

    def now(self, one: Broadcast) -> Broadcast:
        with self.house.store.reading() as tx:
            found = tx.broadcast(one.id)
        assert found is not None
        return found

    def counts(self, one: Broadcast) -> dict[str, int]:
        return dict(self.broadcasts.progress(self.now(one)).counts)

    def fate(self, one: Broadcast, person: Person) -> tuple[str, str]:
        """State and reason of somebody's row."""
        with self.house.store.reading() as tx:
            row = tx.recipient(one.id, person.id)
        return (row.state, row.reason) if row else ("", "")

    def change(self, person: Person, profile: dict[str, Any] | None = None, **progress: Any) -> None:
        """Something about a patient becomes otherwise."""
        record = self.house.record(person)
        assert record.enrolment is not None
        enrolment = replace(record.enrolment, progress=replace(record.enrolment.progress, **progress))
        self.put(replace(record, enrolment=enrolment, profile=replace(record.profile, **(profile or {}))))

    def put(self, record: PatientRecord) -> None:
        of = {record.id: record}
        with self.house.store.writing() as tx:
            tx.save(Changes(conversations=of, enrolments=of, profiles=of))

    def later(self, **span: float) -> None:
        self.house.travel(timedelta(**span))


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)
