"""What a broadcast may name: single values, and few of them. Whole groups would show everything in them.

The list stands here alone; docs/broadcasts.md tells it. Whoever does not treat names nothing of anybody's health: their
rehearsal shows the text on real patients.
"""

from __future__ import annotations

from collections.abc import Mapping

_OF_ANYBODY: Mapping[str, tuple[str, ...]] = {
    "patient": ("name", "language", "morning", "evening", "session_day"),
    "today": ("weekday", "date", "part", "practice_day", "session_day"),
    "hours": ("morning_first", "morning_last", "evening_first", "evening_last"),
    "programme": ("week", "day", "phase"),
    "site": ("name", "therapist", "reads_when", "emergency", "crisis_line", "privacy", "phone"),
    "channel": ("name",),
}
#: For whoever treats, besides.
_OF_WHO_TREATS: Mapping[str, tuple[str, ...]] = {"diary": ("cse", "cse_week", "month", "minutes")}


def nameable(*, treats: bool) -> frozenset[str]:
    """The places that a broadcast of this author may name."""
    groups = (_OF_ANYBODY, _OF_WHO_TREATS) if treats else (_OF_ANYBODY,)
    return frozenset(f"{top}.{key}" for group in groups for top, keys in group.items() for key in keys)
