"""What holds touchpoints back: stop, pause, absence, the dial, a safety hold, the night."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from coachbot.programme.model import Programme, Touchpoint
from coachbot.programme.plan import DayPlan, plan_ahead, plan_day
from coachbot.programme.standing import Standing, State

from .people import ANCHOR, EDUCATION, answering, ids, life, passing, patient, plan, programme, reasons, utc


def test_a_pause_holds_the_treatment_back_and_then_it_goes_on() -> None:
    paused = replace(answering(patient(), 5), paused_from=ANCHOR + timedelta(5), paused_until=ANCHOR + timedelta(12))
    assert reasons(plan(paused, 5)) == {"morning": "paused", "evening": "paused"}
    assert ids(plan(paused, 11)) == []
    assert ids(plan(paused, 12)) == ["morning", "evening"]


def test_a_pause_without_an_end_lasts_until_told() -> None:
    assert ids(plan(replace(answering(patient(), 5), state="paused"), 60)) == []


def test_nobody_is_away_who_was_on_a_pause() -> None:
    back = replace(
        answering(patient(), 5),
        paused_from=ANCHOR + timedelta(5),
        paused_until=ANCHOR + timedelta(26),
    )
    assert "morning" in ids(plan(back, 26))


def test_the_sessions_of_a_paused_week_come_after_it() -> None:
    paused = patient(paused_from=ANCHOR + timedelta(8), paused_until=ANCHOR + timedelta(15))
    plans = plan_ahead(programme(), paused, ANCHOR, 60)
    assert [(d.day - ANCHOR).days for d in plans for p in d.planned if p.kind == "session"] == [3, 17, 24, 31]


def test_silence_until_told_is_silence() -> None:
    silent = replace(answering(patient(), 5), silent_until="told")
    assert all(ids(plan(silent, number)) == [] for number in range(5, 28))
    assert reasons(plan(silent, 5))["morning"] == "silent"


def test_silence_for_today_covers_today_only() -> None:
    silent = replace(answering(patient(), 5), silent_until=utc("2026-03-09T23:00"))
    assert ids(plan(silent, 5)) == []
    assert ids(plan(silent, 6)) == ["morning"]


def test_a_silence_that_ends_at_noon_leaves_the_evening() -> None:
    silent = replace(answering(patient(), 5), silent_until=utc("2026-03-09T11:00"))
    assert ids(plan(silent, 5)) == ["evening"]


def test_after_three_silent_days_and_after_seven_a_word_then_a_note_a_week_and_at_three_weeks_the_last() -> None:
    gone = [True] * 36 + [False] * 50
    plans = life(patient(), gone)
    came = [(number, ids(p)) for number, p in enumerate(plans) if number >= 36 and p.planned]
    assert came == [
        (36, ["morning"]),
        (37, ["morning", "evening"]),
        (38, ["morning", "week_review"]),
        (39, ["return"]),
        (43, ["return_7"]),
        (50, ["morning"]),
        (57, ["return_21"]),
    ]
    assert reasons(plans[45])["morning"] == "away_weekly"
    assert reasons(plans[58])["morning"] == "away_assessments_only"


def test_who_writes_again_is_no_longer_away() -> None:
    standing = replace(
        answering(patient(), 36),
        last_heard=utc("2026-04-17T10:00"),
        opened={"return": ANCHOR + timedelta(43)},
    )
    assert ids(plan(standing, 44)) != []
    assert ids(plan(standing, 45)) != []


def test_an_absence_before_the_first_word_counts_from_day_zero() -> None:
    plans = life(patient(last_heard=utc("2026-02-20T10:00")), [False] * 8)
    assert [ids(p) for p in plans] == [
        ["assessment:baseline"],
        ["orientation", "assessment_reminder:baseline:1"],
        ["morning", "evening"],
        ["week_1", "assessment_reminder:baseline:2"],
        ["return"],
        [],
        [],
        [],
    ]


def test_dial_less_brings_notes_on_practice_days_only() -> None:
    plans = plan_ahead(programme(), patient(dial="less"), ANCHOR, 14)
    weekdays = {d.day.weekday() for d in plans[2:] for name in ids(d) if name == "morning"}
    assert weekdays == {0, 2, 4}
    assert [name for d in plans for name in ids(d) if name.startswith("week_")] == ["week_1", "week_2"]


def test_on_dial_less_the_days_without_a_word_of_ours_are_no_silent_days() -> None:
    rare = replace(
        answering(patient(), 35),
        dial="less",
        practice_days=frozenset({"wed"}),
        last_heard=utc("2026-04-08T10:00"),
    )
    assert ids(plan(rare, 38)) == ["week_review"]
    assert ids(plan(replace(rare, dial="usual"), 39)) == ["return"]


def test_dial_weekly_brings_one_thing_a_week_on_the_session_day() -> None:
    standing = replace(answering(patient(), 2), dial="weekly")
    plans = plan_ahead(programme(), standing, ANCHOR + timedelta(2), 60)
    came = [((d.day - ANCHOR).days, ids(d)) for d in plans if d.planned]
    assert came == [
        (3, ["week_1"]),
        (10, ["week_2"]),
        (17, ["week_3"]),
        (24, ["week_4"]),
        (28, ["assessment:week_4"]),
        (31, ["morning"]),
        (38, ["morning"]),
        (45, ["morning"]),
        (52, ["morning"]),
        (59, ["morning"]),
    ]
    assert reasons(plan(standing, 4)) == {"morning": "dial"}


def test_dial_more_brings_check_ins_on_other_days_too_within_the_budget() -> None:
    week = plan_ahead(programme(), patient(dial="more"), ANCHOR, 14)[7:]
    assert sum(len(d.planned) for d in week) == 12
    evenings = {d.day.weekday() for d in week for name in ids(d) if name == "evening"}
    assert {0, 2, 4} < evenings


@pytest.mark.parametrize("state", ["active", "paused", "treatment_stopped", "finished"])
def test_during_a_safety_hold_one_warm_check_in_a_day_comes_and_nothing_else(state: State) -> None:
    held = replace(answering(patient(), 10), safety_hold=True, state=state)
    today = plan(held, 10)
    assert [(p.id, p.dialog, p.due) for p in today.planned] == [
        ("safety_checkin", "safety/daily_checkin", utc("2026-03-14T07:00"))
    ]
    assert "morning" not in ids(today)


def test_neither_budget_nor_absence_holds_the_safety_check_in_back() -> None:
    held = replace(answering(patient(), 10), safety_hold=True, sent_week=12, sent_today=2)
    assert ids(plan(held, 10)) == ["safety_checkin"]
    assert ids(plan(replace(held, last_heard=utc("2026-03-05T08:00")), 60)) == ["safety_checkin"]


def test_who_left_gets_no_safety_check_in_and_who_asked_for_silence_has_it() -> None:
    held = replace(answering(patient(), 10), safety_hold=True)
    assert ids(plan(replace(held, state="withdrawn"), 10)) == []
    assert reasons(plan(replace(held, silent_until="told"), 10))["safety_checkin"] == "silent"


def test_who_stopped_treatment_gets_no_treatment_but_the_farewell() -> None:
    stopped = replace(answering(patient(), 40), state="treatment_stopped")
    plans = plan_ahead(programme(), stopped, ANCHOR + timedelta(40), 90)
    assert [((d.day - ANCHOR).days, ids(d)) for d in plans if d.planned] == [
        (112, ["assessment:week_16"]),
        (113, ["finish"]),
    ]


def test_two_a_day_are_enough() -> None:
    full = replace(answering(patient(), 5), sent_today=1, sent_week=5)
    assert (ids(plan(full, 5)), reasons(plan(full, 5))) == (["morning"], {"evening": "budget_day"})


def test_a_full_week_is_full() -> None:
    full = replace(answering(patient(), 5), sent_week=12)
    assert reasons(plan(full, 5)) == {"morning": "budget_week", "evening": "budget_week"}


def with_touchpoint(**changes: Any) -> Programme:
    old = programme()
    changed = [replace(t, **changes) if t.id == "morning" else t for t in old.touchpoints]
    return replace(old, touchpoints=tuple(changed))


def plan_of(given: Programme, standing: Standing, number: int, **more: Any) -> DayPlan:
    return plan_day(given, standing, ANCHOR + timedelta(number), education=EDUCATION, **more)


def test_a_touchpoint_for_another_arm_does_not_come() -> None:
    given = with_touchpoint(arms=frozenset({"exercise"}))
    today = plan_of(given, answering(patient(), 6), 6)
    assert (ids(today), reasons(today)) == ([], {"morning": "not_this_arm"})


def test_what_falls_into_the_night_waits_for_its_end_or_is_left_out() -> None:
    late = with_touchpoint(at="evening", plus_minutes=180, expires=time(23, 30))
    today = plan_of(late, answering(patient(), 6), 6)
    assert (ids(today), reasons(today)) == ([], {"morning": "quiet_hours"})
    early = replace(programme(), burden=replace(programme().burden, quiet_until=time(9)))
    assert plan_of(early, answering(patient(), 6), 6).planned[0].due == utc("2026-03-10T08:00")


def test_quiet_hours_may_lie_within_one_day() -> None:
    siesta = replace(programme(), burden=replace(programme().burden, quiet_from=time(7), quiet_until=time(10)))
    assert plan_of(siesta, answering(patient(), 6), 6).planned[0].due == utc("2026-03-10T09:00")


def test_a_late_planning_does_not_open_the_evening_at_night() -> None:
    today = plan(answering(patient(), 5), 5, not_before=utc("2026-03-09T20:45"))
    assert (ids(today), reasons(today)) == ([], {"morning": "window_closed", "evening": "quiet_hours"})


def test_the_clock_change_keeps_the_patients_hour() -> None:
    spring = plan_ahead(programme(), patient(), ANCHOR, 30)
    assert [f"{p.due:%H:%M}" for d in spring[23:27] for p in d.planned if p.id == "morning"] == [
        "07:00",
        "07:00",
        "06:00",
        "06:00",
    ]


def test_a_day_that_a_zone_left_out_brings_nothing() -> None:
    samoa = patient(zone="Pacific/Apia", anchor=ANCHOR.replace(year=2011, month=12, day=20))
    assert ids(plan(samoa, 10)) == []
    assert passing(samoa, plan(samoa, 10)).sent_week == 0


def test_touchpoints_are_frozen() -> None:
    with pytest.raises(AttributeError):
        programme().touchpoints[0].id = "other"  # type: ignore[misc]
    assert isinstance(programme().touchpoints[0], Touchpoint)
