"""How far back a question reaches: the recall periods an instrument may name, in whole days."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from coachbot.instruments.model import Instrument

#: Period to days. 0 is about the moment or about the person as such; `since_start` reaches back to day 0.
RECALLS: Mapping[str, int] = MappingProxyType(
    {
        "now": 0,
        "today": 0,
        "at_present": 0,
        "in_general": 0,
        "when_in_pain": 0,
        "lifetime": 0,
        "past_week": 7,
        "two_weeks": 14,
        "past_month": 30,
        "past_year": 365,
        "since_start": 0,
    }
)


def reaches_back(instrument: Instrument) -> int:
    """The most days that any of its questions reaches back."""
    return max(RECALLS[item.recall] for item in instrument.items)
