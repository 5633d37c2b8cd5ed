"""When somebody who reads alerts is on duty: the site's hours, in the site's own zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_AHEAD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Duty:
    """A site's duty hours. With no hours at all nobody is ever on duty."""

    zone: ZoneInfo
    #: Weekday to opening and closing time, local.
    hours: Mapping[str, tuple[time, time]]
    #: Local days (ISO) without duty.
    holidays: frozenset[str] = frozenset()

    def covers(self, now: datetime) -> bool:
        """Is somebody on duty at this moment?"""
        local = now.astimezone(self.zone)
        span = self._span(local)
        return span is not None and span[0] <= local.time() < span[1]

    def next_start(self, now: datetime) -> datetime:
        """The next moment at which duty begins, or now if it is on; UTC."""
        if self.covers(now):
            return now
        local = now.astimezone(self.zone)
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = local + timedelta(days=ahead)
            span = self._span(day)
            if span is not None:
                start = datetime.combine(day.date(), span[0], self.zone)
                if start > local:
                    return start.astimezone(UTC)
        return now + timedelta(days=1)

    def _span(self, local: datetime) -> tuple[time, time] | None:
        if local.date().isoformat() in self.holidays:
            return None
        return self.hours.get(WEEKDAYS[local.weekday()])
