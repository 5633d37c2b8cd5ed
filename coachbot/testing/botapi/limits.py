"""How fast a bot may send: the fake's own count, which shares nothing with the coach's pacing."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from coachbot.testing.botapi.faults import RefusalError


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's limits, as its FAQ for bots tells them."""

    #: Most messages of a bot within any second.
    account: int = 30
    #: Messages a second to one chat in the long run, and how many of a short burst are let through.
    chat: float = 1.0
    burst: int = 4
    #: Seconds for which a bot that went over them is refused everything.
    retry_after: int = 2


class Meter:
    """One bot's count. Times are seconds of a clock that never goes back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._last_second: deque[float] = deque()
        #: When each chat would be level again.
        self._level_at: dict[int, float] = defaultdict(float)
        self._shut_until = 0.0
        #: Calls refused because the bot was too fast.
        self.refused = 0

    def count(self, chat: int, now: float) -> None:
        """One message more; refused with 429 if it is one too many."""
        while self._last_second and self._last_second[0] <= now - 1.0:
            self._last_second.popleft()
        level = max(self._level_at[chat], now) + 1.0 / self._limits.chat
        full = len(self._last_second) >= self._limits.account
        if full or now < self._shut_until or level - now > self._limits.burst / self._limits.chat + 1e-6:
            self._refuse(now)
        self._last_second.append(now)
        self._level_at[chat] = level

    def _refuse(self, now: float) -> None:
        self.refused += 1
        self._shut_until = now + self._limits.retry_after
        seconds = self._limits.retry_after
        raise RefusalError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
