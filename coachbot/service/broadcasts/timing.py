"""When a broadcast comes: a wall-clock time that every patient has at their own moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from coachbot.errors import StaffError
from coachbot.programme.localtime import moment
from coachbot.service.broadcasts.records import Broadcast

#: How far clocks are apart at most: planning begins so long before the wall-clock time is UTC's.
_FIRST_ZONE = timedelta(hours=14)
_LAST_ZONE = timedelta(hours=12)
#: How long a broadcast may wait for its moment in a talk, at most, in hours.
LONGEST_HOURS = 14 * 24
#: Unless its author says otherwise: three days, because the calendar fills most days, and goes first.
DEFAULT_HOURS = 72
#: How far ahead a broadcast may be planned.
FARTHEST = timedelta(days=366)
FORM = "%Y-%m-%d %H:%M"


def read_time(written: str) -> str:
    """A wall-clock time as it is kept; empty for at once. Raises StaffError."""
    text = " ".join(written.replace("T", " ").split())
    if text in ("", "now"):
        return ""
    try:
        return datetime.strptime(text, FORM).strftime(FORM)
    except ValueError:
        raise StaffError(f"'{written[:40]}' is no time; write 2026-03-12 10:00, or now") from None


def refuse_far(at: str, now: datetime) -> None:
    """A time too far ahead is a slip of the pen. Raises StaffError."""
    if at and _naive(at).replace(tzinfo=UTC) > now + FARTHEST:
        raise StaffError(f"{at} is more than a year ahead; write a nearer time")


def read_hours(written: str) -> int:
    """For how many hours it may still come. Raises StaffError."""
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:6]) <= LONGEST_HOURS):
        raise StaffError(f"a broadcast may still come for between 1 and {LONGEST_HOURS} hours")
    return int(written)


def starts_at(at: str, now: datetime) -> datetime:
    """When planning begins: before the first patient's clock shows the time."""
    return max(now, _naive(at).replace(tzinfo=UTC) - _FIRST_ZONE) if at else now


def moment_of(one: Broadcast, zone: str, now: datetime) -> datetime:
    """The moment that was asked for, on one patient's clock (UTC)."""
    if not one.at:
        return one.starts or now
    wall = _naive(one.at)
    return moment(wall.date(), wall.time(), zone)


def earliest(one: Broadcast, now: datetime) -> datetime:
    """Before this moment it is due nowhere."""
    return starts_at(one.at, now)


def latest(one: Broadcast, now: datetime) -> datetime:
    """After this moment it comes nowhere any more."""
    return last_moment(one) or (one.starts or now) + timedelta(hours=one.hours)


def local_days(now: datetime) -> tuple[date, date]:
    """The first and the last local day that it can be anywhere at this moment."""
    return (now - _LAST_ZONE).date(), (now + _FIRST_ZONE).date()


def due_of(one: Broadcast, zone: str, now: datetime) -> datetime:
    """When it is due: then, or now where that has passed."""
    return max(moment_of(one, zone, now), now)


def last_moment(one: Broadcast) -> datetime | None:
    """After this moment nobody anywhere would get it any more; None for one without a time."""
    if not one.at:
        return None
    return _naive(one.at).replace(tzinfo=UTC) + _LAST_ZONE + timedelta(hours=one.hours)


def _naive(at: str) -> datetime:
    return datetime.strptime(at, FORM)
