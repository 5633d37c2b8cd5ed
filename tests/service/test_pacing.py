"""Buckets fill by fractions, gates shut after an answer, and a closed account sends nothing."""

from __future__ import annotations

import asyncio

import pytest

from coachbot.service.pacing import Bucket, HeldBackError, Pace, Turnstile
from coachbot.service.ports import Capabilities, Rate

#: Rounds of the event loop in which everybody who is awake has come to rest.
_PASSES = 20


class Time:
    """A clock that goes on only when everybody sleeps, and then to whoever wakes first."""

    def __init__(self) -> None:
        self.now = 100.0
        self._sleepers: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        self._sleepers.append(until)
        while self.now < until:
            for _ in range(_PASSES):  # whoever is awake goes first
                await asyncio.sleep(0)
            if min(self._sleepers) == until:
                self.now = max(self.now, until)
        self._sleepers.remove(until)

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


async def _call(pace: Pace, account: int, chat: int, can: Capabilities) -> None:
    async with pace.turn(account, chat, can):
        """The call."""


def _arrivals(turnstile: Turnstile, calls: list[tuple[float, float]]) -> list[float]:
    """When calls reach the messenger that each take so long on the way there and so long on the way back."""
    now, found = 0.0, []
    for there, back in calls:
        ticket = turnstile.take()
        while wait := ticket.wait(now):
            now += wait
        ticket.start(now)
        found.append(now + there)
        ticket.end(now + there + back)
    return found


def _most_within(seconds: float, arrivals: list[float]) -> int:
    ordered = sorted(arrivals)
    return max(sum(at <= one < at + seconds for one in ordered) for at in ordered)


def test_a_turnstile_lets_a_burst_through_and_then_its_rate() -> None:
    assert _arrivals(Turnstile(Rate(2.0, 3)), [(0, 0)] * 6) == [0, 0, 0, 1.5, 1.5, 1.5]


def test_no_window_holds_more_calls_than_there_are_gates_however_late_they_arrive() -> None:
    late = [(0.9 * (n % 7 == 0), 0.05) for n in range(300)]
    arrivals = _arrivals(Turnstile(Rate(30.0, 30)), late)
    assert _most_within(0.999, arrivals) == 30


def test_a_gate_whose_call_is_never_answered_opens_again() -> None:
    turnstile = Turnstile(Rate(1.0, 1))
    hanging, after = turnstile.take(), turnstile.take()
    hanging.start(0.0)
    assert after.wait(0.0) == 1.0
    assert after.wait(1.5) == pytest.approx(0.5)
    hanging.end(1.8)
    assert after.wait(1.9) == pytest.approx(0.1)
    assert after.wait(2.0) == 0


def test_a_gate_waits_for_a_call_that_is_still_to_be_made() -> None:
    turnstile = Turnstile(Rate(1.0, 1))
    turnstile.take()
    assert turnstile.take().wait(50.0) == 1.0


def test_a_chat_is_slower_than_its_account() -> None:
    time = Time()
    pace, can = time.pace(), Capabilities(account_rate=Rate(30, 30), chat_rate=Rate(1, 1))
    asyncio.run(_call(pace, 1, 7, can))
    asyncio.run(_call(pace, 1, 8, can))
    assert time.now == 100.0
    asyncio.run(_call(pace, 1, 7, can))
    assert time.now == pytest.approx(101.0)


def test_a_closed_account_holds_its_rows_back_and_opens_again() -> None:
    time = Time()
    pace, can = time.pace(), Capabilities()
    pace.close(1, 30)
    pace.close(1, 5)
    with pytest.raises(HeldBackError):
        asyncio.run(_call(pace, 1, 7, can))
    asyncio.run(_call(pace, 2, 8, can))
    assert pace.opens_in() == pytest.approx(30)
    time.now += 30
    asyncio.run(_call(pace, 1, 7, can))
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
