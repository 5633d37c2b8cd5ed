"""docs/screenplays.md is held to what the reader understands."""

from __future__ import annotations

import re
from pathlib import Path

from coachbot.testing.expectations import KINDS, read_expectation
from coachbot.testing.player import play_screenplay
from coachbot.testing.reader import parse_screenplay

PAGE = Path(__file__).parents[2] / "docs" / "screenplays.md"


def test_the_example_comes_true() -> None:
    example = re.search(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example is not None
    play_screenplay(parse_screenplay(example[1], PAGE))


def test_every_expectation_of_the_page_can_be_read_and_every_kind_stands_there() -> None:
    text = PAGE.read_text("utf-8")
    listed = text[text.index("`expect:` looks") : text.index("## Staff")]
    kinds = {read_expectation(example)[0] for example in re.findall(r"`([^`]+)`", listed)[1:]}
    assert {name for name, *_ in KINDS} <= kinds
