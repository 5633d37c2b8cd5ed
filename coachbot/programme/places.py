"""From a city, or from the time on somebody's clock, to a time zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo, available_timezones

_CLOCK = re.compile(r"(?<!\d)(\d{1,2})\s*[:.h]?\s*(\d{2})?\s*(am|pm|a\.m\.|p\.m\.)?(?!\d)", re.IGNORECASE)
_NEAR_MINUTES = 12
_DAY_MINUTES = 24 * 60


def zone_guesser(
    cities: Mapping[str, Sequence[str]], by_clock: Sequence[str]
) -> Callable[..., Mapping[str, str | None]]:
    """A function from what somebody wrote to `zone` (IANA name) and `zone_city`; both None if unknown.

    `cities` maps a zone to further names of places in it; `by_clock` are zones to propose for a clock time.
    """
    known = _known_places(cities)

    def guess(text: object, *, now: datetime) -> Mapping[str, str | None]:
        words = _folded(str(text or ""))
        zone = _by_place(words, known) or _by_clock(words, by_clock, now)
        return {"zone": zone, "zone_city": _city(zone) if zone else None}

    return guess


def _known_places(cities: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    places = {_folded(_city(zone)): zone for zone in sorted(available_timezones()) if "/" in zone}
    places = {name: zone for name, zone in places.items() if not zone.startswith(("Etc/", "SystemV/", "US/"))}
    for zone, names in cities.items():
        places[_folded(_city(zone))] = zone
        places.update({_folded(name): zone for name in names})
    return places


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9:.]+", " ", plain.lower()).split())


def _by_place(words: str, known: Mapping[str, str]) -> str | None:
    if words in known:
        return known[words]
    parts = words.replace(".", " ").split()
    for length in (3, 2, 1):
        for start in range(len(parts) - length + 1):
            name = " ".join(parts[start : start + length])
            if name in known and len(name) > 2:
                return known[name]
    return None


def _by_clock(words: str, zones: Sequence[str], now: datetime) -> str | None:
    told = _told_time(words)
    if told is None:
        return None
    minutes = told.hour * 60 + told.minute
    return next(
        (zone for zone in zones if _apart(minutes, now.astimezone(ZoneInfo(zone))) <= _NEAR_MINUTES), None
    )


def _told_time(words: str) -> time | None:
    found = _CLOCK.search(words)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "").replace(".", "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _apart(minutes: int, local: datetime) -> int:
    gap = abs(minutes - (local.hour * 60 + local.minute)) % _DAY_MINUTES
    return min(gap, _DAY_MINUTES - gap)
