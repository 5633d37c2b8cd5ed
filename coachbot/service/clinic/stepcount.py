"""Step counts as devices write them: data points of Open mHealth (`omh:step-count`) and of IEEE 1752.1. Pure.

A data point has a header that names its schema and itself, and a body with the steps and the stretch of time. Versions
differ in whether the steps are a bare number or a value with its unit; both are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from coachbot.service.clinic.records import Steps
from coachbot.service.ids import hashed

NAMESPACES, SCHEMA = ("omh", "ieee"), "step-count"
#: More than anybody walks: a day and night on foot is about 150,000.
_MOST_STEPS = 200_000
_LONGEST, _OLDEST, _AHEAD = timedelta(hours=48), timedelta(days=730), timedelta(days=1)
_UNITS = {"sec": 1, "min": 60, "h": 3600, "d": 86_400}


class DataPointError(ValueError):
    """A data point can't be read; says where and what."""


def read_data_point(point: Mapping[str, Any], now: datetime) -> Steps:
    """The steps of a data point. Raises DataPointError."""
    header, body = _part(point, "header"), _part(point, "body")
    schema = _part(header, "schema_id", "header.")
    if schema.get("namespace") not in NAMESPACES or schema.get("name") != SCHEMA:
        raise DataPointError(f"header.schema_id: only {SCHEMA} of {' and '.join(NAMESPACES)} is taken")
    if body.get("descriptive_statistic", "sum") not in ("sum", "count"):
        raise DataPointError("body.descriptive_statistic: only a sum of steps is taken, no average")
    begins, ends = _interval(_part(body, "effective_time_frame", "body."))
    if not timedelta() < ends - begins <= _LONGEST:
        raise DataPointError("body.effective_time_frame: the stretch is longer than nothing and at most 48 hours")
    if ends > now + _AHEAD or begins < now - _OLDEST:
        raise DataPointError("body.effective_time_frame: the stretch is in the future, or more than two years ago")
    return Steps(_count(body.get("step_count")), begins, ends, hashed(_name(header)))


def _part(whole: Mapping[str, Any], name: str, before: str = "") -> Mapping[str, Any]:
    part = whole.get(name)
    if not isinstance(part, Mapping):
        raise DataPointError(f"{before}{name} is missing")
    return part


def _name(header: Mapping[str, Any]) -> str:
    name = header.get("uuid") or header.get("id")
    if not isinstance(name, str) or not 8 <= len(name) <= 100:
        raise DataPointError("header.uuid (or header.id): 8 to 100 letters that name this data point for ever")
    return name


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        if value.get("unit") != "steps":
            raise DataPointError("body.step_count.unit is 'steps'")
        value = value.get("value")
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole or (isinstance(value, float) and value.is_integer())) or not 0 <= value <= _MOST_STEPS:
        raise DataPointError(f"body.step_count is a whole number from 0 to {_MOST_STEPS}")
    return int(value)


def _interval(frame: Mapping[str, Any]) -> tuple[datetime, datetime]:
    interval = _part(frame, "time_interval", "body.effective_time_frame.")
    begins, ends = _moment(interval, "start_date_time"), _moment(interval, "end_date_time")
    if begins is not None and ends is not None:
        return begins, ends
    lasts = _duration(interval.get("duration"))
    try:
        if begins is not None:
            return begins, begins + lasts
        if ends is not None:
            return ends - lasts, ends
    except OverflowError:
        pass
    raise DataPointError("time_interval: give start_date_time and end_date_time, or one of them and a duration")


def _moment(interval: Mapping[str, Any], name: str) -> datetime | None:
    written = interval.get(name)
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise DataPointError(f"time_interval.{name}: a moment with its offset from UTC, such as 2026-03-12T08:00:00+01:00")


def _duration(given: Any) -> timedelta:
    if isinstance(given, Mapping):
        value, seconds = given.get("value"), _UNITS.get(str(given.get("unit")))
        if seconds and isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1_000_000:
            return timedelta(seconds=value * seconds)
    raise DataPointError(f"time_interval.duration: a value and a unit of {', '.join(_UNITS)}")
