"""Pacing: how fast rows may leave an account and reach a chat.

A chat has a bucket, which fills by fractions of a token and may go into debt: whoever takes the next token is told how
long to wait for it. An account has a turnstile: as many gates as calls may come at once, each shut for a while after
the call that went through it was *answered*. The messenger counts when a call reaches it, which nobody here can see;
it lies before the answer, so that however late calls arrive, no window holds more of them than there are gates.

A messenger that asks for patience closes its account for a while; the
rows stay due meanwhile, and other accounts go on.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from coachbot.service.ports import Capabilities, Rate

#: Seconds of an account's rate that may be under way at once: unprompted rows, and all rows. Little of the one, so
#: that an answer is never far behind them.
_UNDER_WAY_S = {1: 0.5, 0: 2.0}
#: Rows under way at once where an account has no rate.
UNPACED = 200
#: Seconds after which a call that is not answered has reached the messenger, if it ever does.
_ARRIVES_S = 1.0
#: Chats whose buckets are remembered; full ones go first.
_MOST_CHATS = 10_000


class HeldBackError(Exception):
    """The account closed while a row waited for its turn; no call was made."""


class Bucket:
    """Tokens of one chat. Times are seconds of a clock that never goes back."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.at_once
        self._at = now

    def take(self, now: float) -> float:
        """Take one token; how many seconds to wait until it is there."""
        self._fill(now)
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate.a_second)

    def is_full(self, now: float) -> bool:
        """Whether nothing was taken for so long that it can be forgotten."""
        self._fill(now)
        return self._tokens >= self._rate.at_once

    def _fill(self, now: float) -> None:
        grown = self._tokens + max(0.0, now - self._at) * self._rate.a_second
        self._tokens = min(self._rate.at_once, grown)
        self._at = max(self._at, now)


class Ticket:
    """One call's way through a gate."""

    __slots__ = ("_before", "_shut_s", "ended", "started")

    def __init__(self, before: Ticket | None, shut_s: float) -> None:
        self._before = before
        self._shut_s = shut_s
        self.started: float | None = None
        self.ended: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until it is worth looking again; 0 if the gate is open."""
        before = self._before
        if before is None:
            return 0.0
        reached = now if before.ended is None else before.ended
        if before.started is not None:
            reached = min(reached, before.started + _ARRIVES_S)
        return max(0.0, reached + self._shut_s - now)

    def start(self, now: float) -> None:
        """The call begins."""
        self.started = now
        self._before = None

    def end(self, now: float) -> None:
        """The call was answered, or was not made."""
        self.ended = now
        self._before = None


class Turnstile:
    """The gates of one account, used in turn."""

    __slots__ = ("_last", "_shut_s")

    def __init__(self, rate: Rate) -> None:
        self._last: deque[Ticket] = deque(maxlen=max(1, int(rate.at_once)))
        self._shut_s = max(1, int(rate.at_once)) / rate.a_second

    def take(self) -> Ticket:
        """Stand in line for the next gate."""
        before = self._last[0] if len(self._last) == self._last.maxlen else None
        ticket = Ticket(before, self._shut_s)
        self._last.append(ticket)
        return ticket


class Pace:
    """Every account's and every chat's pace within one process."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._accounts: dict[int, Turnstile] = {}
        self._chats: dict[int, Bucket] = {}
        self._closed: dict[int, float] = {}
        #: Rows under way by account and lane.
        self._under_way: dict[tuple[int, int], int] = {}

    # -- room --------------------------------------------------------------------------------------------
    def room(self, account: int, lane: int, can: Capabilities) -> int:
        """How many more rows of a lane may be under way for an account."""
        if self.is_closed(account):
            return 0
        rate = can.account_rate
        most = UNPACED if rate is None else max(1, int(rate.a_second * _UNDER_WAY_S[lane]))
        lanes = (0, 1) if lane == 0 else (1,)
        return max(0, most - sum(self._under_way.get((account, one), 0) for one in lanes))

    def enter(self, account: int, lane: int) -> None:
        """A row is under way."""
        self._under_way[account, lane] = self._under_way.get((account, lane), 0) + 1

    def leave(self, account: int, lane: int) -> None:
        """A row has ended, one way or another."""
        self._under_way[account, lane] -= 1

    # -- waiting -----------------------------------------------------------------------------------------
    @asynccontextmanager
    async def turn(self, account: int, chat: int, can: Capabilities) -> AsyncIterator[None]:
        """Wait until this chat of this account may get a message; the call is made inside. Raises `HeldBackError` if
        the account closes meanwhile."""
        if can.chat_rate is not None:
            await self._wait(self._chat(chat, can.chat_rate).take(self._monotonic()))
        ticket = self._ticket(account, can.account_rate)
        try:
            while (wait := ticket.wait(self._monotonic())) > 0:
                await self._wait(wait)
            if self.is_closed(account):
                raise HeldBackError
            ticket.start(self._monotonic())
            yield
        finally:
            ticket.end(self._monotonic())

    def _ticket(self, account: int, rate: Rate | None) -> Ticket:
        if rate is None:
            return Ticket(None, 0.0)
        return self._accounts.setdefault(account, Turnstile(rate)).take()

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)

    def _chat(self, chat: int, rate: Rate) -> Bucket:
        now = self._monotonic()
        if chat not in self._chats and len(self._chats) >= _MOST_CHATS:
            self._chats = {one: bucket for one, bucket in self._chats.items() if not bucket.is_full(now)}
        return self._chats.setdefault(chat, Bucket(rate, now))

    # -- closing -----------------------------------------------------------------------------------------
    def close(self, account: int, seconds: float) -> None:
        """The messenger asked for patience: nothing more leaves this account for so long."""
        self._closed[account] = max(self._closed.get(account, 0.0), self._monotonic() + seconds)

    def is_closed(self, account: int) -> bool:
        """Whether an account may send nothing just now."""
        return self._closed.get(account, 0.0) > self._monotonic()

    def opens_in(self) -> float | None:
        """Seconds until the next closed account opens; None if all are open."""
        now = self._monotonic()
        self._closed = {account: until for account, until in self._closed.items() if until > now}
        return min(self._closed.values()) - now if self._closed else None

    def crowded(self, accounts: dict[int, Capabilities], lane: int) -> frozenset[int]:
        """The accounts that take no further row of a lane."""
        return frozenset(account for account, can in accounts.items() if not self.room(account, lane, can))
