"""Times as screenplays write them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from coachbot.testing.moments import read_moment, read_span, told

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_NOON = datetime(2026, 3, 9, 12, tzinfo=BERLIN)


def after(written: str, local: datetime = MONDAY_NOON) -> datetime:
    hours = {"morning": time(8), "evening": time(19, 30)}
    return read_moment(written).after(local, "Europe/Berlin", hours.__getitem__).astimezone(BERLIN)


@pytest.mark.parametrize(
    ("written", "wall"),
    [
        ("Sat 2026-03-14 10:00", "Sat 2026-03-14 10:00"),
        ("2026-03-14", "Sat 2026-03-14 00:00"),
        ("Wed 19:00", "Wed 2026-03-11 19:00"),
        ("Mon 19:00", "Mon 2026-03-09 19:00"),
        ("Mon 11:00", "Mon 2026-03-16 11:00"),
        ("19:00", "Mon 2026-03-09 19:00"),
        ("9:00", "Tue 2026-03-10 09:00"),
        ("evening", "Mon 2026-03-09 19:30"),
        ("morning", "Tue 2026-03-10 08:00"),
        ("+3h", "Mon 2026-03-09 15:00"),
        ("+1d 2h", "Tue 2026-03-10 14:00"),
        ("+90 min", "Mon 2026-03-09 13:30"),
        ("+40s", "Mon 2026-03-09 12:00:40"),
        ("+2 weeks", "Mon 2026-03-23 12:00"),
    ],
)
def test_a_time_is_meant_on_the_patients_own_clock(written: str, wall: str) -> None:
    assert told(after(written)) == wall


def test_days_go_by_the_wall_clock_and_hours_by_the_hourglass() -> None:
    before_summer_time = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert told(after("+1d", before_summer_time)) == "Sun 2026-03-29 12:00"
    assert told(after("+23h", before_summer_time)) == "Sun 2026-03-29 12:00"


def test_a_wrong_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-03-07 is a Sat, not a Mon"):
        read_moment("Mon 2026-03-07 10:00")


@pytest.mark.parametrize("written", ["", "soon", "25:00", "+3", "2026-13-01", "Mon Tue"])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_moment(written)


def test_a_time_can_be_compared_with_a_clock() -> None:
    assert read_moment("Mon 12:00").fits(MONDAY_NOON)
    assert not read_moment("Tue 12:00").fits(MONDAY_NOON)
    assert not read_moment("Mon 12:01").fits(MONDAY_NOON)


def test_a_length_of_time_is_read() -> None:
    assert read_span("112 days") == timedelta(days=112)
    assert read_span("40 s") == timedelta(seconds=40)


def test_moments_are_found_in_utc() -> None:
    assert after("19:00").astimezone(UTC) == datetime(2026, 3, 9, 18, tzinfo=UTC)
