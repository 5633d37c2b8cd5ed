"""Asking Telegram for updates. What is stored is acknowledged by the next call, never before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from coachbot.channels.telegram.api import TelegramError
from coachbot.channels.telegram.channel import Bot
from coachbot.channels.telegram.reading import WANTED
from coachbot.channels.telegram.taking import Intake
from coachbot.service.channels import OK, REFUSED, UNREACHABLE

log = logging.getLogger("coachbot.telegram")

#: Seconds for which Telegram may keep a call open until there is something.
LONG_POLL_S = 25
_AT_ONCE = 100
_LONGEST_WAIT_S = 60.0


class Poller:
    """One bot's loop."""

    def __init__(
        self,
        bot: Bot,
        intake: Intake,
        *,
        long_poll_s: int = LONG_POLL_S,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rng: Random | None = None,
        on_duty: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._long_poll_s = long_poll_s
        self._sleep = sleep
        self._rng = rng or Random()
        #: Returns while this process is the one that polls; None: it always is.
        self._on_duty = on_duty
        #: The first update that is not stored yet; None when all that were handed over are.
        self._offset: int | None = None
        self._faults = 0

    async def run(self) -> None:
        """Poll for ever; ends only when Telegram refuses the token."""
        while True:
            try:
                if self._on_duty is not None:
                    await self._on_duty()
                await self.once()
            except TelegramError as error:
                if error.refuses_token:
                    self._bot.state = REFUSED
                    log.error("%s: %s. It is off until the next start; other channels go on", self._bot.name, error)
                    return
                await self._wait(error, error.retry_after)
            except Exception as error:
                await self._wait(error, None)

    async def once(self) -> int:
        """One call; how many updates it brought. They are stored when this returns."""
        fields = {"offset": self._offset, "timeout": self._long_poll_s, "limit": _AT_ONCE, "allowed_updates": WANTED}
        updates = await self._bot.api.call("getUpdates", fields, patience_s=self._long_poll_s + 15)
        # An empty answer to an offset says that all before it are acknowledged. Forgetting it is safe then, and
        # needed: after a silent week Telegram may begin with smaller numbers.
        self._offset = None
        if not isinstance(updates, list):
            raise TelegramError("Telegram's answer to getUpdates is no list")
        if updates:
            await self._take(updates)
        self._bot.state = OK
        if self._faults:
            log.info("%s: updates come in again", self._bot.name)
            self._faults = 0
        return len(updates)

    async def _take(self, updates: list[Any]) -> None:
        await self._intake.take(updates)
        numbers = [one.get("update_id") for one in updates if isinstance(one, dict)]
        self._offset = max((number for number in numbers if isinstance(number, int)), default=-1) + 1 or None
        if self._offset is None:
            raise TelegramError("Telegram's updates have no numbers, so that none can be acknowledged")

    async def _wait(self, error: Exception, asked_s: float | None) -> None:
        self._faults += 1
        self._bot.state = UNREACHABLE
        if self._faults == 1:
            log.warning("%s: no updates for now (%s); trying again", self._bot.name, _told(error))
        wait = min(2.0 ** min(self._faults, 6), _LONGEST_WAIT_S) * self._rng.uniform(0.5, 1.0)
        await self._sleep(max(wait, asked_s or 0.0))


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, TelegramError) else type(error).__name__
