"""The sending side: a row becomes one customer-service message, or rings by a template."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import mimetypes
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from coachbot.authoring.pictures import find_picture
from coachbot.channels.wechat.api import WeChatApi
from coachbot.channels.wechat.faults import FORGOTTEN_MEDIA, WeChatError
from coachbot.channels.wechat.templates import Template, Templates
from coachbot.channels.wechat.writing import CAN, RING, Call, call_for, picture_to
from coachbot.errors import DeliveryError
from coachbot.service.channels import OK, REFUSED, STARTING, UNREACHABLE, Counter
from coachbot.service.desk import Desk
from coachbot.service.ports import Capabilities
from coachbot.service.records import Address, OutboxRow

log = logging.getLogger("coachbot.wechat")

#: WeChat's largest picture, in bytes, and the seconds for which it keeps an upload (three days, less an hour).
_LARGEST = 10_000_000
_KEPT_S = 71 * 3600.0


class WeChat:
    """One service account as a channel."""

    name = "wechat"

    def __init__(self, api: WeChatApi, templates: Templates, *, now: Callable[[], float] = time.time) -> None:
        self.api = api
        self.templates = templates
        self.desk: Desk | None = None
        #: How the account is doing, in the words of `coachbot.service.channels`.
        self.state = STARTING
        self._can = replace(CAN, templates=frozenset(templates.by_kind))
        self._now = now
        self._counter: Counter | None = None

    @property
    def capabilities(self) -> Capabilities:
        """No buttons, few messages, none after two days of silence; pictures; nothing can be changed."""
        return self._can

    async def ask(self) -> Mapping[str, str]:
        """Whether WeChat knows the account and its secret."""
        try:
            await self.api.known()
            self.state = OK
        except WeChatError as error:
            self.state = REFUSED if error.refuses_secret else UNREACHABLE
        await self.api.close()
        return {str(self.api.account): self.state}

    def without_window(self) -> None:
        """As if WeChat took messages at any time: for a screenplay that is to show something else."""
        self._can = replace(self._can, window_hours=None)

    def ring_for(self, by_kind: Mapping[str, Template]) -> None:
        """As if the site had these templates: for a screenplay."""
        self.templates = replace(self.templates, by_kind=by_kind)
        self._can = replace(self._can, templates=frozenset(by_kind))

    def connect(self, counter: Counter) -> None:
        """The service is there: the account gets its desk."""
        self._counter = counter
        self.desk = counter.desk(self.api.account.appid)

    @property
    def words(self) -> Mapping[str, str]:
        """The channel's own words, in the default language."""
        assert self._counter is not None
        return self._counter.words.get(self._counter.default_language) or {}

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Make the one call. WeChat gives a message no name, so the row's own is its id."""
        if self.desk is None or to.account != self.desk.account:
            raise DeliveryError("this chat's WeChat account is not configured any more", permanent=True)
        if row.body.get("kind") == "close":
            return ""
        if row.rings:
            await self.api.call(RING, self.templates.message(to.chat, row.rings, row.due_at, self.words))
        else:
            await self._send(row, call_for(to.chat, row, self.words.get("more", "")))
        return f"row-{row.id}"

    async def _send(self, row: OutboxRow, call: Call) -> None:
        if not call.has_file:
            await self.api.call(call.path, call.fields)
            return
        media_id, fresh = await self._media(row, call)
        try:
            await self.api.call(call.path, picture_to(call, media_id))
        except WeChatError as error:
            if error.code != FORGOTTEN_MEDIA or fresh:
                raise
            media_id, _ = await self._media(row, call, anew=True)
            await self.api.call(call.path, picture_to(call, media_id))

    # -- pictures ----------------------------------------------------------------------------------------
    async def _media(self, row: OutboxRow, call: Call, *, anew: bool = False) -> tuple[str, bool]:
        """The media id of a picture, and whether it was uploaded just now."""
        assert self.desk is not None
        if call.media:
            return await self._upload(await self._own(row, call.media)), True
        file = await asyncio.to_thread(self._pack_file, call.pack_file)
        name = f"wechat:{self.api.account.appid}:media:{hashlib.sha256(file[1]).hexdigest()[:32]}"
        until, _, known = (await asyncio.to_thread(self.desk.remembered, name) or "").partition(" ")
        if known and not anew and float(until) > self._now():
            return known, False
        media_id = await self._upload(file)
        await asyncio.to_thread(self.desk.remember, name, f"{self._now() + _KEPT_S:.0f} {media_id}")
        return media_id, True

    async def _upload(self, file: tuple[str, bytes, str]) -> str:
        if len(file[1]) > _LARGEST:
            raise DeliveryError("the picture is too large for WeChat", permanent=True)
        try:
            answer = await self.api.call("/cgi-bin/media/upload", query={"type": "image"}, file=file)
        except WeChatError as error:
            error.doubt = False  # an upload that may have arrived shows nobody anything
            raise
        return str(answer.get("media_id") or "")

    async def _own(self, row: OutboxRow, media: int) -> tuple[str, bytes, str]:
        assert self.desk is not None
        found = await asyncio.to_thread(self.desk.media, row.patient, media)
        if found is None:
            raise DeliveryError("the picture is gone", permanent=True)
        return found.name, found.content, found.media_type

    def _pack_file(self, name: str) -> tuple[str, bytes, str]:
        assert self._counter is not None
        path: Path | None = find_picture(self._counter.pack, self._counter.default_language, name)
        if path is None:
            raise DeliveryError(f"the pack has no file '{name}'", permanent=True)
        return path.name, path.read_bytes(), mimetypes.guess_type(path.name)[0] or "image/png"
