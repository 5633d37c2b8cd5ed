"""How values stand in columns: moments as whole microseconds (UTC), days as ISO text, bodies as JSON.

Whole numbers sort and compare in every database and cost a tenth of a date parser; a naive moment is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from coachbot.service import codec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """An aware moment as microseconds since the epoch; a naive one raises TypeError."""
    return (moment - _EPOCH) // _MICROSECOND


def micros_or_none(moment: datetime | None) -> int | None:
    """The same, where a moment may be missing."""
    return None if moment is None else micros(moment)


def moment(value: int) -> datetime:
    """The moment of a column, UTC and aware."""
    return _EPOCH + value * _MICROSECOND


def moment_or_none(value: int | None) -> datetime | None:
    """The same, where a moment may be missing."""
    return None if value is None else moment(value)


def day(value: str) -> date:
    """A local day of a column."""
    return date.fromisoformat(value)


def day_or_none(value: str | None) -> date | None:
    """The same, where a day may be missing."""
    return None if value is None else date.fromisoformat(value)


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """A body as compact JSON, ready to be sealed."""
    return codec.dump(body)


def json_text(body: Mapping[str, Any]) -> str:
    """A body with nothing personal in it, as plain JSON text."""
    return codec.dump(body).decode()
