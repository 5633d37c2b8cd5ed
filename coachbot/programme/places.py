"""From a city, or from the time on somebody's clock, to a time zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_NEAR_MINUTES = 12
#: Old names that are no places: "up north" is not Australia/North, "the centre" not North_Dakota/Center.
_NO_PLACES = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/", "America/North_Dakota/")
_NO_NAMES = ("north", "south", "west", "act", "nsw", "lhi", "easter")
_DAY_MINUTES = 24 * 60
#: Stands for a country that nobody has told (Unicode's code for an unknown region).
UNKNOWN_COUNTRY = "ZZ"


def zone_guesser(
    cities: Mapping[str, Sequence[str]],
    by_clock: Sequence[str],
    told_times: Callable[[str], Sequence[time]],
    country_of: Callable[[str], str] = lambda zone: "",
) -> Callable[..., Mapping[str, str | None]]:
    """A function from what somebody wrote to `zone` (IANA name), `zone_city` and `zone_country`; None if unknown.

    `cities` maps a zone to further names of places in it; `by_clock` are zones to propose for a clock time, the
    likeliest first; `told_times` reads the times of day that a text may mean ("quarter past nine": 9:15, 21:15);
    `country_of` the country of a zone. A country is told by a name alone: a clock is that of many, and a place
    on earth (which comes as the name of the zone) may lie near a chief city across the border, so both give `ZZ`.
    """
    known = _known_places(cities)

    def guess(text: object, *, now: datetime) -> Mapping[str, str | None]:
        said = str(text or "")
        named = _by_place(_folded(said), known)
        zone = named or _by_clock(told_times(said), by_clock, now)
        if zone is None:
            return dict.fromkeys(("zone", "zone_city", "zone_country"))
        country = country_of(zone) if named and said.strip() != zone else ""
        return {"zone": zone, "zone_city": _city(zone), "zone_country": country or UNKNOWN_COUNTRY}

    return guess


def _known_places(cities: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    places = dict(_chief_cities())
    for zone, names in cities.items():
        places[_folded(_city(zone))] = zone
        places.update({_folded(name): zone for name in names})
    return places


@cache
def _chief_cities() -> Mapping[str, str]:
    """The places that zones are named after. Listing the zones goes through hundreds of files."""
    places = {_folded(_city(zone)): zone for zone in sorted(available_timezones()) if "/" in zone}
    return {n: zone for n, zone in places.items() if not zone.startswith(_NO_PLACES) and n not in _NO_NAMES}


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


def _by_clock(told: Sequence[time], zones: Sequence[str], now: datetime) -> str | None:
    """The first zone in which the clock shows one of these times, a few minutes more or less."""
    minutes = [one.hour * 60 + one.minute for one in told]
    clocks = ((zone, now.astimezone(ZoneInfo(zone))) for zone in zones)
    return next((zone for zone, local in clocks if any(_apart(one, local) <= _NEAR_MINUTES for one in minutes)), None)


def _apart(minutes: int, local: datetime) -> int:
    gap = abs(minutes - (local.hour * 60 + local.minute)) % _DAY_MINUTES
    return min(gap, _DAY_MINUTES - gap)
