"""The fake Telegram counts by itself how fast a bot sends, and remembers what a bot has acknowledged."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import pytest

from coachbot.testing.botapi import FakeTelegram, Limits, RefusalError
from coachbot.testing.botapi.limits import Meter

TOKEN = "123456:a-token-of-the-tests-that-is-long"


def _count(meter: Meter, *messages: tuple[int, float]) -> int:
    """How many of these messages (chat and second) are refused."""
    before = meter.refused
    for chat, now in messages:
        with suppress(RefusalError):
            meter.count(chat, now)
    return meter.refused - before


def test_thirty_messages_pass_within_a_second_and_one_more_does_not() -> None:
    meter = Meter(Limits())
    assert _count(meter, *((chat, 0.03 * chat) for chat in range(30))) == 0
    assert _count(meter, (99, 0.95)) == 1


def test_the_window_of_a_second_slides() -> None:
    meter = Meter(Limits())
    assert _count(meter, *((chat, 0.9) for chat in range(30))) == 0
    assert _count(meter, (99, 1.1)) == 1


def test_whoever_was_too_fast_is_refused_everything_for_a_while() -> None:
    meter = Meter(Limits(retry_after=2))
    assert _count(meter, *((chat, 0.0) for chat in range(31))) == 1
    assert _count(meter, (50, 1.9)) == 1
    assert _count(meter, (50, 4.0)) == 0


def test_a_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    meter = Meter(Limits(burst=3))
    assert _count(meter, (1, 0.0), (1, 0.1), (1, 0.2)) == 0
    assert _count(meter, (1, 1.1)) == 0
    assert _count(meter, (1, 1.2)) == 1


def test_without_limits_nothing_is_counted() -> None:
    telegram = FakeTelegram()
    telegram.add_bot(TOKEN)
    mei = telegram.person("Mei")
    for number in range(100):
        telegram.answer(TOKEN, "sendMessage", {"chat_id": mei.chat, "text": str(number)})
    assert telegram.too_fast() == 0
    assert len(mei.texts) == 100


def test_a_message_that_is_refused_does_not_stand_in_the_chat() -> None:
    telegram = FakeTelegram(Limits(burst=1))
    telegram.add_bot(TOKEN)
    mei = telegram.person("Mei")
    telegram.answer(TOKEN, "sendMessage", {"chat_id": mei.chat, "text": "one"})
    with pytest.raises(RefusalError):
        telegram.answer(TOKEN, "sendMessage", {"chat_id": mei.chat, "text": "two"})
    assert mei.texts == ["one"]
    assert telegram.too_fast() == 1


def test_updates_are_acknowledged_by_the_next_higher_offset_and_not_before() -> None:
    telegram = FakeTelegram()
    telegram.add_bot(TOKEN)
    mei = telegram.person("Mei")
    first, second = mei.writes("one"), mei.writes("two")
    assert telegram.answer(TOKEN, "getUpdates", {}) == [first, second]
    assert telegram.acknowledged == []
    telegram.answer(TOKEN, "getUpdates", {"offset": second["update_id"]})
    assert telegram.acknowledged == [first]


def test_a_call_is_watched_between_its_effect_and_its_answer() -> None:
    telegram = FakeTelegram()
    telegram.add_bot(TOKEN)
    mei = telegram.person("Mei")
    seen: list[list[str]] = []
    telegram.watch = lambda method, fields: seen.append(list(mei.texts))
    telegram.answer(TOKEN, "sendMessage", {"chat_id": mei.chat, "text": "one"})
    assert seen == [["one"]]


def test_whoever_catches_up_finds_what_a_dead_bot_had_sent() -> None:
    call = (
        f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nhost: fake\r\n"
        "content-type: application/json\r\ncontent-length: 32\r\n\r\n"
        '{"chat_id": 700,   "text": "hi"}'
    )
    with FakeTelegram() as telegram:
        telegram.add_bot(TOKEN)
        person = telegram.person("Ada", chat=700)
        telegram.watch = lambda method, fields: time.sleep(0.05)
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", int(telegram.url.rpartition(":")[2]))) as bot:
                bot.sendall(call.encode())
        telegram.catch_up()
        assert len(person.messages) == 10
