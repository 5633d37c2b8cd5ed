"""Lessons of the day for one patient: what they told moves them, and what was given stays as it was."""

from __future__ import annotations

from dataclasses import replace

from coachbot.authoring.pack import Pack
from coachbot.service.draft import Draft
from coachbot.service.lessons import heard_in, lessons_for
from tests.service.house import WEDNESDAY, House, Person


def draft(house: House, person: Person, **slots: object) -> Draft:
    record = house.record(person)
    record = replace(record, conversation=replace(record.conversation, programme_slots=slots))
    return Draft(house.coach.world, record, WEDNESDAY, 0)


def test_what_weighs_most_brings_its_lessons_forward_and_says_why(house: House) -> None:
    person = house.patient()
    usual = lessons_for(draft(house, person))
    moved = lessons_for(draft(house, person, weighs="sleep"))
    tags = {message.id: message.tags for message in house.coach.world.pack.education}
    assert "sleep" not in tags[usual[0].id]
    assert "sleep" in tags[moved[0].id]
    assert moved[0].why == "sleep: told.weighs"
    assert {lesson.id for lesson in moved} == {lesson.id for lesson in usual}


def test_an_enrolment_from_before_the_log_goes_on_where_it_was(house: House) -> None:
    person = house.patient(education_given=10)
    usual = [lesson.id for lesson in lessons_for(draft(house, house.patient()))]
    moved = [lesson.id for lesson in lessons_for(draft(house, person, weighs="fear"))]
    assert moved[:10] == usual[:10]
    assert sorted(moved) == sorted(usual)


def test_what_was_given_is_kept_and_the_plan_says_why(house: House) -> None:
    person = house.patient(education_given=1, education_log=("volume_knob",))
    order = [lesson.id for lesson in lessons_for(draft(house, person))]
    assert order[0] == "volume_knob"
    assert order.count("volume_knob") == 1


def test_a_band_moves_lessons_only_in_an_official_wording(house: House, pack: Pack) -> None:
    programme, gad7 = pack.programmes["sct_cse"], pack.instruments["gad7"]
    answers = {item.code: 3 for item in gad7.items}
    assert heard_in(programme, gad7, answers, {"total": 21}) == {}
    official = replace(gad7, wording="official")
    assert heard_in(programme, official, answers, {"total": 21}) == {"band.gad7.total": "severe"}


def test_a_bad_answer_on_sleep_is_kept_and_nothing_else_of_the_questionnaire(pack: Pack) -> None:
    phq9 = pack.instruments["phq9"]
    answers = {item.code: 2 for item in phq9.items}
    assert heard_in(pack.programmes["sct_cse"], phq9, answers, {"total": 18}) == {"answer.phq9.p3": 2}
