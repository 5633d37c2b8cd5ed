"""The terminal's own words."""

from __future__ import annotations

import re
from pathlib import Path

from coachbot.authoring.plain import read_plain
from coachbot.channels.terminal.screen import WEEKDAYS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "coachbot" / "channels" / "terminal"
FILES = [*FOLDER.glob("*.py"), ROOT / "coachbot" / "playing.py"]


def test_every_word_that_is_said_has_its_text_and_none_is_left_over() -> None:
    words = read_plain(ROOT / "content" / "en" / "terminal.yaml")
    code = "\n".join(path.read_text("utf-8") for path in FILES)
    said = set(re.findall(r'note\(\s*"(\w+)"|words\["(\w+)"\]|note\("(\w+)" if', code))
    named = {word for found in said for word in found if word} | {"choice", *WEEKDAYS}
    assert named == set(words)
