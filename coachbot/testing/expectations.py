"""What may stand behind `expect:`, as written. What each means is checked in `checks`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OP = r"(?P<op><=|>=|!=|=|<|>)\s*(?P<value>.+)"
_DAY = r"(?P<day>\d{4}-\d{2}-\d{2}|today|yesterday)"

#: Name of the check, its pattern, and how it is written (for messages and the docs).
KINDS: tuple[tuple[str, str, str], ...] = (
    ("no_diary", rf"no diary (?P<kind>\w+) {_DAY}", "no diary cse 2026-03-09"),
    ("diary", rf"diary (?P<kind>\w+) {_DAY}(?: (?P<field>\w+))?\s*{_OP}", "diary cse 2026-03-09 = not_today"),
    ("slot_missing", r"slot (?P<name>\w+) missing", "slot sct_what missing"),
    ("slot", rf"slot (?P<name>\w+)\s*{_OP}", "slot sct_what = friend"),
    ("fact", rf"fact (?P<name>[\w.]+)\s*{_OP}", "fact diary.cse_week = 2"),
    ("profile", rf"(?:profile|setting) (?P<name>\w+)\s*{_OP}", "setting evening = 19:30"),
    ("no_timer", r"no timer (?P<purpose>\S+)", "no timer wait"),
    ("timer", r"timer (?P<purpose>\S+)(?: at (?P<when>.+))?", "timer touch:evening at Mon 19:00"),
    ("no_alert", r"no alert(?: (?P<kind>\w+))?", "no alert"),
    (
        "alert",
        r"alert (?P<kind>\w+)(?: priority (?P<priority>\w+))?(?: (?P<stands>acknowledged|escalated))?",
        "alert crisis priority top",
    ),
    ("outbox_empty", r"outbox empty", "outbox empty"),
    ("unprompted", r"outbox (?P<value>\d+) unprompted (?P<span>today)", "outbox 2 unprompted today"),
    ("unprompted", rf"unprompted (?P<span>today|this week)\s*{_OP}", "unprompted this week <= 12"),
    ("no_state", r"state none", "state none"),
    ("state", r"state (?P<place>\S+)", "state sct/session_1/opening"),
    ("enrolment", r"enrolment (?P<state>\w+)", "enrolment active"),
    ("no_response", r"no response (?P<instrument>\w+)", "no response phq9"),
    ("response", rf"response (?P<instrument>\w+) (?P<field>\w+)\s*{_OP}", "response phq9 total = 7"),
    ("not_attended", r"not attended (?P<what>\w+)", "not attended sct_1"),
    ("attended", r"attended (?P<what>\w+)", "attended sct_1"),
    ("assessment_open", r"assessment (?P<what>\w+) not done", "assessment week_4 not done"),
    ("assessment", r"assessment (?P<what>\w+) done", "assessment week_4 done"),
    ("no_incident", r"no incident", "no incident"),
    ("incident", r"incident (?P<kind>\w+)", "incident moved"),
    ("held_back", r"held back (?P<what>[\w:]+)(?: because (?P<reason>.+))?", "held back evening because busy_week"),
    (
        "broadcast",
        r"broadcast (?P<state>planned|queued|sent|failed|suppressed|cancelled)(?: because (?P<reason>\w+))?",
        "broadcast suppressed because paused",
    ),
    ("page_over", r"page over because (?P<why>\w+)", "page over because closed"),
    ("erased", r"erased", "erased"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern, _ in KINDS)


def read_expectation(body: str) -> tuple[str, Mapping[str, str]]:
    """Name of the check and its words; ValueError lists what can be expected."""
    text = " ".join(body.split())
    for name, pattern in _COMPILED:
        if found := pattern.fullmatch(text):
            return name, {key: value.strip() for key, value in found.groupdict().items() if value}
    examples = "; ".join(dict.fromkeys(example for *_, example in KINDS))
    raise ValueError(f"'{text}' cannot be expected; write one of: {examples}")
