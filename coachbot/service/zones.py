"""From a place on earth to a time zone: the zone whose chief city is nearest.

Near a border it can be wrong, so the coach names the city and asks. The places come with the zone database
(zone1970.tab of the tzdata package).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

_PLACE = re.compile(r"([+-]\d{4}|[+-]\d{6})([+-]\d{5}|[+-]\d{7})")


def zone_at(latitude: float, longitude: float) -> str:
    """The IANA name of the nearest zone; empty for a place that is none."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return ""
    return min(_cities(), key=lambda city: _distance((latitude, longitude), city[1]))[0]


@lru_cache(maxsize=1)
def _cities() -> tuple[tuple[str, tuple[float, float]], ...]:
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    found = []
    for row in rows:
        place = _PLACE.fullmatch(row[1])
        if place is not None:
            found.append((row[2], (_degrees(place[1], 2), _degrees(place[2], 3))))
    return tuple(found)


def _degrees(text: str, digits: int) -> float:
    sign, number = text[0], text[1:]
    minutes, seconds = number[digits : digits + 2], number[digits + 2 :] or "0"
    value = int(number[:digits]) + int(minutes) / 60 + int(seconds) / 3600
    return -value if sign == "-" else value


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The angle between two places on the globe."""
    a, b = (radians(value) for value in one)
    c, d = (radians(value) for value in other)
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * asin(sqrt(min(1.0, half)))
