"""Times as a screenplay writes them, always in the patient's own clock.

`Sat 2026-03-07 10:00`, `2026-03-07 10:00`, `Mon 19:00`, `19:00`, `+3h`, `+1d 2h`, `evening`, `next`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from coachbot.programme.localtime import moment as local_moment

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Words for the patient's own hours, and for the next thing due.
PARTS = ("morning", "evening")
NEXT = "next"

_CLOCK = r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
_WRITTEN = re.compile(
    rf"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*\s*)?(?P<date>\d{{4}}-\d{{2}}-\d{{2}})?\s*(?:{_CLOCK})?",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\+\s*((?:\d+\s*(?:weeks?|w|days?|d|hours?|h|minutes?|min|m|seconds?|sec|s)\b\s*)+)", re.IGNORECASE
)
_PIECE = re.compile(r"(\d+)\s*([a-z]+)", re.IGNORECASE)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written; empty parts follow from where the patient stands."""

    day: date | None = None
    #: 0 for Monday.
    weekday: int | None = None
    clock: time | None = None
    ahead: timedelta | None = None
    #: `morning`, `evening`, `next` or empty.
    word: str = ""

    @property
    def is_absolute(self) -> bool:
        """Does it name its day by itself?"""
        return self.day is not None

    def after(self, local: datetime, zone: str, hours: Callable[[str], time]) -> datetime:
        """The moment (UTC) meant by somebody whose wall clock shows `local`; never before it unless dated so."""
        if self.ahead is not None:
            return _ahead(local, self.ahead, zone)
        clock = hours(self.word) if self.word else self.clock or time(0, 0)
        if self.day is not None:
            return local_moment(self.day, clock, zone)
        day = local.date()
        if self.weekday is not None:
            day += timedelta(days=(self.weekday - day.weekday()) % 7)
        found = local_moment(day, clock, zone)
        if found >= local:
            return found
        return local_moment(day + timedelta(days=7 if self.weekday is not None else 1), clock, zone)

    def fits(self, local: datetime) -> bool:
        """Does a wall clock showing `local` agree with everything written?"""
        return (
            (self.day is None or self.day == local.date())
            and (self.weekday is None or self.weekday == local.weekday())
            and (self.clock is None or self.clock == local.time().replace(second=self.clock.second, microsecond=0))
        )


def _ahead(local: datetime, ahead: timedelta, zone: str) -> datetime:
    """Days go by the wall clock, hours by the hourglass."""
    if ahead.days:
        local = local_moment(local.date() + timedelta(days=ahead.days), local.time(), zone)
    return local.astimezone(UTC) + timedelta(seconds=ahead.seconds)


def read_moment(written: str) -> Moment:
    """Read a time; ValueError says what is wrong with it."""
    text = " ".join(written.split())
    if text.lower() in (*PARTS, NEXT):
        return Moment(word=text.lower())
    if ahead := _AHEAD.fullmatch(text):
        return Moment(ahead=timedelta(**_pieces(ahead[1])))
    found = _WRITTEN.fullmatch(text)
    if not text or found is None:
        raise ValueError(
            f"'{text}' is not a time; write `Sat 2026-03-07 10:00`, `Mon 19:00`, `+3h`, `evening` or `next`"
        )
    day = date.fromisoformat(found["date"]) if found["date"] else None
    weekday = WEEKDAYS.index(found["weekday"].lower()[:3]) if found["weekday"] else None
    if day is not None and weekday is not None and day.weekday() != weekday:
        raise ValueError(f"{day} is a {WEEKDAYS[day.weekday()].capitalize()}, not a {found['weekday']}")
    return Moment(day, weekday, time.fromisoformat(found["clock"].zfill(5)) if found["clock"] else None)


def _pieces(written: str) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for number, unit in _PIECE.findall(written):
        name = _UNITS[unit[0].lower()]
        pieces[name] = pieces.get(name, 0) + int(number)
    return pieces


def read_span(written: str) -> timedelta:
    """Read a length of time such as `112 days` or `40 s`; ValueError if it is none."""
    moment = read_moment("+" + written.strip().lstrip("+"))
    assert moment.ahead is not None
    return moment.ahead


def told(local: datetime) -> str:
    """A wall-clock time as a screenplay writes it."""
    clock = local.strftime("%H:%M:%S") if local.second else local.strftime("%H:%M")
    return f"{WEEKDAYS[local.weekday()].capitalize()} {local.date()} {clock}"
