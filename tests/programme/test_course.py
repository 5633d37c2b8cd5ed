"""The calendar of the programme: what comes on which day to someone who takes part."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import time, timedelta

import pytest

from coachbot.programme.days import week_of
from coachbot.programme.plan import plan_ahead

from .people import ANCHOR, EDUCATION, answering, ids, life, passing, patient, plan, programme, reasons, utc


def test_nothing_comes_before_the_anchor() -> None:
    assert ids(plan(patient(), -1)) == []


def test_day_zero_brings_the_baseline_and_nothing_else() -> None:
    assert ids(plan(patient(), 0)) == ["assessment:baseline"]
    assert ids(plan(patient(assessments_done=frozenset({"baseline"})), 0)) == []


def test_the_baseline_is_due_as_soon_as_the_clinician_has_confirmed() -> None:
    for confirmed in ("2026-03-04T06:45", "2026-03-04T14:10"):
        (baseline,) = plan(patient(), 0, not_before=utc(confirmed)).planned
        assert baseline.due == utc(confirmed)


def test_a_baseline_confirmed_at_night_waits_for_the_morning() -> None:
    (baseline,) = plan(patient(), 0, not_before=utc("2026-03-04T21:30")).planned
    assert baseline.due == utc("2026-03-05T06:30")


def test_a_baseline_that_could_not_go_out_on_day_zero_takes_the_next_day() -> None:
    assert ids(plan(patient(), 1)) == ["assessment:baseline"]
    assert "orientation" in ids(plan(patient(opened={"assessment:baseline": ANCHOR + timedelta(1)}), 2))


def test_orientation_takes_the_place_of_the_first_morning_note() -> None:
    first = plan(answering(patient(), 1), 1)
    assert ids(first) == ["orientation"]
    assert (first.planned[0].dialog, first.planned[0].due) == ("common/orientation", utc("2026-03-05T07:00"))


def test_orientation_stays_in_its_place_when_the_day_is_planned_again() -> None:
    standing = replace(
        answering(patient(), 1),
        opened={"assessment:baseline": ANCHOR, "orientation": ANCHOR + timedelta(1)},
        planned_already=frozenset({"orientation"}),
        sent_today=1,
        sent_week=2,
    )
    assert ids(plan(standing, 1)) == []


def test_a_day_that_is_planned_again_does_not_repeat_what_was_opened() -> None:
    standing = replace(answering(patient(), 2), planned_already=frozenset({"morning"}), sent_today=1, sent_week=3)
    assert ids(plan(standing, 2, not_before=utc("2026-03-06T10:00"))) == ["evening"]


def test_a_day_planned_in_its_middle_starts_from_now() -> None:
    today = plan(answering(patient(), 2), 2, not_before=utc("2026-03-06T10:00"))
    assert today.planned[0].due == utc("2026-03-06T10:00")
    late = plan(answering(patient(), 2), 2, not_before=utc("2026-03-06T14:00"))
    assert (ids(late), reasons(late)) == (["evening"], {"morning": "window_closed"})


def test_check_ins_come_on_practice_days_from_the_day_after_orientation() -> None:
    everyone = patient(practice_days=frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"}))
    plans = life(everyone, [True] * 5)
    assert ["evening" in ids(p) for p in plans] == [False, False, True, False, True]


def test_the_four_sessions_come_on_four_session_days_two_hours_after_the_morning() -> None:
    plans = plan_ahead(programme(), patient(), ANCHOR, 60)
    sessions = [p for day in plans for p in day.planned if p.kind == "session"]
    assert [p.id for p in sessions] == ["week_1", "week_2", "week_3", "week_4"]
    assert [p.dialog for p in sessions] == [f"programme/day_{n}" for n in (1, 2, 3, 4)]
    assert [(p.due.date() - ANCHOR).days for p in sessions] == [3, 10, 17, 24]
    assert (sessions[0].due, sessions[0].expires) == (utc("2026-03-07T09:00"), utc("2026-03-07T20:00"))


def test_sunday_people_have_their_sessions_on_sunday() -> None:
    plans = plan_ahead(programme(), patient(session_day="sun"), ANCHOR, 30)
    assert [p.day.weekday() for p in plans for q in p.planned if q.kind == "session"] == [6, 6, 6, 6]


def test_no_session_comes_on_day_zero_even_if_it_is_a_session_day() -> None:
    saturday = patient(anchor=ANCHOR + timedelta(3))
    assert ids(plan(saturday, 0)) == ["assessment:baseline"]


def test_a_missed_session_is_offered_once_more_the_next_evening_in_place_of_the_check_in() -> None:
    everyday = patient(practice_days=frozenset({"sun", "mon"}))
    standing = answering(everyday, 3)
    sunday = plan(passing(standing, plan(standing, 3)), 4)
    assert ids(sunday) == ["morning", "reoffer:week_1"]
    again = sunday.planned[1]
    assert (again.dialog, again.due, again.nag, again.about) == (
        "programme/day_1",
        utc("2026-03-08T18:00"),
        True,
        "week_1",
    )


def test_a_session_that_was_done_is_not_offered_again() -> None:
    assert ids(plan(answering(patient(), 4), 4)) == ["morning"]


def test_a_session_half_done_is_offered_again_for_the_other_half() -> None:
    standing = answering(patient(), 3)
    half = replace(passing(standing, plan(standing, 3)), attended=frozenset({"sct_1"}))
    assert "reoffer:week_1" in ids(plan(half, 4))
    assert "reoffer:week_1" not in ids(plan(replace(half, arm="exercise", attended=frozenset({"cse_1"})), 4))


def test_one_prompt_is_nagged_about_once() -> None:
    standing = answering(patient(), 3)
    missed = replace(passing(standing, plan(standing, 3)), reminders_sent={"week_1": 1})
    assert "reoffer:week_1" not in ids(plan(missed, 4))


def test_when_the_nags_of_the_week_are_used_up_the_check_in_keeps_its_place() -> None:
    standing = answering(patient(practice_days=frozenset({"sun"})), 3)
    missed = replace(passing(standing, plan(standing, 3)), nags_week=2)
    assert ids(plan(missed, 4)) == ["morning", "evening"]
    assert reasons(plan(missed, 4)) == {"reoffer:week_1": "budget_week"}


def test_missed_sessions_are_caught_up_until_week_eight_and_then_no_more() -> None:
    standing = answering(patient(), 3)
    offered = []
    for number in range(3, 80):
        today = plan(standing, number)
        offered += [number for p in today.planned if p.kind == "session"]
        standing = replace(passing(standing, today), last_heard=utc("2026-03-04T08:00") + timedelta(number))
    assert offered == [3, 10, 17, 24, 31, 38, 45, 52]


def test_the_morning_note_comes_every_day_to_week_sixteen_and_is_quiet_from_week_five() -> None:
    plans = plan_ahead(programme(), patient(), ANCHOR, 125, education=EDUCATION)
    notes = [((d.day - ANCHOR).days, p) for d in plans for p in d.planned if p.id == "morning"]
    assert [n for n, _ in notes] == [n for n in range(2, 112) if n != 28]
    assert all(p.quiet == (n >= 28) for n, p in notes)


def test_the_session_and_the_check_in_make_a_sound() -> None:
    plans = plan_ahead(programme(), patient(), ANCHOR, 125)
    assert not any(p.quiet for d in plans for p in d.planned if p.kind != "note")


def test_education_is_given_in_its_order_until_there_is_no_more() -> None:
    plans = plan_ahead(programme(), patient(), ANCHOR, 20, education=("first", "second", "third"))
    assert [p.education for d in plans for p in d.planned if p.id == "morning"][:5] == [
        "first",
        "second",
        "third",
        None,
        None,
    ]


def test_the_review_comes_every_second_session_day_from_week_six() -> None:
    plans = plan_ahead(programme(), patient(), ANCHOR, 125)
    weeks = [week_of(ANCHOR, d.day) for d in plans for p in d.planned if p.id == "week_review"]
    assert weeks == [6, 8, 10, 12, 14, 16]


def test_the_last_thing_is_the_farewell_the_day_after_the_last_assessment() -> None:
    plans = plan_ahead(programme(), patient(), ANCHOR, 140)
    last = [(d.day - ANCHOR).days for d in plans if d.planned][-2:]
    assert last == [112, 113]
    assert ids(plans[113]) == ["finish"]


def test_the_farewell_comes_the_day_after_the_window_if_nobody_answers() -> None:
    standing = replace(answering(patient(), 112), last_heard=utc("2026-06-23T08:00"))
    seen = []
    for number in range(112, 125):
        today = plan(standing, number)
        seen += [(number, name) for name in ids(today)]
        standing = passing(standing, today)
    assert seen == [
        (112, "assessment:week_16"),
        (114, "assessment_reminder:week_16:1"),
        (116, "assessment_reminder:week_16:2"),
        (120, "finish"),
    ]


def test_hours_outside_the_ranges_count_as_the_nearest_inside() -> None:
    owl = patient(morning=time(15), evening=time(23, 30))
    friday = plan(answering(owl, 2), 2)
    assert [p.due for p in friday.planned] == [utc("2026-03-06T11:00"), utc("2026-03-06T20:15")]
    lark = plan(answering(patient(morning=time(4)), 2), 2)
    assert lark.planned[0].due == utc("2026-03-06T06:30")


@pytest.mark.parametrize("session_day", ["sat", "sun"])
def test_both_arms_come_out_with_the_same_days(session_day: str) -> None:
    arms = [
        plan_ahead(programme(), patient(arm=arm, session_day=session_day), ANCHOR, 125, education=EDUCATION)
        for arm in ("combined", "exercise")
    ]
    assert arms[0] == arms[1]


def test_no_week_brings_more_than_twelve() -> None:
    eager = patient(practice_days=frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"}), dial="more")
    weeks = Counter(week_of(ANCHOR, d.day) for d in plan_ahead(programme(), eager, ANCHOR, 125) for _ in d.planned)
    assert max(weeks.values()) == 12
    assert weeks[2] == weeks[3] == 12


def test_check_ins_beyond_the_budget_are_folded_so_that_notes_and_session_still_come() -> None:
    eager = patient(practice_days=frozenset({"mon", "tue", "wed", "thu", "fri", "sun"}))
    week = plan_ahead(programme(), eager, ANCHOR, 14)[7:]
    counts = Counter(name for d in week for name in ids(d))
    assert counts == {"morning": 7, "week_2": 1, "evening": 4}
    assert {held.reason for d in week for held in d.suppressed} == {"budget_week"}


def test_an_unknown_arm_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="no arm 'third'; it has combined, exercise"):
        plan(patient(arm="third"), 3)
