"""`coachbot run` with the web chat and Telegram bots in one process, as an operator runs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from coachbot.authoring.pack import Pack
from coachbot.testing.botapi import FakeTelegram, Person
from tests.process.conftest import Process

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow

GOOD, REVOKED = "111111:a-good-token-of-the-tests-AAAA", "222222:a-revoked-token-of-tests-BBBB"


class WithTelegram(Process):
    """The same process, with two bots whose tokens stand in a file; one was revoked."""

    api = ""

    def environment(self) -> dict[str, str]:
        tokens = self.data / "tokens"
        tokens.write_text(f"clinic={GOOD}\nold={REVOKED}\n")
        more = {"COACHBOT_TELEGRAM_TOKEN_FILE": str(tokens), "COACHBOT_TELEGRAM_API": self.api}
        return {**super().environment(), **more, "COACHBOT_LOG_LEVEL": "DEBUG"}

    @property
    def log(self) -> str:
        return (self.data / "log.txt").read_text()


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.add_bot(GOOD, "clinic_bot")
        fake.add_bot(REVOKED)
        fake.revoke(REVOKED)
        yield fake


@pytest.fixture
def running(tmp_path: Path, telegram: FakeTelegram) -> Iterator[WithTelegram]:
    process = WithTelegram(tmp_path)
    process.api = telegram.url
    process.start()
    yield process
    process.stop()


def until(so: Callable[[], object], limit_s: float = 15) -> None:
    end = time.monotonic() + limit_s
    while not so():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def asked(person: Person) -> bool:
    return any(message.buttons for message in person.messages)


def _the_way_in_is_printed_as_a_link(running: WithTelegram) -> None:
    pytest.importorskip("segno", reason="segno is not installed: pip install 'coachbot[telegram]'")
    told = running.tell("qr", "--output", str(running.data / "wall.svg"))
    assert told.endswith("https://t.me/clinic_bot")
    assert b"<svg" in (running.data / "wall.svg").read_bytes()


def test_a_patient_talks_by_telegram_beside_the_web_chat(
    running: WithTelegram, telegram: FakeTelegram, pack: Pack
) -> None:
    mei = telegram.person("Mei", GOOD)
    mei.writes(f"/start {running.invite(pack)}")
    until(lambda: asked(mei))
    question = next(message for message in mei.messages if message.buttons)
    count = len(mei.messages)
    mei.presses(question.buttons[0][0], question)
    until(lambda: len(mei.messages) > count and not question.buttons)
    assert httpx.get(running.url).status_code == 200
    _the_way_in_is_printed_as_a_link(running)
    assert running.stop() == 0
    assert running.log.count("Telegram refuses the bot's token") == 1
    assert "Traceback" not in running.log
    assert "AAAA" not in running.log
    assert "BBBB" not in running.log


def test_what_was_taken_before_a_kill_is_answered_after_it_and_nothing_is_lost(
    running: WithTelegram, telegram: FakeTelegram, pack: Pack
) -> None:
    mei = telegram.person("Mei", GOOD)
    mei.writes(f"/start {running.invite(pack)}")
    until(lambda: asked(mei))
    running.kill()
    question = next(message for message in mei.messages if message.buttons)
    mei.presses(question.buttons[0][0], question)
    running.start()
    until(lambda: not question.buttons or "Your answer" in mei.messages[-2].text)
    until(lambda: not telegram.waiting(GOOD))
    texts = [message.text.partition("\n\nYour answer")[0] for message in mei.messages]
    # A call that was under way at the kill is in doubt, and is made again: Telegram knows no way to ask.
    assert len(texts) - len(set(texts)) <= 1
