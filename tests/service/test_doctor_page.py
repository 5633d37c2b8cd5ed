"""The page for the doctor: what it tells, what it keeps back during a trial, and that both arms get the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from coachbot.service import doctor_page
from coachbot.service.facts import facts_of
from coachbot.service.records import DiaryRow, PatientRecord, ResponseRow, Tally
from tests.service.house import WEDNESDAY, House

OUTCOMES = ("Pain in the past week", "Everyday things")


def diary(*entries: tuple[str, str, int]) -> list[DiaryRow]:
    return [
        DiaryRow(n, "p", date.fromisoformat(day), kind, WEDNESDAY, {"done": "all", "minutes": minutes})
        for n, (day, kind, minutes) in enumerate(entries)
    ]


def answered(instrument: str, day: str, **scores: float) -> ResponseRow:
    body = {"scores": scores, "wording": "own"}
    return ResponseRow(1, "p", instrument, "", date.fromisoformat(day), WEDNESDAY, body)


RESPONSES = [
    answered("nrs", "2026-02-25", average=6, worst=8),
    answered("rmdq", "2026-02-25", total=11),
    answered("nrs", "2026-03-10", average=4, worst=8),
]


def told(house: House, record: PatientRecord, entries: list[DiaryRow] | None = None) -> str:
    return doctor_page.page(house.coach.world, record, entries or [], RESPONSES).decode()


def with_words(record: PatientRecord, **slots: object) -> PatientRecord:
    return replace(record, conversation=replace(record.conversation, programme_slots=slots))


def test_it_tells_what_was_practised_and_what_the_patient_wants(house: House) -> None:
    record = with_words(
        house.record(house.patient()), goal="lift <Ida>", goal_first=2, goal_now=5, doctor_ask="May I swim?"
    )
    page = told(house, record, diary(("2026-03-02", "cse", 20), ("2026-03-04", "cse", 30)))
    assert "Days with exercises so far: 2" in page
    assert "on average: 25" in page
    assert "lift &lt;Ida&gt;" in page
    assert "2 when I first told it, 5 when last asked" in page
    assert "May I swim?" in page
    assert "Week 3 of 16" in page


def test_pain_and_function_stand_on_it_with_first_and_latest(house: House) -> None:
    page = told(house, house.record(house.patient()))
    assert "<td>6 (2026-02-25)</td><td>4 (2026-03-10)</td>" in page
    assert "<td>11 (2026-02-25)</td><td>not asked again yet</td>" in page
    assert "own plain wording" in page


def test_during_a_trial_no_outcome_is_told_before_the_last_assessment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = house.coach.world
    programmes = {"sct_cse": replace(world.pack.programmes["sct_cse"], trial=True)}
    trial = replace(world, pack=replace(world.pack, programmes=programmes))
    record = house.record(house.patient())
    page = doctor_page.page(trial, record, [], RESPONSES).decode()
    assert not any(outcome in page for outcome in OUTCOMES)
    assert "after the last round of questions" in page
    assert record.enrolment is not None
    tally = Tally(pain_first=(6, 6, 6, 6), pain_latest=(3, 3, 3, 3), minutes_first=(9,) * 4, minutes_latest=(9,) * 4)
    record = replace(record, enrolment=replace(record.enrolment, tally=tally))
    facts = facts_of(trial, record, WEDNESDAY)["diary"]
    assert (facts["pain_first"], facts["pain_latest"], facts["minutes_latest"]) == (None, None, 9)


def test_both_arms_get_the_same_page_and_none_names_an_arm(house: House) -> None:
    entries = diary(("2026-03-02", "cse", 20), ("2026-03-02", "sct", 10), ("2026-03-03", "sct", 10))
    pages = [told(house, house.record(house.patient(arm)), entries) for arm in ("combined", "exercise")]
    assert pages[0] == pages[1]
    assert "Days with exercises so far: 1" in pages[0]
    assert not any(word in pages[0].lower() for word in ("combined", "arm ", "compassion", "sct"))


def test_nothing_a_patient_wrote_is_read_as_a_placeholder(house: House) -> None:
    record = house.record(house.patient())
    record = replace(record, profile=replace(record.profile, name="{site}"))
    assert "{site}, 2026-03-11." in told(house, record)
