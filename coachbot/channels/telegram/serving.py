"""Telegram at work: every bot introduced to Telegram, then polled or served by webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from coachbot.channels.telegram.api import BotApi, TelegramError
from coachbot.channels.telegram.channel import Bot, Telegram
from coachbot.channels.telegram.links import USERNAME
from coachbot.channels.telegram.polling import LONG_POLL_S, Poller
from coachbot.channels.telegram.reading import WANTED
from coachbot.channels.telegram.taking import Intake
from coachbot.channels.telegram.tokens import Token, tokens
from coachbot.service.channels import OK, REFUSED, UNREACHABLE, Counter, Serving
from coachbot.settings import Settings

log = logging.getLogger("coachbot.telegram")

PATH = "/telegram"
_MENU = "command_"
_LONGEST_WAIT_S = 60.0
_OFF_DUTY_S = 0.5


def open_telegram(settings: Settings) -> Telegram | None:
    """The channel with a bot for each token; None without a token."""
    bots = tuple(Bot(BotApi(token, settings.telegram_api)) for token in tokens(settings))
    return Telegram(bots, webhook=settings.telegram_webhook.rstrip("/")) if bots else None


def serve_telegram(
    channel: Telegram,
    counter: Counter,
    *,
    long_poll_s: int = LONG_POLL_S,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Serving:
    """Polling, or a webhook if there is an address for one."""
    channel.connect(counter)
    works = [_Works(channel, bot, counter, long_poll_s, sleep) for bot in channel.bots]

    async def run() -> None:
        await asyncio.gather(*(work.run() for work in works))

    async def close() -> None:
        for work in works:
            await work.close()

    def state() -> Mapping[str, str]:
        return {bot.name: bot.state for bot in channel.bots}

    return Serving(run, _app(channel, works), PATH, state=state, close=close)


def _app(channel: Telegram, works: list[_Works]) -> Any:
    if not channel.webhook:
        return None
    from coachbot.channels.telegram.webhook import webhook_app

    return webhook_app({work.token.path: (work.token, work.intake) for work in works})


class _Works:
    """One bot at work."""

    def __init__(
        self,
        channel: Telegram,
        bot: Bot,
        counter: Counter,
        long_poll_s: int,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.intake = Intake(channel, bot)
        self.token = bot.api.token
        self._bot = bot
        self._webhook = channel.webhook
        self._counter = counter
        self._long_poll_s = long_poll_s
        self._sleep = sleep

    async def run(self) -> None:
        """Until it is cancelled, or Telegram refuses the token."""
        await self._on_duty()
        if await self._introduced() and not self._webhook:
            poller = Poller(
                self._bot, self.intake, long_poll_s=self._long_poll_s, sleep=self._sleep, on_duty=self._on_duty
            )
            await poller.run()

    async def _on_duty(self) -> None:
        """Returns while this process speaks with Telegram for the bot; another one may until then."""
        assert self._bot.desk is not None
        while not self._counter.holds(self._bot.desk.account):
            await self._sleep(_OFF_DUTY_S)

    async def close(self) -> None:
        """Let go of the connections."""
        await self.intake.finish()
        await self._bot.api.close()

    async def _introduced(self) -> bool:
        """Say hello to Telegram until it answers; False if it refuses the token."""
        wait = 1.0
        while True:
            try:
                await self._introduce()
            except TelegramError as error:
                self._bot.state = REFUSED if error.refuses_token else UNREACHABLE
                if error.refuses_token:
                    log.error("%s: %s. It is off until the next start; other channels go on", self.token, error)
                    return False
                log.warning("%s: can't begin yet (%s)", self.token, error)
                await self._sleep(max(wait, error.retry_after or 0.0))
                wait = min(wait * 2, _LONGEST_WAIT_S)
            else:
                self._bot.state = OK
                log.info("%s: listens as @%s", self.token, self._bot.username)
                return True

    async def _introduce(self) -> None:
        api, desk = self._bot.api, self._bot.desk
        me = await api.call("getMe")
        self._bot.username = str(me.get("username") or "") if isinstance(me, Mapping) else ""
        assert desk is not None
        await asyncio.to_thread(desk.remember, USERNAME.format(bot=self.token.bot), self._bot.username)
        for fields in menus(self._counter):
            await api.call("setMyCommands", fields)
        if self._webhook:
            await api.call("setWebhook", _webhook(self._webhook, self.token))
        else:
            await api.call("deleteWebhook", {"drop_pending_updates": False})


def menus(counter: Counter) -> list[dict[str, Any]]:
    """The menu of commands: of the default language for everybody, and of each other language for its own."""
    made: list[dict[str, Any]] = []
    for language, words in counter.words.items():
        commands = [
            {"command": key.removeprefix(_MENU), "description": text}
            for key, text in words.items()
            if key.startswith(_MENU)
        ]
        fields: dict[str, Any] = {"commands": commands}
        if language != counter.default_language:
            fields["language_code"] = language.partition("-")[0]
        made.append(fields)
    return made


def _webhook(base: str, token: Token) -> dict[str, Any]:
    return {
        "url": f"{base}{PATH}/{token.path}",
        "secret_token": token.webhook_secret,
        "allowed_updates": WANTED,
        "drop_pending_updates": False,
    }
