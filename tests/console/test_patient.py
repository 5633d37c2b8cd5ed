"""One patient's page: scores, steps, the plan of exercises, the summary for their doctor, and the end of everything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

from coachbot.service.clinic.records import StepRow, Steps
from coachbot.service.records import Changes, DiaryRow, ResponseRow
from tests.console.conftest import Clinic
from tests.service.house import Person

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)


def keep(clinic: Clinic, **changes: list[ResponseRow] | list[DiaryRow]) -> None:
    with clinic.house.store.writing() as tx:
        tx.save(Changes(**changes))  # type: ignore[arg-type]


def answers(person: Person, instrument: str, day: date, **scores: float) -> ResponseRow:
    body = {"scores": scores, "answers": {}, "wording": "own"}
    return ResponseRow(day.toordinal(), person.id, instrument, "baseline", day, NOW, body)


def plan(clinic: Clinic, person: Person, *three: str) -> None:
    record = clinic.house.record(person)
    slots = dict(zip(("three_1", "three_2", "three_3"), three, strict=True))
    talk = replace(record.conversation, programme_slots=slots)
    with clinic.house.store.writing() as tx:
        tx.save(Changes(conversations={person.id: replace(record, conversation=talk)}))


def test_scores_stand_with_their_scale_and_in_our_own_wording_without_a_verdict(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    first, last = date(2026, 2, 25), date(2026, 3, 10)
    keep(clinic, responses=[answers(person, "rmdq", first, total=14), answers(person, "rmdq", last, total=6)])
    page = visitor.get(f"/patients/{person.id}").text
    assert "0 to 24, higher is worse" in page
    assert "From first to latest: -8." in page
    assert "the raw score alone" in page
    assert "Better" not in page


def test_a_researcher_does_not_see_what_one_arm_alone_is_asked(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("researcher"), clinic.patient()
    rows = [answers(person, "scs_sf", date(2026, 3, 1), total=3), answers(person, "rmdq", date(2026, 3, 2), total=9)]
    keep(clinic, responses=rows)
    page = visitor.get(f"/measures/{person.id}").text
    assert "RMDQ" in page
    assert "SCS_SF" not in page


def test_an_answer_given_twice_is_shown_to_the_therapist(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    body = {"instrument": "nrs", "question": "current", "value": 9, "on": "page"}
    keep(clinic, diary=[DiaryRow(1, person.id, date(2026, 3, 1), "answered_twice", NOW, body)])
    page = visitor.get(f"/patients/{person.id}").text
    assert "Answered a second time" in page
    assert "NRS current: 9" in page


def test_steps_that_a_system_sent_are_shown(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert "Day by day" not in visitor.get(f"/patients/{person.id}").text
    steps = Steps(4210, NOW, NOW, "a-watch")
    with clinic.house.store.writing() as tx:
        tx.add_steps([StepRow(1, person.id, date(2026, 3, 10), steps)])
    page = visitor.get(f"/patients/{person.id}").text
    assert "4,210" in page


def test_a_harder_exercise_is_swapped_in_by_its_button(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert "the patient chooses them in the talk" in visitor.get(f"/patients/{person.id}").text
    plan(clinic, person, "bridge", "heel_slide", "cat_camel")
    assert "Harder: One-leg bridge" in visitor.get(f"/patients/{person.id}").text
    done = visitor.post(f"/patients/{person.id}/swap", instead_of="bridge", exercise="single_leg_bridge")
    assert done.status_code == 303
    again = visitor.post(f"/patients/{person.id}/swap", instead_of="bridge", exercise="clam")
    assert again.status_code == 409
    assert "not among the three any more" in again.text
    lines = [line.detail for line in clinic.rooms.audit.lines(subject=person.id) if line.action == "patient.swap"]
    assert "exercise=single_leg_bridge instead_of=bridge" in lines


def test_the_sessions_that_were_attended_stand_there(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert "Attended: sct 1, cse 1, sct 2, cse 2" in visitor.get(f"/patients/{person.id}").text


def test_the_summary_for_their_doctor_is_a_page_with_its_own_style_and_no_arm(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    shown = visitor.get(f"/patients/{person.id}/summary")
    assert "Kim" in shown.text
    assert "combined" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert "style-src 'sha256-" in policy
    assert "unsafe-inline" not in policy
    assert "patient.summary" in clinic.actions()


def test_an_admin_erases_by_the_code_and_keeps_the_proof(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("admin"), clinic.patient()
    code = clinic.house.enrolment_code(person)
    assert visitor.post(f"/patients/{person.id}/erase", code="WRONG").status_code == 409
    proof = visitor.post(f"/patients/{person.id}/erase", code=code.lower())
    assert f"{person.id}: erased" in proof.text
    assert "key: destroyed" in proof.text
    assert visitor.get(f"/patients/{person.id}").status_code == 404
    assert "Kim" not in visitor.get("/patients").text
    assert "patient.erase" in clinic.actions()
    assert visitor.post(f"/patients/{person.id}/erase", code=code).status_code == 404


def test_nobody_is_erased_while_an_alert_of_danger_is_unread(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("admin"), clinic.patient()
    clinic.house.say(person, "i want to kill myself")
    refused = visitor.post(f"/patients/{person.id}/erase", code=clinic.house.enrolment_code(person))
    assert refused.status_code == 409
    assert "still open" in refused.text
    assert visitor.get(f"/patients/{person.id}").status_code == 200


def test_a_talk_that_a_person_is_in_is_followed_and_only_what_is_new_is_shown(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    here = f"/patients/{person.id}"
    clinic.house.say(person, "hello")
    assert "data-talk" not in visitor.get(here).text
    assert visitor.post(f"{here}/take-over").headers["location"].endswith("#talk")
    clinic.house.settle()
    page = visitor.get(here).text
    mark = re.search(r'data-mark="([^"]+)"', page)
    assert mark is not None
    assert f"{here}/talk" in page
    assert visitor.get(f"{here}/talk?mark={mark[1]}").status_code == 204
    clinic.house.say(person, "are you there?")
    fresh = visitor.get(f"{here}/talk?mark={mark[1]}")
    assert (fresh.status_code, "are you there?" in fresh.text) == (200, True)
    assert "<html" not in fresh.text
    assert clinic.rooms.audit.lines(subject=person.id)[0].detail == "talk"
    assert "connect-src 'self'" in fresh.headers["content-security-policy"]


def test_who_is_second_to_see_an_alert_is_told_who_was_first(clinic: Clinic) -> None:
    first, second, person = clinic.visitor("therapist"), clinic.visitor("admin"), clinic.patient()
    clinic.house.say(person, "i want to kill myself")
    alert = clinic.house.alert(person, "crisis").id
    assert first.post(f"/patients/{person.id}/acknowledge", alert=alert).status_code == 303
    assert first.post(f"/patients/{person.id}/acknowledge", alert=alert).status_code == 303
    late = second.post(f"/patients/{person.id}/acknowledge", alert=alert, back="today")
    assert late.status_code == 409
    assert re.search(r"therapist \d+ has seen it already and was first", late.text)
    assert clinic.house.alert(person, "crisis").acknowledged_by.startswith("therapist")
