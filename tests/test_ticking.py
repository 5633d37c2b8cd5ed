"""Rounds come one after the other, whatever the clock does. With real processes: tests/faults/test_clocks.py."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from coachbot.ticking import Ticks
from tests.faults.clocks import WallClock, set_by

EVERY_S = 0.02


class Rounds:
    """Work that counts its rounds, and how many of them were under way at once."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.takes_s, self.number, self.at_once, self.most = takes_s, 0, 0, 0

    async def __call__(self) -> None:
        self.number, self.at_once = self.number + 1, self.at_once + 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(self.takes_s)
        self.at_once -= 1

    async def until(self, number: int) -> None:
        async with asyncio.timeout(30):
            while self.number < number:
                await asyncio.sleep(EVERY_S)


def during(work: Callable[[], Awaitable[object]], scene: Callable[[], Awaitable[None]]) -> None:
    """Play a scene while the work comes round."""

    async def play() -> None:
        ticks = Ticks(EVERY_S)
        ticks.add(work)
        ticks.start()
        await scene()
        await ticks.stop()

    asyncio.run(play())


@pytest.mark.parametrize("jump_s", [-86_400.0, -3600.0, 3600.0, 50 * 365 * 86_400.0])
def test_rounds_go_on_after_a_jump_of_the_clock(jump_s: float, tmp_path: Path) -> None:
    rounds, clock = Rounds(), WallClock(tmp_path / "clock")

    async def scene() -> None:
        await rounds.until(2)
        clock.ahead_s = jump_s
        await rounds.until(rounds.number + 3)
        assert rounds.number < 30, "the seconds that were jumped over are not made up for"

    with set_by(str(tmp_path / "clock")):
        during(rounds, scene)


def test_a_round_that_fails_is_followed_by_the_next() -> None:
    rounds = Rounds()

    async def failing() -> None:
        await rounds()
        raise ZeroDivisionError

    during(failing, lambda: rounds.until(3))


def test_a_round_that_takes_longer_is_waited_for_and_nobody_complains(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(takes_s=5 * EVERY_S)
    during(rounds, lambda: rounds.until(3))
    assert rounds.most == 1
    assert caplog.records == []


def test_after_the_stop_no_round_comes() -> None:
    rounds = Rounds()

    async def scene() -> None:
        ticks = Ticks(EVERY_S)
        ticks.add(rounds)
        ticks.start()
        await rounds.until(1)
        await ticks.stop()
        before = rounds.number
        await asyncio.sleep(5 * EVERY_S)
        assert rounds.number == before

    asyncio.run(scene())
