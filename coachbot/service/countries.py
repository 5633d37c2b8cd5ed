"""Countries and their time zones, offline: from the tables that come with the zone database (tzdata package).

A zone tells a country only where no other could be meant. What only looks like one, a clock (`EST`, `Etc/GMT+5`) or an
old name for a clock that several countries share, tells none: a wrong country would be a wrong crisis number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coachbot.programme.places import UNKNOWN_COUNTRY as UNKNOWN

__all__ = ["UNKNOWN", "country_of", "is_country", "names", "same_clock"]


def country_of(zone: str) -> str:
    """The ISO 3166 code of the country in which a zone lies; empty where that is not certain."""
    return _by_zone().get(zone, "")


def is_country(code: str) -> bool:
    """Is this an ISO 3166 code, in capitals?"""
    return code in names()


def same_clock(zone: str, country: str, now: datetime) -> bool:
    """Does the clock of a zone show now what some clock of that country shows?"""
    here = _offset(zone, now)
    return here is not None and any(_offset(one, now) == here for one, of in _listed().items() if of == country)


def _offset(zone: str, now: datetime) -> object:
    try:
        return now.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return None


@lru_cache(maxsize=1)
def names() -> Mapping[str, str]:
    """ISO 3166 code to the English name of every country."""
    return {row[0]: row[1] for row in _rows("iso3166.tab")}


@lru_cache(maxsize=1)
def _listed() -> Mapping[str, str]:
    """Each zone that the database lists under a country."""
    return {row[2]: row[0] for row in _rows("zone.tab")}


@lru_cache(maxsize=1)
def _by_zone() -> Mapping[str, str]:
    """The listed zones, and old names of those whose clock no other country shares ("Asia/Calcutta")."""
    listed = _listed()
    alone = {row[2]: row[0] for row in _rows("zone1970.tab") if "," not in row[0]}
    return {**{name: alone[zone] for zone, name in _links() if zone in alone and "/" in name}, **listed}


def _links() -> Iterator[tuple[str, str]]:
    lines = (line.split() for line in _table("tzdata.zi").splitlines())
    yield from ((line[1], line[2]) for line in lines if line[:1] == ["L"] and len(line) == 3)


def _rows(name: str) -> Iterator[list[str]]:
    yield from (line.split("\t") for line in _table(name).splitlines() if line and not line.startswith("#"))


def _table(name: str) -> str:
    return files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
