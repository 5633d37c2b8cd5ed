"""The sending side: a row becomes one call of the bot that the patient talks with."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coachbot.authoring.pictures import find_picture
from coachbot.channels.telegram.api import BotApi, TelegramError
from coachbot.channels.telegram.writing import CAN, Call, call_for
from coachbot.errors import DeliveryError
from coachbot.service.channels import OK, REFUSED, STARTING, UNREACHABLE, Counter
from coachbot.service.desk import Desk
from coachbot.service.ports import Capabilities
from coachbot.service.records import Address, OutboxRow

#: Telegram's largest picture and file that a bot may send, in bytes.
_LARGEST = 50_000_000
#: Words by which Telegram says that a message cannot be changed: not modified, not found, can't be edited, ID invalid.
_NOT_TO_BE_CHANGED = ("modified", "found", "edited", "message_id_invalid")


class Bot:
    """One bot: its calls, its desk, and the files that it has sent before."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self.desk: Desk | None = None
        self.username = ""
        #: How it is doing, in the words of `coachbot.service.channels`.
        self.state = STARTING

    @property
    def name(self) -> str:
        """How the operator calls it."""
        return self.api.token.name


class Telegram:
    """Telegram as a channel: several bots, each an account of its own."""

    name = "telegram"

    def __init__(self, bots: tuple[Bot, ...], *, webhook: str = "") -> None:
        self.bots = bots
        #: Where Telegram reaches us (https://...); empty for polling.
        self.webhook = webhook
        self._by_account: dict[int, Bot] = {}
        self._counter: Counter | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Buttons under a message, pictures, edits; no way to drop a repeated message."""
        return CAN

    async def ask(self) -> Mapping[str, str]:
        """Whether Telegram knows each bot."""
        for bot in self.bots:
            try:
                await bot.api.call("getMe")
                bot.state = OK
            except TelegramError as error:
                bot.state = REFUSED if error.refuses_token else UNREACHABLE
            await bot.api.close()
        return {bot.name: bot.state for bot in self.bots}

    def connect(self, counter: Counter) -> None:
        """The service is there: each bot gets the desk of its account."""
        self._counter = counter
        for bot in self.bots:
            bot.desk = counter.desk(bot.api.token.bot)
            self._by_account[bot.desk.account] = bot

    def words(self, language: str = "") -> Mapping[str, str]:
        """The channel's own words in a language, or in the default one."""
        assert self._counter is not None
        words = self._counter.words
        return words.get(language) or words[self._counter.default_language]

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Make the one call. Returns the message's id; empty where the row only took buttons away."""
        bot = self._by_account.get(to.account)
        if bot is None:
            raise DeliveryError("this chat's bot is not configured any more", permanent=True)
        call = call_for(to.chat, row)
        return _message_id(await self._make(bot, row, call), row)

    async def _make(self, bot: Bot, row: OutboxRow, call: Call) -> Any:
        try:
            return await self._send_file(bot, row, call) if call.file_field else await _send(bot, call)
        except TelegramError as error:
            if not _is_about_the_message(error) or row.shown is None:
                raise
            if row.body.get("kind") == "close" or "not modified" in str(error):
                return {}  # it is as it should be already, or the patient has deleted it
            return await _send(bot, _anew(call))

    # -- files -------------------------------------------------------------------------------------------
    async def _send_file(self, bot: Bot, row: OutboxRow, call: Call) -> Any:
        if call.media:
            return await self._upload(bot, call, await self._own_media(bot, row, call.media))
        name, content, kind = await asyncio.to_thread(self._pack_file, call.pack_file)
        remembered = f"telegram:{bot.api.token.bot}:file:{hashlib.sha256(content).hexdigest()[:32]}"
        assert bot.desk is not None
        known = await asyncio.to_thread(bot.desk.remembered, remembered)
        if known:
            try:
                return await bot.api.call(call.method, {**call.fields, call.file_field: known})
            except TelegramError as error:
                if error.code != 400:
                    raise  # Telegram has forgotten the file: it is sent anew
        sent = await self._upload(bot, call, (name, content, kind))
        file_id = _file_id(sent, call.file_field)
        if file_id:
            await asyncio.to_thread(bot.desk.remember, remembered, file_id)
        return sent

    async def _upload(self, bot: Bot, call: Call, file: tuple[str, bytes, str]) -> Any:
        if len(file[1]) > _LARGEST:
            raise DeliveryError("the file is too large for Telegram", permanent=True)
        return await bot.api.call(call.method, call.fields, files={call.file_field: file}, patience_s=60)

    async def _own_media(self, bot: Bot, row: OutboxRow, media: int) -> tuple[str, bytes, str]:
        assert bot.desk is not None
        found = await asyncio.to_thread(bot.desk.media, row.patient, media)
        if found is None:
            raise DeliveryError("the file is gone", permanent=True)
        return found.name, found.content, found.media_type

    def _pack_file(self, name: str) -> tuple[str, bytes, str]:
        assert self._counter is not None
        path: Path | None = find_picture(self._counter.pack, self._counter.default_language, name)
        if path is None:
            raise DeliveryError(f"the pack has no file '{name}'", permanent=True)
        return path.name, path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream"


async def _send(bot: Bot, call: Call) -> Any:
    try:
        return await bot.api.call(call.method, call.fields)
    except TelegramError as error:
        if error.code == 400 and "parse entities" in str(error) and call.plainly:
            return await bot.api.call(call.method, call.plainly)
        raise


def _is_about_the_message(error: TelegramError) -> bool:
    reason = str(error).lower()
    return error.code == 400 and "message" in reason and any(word in reason for word in _NOT_TO_BE_CHANGED)


def _anew(call: Call) -> Call:
    """The message that was to be changed is gone: it is sent as a new one."""
    fields = {name: value for name, value in call.fields.items() if name != "message_id"}
    plainly = {name: value for name, value in call.plainly.items() if name != "message_id"}
    return Call("sendMessage", fields, plainly=plainly)


def _message_id(result: Any, row: OutboxRow) -> str:
    if row.body.get("kind") == "close":
        return ""
    number = result.get("message_id") if isinstance(result, Mapping) else None
    return str(number) if number else row.shown.remote_id if row.shown else ""


def _file_id(result: Any, field: str) -> str:
    found = result.get(field) if isinstance(result, Mapping) else None
    if isinstance(found, list):
        found = found[-1] if found else None  # a photo in several sizes, the largest last
    return str(found.get("file_id") or "") if isinstance(found, Mapping) else ""
