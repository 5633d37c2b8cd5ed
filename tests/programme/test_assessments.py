"""Assessments: anchored at enrolment, alone on their day, reminded of twice, never moved by a pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coachbot.programme.assessing import open_assessments, opening_day
from coachbot.programme.plan import plan_ahead
from coachbot.programme.standing import Standing, State

from .people import ANCHOR, answering, ids, passing, patient, plan, programme, reasons, utc


def assessment_days(standing: Standing, days: int = 125) -> list[tuple[int, str]]:
    plans = plan_ahead(programme(), standing, standing.anchor, days)
    return [((d.day - standing.anchor).days, p.id) for d in plans for p in d.planned if p.kind == "assessment"]


def test_they_come_on_days_0_28_and_112() -> None:
    assert assessment_days(patient()) == [
        (0, "assessment:baseline"),
        (28, "assessment:week_4"),
        (112, "assessment:week_16"),
    ]


def test_an_assessment_day_carries_nothing_else() -> None:
    today = plan(answering(patient(), 28), 28)
    assert ids(today) == ["assessment:week_4"]
    assert reasons(today) == {"morning": "assessment_day", "evening": "assessment_day"}


def test_it_stays_alone_when_the_day_is_planned_again() -> None:
    standing = replace(
        answering(patient(), 28),
        planned_already=frozenset({"assessment:week_4"}),
        sent_today=1,
        sent_week=1,
        opened={"orientation": ANCHOR, "assessment:week_4": ANCHOR + timedelta(28)},
    )
    assert ids(plan(standing, 28)) == []


def test_week_four_waits_for_a_session_that_is_due_on_the_same_day() -> None:
    saturday = patient(anchor=ANCHOR + timedelta(3))
    plans = plan_ahead(programme(), saturday, saturday.anchor, 35)
    assert ids(plans[28]) == ["morning", "week_4"]
    assert ids(plans[29]) == ["assessment:week_4"]


def test_a_last_session_missed_on_day_28_is_not_pressed_on_the_assessment_day() -> None:
    standing = answering(patient(anchor=ANCHOR + timedelta(3)), 28)
    today = plan(passing(standing, plan(standing, 28)), 29)
    assert ids(today) == ["assessment:week_4"]
    assert reasons(today)["reoffer:week_4"] == "assessment_day"


def test_week_four_does_not_wait_for_a_session_done_earlier() -> None:
    early = replace(
        answering(patient(anchor=ANCHOR + timedelta(3)), 28),
        attended=frozenset(f"{kind}_{n}" for kind in ("sct", "cse") for n in (1, 2, 3, 4)),
    )
    assert ids(plan(early, 28)) == ["assessment:week_4"]


def test_reminders_come_twice_at_changing_hours_and_count_as_nags() -> None:
    standing = replace(answering(patient(), 28), last_heard=utc("2026-03-31T08:00"))
    reminders = []
    for number in range(28, 40):
        today = plan(standing, number)
        reminders += [(number, p) for p in today.planned if p.kind == "reminder"]
        standing = passing(standing, today)
    assert [(n, p.id, f"{p.due:%H:%M}") for n, p in reminders] == [
        (30, "assessment_reminder:week_4:1", "17:00"),
        (32, "assessment_reminder:week_4:2", "10:30"),
    ]
    assert {(p.dialog, p.nag, p.about) for _, p in reminders} == {("assessment/reminder", True, "assessment:week_4")}


def test_no_reminder_comes_once_it_is_answered() -> None:
    assert not any(name.startswith("assessment_reminder") for name in ids(plan(answering(patient(), 30), 30)))


@pytest.mark.parametrize("state", ["active", "paused", "treatment_stopped"])
def test_who_pauses_or_stopped_treatment_is_still_asked(state: State) -> None:
    assert ids(plan(replace(answering(patient(), 28), state=state), 28)) == ["assessment:week_4"]


@pytest.mark.parametrize("state", ["screening", "withdrawn", "finished"])
def test_who_left_altogether_is_not_asked(state: State) -> None:
    today = plan(replace(answering(patient(), 28), state=state), 28)
    assert (ids(today), reasons(today)["assessment:week_4"]) == ([], "stopped")


def test_a_pause_over_the_day_moves_nothing() -> None:
    paused = patient(paused_from=ANCHOR + timedelta(20), paused_until=ANCHOR + timedelta(34))
    assert assessment_days(paused) == assessment_days(patient())


def test_someone_long_away_is_still_asked() -> None:
    gone = replace(answering(patient(), 5), last_heard=utc("2026-03-08T08:00"))
    assert ids(plan(gone, 28)) == ["assessment:week_4"]


def test_who_went_silent_before_its_day_is_asked_and_who_went_silent_that_day_is_not() -> None:
    silent = replace(answering(patient(), 28), silent_until="told")
    assert ids(plan(replace(silent, last_heard=utc("2026-03-30T08:00")), 28)) == ["assessment:week_4"]
    that_day = plan(replace(silent, last_heard=utc("2026-04-01T05:00")), 28)
    assert (ids(that_day), reasons(that_day)["assessment:week_4"]) == ([], "silent")


def test_after_a_silence_of_one_day_it_comes_the_next_day() -> None:
    silent = replace(answering(patient(), 28), silent_until=utc("2026-04-01T22:00"), last_heard=utc("2026-04-01T05:00"))
    assert ids(plan(silent, 28)) == []
    late = plan(silent, 29)
    assert ids(late) == ["assessment:week_4"]
    assert late.planned[0].rule == "assessment_late"
    assert late.planned[0].expires == utc("2026-04-08T21:00")


@pytest.mark.parametrize(("day", "comes"), [(33, False), (34, True), (35, True)])
def test_in_the_last_days_of_its_window_it_comes_although_the_hold_lasts(day: int, comes: bool) -> None:
    held = replace(answering(patient(), 28), safety_hold=True)
    assert ("assessment:week_4" in ids(plan(held, day))) is comes
    assert ("week_4" in {one.code for one in open_assessments(programme(), held, ANCHOR + timedelta(day))}) is comes


def test_in_a_hold_it_comes_hours_after_the_morning_check_in() -> None:
    today = plan(replace(answering(patient(), 28), safety_hold=True), 34)
    at = {one.id: one.due for one in today.planned}
    assert at["assessment:week_4"] - at["safety_checkin"] >= timedelta(hours=2)


def test_a_programme_that_says_so_never_asks_in_a_hold() -> None:
    strict = replace(programme(), last_days_in_hold=0)
    held = replace(answering(patient(), 28), safety_hold=True)
    assert open_assessments(strict, held, ANCHOR + timedelta(35)) == ()


def test_the_instrument_a_safety_hold_withholds_waits_until_the_hold_ends() -> None:
    held = replace(answering(patient(), 28), safety_hold=True)
    assert reasons(plan(held, 28))["assessment:week_4"] == "safety_hold"
    assert open_assessments(programme(), held, ANCHOR + timedelta(28)) == ()
    assert ids(plan(replace(held, safety_hold=False), 31)) == ["assessment:week_4"]


def test_it_is_not_sent_after_its_window() -> None:
    missed = replace(answering(patient(), 28), safety_hold=True)
    after = plan(replace(missed, safety_hold=False, last_heard=utc("2026-04-08T08:00")), 36)
    assert "assessment:week_4" not in ids(after)


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (27, []),
        (28, ["week_4"]),
        (35, ["week_4"]),
        (36, []),
        (104, []),
        (105, ["week_16"]),
        (119, ["week_16"]),
        (120, []),
    ],
)
def test_on_request_they_are_open_inside_their_windows(number: int, codes: list[str]) -> None:
    standing = patient(assessments_done=frozenset({"baseline"}))
    found = open_assessments(programme(), standing, ANCHOR + timedelta(number))
    assert [a.code for a in found] == codes


def test_one_answered_early_on_request_is_not_sent_on_its_day() -> None:
    early = replace(answering(patient(), 106), assessments_done=frozenset({"baseline", "week_4", "week_16"}))
    assert ids(plan(early, 112)) == []
    assert ids(plan(early, 113)) == ["finish"]


def test_the_opening_day_knows_no_pause() -> None:
    saturday = patient(anchor=ANCHOR + timedelta(3))
    week_4 = programme().assessments[1]
    paused = replace(saturday, state="paused")
    assert opening_day(programme(), saturday, week_4) == opening_day(programme(), paused, week_4) == 29
