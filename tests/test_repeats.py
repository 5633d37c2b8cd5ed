"""No message is met twice in sixteen weeks, unless tests/repeats.yaml says that it may be."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from coachbot.testing import persona as personas
from coachbot.testing.transcript import live_through, repeats

ALLOWED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "repeats.yaml").read_text("utf-8"))


def test_every_repeat_on_purpose_has_its_reason() -> None:
    assert [place for place, reason in ALLOWED["on_purpose"].items() if not reason] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "days_between"),
    [
        ("common/morning#later_rest_day", 5),
        ("common/morning#later_practice_day", 5),
        ("common/evening#after_practice", 5),
        ("common/evening#close", 5),
        ("cse/reminder#after_breakfast", 3),
        ("cse/checkin#barrier", 5),
    ],
)
def test_openings_take_turns(place: str, days_between: int) -> None:
    said: dict[str, list[date]] = {}
    for entry in live_through("combined", personas.load("steady")).entries:
        if entry.source and entry.source.place == place and not entry.instead:
            said.setdefault(entry.text, []).append(entry.at.date())
    gaps = [(later - sooner).days for days in said.values() for sooner, later in pairwise(days)]
    assert gaps
    assert min(gaps) >= days_between


@pytest.mark.slow
@pytest.mark.parametrize(("arm", "name"), [("combined", "steady"), ("exercise", "steady"), ("exercise", "busy")])
def test_no_message_is_met_twice_unless_the_list_allows_it(arm: str, name: str) -> None:
    met = repeats(live_through(arm, personas.load(name)))
    strange = [
        (n, place, text) for n, place, text in met if not any(fnmatchcase(place, one) for one in ALLOWED["on_purpose"])
    ]
    assert strange == []
