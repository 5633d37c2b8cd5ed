"""Inviting many at once: all or nothing, and what was set beforehand holds when somebody comes in."""

from __future__ import annotations

import pytest

from coachbot.service.enrolling.office import InvitationLists
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import Role, StaffRow
from tests.service.house import House

LIST = b"""reference,programme,arm,therapist,tags,zone
K-1,sct_cse,combined,Lin,walkers,Asia/Shanghai
K-2,sct_cse,exercise,,,
"""


class Desk:
    def __init__(self, house: House) -> None:
        coach = house.coach
        self.house = house
        self.audit = Audit(coach.store, house.clock, coach.writer)
        self.lists = InvitationLists(coach.world, coach.store, coach.writer, self.audit, coach.site)
        self.lin = self.hire("Lin", "therapist")
        self.ada = self.hire("Ada", "admin")

    def hire(self, name: str, role: Role) -> StaffRow:
        row = StaffRow(self.house.coach.world.ids.next(), name, role)
        with self.house.store.writing() as tx:
            tx.put_staff(row)
        return row

    def references(self) -> set[str]:
        with self.house.store.reading() as tx:
            return set(tx.references())


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_a_try_makes_nothing(desk: Desk) -> None:
    outcome = desk.lists.try_out(LIST, desk.ada)
    assert (len(outcome.wanted), outcome.invited, outcome.faults) == (2, (), ())
    assert desk.references() == set()


def test_one_fault_and_nothing_of_the_list_is_made(desk: Desk) -> None:
    outcome = desk.lists.invite(LIST + b"K-3,sct_cse,nothing,,,\n", desk.ada)
    assert [str(fault) for fault in outcome.faults] == [
        "line 4, arm: there is no arm 'nothing'; there is combined, exercise"
    ]
    assert desk.references() == set()


def test_whoever_comes_in_belongs_to_their_therapist_with_tags_and_zone(desk: Desk) -> None:
    outcome = desk.lists.invite(LIST, desk.ada)
    house, person = desk.house, desk.house.stranger()
    house.send(person, kind="start", text=outcome.invited[0].code)
    record = house.record(person)
    assert record.enrolment is not None
    assert (record.enrolment.arm, record.profile.zone) == ("combined", "Asia/Shanghai")
    assert record.enrolment.progress.tags == ("walkers",)
    with house.store.reading() as tx:
        assert tx.carers(person.id) == {desk.lin.id}
    assert "invite.list" in [line.action for line in desk.audit.lines()]


def test_the_same_list_twice_is_refused(desk: Desk) -> None:
    desk.lists.invite(LIST, desk.ada)
    assert [fault.line for fault in desk.lists.invite(LIST, desk.ada).faults] == [2, 3]


def test_a_code_ends_with_its_last_day_at_the_clinic(desk: Desk) -> None:
    content = b"reference,programme,arm,valid_until\nK-1,sct_cse,combined,2026-03-12\n"
    code = desk.lists.invite(content, None).invited[0].code
    person = desk.house.stranger()
    desk.house.clock.seconds += 37 * 3600 + 59 * 60  # to 23:59 of the next day in Berlin
    desk.house.send(person, kind="start", text=code)
    assert desk.house.record(person).enrolment is not None
    late = desk.lists.invite(content.replace(b"K-1", b"K-2"), None).invited[0].code
    desk.house.clock.seconds += 38 * 3600 + 60
    other = desk.house.stranger()
    desk.house.send(other, kind="start", text=late)
    assert desk.house.record(other).enrolment is None


def test_a_therapist_gives_patients_to_nobody_else(desk: Desk) -> None:
    kai = desk.hire("Kai", "therapist")
    assert desk.lists.try_out(LIST, desk.lin).faults == ()
    assert "can't give a patient to 'Lin'" in str(desk.lists.try_out(LIST, kai).faults[0])


def test_of_an_erased_patient_nothing_that_was_set_is_left(desk: Desk) -> None:
    code, person = desk.lists.invite(LIST, desk.ada).invited[0].code, desk.house.stranger()
    desk.house.send(person, kind="start", text=code)
    desk.house.record(person)
    with desk.house.store.writing() as tx:
        counts = tx.erase(person.id)
    assert counts["invitation_plan"] == 1
