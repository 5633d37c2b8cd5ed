"""What a clinician decides about an exercise counts more than the screening."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coachbot.errors import EnrolmentError
from coachbot.service.facts import facts_of
from coachbot.service.prescribing import places_of, plan_of
from coachbot.service.records import Changes
from tests.service.house import House, Person

PREGNANT = {"outcome": "review", "reasons": "exercise_safety.pregnancy"}


def ruled_out(house: House, person: Person) -> tuple[str, ...]:
    facts: dict[str, Any] = facts_of(house.coach.world, house.record(person), house.clock.now())
    found: tuple[str, ...] = facts["exercises"]["ruled_out"]
    return found


def test_an_exercise_taken_out_is_offered_nowhere_and_the_patient_is_told(house: House) -> None:
    person = house.patient()
    house.coach.enrolments.rule_out(house.enrolment_code(person), "bridge", "Dr Lin")
    house.settle()
    assert ruled_out(house, person) == ("bridge",)
    assert "Dr Lin has taken **Bridge** out" in person.texts[-1]
    assert person.last.row.quiet


def test_a_clinician_lets_in_what_the_screening_ruled_out(house: House) -> None:
    person = house.patient(screening=PREGNANT)
    before = ruled_out(house, person)
    assert before
    house.coach.enrolments.allow(house.enrolment_code(person), before[0], "Dr Lin")
    assert ruled_out(house, person) == before[1:]
    house.coach.enrolments.rule_out(house.enrolment_code(person), before[0], "Dr Lin")
    assert set(ruled_out(house, person)) == set(before)


def test_the_plan_of_three_heeds_the_clinician(house: House) -> None:
    person = house.patient()
    facts = facts_of(house.coach.world, house.record(person), house.clock.now())
    first = facts["exercises"]["middle"][0]
    house.coach.enrolments.rule_out(house.enrolment_code(person), first, "Dr Lin")
    facts = facts_of(house.coach.world, house.record(person), house.clock.now())
    assert first not in facts["exercises"]["middle"] + facts["exercises"]["belly_and_back"]


def test_nothing_is_said_while_exercises_rest(house: House) -> None:
    person = house.patient(safety_hold=True)
    house.coach.enrolments.rule_out(house.enrolment_code(person), "bridge", "Dr Lin")
    house.settle()
    assert person.texts == []


@pytest.mark.parametrize(("act", "told"), [("rule_out", "ruled out"), ("allow", "not ruled out")])
def test_what_changes_nothing_is_refused(house: House, act: str, told: str) -> None:
    person = house.patient(taken_out=("bridge",) if act == "rule_out" else ())
    with pytest.raises(EnrolmentError, match=told):
        getattr(house.coach.enrolments, act)(house.enrolment_code(person), "bridge", "Dr Lin")


def test_an_exercise_that_is_not_there_is_refused_by_name(house: House) -> None:
    person = house.patient()
    with pytest.raises(EnrolmentError, match="there is no exercise 'brigde'"):
        house.coach.enrolments.rule_out(house.enrolment_code(person), "brigde", "Dr Lin")


# -- the plan of three ----------------------------------------------------------------------------------
def with_plan(house: House, *three: str, **progress: Any) -> Person:
    person = house.patient(**progress)
    record = house.record(person)
    slots = dict(zip(("three_1", "three_2", "three_3"), three, strict=True))
    talk = replace(record.conversation, programme_slots=slots)
    with house.store.writing() as tx:
        tx.save(Changes(conversations={person.id: replace(record, conversation=talk)}))
    return person


def swap(house: House, person: Person, old: str, new: str) -> None:
    house.coach.enrolments.swap(house.enrolment_code(person), old, new, "Dr Lin")


def test_an_exercise_of_the_three_is_swapped_in_its_place_and_the_patient_is_told(house: House) -> None:
    person = with_plan(house, "bridge", "heel_slide", "cat_camel")
    swap(house, person, "bridge", "single_leg_bridge")
    house.settle()
    assert plan_of(house.record(person)) == ("single_leg_bridge", "heel_slide", "cat_camel")
    assert "now takes the place of Bridge" in person.texts[-1]
    assert person.last.row.quiet


def test_the_easier_and_the_harder_one_are_offered_where_they_may_be(house: House) -> None:
    person = with_plan(house, "bridge", "single_leg_bridge", "heel_slide", taken_out=("pelvic_tilt",))
    out = ruled_out(house, person)
    places = places_of(house.record(person), house.coach.world.pack.exercises, out)
    assert places[0].harder == ""  # in the plan already
    assert places[2].easier == ""  # ruled out
    assert places[2].harder == "toe_tap"
    assert [place.is_out for place in places] == [False, False, False]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("clam", "toe_tap", "not among the three any more"),
        ("bridge", "heel_slide", "among the three already"),
        ("bridge", "curl_up", "is ruled out"),
        ("bridge", "brigde", "there is no exercise"),
    ],
)
def test_a_swap_that_does_not_fit_the_plan_is_refused(house: House, old: str, new: str, told: str) -> None:
    person = with_plan(house, "bridge", "heel_slide", "cat_camel", taken_out=("curl_up",))
    with pytest.raises(EnrolmentError, match=told):
        swap(house, person, old, new)
    assert plan_of(house.record(person)) == ("bridge", "heel_slide", "cat_camel")
