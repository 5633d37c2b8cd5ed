"""Between a patient's wall clock and UTC. Time zone data comes with Python or the `tzdata` package."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


class UnknownZone(ValueError):
    """The text is no IANA time zone."""

    def __init__(self, zone: str) -> None:
        super().__init__(
            f"{zone!r} is not a time zone. Use an IANA name such as 'Europe/Berlin', "
            "and install the package tzdata if the name is right."
        )


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def moment(local_date: date, local_time: time, zone: str) -> datetime:
    """The UTC moment at which a wall clock in `zone` shows this date and time.

    A time that does not exist (clocks go forward) moves forward by what was left out: 02:30 becomes 03:30.
    A time that comes twice (clocks go back) is the first of the two.
    """
    wall = datetime.combine(local_date, local_time.replace(tzinfo=None, fold=0), zone_of(zone))
    return wall.astimezone(UTC)


def local(now_utc: datetime, zone: str) -> datetime:
    """The wall clock in `zone` at this moment, as an aware datetime. A naive moment is refused."""
    if now_utc.tzinfo is None:
        raise ValueError("A moment needs a time zone: pass datetimes in UTC.")
    return now_utc.astimezone(zone_of(zone))


def day_exists(day: date, zone: str) -> bool:
    """False for a date a zone left out (Samoa had no 30 December 2011)."""
    return local(moment(day, time(12), zone), zone).date() == day
