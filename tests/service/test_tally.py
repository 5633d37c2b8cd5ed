"""Counts after a practice: what is easy, what is a flare, and how many were rated at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coachbot.programme.rewards import BadDay, Reward
from coachbot.service.records import Tally
from coachbot.service.tally import (
    after_practice,
    after_telling,
    counted_on,
    mean_of,
    new_badge,
    remembered,
    with_badges,
    within_month,
)

EASY: dict[str, Any] = {"done": "all", "pain_before": 4, "pain_after": 4}


def counted(*entries: dict[str, Any]) -> tuple[int, int, int]:
    tally = Tally()
    for entry in entries:
        tally = after_practice(tally, "cse", 1, entry)
    return tally.easy_run, tally.flare_run, tally.rated


@pytest.mark.parametrize(
    ("entries", "easy_flare_rated"),
    [
        ([EASY] * 3, (3, 0, 3)),
        ([EASY, {**EASY, "pain_after": 5}, EASY], (1, 0, 3)),
        ([EASY, {**EASY, "pain_after": 7}], (0, 1, 2)),
        ([EASY, {"done": "part", "pain_after": 7}], (0, 1, 2)),
        ([EASY, {"done": "part", "pain_after": 6}], (0, 0, 2)),
        ([EASY, {"done": "all"}], (1, 0, 1)),
        ([EASY, {"done": "not_today", "pain_after": 9}], (1, 0, 1)),
        ([EASY, {**EASY, "done": "part"}], (0, 0, 2)),
        ([EASY, {"done": "part", "minutes": 2}], (0, 0, 1)),
        ([EASY, {**EASY, "minutes": 9}], (1, 0, 2)),
        ([EASY, {**EASY, "minutes": 10}], (2, 0, 2)),
        ([EASY, {**EASY, "guided": "yes"}], (1, 0, 1)),
        ([EASY, {"done": "part", "guided": "yes"}], (1, 0, 1)),
        ([EASY, {**EASY, "guided": "yes", "pain_after": 5}], (0, 0, 1)),
        ([EASY, {**EASY, "guided": "yes", "pain_after": 7}], (0, 1, 1)),
    ],
)
def test_a_rise_of_three_or_a_seven_is_a_flare_and_a_whole_practice_at_home_without_a_rise_is_easy(
    entries: list[dict[str, Any]], easy_flare_rated: tuple[int, int, int]
) -> None:
    assert counted(*entries) == easy_flare_rated


def remembered_all(*entries: tuple[str, dict[str, Any]]) -> Tally:
    tally = Tally()
    for day, entry in entries:
        tally = remembered(tally, date.fromisoformat(day), entry, BadDay(6, 2))
    return tally


def test_the_month_counts_days_with_exercises_and_those_with_much_pain() -> None:
    tally = remembered_all(
        ("2026-03-01", EASY), ("2026-03-20", {**EASY, "pain_before": 6}), ("2026-03-22", {"done": "not_today"})
    )
    assert within_month(tally.practised, date(2026, 3, 28)) == 2
    assert within_month(tally.practised, date(2026, 3, 29)) == 1
    assert within_month(tally.on_bad_days, date(2026, 3, 29)) == 1
    assert tally.bad_days == 1


@pytest.mark.parametrize(
    ("pains", "bad_days"),
    [
        ((9,), 0),  # nobody knows yet what is usual
        ((6, 6, 6, 6, 7, 7), 0),
        ((6, 6, 6, 6, 8), 1),
        ((2, 2, 5), 0),
        ((2, 2, 6), 1),
        ((9, 9, 9, 9, 10), 1),
        ((10, 10), 1),
    ],
)
def test_a_bad_day_lies_above_the_usual_of_this_patient(pains: tuple[int, ...], bad_days: int) -> None:
    entries = ((f"2026-03-{n:02}", {**EASY, "pain_before": pain}) for n, pain in enumerate(pains, 1))
    assert remembered_all(*entries).bad_days == bad_days


def test_two_minutes_and_the_rest_on_one_day_are_one_practice() -> None:
    tally, day = Tally(), date(2026, 3, 2)
    for entry in ({"done": "part", "minutes": 2}, {**EASY, "minutes": 12}):
        tally = after_practice(tally, "cse", 1, entry, again=counted_on(tally, day))
        tally = remembered(tally, day, entry, BadDay(6, 2))
    assert (tally.cse, tally.cse_week, tally.minutes) == (1, 1, 14)
    assert not counted_on(tally, date(2026, 3, 3))


def test_then_and_now_are_told_only_of_enough_practices() -> None:
    few = remembered_all(*((f"2026-03-0{n}", {**EASY, "minutes": 10}) for n in (1, 2, 3)))
    enough = remembered_all(*((f"2026-03-0{n}", {**EASY, "minutes": 10 * n}) for n in range(1, 6)))
    assert mean_of(few.minutes_first) is None
    assert (mean_of(enough.minutes_first), mean_of(enough.minutes_latest)) == (25, 35)


def test_what_got_in_the_way_is_counted() -> None:
    tally = remembered_all(*(("2026-03-02", {"done": "not_today", "barrier": "time"}),) * 2)
    assert tally.barriers == {"time": 2}


def test_a_badge_is_told_once() -> None:
    tally = with_badges(after_practice(Tally(), "cse", 1, EASY), (Reward("first", "exercise", 1),), 0)
    assert new_badge(tally) == "first"
    assert new_badge(after_telling(tally)) is None
    assert after_telling(tally).badges == ("first",)
