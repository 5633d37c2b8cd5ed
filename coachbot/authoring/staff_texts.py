"""The texts for staff that the coach asks for (`content/<language>/staff.yaml`), with the fields it fills in.

A missing one makes a poor notice; a field that nobody fills in keeps a notice from being written at all. So the check
of a pack holds the file against this list, and a test holds this list against the code.
"""

from __future__ import annotations

from collections.abc import Mapping

#: File below `content/<language>/`.
FILE = "staff.yaml"
_WAITS = (
    "withdrawn", "stopped", "unreachable", "silent", "danger", "paused", "away_weekly", "away_assessments_only",
    "person_writes", "question_open", "quiet_hours", "budget_day", "budget_week", "service_window", "window_closed",
    "no_language", "text_fails", "blinding", "expired", "damaged",
)  # fmt: skip
_PLAIN = (
    "what_top", "what_high", "what_medium", "what_broadcast", "what_seen", "seen_button", "off", "not_yours", "unknown",
    "cancel_button", "ask_audience", "everybody_button", "ask_when", "now_button", "when_now", "nobody_gets_it",
    "second_person", "send_button", "write_button", "scheduled", "waiting", "cancelled", "nothing_open",
    *(f"held_{reason}" for reason in _WAITS),
)  # fmt: skip
_ALERT = frozenset({"what", "code", "link", "since", "until"})

#: Key to the fields that may stand in its text.
TEXTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_PLAIN, frozenset()),
    **dict.fromkeys(("alert_first", "alert_first_open", "alert_raised", "alert_next", "alert_everybody"), _ALERT),
    "title": frozenset({"what"}),
    "ring": frozenset({"people"}),
    "ring_one": frozenset({"name", "phone"}),
    "seen": frozenset({"by", "code"}),
    "broadcast": frozenset({"author", "link"}),
    "linked": frozenset({"name"}),
    "done_seen": frozenset({"time"}),
    "seen_already": frozenset({"by"}),
    "ask_text": frozenset({"fields"}),
    "faults": frozenset({"faults"}),
    "rehearsed": frozenset({"get", "meant", "when"}),
    "when_between": frozenset({"first", "last"}),
    "suppressed": frozenset({"reasons"}),
    "waits": frozenset({"reasons"}),
    "reason": frozenset({"count", "why"}),
    "the_text": frozenset({"text"}),
}
