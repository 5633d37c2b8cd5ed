"""The coach inside another program: mounted in an ASGI app, or beside the handlers of a python-telegram-bot bot.

Both run the whole engine in the host's process and event loop. One engine per data folder, as ever.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from coachbot.errors import CoachbotError
from coachbot.service.channels import ChannelKind, Counter, Serving
from coachbot.service.clock import RealClock
from coachbot.service.ids import new_code, plain_code
from coachbot.service.staff.talk import COMMANDS as STAFF_COMMANDS
from coachbot.service.staff.ways import PREFIX
from coachbot.serving import Engine
from coachbot.settings import Settings, load_settings
from coachbot.store import EngineLock, open_store

if TYPE_CHECKING:
    from coachbot.channels.telegram.channel import Telegram
    from coachbot.channels.telegram.taking import Intake


class _Hosted:
    """An engine that somebody else's program starts and stops."""

    def __init__(self, settings: Settings, kinds: Mapping[str, ChannelKind] | None = None) -> None:
        self._settings = settings
        self._kinds = kinds
        self._held = ExitStack()
        self.engine: Engine | None = None

    async def start(self) -> None:
        settings = self._settings
        self._held.enter_context(EngineLock(settings.data / "engine.lock"))
        store = open_store(
            settings.database_url, keys_path=settings.keys_path, synchronous=settings.synchronous, engine=True
        )
        self._held.callback(store.close)
        self.engine = Engine(settings, store, RealClock(), kinds=self._kinds)
        try:
            await self.engine.start()
        except BaseException:
            self._held.close()
            raise

    async def stop(self) -> None:
        if self.engine is not None:
            await self.engine.stop()
        self.engine = None
        self._held.close()


# -- in an ASGI app -------------------------------------------------------------------------------------
class CoachApp:
    """The web chat, and webhooks, as an ASGI app that brings its own lifespan."""

    def __init__(self, settings: Settings) -> None:
        self._hosted = _Hosted(settings)

    @asynccontextmanager
    async def lifespan(self, host: object) -> AsyncIterator[None]:
        """Give it to the host app, for a mounted app is told nothing of the beginning and the end."""
        await self._hosted.start()
        try:
            yield
        finally:
            await self._hosted.stop()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        engine = self._hosted.engine
        if engine is None:
            raise CoachbotError("the coach was not started: give the host app `lifespan=coach.lifespan`")
        await engine.parts.app(scope, receive, send)


def create_app(settings: Settings | None = None) -> CoachApp:
    """The coach as an app to be mounted: `Mount("/coach", coach)` with `lifespan=coach.lifespan`."""
    return CoachApp(settings or load_settings())


# -- in a python-telegram-bot Application -----------------------------------------------------------------
#: What stands behind our own buttons; a host's are left to the host.
_OURS = re.compile(r"[0-9a-f]{10}:[+#-]?\w+")


class CoachPlugin:
    """The coach beside the handlers of an Application. It takes what comes from its own patients, and codes.

    Commands that are not the coach's, buttons that are not the coach's, groups, and chats in which nobody came in with
    a code are left to the host's handlers, as if the coach were not there.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._hosted: _Hosted | None = None
        self._kind: _Beside | None = None

    def attach(self, application: Any, *, group: int = -10) -> None:
        """Add the coach's handler (before the host's own) and start and stop with the application."""
        from telegram import Update
        from telegram.ext import TypeHandler

        self._kind = _Beside(application.bot)
        self._hosted = _Hosted(self._settings, {"telegram": self._kind})
        handler: Any = TypeHandler
        application.add_handler(handler(Update, self._take), group=group)
        application.post_init = _after(application.post_init, self.start)
        application.post_stop = _after(application.post_stop, self.stop)

    async def start(self, application: object = None) -> None:
        """Start the engine. `run_polling` and `run_webhook` of the application call it by themselves."""
        assert self._hosted is not None, "attach the plugin first"
        await self._hosted.start()

    async def stop(self, application: object = None) -> None:
        """Stop the engine, finishing what is under way."""
        if self._hosted is not None:
            await self._hosted.stop()

    async def _take(self, update: Any, context: object) -> None:
        from telegram.ext import ApplicationHandlerStop

        assert self._kind is not None
        raw = update.to_dict()
        if await self._kind.is_ours(raw):
            await self._kind.intake.take([raw])
            raise ApplicationHandlerStop


def _after(before: Any, then: Any) -> Any:
    async def both(application: Any) -> None:
        if before is not None:
            await before(application)
        await then(application)

    return both


class _Beside:
    """Telegram without a loop of its own: the host's application brings the updates."""

    name = "telegram"

    def __init__(self, bot: Any) -> None:
        self._token = str(bot.token)
        self._base = str(bot.base_url).removesuffix(self._token).removesuffix("/bot")

    def open(self, settings: Settings) -> Telegram:
        """The channel, with the host's bot."""
        from coachbot.channels.telegram.api import BotApi
        from coachbot.channels.telegram.channel import Bot, Telegram
        from coachbot.channels.telegram.tokens import Token

        return Telegram((Bot(BotApi(Token("the host's bot", self._token), self._base)),))

    def serve(self, channel: Telegram, counter: Counter) -> Serving:
        """Nothing runs; the intake waits for the host."""
        from coachbot.channels.telegram.taking import Intake

        channel.connect(counter)
        self.intake: Intake = Intake(channel, channel.bots[0])
        self._desk = counter.desk(channel.bots[0].api.token.bot)
        keys = {key for words in counter.words.values() for key in words}
        self._commands = {key.removeprefix("command_") for key in keys if key.startswith("command_")}

        async def close() -> None:
            await self.intake.finish()
            await channel.bots[0].api.close()

        return Serving(close=close)

    async def is_ours(self, raw: Mapping[str, Any]) -> bool:
        """Whether an update is the coach's: of one of its patients, or with a code."""
        message = raw.get("message") or raw.get("edited_message") or raw.get("my_chat_member") or {}
        press = raw.get("callback_query") or {}
        chat = (message or press.get("message") or {}).get("chat") or {}
        if chat.get("type") != "private":
            return False
        if press and not _OURS.fullmatch(str(press.get("data"))):
            return False
        text = str(message.get("text") or "")
        if _command(text) in STAFF_COMMANDS:
            return await asyncio.to_thread(self._desk.is_staffs, str(chat["id"]))
        if text.startswith("/") and not self._is_our_command(text):
            return False
        return _is_code(text) or await asyncio.to_thread(self._desk.is_enrolled, str(chat["id"]))

    def _is_our_command(self, text: str) -> bool:
        command = _command(text)
        return command in self._commands or (command == "start" and _is_code(text))


def _command(text: str) -> str:
    """The command that a text is, without its bot; empty for any other text."""
    return text[1:].split(maxsplit=1)[0].partition("@")[0].lower() if text[:1] == "/" and text[1:].strip() else ""


def _is_code(text: str) -> bool:
    code = text.removeprefix("/start").strip()
    if code.startswith(PREFIX):
        return True
    return len(plain_code(code)) == len(plain_code(new_code())) and len(code) < 2 * len(new_code())
