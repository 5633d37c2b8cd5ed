"""Assessments as they went: their times, late and missed ones, answers that come twice or do not fit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from coachbot.service.progress import by_week
from tests.service.house import House, Person
from tests.service.test_questionnaires import responses

WEEK_4 = "assessment:week_4"


def at_week_4(house: House, **progress: Any) -> Person:
    """Somebody who was sent the assessment of day 28 (25 March) and has not begun."""
    person = house.patient(**progress)
    house.arm(person, "plan")
    house.travel_to(person, 25, "09:30")
    assert house.place(person) == "assessment/week_4 ready"
    return person


def tick_all_pages(house: House, person: Person) -> None:
    for _ in range(4):
        house.press(person, "none")


def finish(house: House, person: Person) -> None:
    """From the pain ratings to the end: everything the lowest, and nothing has changed."""
    for _ in range(200):
        place = house.place(person)
        if not place.startswith(("assessment/week_4", "instrument/", "common/changes")):
            return
        _answer(house, person, place)
    raise AssertionError(house.place(person))


def _answer(house: House, person: Person, place: str) -> None:
    state = place.partition(" ")[2]
    if state in ("rest_1", "rest_2", "waiting"):
        house.press(person, "go_on")
    elif state == "changes":
        house.press(person, "none")
    elif place.startswith(("instrument/nrs", "instrument/pseq")):
        house.say(person, "0")
    elif state == "difficulty":
        house.press(person, "d0")
    else:
        house.press(person, "a0")


# -- times ------------------------------------------------------------------------------------------------
def test_a_response_keeps_when_it_was_meant_opened_shown_and_answered(house: House) -> None:
    person = at_week_4(house)
    house.travel(timedelta(hours=2))
    shown = house.clock.now()
    house.press(person, "ready")
    house.travel(timedelta(minutes=7))
    tick_all_pages(house, person)
    body = responses(house, person)[-1].body
    assert (body["intended"], body["opened"], body["closes"]) == ("2026-03-25", "2026-03-25", "2026-04-01")
    assert (body["shown_at"], body["answered_at"]) == (shown.isoformat(), house.clock.now().isoformat())
    assert (body["late"], body["missing"]) == (False, 0)


def test_a_pause_of_treatment_moves_none_of_these_times(house: House) -> None:
    pause = {"paused_from": "2026-03-10", "paused_until": "2026-03-30"}
    person = at_week_4(house, **pause)
    house.press(person, "ready")
    tick_all_pages(house, person)
    assert responses(house, person)[-1].body["intended"] == "2026-03-25"


def test_who_stopped_treatment_is_asked_and_who_withdrew_is_not(house: House) -> None:
    stopped, left = house.patient(state="treatment_stopped"), house.patient(state="withdrawn")
    for person in (stopped, left):
        house.arm(person, "plan")
    house.travel_to(stopped, 25, "09:30")
    assert house.place(stopped) == "assessment/week_4 ready"
    assert left.messages == []


# -- late, missed, in part --------------------------------------------------------------------------------
def test_an_assessment_that_nobody_answers_is_recorded_as_missed(house: House) -> None:
    person = at_week_4(house)
    house.travel(timedelta(days=7))
    assert dict(house.progress(person).assessments_missed) == {}
    house.travel(timedelta(days=1))
    assert dict(house.progress(person).assessments_missed) == {"week_4": "2026-04-01"}


def test_an_answer_after_the_window_is_kept_and_marked_late(house: House) -> None:
    person = at_week_4(house)
    house.press(person, "ready")
    page = person.last.token
    house.travel(timedelta(days=9))  # a Friday
    house.press(person, "none", page)  # the old page is still to be answered, below all that came since
    assert house.place(person) == "instrument/rmdq page_2"
    for _ in range(3):
        house.press(person, "none")
    assert responses(house, person)[-1].body["late"] is True
    finish(house, person)
    progress = house.progress(person)
    assert "week_4" in progress.assessments
    assert dict(progress.assessments_late) == {"week_4": "2026-04-03"}
    assert dict(progress.assessments_missed) == {}


def test_what_was_answered_before_somebody_stops_in_the_middle_is_kept(house: House) -> None:
    person = at_week_4(house)
    house.press(person, "ready")
    tick_all_pages(house, person)
    house.say(person, "3")
    house.coach.enrolments.withdraw(house.enrolment_code(person))
    rmdq, nrs = responses(house, person)
    assert (rmdq.body["result"], rmdq.body["missing"]) == ("done", 0)
    assert nrs.body["answers"] == {"current": 3, "worst": None, "average": None}
    assert (nrs.body["missing"], nrs.body["result"] != "done") == (2, True)


# -- answers that do not fit ------------------------------------------------------------------------------
def test_two_answers_to_one_item_are_one_the_first(house: House) -> None:
    person = house.patient()
    house.open(person, "instrument/gad7")
    token = next(m.token for m in reversed(person.messages) if m.token)
    house.press(person, "a3", token)
    house.press(person, "a0", token)
    assert house.place(person) == "instrument/gad7 g2"
    for _ in range(6):
        house.press(person, "a0")
    assert responses(house, person)[-1].body["answers"]["g1"] == 3


def test_a_button_of_an_item_already_left_changes_nothing(house: House) -> None:
    person = house.patient()
    house.open(person, "instrument/gad7")
    token = next(m.token for m in reversed(person.messages) if m.token)
    house.press(person, "a1", token)
    house.press(person, "a2")
    assert house.place(person) == "instrument/gad7 g3"
    house.press(person, "a3", token)
    assert house.place(person) == "instrument/gad7 g3"
    for _ in range(5):
        house.press(person, "a0")
    answers = responses(house, person)[-1].body["answers"]
    assert (answers["g1"], answers["g2"]) == (1, 2)


@pytest.mark.parametrize("said", ["11", "-1", "5.5", "between 3 and 7"])
def test_a_number_out_of_scale_is_asked_again_and_never_stored(house: House, said: str) -> None:
    person = house.patient()
    house.open(person, "instrument/nrs")
    house.say(person, said)
    assert house.place(person) == "instrument/nrs current"
    for _ in range(3):
        house.say(person, "4")
    assert responses(house, person)[-1].body["answers"] == {"current": 4, "worst": 4, "average": 4}


# -- anything new or worse --------------------------------------------------------------------------------
def entries(house: House, person: Person) -> list[dict[str, Any]]:
    with house.store.reading() as tx:
        return [dict(row.body) for row in tx.diary(person.id) if row.kind == "health_change"]


def test_what_is_worse_becomes_an_entry_and_an_alert(house: House) -> None:
    person = house.patient()
    house.open(person, "common/changes")
    house.press(person, "worse")
    house.press(person, "medication")
    house.press(person, "done")
    house.say(person, "more stiff since Monday, and new tablets")
    assert entries(house, person) == [
        {
            "what": ["worse", "medication"],
            "details": "more stiff since Monday, and new tablets",
            "asked_in": "common/changes",
        }
    ]
    assert house.alert(person, "adverse_event").priority == "medium"


def test_nothing_new_leaves_no_entry_and_no_alert(house: House) -> None:
    person = house.patient()
    house.open(person, "common/changes")
    house.press(person, "none")
    assert (entries(house, person), house.alerts(person)) == ([], [])


def test_other_treatment_is_kept_without_details_too(house: House) -> None:
    person = house.patient()
    house.open(person, "common/changes")
    house.press(person, "other_treatment")
    house.press(person, "done")
    house.say(person, "skip")
    assert entries(house, person) == [{"what": ["other_treatment"], "asked_in": "common/changes"}]
    assert house.alert(person, "other_treatment").priority == "low"


def test_danger_in_what_is_new_is_read_before_it_is_kept(house: House) -> None:
    person = house.patient()
    house.open(person, "common/changes")
    house.press(person, "new_problem")
    house.press(person, "done")
    house.say(person, "I can't feel when my bladder is full since yesterday")
    assert house.alert(person, "cauda_equina").priority == "top"


@pytest.mark.parametrize(("week", "asked"), [(6, False), (8, True), (10, False), (12, True)])
def test_it_is_asked_once_a_month_in_the_look_back(house: House, week: int, asked: bool) -> None:
    person = house.patient()
    house.travel(timedelta(days=(date(2026, 2, 25) - date(2026, 3, 11)).days + 7 * week - 3))
    house.open(person, "common/week_review")
    house.press(person, "small")
    house.press(person, "not_now")
    house.press(person, "same")
    assert (house.place(person) == "common/changes changes") == asked


def test_an_entry_on_health_is_no_practice(house: House) -> None:
    person = house.patient()
    house.open(person, "common/changes")
    house.press(person, "medication")
    house.press(person, "done")
    house.say(person, "skip")
    with house.store.reading() as tx:
        assert by_week(house.record(person), tx.diary(person.id)) == {}
