"""One short talk, at two stand-ins for Telegram that were written apart: a coach that fits one alone fits neither."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.telegram.phones import STAND_INS, TOKEN, Message, Phone
from tests.process.conftest import Process

#: It starts a process of its own.
pytestmark = pytest.mark.slow


class AtTelegram(Process):
    """A coach at one of the stand-ins."""

    api = ""

    def environment(self) -> dict[str, str]:
        more = {"COACHBOT_TELEGRAM_TOKEN": TOKEN, "COACHBOT_TELEGRAM_API": self.api}
        return {**super().environment(), **more}


@pytest.fixture(params=STAND_INS)
def phone(request: pytest.FixtureRequest) -> Iterator[Phone]:
    if request.param == "the emulator":
        pytest.importorskip("lo_bot_api_emulator", reason="lo-bot-api-emulator is not installed")
    with STAND_INS[request.param]() as made:
        yield made


@pytest.fixture
def coach(tmp_path: Path, phone: Phone) -> Iterator[AtTelegram]:
    process = AtTelegram(tmp_path)
    process.api = phone.url
    process.start()
    yield process
    process.stop()


def _until(so: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while not (found := so()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)
    return found


def _question(phone: Phone) -> Message | None:
    return next((one for one in reversed(phone.messages()) if one.buttons), None)


def _answer(phone: Phone) -> Message:
    """Press the first button of the open question; the message that asked it, once it was changed."""
    asked = _until(lambda: _question(phone))
    label, data = asked.buttons[0]
    phone.presses(data, asked.id)
    changed: Message = _until(
        lambda: next((one for one in phone.messages() if one.id == asked.id and not one.buttons), None)
    )
    assert label in changed.text
    return changed


def test_a_talk_with_buttons_edits_and_a_picture(coach: AtTelegram, phone: Phone) -> None:
    phone.writes(f"/start {coach.tell('invite', 'sct_cse', 'combined')}")
    first = _answer(phone)
    second = _answer(phone)
    assert first.id != second.id
    phone.writes("my progress")
    picture = _until(lambda: next((one for one in phone.messages() if one.method == "sendPhoto"), None))
    assert picture.text
    assert "ERROR" not in (coach.data / "log.txt").read_text()
