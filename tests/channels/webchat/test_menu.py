"""What stands behind "More": buttons that say what one would type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from coachbot.authoring.plain import read_plain
from coachbot.engine.answers.phrases import phrases_from

pytestmark = pytest.mark.anyio
ENGLISH = Path(__file__).parents[3] / "content" / "en"


async def test_more_offers_progress_menu_help_and_stop(visit: Any) -> None:
    async with visit() as browser:
        page = (await browser.get("/")).text
        assert (await browser.get("/static/menu.js")).status_code == 200
    assert len(re.findall(r'data-say="[^"]+"', page)) == 4
    assert 'id="menu-device"' in page


@pytest.mark.parametrize("code", ["progress", "menu", "help", "stop"])
def test_each_button_says_a_word_that_the_coach_knows(code: str) -> None:
    said = read_plain(ENGLISH / "webchat.yaml")[f"say_{code}"]
    assert phrases_from(read_plain(ENGLISH / "phrases.yaml")).interrupts[said] == code
