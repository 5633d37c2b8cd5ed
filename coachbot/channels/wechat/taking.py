"""Taking messages in: stored first, acknowledged after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

from coachbot.channels.wechat.channel import WeChat
from coachbot.channels.wechat.reading import Reader
from coachbot.service.zones import zone_at

log = logging.getLogger("coachbot.wechat")


class Intake:
    """The account's way in."""

    def __init__(self, wechat: WeChat) -> None:
        assert wechat.desk is not None
        self._name = str(wechat.api.account)
        self._desk = wechat.desk
        self._reader = Reader(wechat.desk.account, wechat.name, zone_at)

    async def take(self, raw: Mapping[str, str]) -> None:
        """Store one message. Returns once it is committed; raises if it could not be."""
        update = self._reader.read(raw)
        if update is None:
            log.info("%s: passed over (%s)", self._name, _told(raw))
            return
        if update.kind == "start" and not update.text:
            # Followed without a code: a stranger is greeted; a patient has come back.
            enrolled = await asyncio.to_thread(self._desk.is_enrolled, update.chat)
            update = replace(update, kind="unblocked") if enrolled else update
        await asyncio.shield(asyncio.wrap_future(self._desk.receive(update)))


def _told(raw: Mapping[str, str]) -> str:
    """What was passed over, without anything of the patient's."""
    kind = " ".join((raw.get("MsgType", "?"), raw.get("Event", "")))[:60]
    return "".join(letter for letter in kind if letter.isalnum() or letter in " _").strip() or "?"
