"""Counting days and weeks, and the patient's wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from coachbot.programme.days import day_for as the_day
from coachbot.programme.days import day_of, phase_of, rest_of_week, week_of
from coachbot.programme.localtime import UnknownZone, day_exists, local, moment

from .people import ANCHOR, patient, programme, utc


def test_the_anchor_is_day_zero_of_week_one() -> None:
    assert (day_of(ANCHOR, ANCHOR), week_of(ANCHOR, ANCHOR)) == (0, 1)


def test_weeks_are_seven_days_from_the_anchor() -> None:
    assert [week_of(ANCHOR, ANCHOR + timedelta(n)) for n in (-1, 6, 7, 27, 28, 111, 112)] == [
        0,
        1,
        2,
        4,
        5,
        16,
        17,
    ]


@pytest.mark.parametrize(
    ("week", "phase"),
    [(0, "before"), (1, "course"), (4, "course"), (5, "maintenance"), (16, "maintenance"), (17, "after")],
)
def test_a_week_has_its_phase(week: int, phase: str) -> None:
    assert phase_of(programme(), week) == phase


def test_the_rest_of_a_week_ends_before_the_next_one() -> None:
    standing = patient()
    rest = rest_of_week(standing, the_day(standing, ANCHOR + timedelta(4)))
    assert [day.number for day in rest] == [5, 6]
    assert rest_of_week(standing, the_day(standing, ANCHOR + timedelta(6))) == ()


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Europe/Berlin", date(2026, 1, 15), time(8), "2026-01-15T07:00"),
        ("Europe/Berlin", date(2026, 7, 15), time(8), "2026-07-15T06:00"),
        ("Asia/Kathmandu", date(2026, 7, 15), time(8), "2026-07-15T02:15"),
        ("America/New_York", date(2026, 7, 15), time(21), "2026-07-16T01:00"),
    ],
)
def test_a_wall_clock_becomes_utc(zone: str, day: date, clock: time, expected: str) -> None:
    assert moment(day, clock, zone) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Berlin", date(2026, 3, 29)), ("America/New_York", date(2026, 3, 8))]
)
def test_a_time_that_does_not_exist_moves_forward(zone: str, day: date) -> None:
    assert local(moment(day, time(2, 30), zone), zone).time() == time(3, 30)


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert moment(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == utc("2026-10-25T00:30")
    assert moment(date(2026, 11, 1), time(1, 30), "America/New_York") == utc("2026-11-01T05:30")


def test_a_date_that_samoa_left_out_does_not_exist() -> None:
    assert not day_exists(date(2011, 12, 30), "Pacific/Apia")
    assert day_exists(date(2011, 12, 31), "Pacific/Apia")
    assert local(moment(date(2011, 12, 30), time(8), "Pacific/Apia"), "Pacific/Apia").date() == date(2011, 12, 31)


def test_an_unknown_zone_is_named_with_its_cure() -> None:
    with pytest.raises(UnknownZone, match=r"'Berlin' is not a time zone. Use an IANA name"):
        moment(ANCHOR, time(8), "Berlin")


@pytest.mark.parametrize("zone", ["", "../etc", "Europe"])
def test_a_broken_zone_name_is_an_unknown_zone(zone: str) -> None:
    with pytest.raises(UnknownZone):
        moment(ANCHOR, time(8), zone)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC"):
        local(datetime(2026, 3, 4, 8), "Europe/Berlin")
    assert local(datetime(2026, 3, 4, 8, tzinfo=UTC), "Europe/Berlin").hour == 9
