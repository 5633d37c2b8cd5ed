"""Counting days and weeks from the anchor. Weeks are seven days from the anchor, not calendar weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from coachbot.programme.model import WEEKDAYS, Programme, Weekday
from coachbot.programme.standing import Standing

#: The names of the times outside the programme's own phases.
BEFORE, AFTER = "before", "after"


def day_of(anchor: date, day: date) -> int:
    """The number of a day: 0 on the anchor, negative before it."""
    return (day - anchor).days


def week_of(anchor: date, day: date) -> int:
    """The programme week: days 0 to 6 are week 1; 0 and less before the anchor."""
    return day_of(anchor, day) // 7 + 1


def phase_of(programme: Programme, week: int) -> str:
    """The phase a week belongs to: its code, or `before` or `after`."""
    if week < 1:
        return BEFORE
    return next((p.code for p in programme.phases if p.first_week <= week <= p.last_week), AFTER)


def weekday_of(day: date) -> Weekday:
    """The code of a day of the week, 'mon' to 'sun'."""
    return WEEKDAYS[day.weekday()]


@dataclass(frozen=True, slots=True)
class Day:
    """One local day in the calendar of one patient."""

    date: date
    #: Days since the anchor.
    number: int
    week: int
    session_day: bool
    practice_day: bool


def day_for(standing: Standing, day: date) -> Day:
    """How this date stands in this patient's calendar."""
    number, weekday = day_of(standing.anchor, day), weekday_of(day)
    return Day(day, number, number // 7 + 1, weekday == standing.session_day, weekday in standing.practice_days)


def rest_of_week(standing: Standing, day: Day) -> tuple[Day, ...]:
    """The days of the same programme week that come after this one."""
    left = 6 - day.number % 7
    return tuple(day_for(standing, day.date + timedelta(n)) for n in range(1, left + 1))
