"""A call leaves soon, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from coachbot.leaving import LEAVES_WITHIN_S, soon
from coachbot.testing.botapi import FakeTelegram

_TOKEN = "123456:a-token-that-is-long-enough"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as one:
        one.add_bot(_TOKEN)
        yield one


def _called(telegram: FakeTelegram, *after_s: float) -> int:
    times = iter([0.0, *after_s, *after_s])

    async def call() -> int:
        async with httpx.AsyncClient() as client:
            extensions = soon(lambda: next(times))
            return (
                await client.post(f"{telegram.url}/bot{_TOKEN}/getMe", json={"a": 1}, extensions=extensions)
            ).status_code

    return asyncio.run(call())


def test_a_call_that_leaves_in_time_is_made(telegram: FakeTelegram) -> None:
    assert _called(telegram, LEAVES_WITHIN_S - 0.1) == 200
    assert len(telegram.called("getMe")) == 1


def test_one_whose_process_was_frozen_between_head_and_body_does_not_count(telegram: FakeTelegram) -> None:
    with pytest.raises(httpx.PoolTimeout):
        _called(telegram, 0.0, LEAVES_WITHIN_S + 0.1)
    assert telegram.called("getMe") == []


def test_a_call_of_a_process_that_was_frozen_is_not_made(telegram: FakeTelegram) -> None:
    with pytest.raises(httpx.PoolTimeout, match="did not leave"):
        _called(telegram, LEAVES_WITHIN_S + 0.1)
    assert telegram.called("getMe") == []
