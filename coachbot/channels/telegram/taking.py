"""Taking updates in: stored first, acknowledged after. What polling and the webhook share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from coachbot.channels.telegram.api import TelegramError
from coachbot.channels.telegram.channel import Bot, Telegram
from coachbot.channels.telegram.reading import Aside, Press, Read, Reader
from coachbot.service.records import Update
from coachbot.service.zones import zone_at

log = logging.getLogger("coachbot.telegram")

#: Courtesies (a typing sign, the end of a button's waiting sign) that may be under way at once; more are left out.
_MOST_COURTESIES = 50
_SHOWS_TYPING = ("text", "start", "command", "attachment")


class Intake:
    """One bot's way in."""

    def __init__(self, telegram: Telegram, bot: Bot) -> None:
        assert bot.desk is not None
        self._telegram = telegram
        self._bot = bot
        self._desk = bot.desk
        self._reader = Reader(bot.desk.account, telegram.name, zone_at)
        self._courtesies: set[asyncio.Task[None]] = set()
        #: Groups that were told why the coach leaves; told once a process.
        self._told: set[int] = set()

    async def take(self, raws: Sequence[Any]) -> None:
        """Store a batch. Returns once all of it is committed; raises if it could not be."""
        read = [self._read(raw) for raw in raws]
        futures = [self._desk.receive(_update(one)) for one in read if isinstance(one, Update | Press)]
        fresh = iter(await asyncio.gather(*(asyncio.wrap_future(future) for future in futures)))
        for one in read:
            if isinstance(one, Aside):
                self._soon(self._leave(one))
            elif one is not None:
                self._greet(one, next(fresh))

    def _read(self, raw: Any) -> Read:
        read = self._reader.read(raw)
        if read is None:
            kinds = ", ".join(sorted(key for key in raw if key != "update_id")) if isinstance(raw, dict) else "?"
            log.info("%s: an update was passed over (%s)", self._bot.name, kinds[:80])
        return read

    # -- courtesies ----------------------------------------------------------------------------------------
    def _greet(self, one: Update | Press, fresh: bool) -> None:
        if isinstance(one, Press):
            self._soon(self._quietly("answerCallbackQuery", callback_query_id=one.query))
        elif fresh and one.kind in _SHOWS_TYPING:
            self._soon(self._quietly("sendChatAction", chat_id=int(one.chat), action="typing"))

    def _soon(self, courtesy: Any) -> None:
        if len(self._courtesies) >= _MOST_COURTESIES:
            courtesy.close()
            return
        task = asyncio.create_task(courtesy)
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def _quietly(self, method: str, **fields: Any) -> None:
        """A call whose failing harms nobody."""
        try:
            await self._bot.api.call(method, fields, patience_s=10)
        except TelegramError as error:
            log.debug("%s: %s failed: %s", self._bot.name, method, error)

    async def _leave(self, aside: Aside) -> None:
        """Groups and channels: others would read along, so the coach says so once and leaves."""
        if aside.chat in self._told:
            return
        self._told.add(aside.chat)
        link = f"https://t.me/{self._bot.username}" if self._bot.username else "@"
        text = self._telegram.words()[aside.kind].format(link=link)
        await self._quietly("sendMessage", chat_id=aside.chat, text=text, disable_notification=True)
        await self._quietly("leaveChat", chat_id=aside.chat)

    async def finish(self) -> None:
        """Let courtesies under way end, but not for long."""
        if self._courtesies:
            await asyncio.wait(self._courtesies, timeout=2)


def _update(one: Update | Press) -> Update:
    return one.update if isinstance(one, Press) else one
