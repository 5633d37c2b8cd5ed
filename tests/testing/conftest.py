"""What the tests of screenplays share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coachbot.testing.player import play_screenplay
from coachbot.testing.reader import parse_screenplay
from coachbot.testing.script import Screenplay

HEAD = """\
# A test
patient: Mei, zone Europe/Berlin, programme sct_cse, arm exercise
enrolled: 2026-03-02
attended: cse_1

"""

Played = Callable[[str], None]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Screenplay]:
    """Read the lines of a screenplay below a plain head."""
    return lambda lines: parse_screenplay(HEAD + lines, tmp_path / "test.screenplay")


@pytest.fixture
def played(read: Callable[[str], Screenplay]) -> Played:
    """Play the lines of a screenplay below a plain head."""
    return lambda lines: play_screenplay(read(lines))
