"""No message is met twice in sixteen weeks, unless tests/repeats.yaml says that it may be."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from coachbot.testing import persona as personas
from coachbot.testing.transcript import live_through, repeats

ALLOWED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "repeats.yaml").read_text("utf-8"))
#: May only become shorter.
MOST_TO_MEND = 12


def test_every_repeat_on_purpose_has_its_reason() -> None:
    assert [place for place, reason in ALLOWED["on_purpose"].items() if not reason] == []


def test_what_is_still_to_mend_only_shrinks() -> None:
    assert len(ALLOWED["to_mend"]) <= MOST_TO_MEND


@pytest.mark.slow
@pytest.mark.parametrize(("arm", "name"), [("combined", "steady"), ("exercise", "steady"), ("exercise", "busy")])
def test_no_message_is_met_twice_unless_the_list_allows_it(arm: str, name: str) -> None:
    allowed = [*ALLOWED["on_purpose"], *ALLOWED["to_mend"]]
    met = repeats(live_through(arm, personas.load(name)))
    strange = [(n, place, text) for n, place, text in met if not any(fnmatchcase(place, one) for one in allowed)]
    assert strange == []
