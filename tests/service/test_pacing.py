"""Buckets fill by fractions, and a closed account sends nothing."""

from __future__ import annotations

import asyncio

import pytest

from coachbot.service.pacing import Bucket, HeldBackError, Pace
from coachbot.service.ports import Capabilities, Rate


class Time:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pace(self) -> Pace:
        return Pace(monotonic=self.monotonic, sleep=self.sleep)


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    bucket = Bucket(Rate(2.0, 3), 0.0)
    assert [bucket.take(0.0) for _ in range(5)] == [0, 0, 0, 0.5, 1.0]


def test_a_bucket_fills_by_fractions() -> None:
    bucket = Bucket(Rate(1.0, 1), 0.0)
    assert bucket.take(0.0) == 0
    assert bucket.take(0.3) == pytest.approx(0.7)


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    bucket = Bucket(Rate(1.0, 1), 50.0)
    assert bucket.take(10.0) == 0
    assert bucket.take(10.0) == pytest.approx(1.0)


def test_a_chat_is_slower_than_its_account() -> None:
    time = Time()
    pace, can = time.pace(), Capabilities(account_rate=Rate(30, 30), chat_rate=Rate(1, 1))
    asyncio.run(pace.turn(1, 7, can))
    asyncio.run(pace.turn(1, 8, can))
    assert time.now == 100.0
    asyncio.run(pace.turn(1, 7, can))
    assert time.now == pytest.approx(101.0)


def test_a_closed_account_holds_its_rows_back_and_opens_again() -> None:
    time = Time()
    pace, can = time.pace(), Capabilities()
    pace.close(1, 30)
    pace.close(1, 5)
    with pytest.raises(HeldBackError):
        asyncio.run(pace.turn(1, 7, can))
    asyncio.run(pace.turn(2, 8, can))
    assert pace.opens_in() == pytest.approx(30)
    time.now += 30
    asyncio.run(pace.turn(1, 7, can))
    assert pace.opens_in() is None


def test_little_that_is_unprompted_is_under_way_so_that_answers_find_room() -> None:
    pace, can = Time().pace(), Capabilities(account_rate=Rate(30, 30))
    assert pace.room(1, 1, can) == 15
    for _ in range(15):
        pace.enter(1, 1)
    assert pace.crowded({1: can}, 1) == {1}
    assert pace.room(1, 0, can) == 45
    pace.leave(1, 1)
    assert pace.room(1, 1, can) == 1
