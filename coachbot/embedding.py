"""The coach inside another program: mounted in an ASGI app, or beside the handlers of a python-telegram-bot bot.

Both run the whole engine in the host's process and event loop. One engine per data folder, as ever.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from coachbot.errors import CoachbotError
from coachbot.running import Engine
from coachbot.service.channels import ChannelKind, Counter, Serving
from coachbot.service.clock import RealClock
from coachbot.service.ids import CODE_LENGTH, looks_like_code, plain_code
from coachbot.service.staff.talk import COMMANDS as STAFF_COMMANDS
from coachbot.service.staff.ways import PREFIX
from coachbot.settings import Settings, load_settings
from coachbot.store import EngineLock, open_store

if TYPE_CHECKING:
    from telegram import Update

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
        try:
            self._held.enter_context(EngineLock(settings.data / "engine.lock"))
            store = open_store(
                settings.database_url, keys_path=settings.keys_path, synchronous=settings.synchronous, engine=True
            )
            self._held.callback(store.close)
            engine = Engine(settings, store, RealClock(), kinds=self._kinds)
            await engine.start()
        except BaseException:
            self._held.close()
            raise
        self.engine = engine

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
#: What can stand behind a button of ours; a token that we have shown decides.
_OURS = re.compile(r"([0-9a-f]{10}):[+#-]?\w+")
#: Commands of a patient that reach the coach whatever the host is at.
_NEVER_KEPT = ("stop", "help")
#: Whether the host keeps an update for itself.
Keeps: TypeAlias = "Callable[[Update], bool]"


def _nothing(update: Update) -> bool:
    return False


class CoachPlugin:
    """The coach beside the handlers of an Application. It takes what comes from its own patients, and codes.

    Commands that are not the coach's, buttons that are not the coach's, groups, and chats in which nobody came in with
    a code are left to the host's handlers, as if the coach were not there.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._hosted: _Hosted | None = None
        self._kind: _Beside | None = None
        self._keeps: Keeps = _nothing

    def attach(self, application: Any, *, group: int = -10, keeps: Keeps = _nothing) -> None:
        """Add the coach's handler (before the host's own) and start and stop with the application.

        `keeps` tells which updates of an enrolled patient are the host's all the same: an own command of a name that
        the coach has too, an answer within an own conversation. Words of danger, `/stop` and `/help` written by a
        patient are the coach's whatever it says.
        """
        from telegram import Update
        from telegram.ext import TypeHandler

        self._kind = _Beside(application.bot)
        self._hosted = _Hosted(self._settings, {"telegram": self._kind})
        self._keeps = keeps
        handler: Any = TypeHandler
        application.add_handler(handler(Update, self._take), group=group)
        application.post_init = _after(application.post_init, self.start)
        application.post_stop = _after(application.post_stop, self.stop)

    async def start(self, application: object = None) -> None:
        """Start the engine. `run_polling` and `run_webhook` of the application call it by themselves."""
        if self._hosted is None:
            raise CoachbotError("the coach stands beside no bot yet: call attach(application) first")
        await self._hosted.start()

    async def stop(self, application: object = None) -> None:
        """Stop the engine, finishing what is under way."""
        if self._hosted is not None:
            await self._hosted.stop()

    async def _take(self, update: Any, context: object) -> None:
        from telegram.ext import ApplicationHandlerStop

        kind, engine = self._kind, self._hosted.engine if self._hosted else None
        if kind is None or engine is None:
            raise CoachbotError(
                "the coach was not started: run_polling and run_webhook do that, or `await coach.start()` before "
                "application.start() and `await coach.stop()` at the end"
            )
        raw = _as_sent(update)
        if not await kind.is_ours(raw):
            return
        if self._keeps(update) and not _outweighs(engine, _text_of(raw)):
            return
        await kind.intake.take([raw])
        raise ApplicationHandlerStop


def _outweighs(engine: Engine, text: str) -> bool:
    """Whether a text is the coach's, whatever the host is at: danger, and the way to a person."""
    world = engine.parts.coach.world
    return _command(text) in _NEVER_KEPT or bool(world.watch.dangers(text, world.pack.library.default_language))


def _as_sent(update: Any) -> dict[str, Any]:
    """The update as Telegram sent it: `arbitrary_callback_data` of the application hides what is behind our buttons."""
    raw: dict[str, Any] = update.to_dict()
    hidden = getattr(update.callback_query, "data", None)
    if hidden is not None and not isinstance(hidden, str):
        raw["callback_query"]["data"] = getattr(hidden, "callback_data", None)
    return raw


def _text_of(raw: Mapping[str, Any]) -> str:
    message = raw.get("message") or raw.get("edited_message") or {}
    return str(message.get("text") or message.get("caption") or "")


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
        return await asyncio.to_thread(self._is_ours, str(chat["id"]), str(message.get("text") or ""), press)

    def _is_ours(self, chat: str, text: str, press: Mapping[str, Any]) -> bool:
        if press:
            found = _OURS.fullmatch(str(press.get("data")))
            return found is not None and self._desk.has_asked(chat, found[1])
        command = _command(text)
        if command in STAFF_COMMANDS:
            return self._desk.is_staffs(chat)
        if command == "start" or not text.startswith("/"):
            code = text.removeprefix("/start").strip()
            if self._is_code(code) or (command == "start" and looks_like_code(code)):
                return True
        if text.startswith("/") and command not in self._commands:
            return False
        return self._desk.is_enrolled(chat)

    def _is_code(self, text: str) -> bool:
        """The code of an invitation, the code by which a member's own chat is known, or evidently one mistyped."""
        if text.startswith(PREFIX):
            return True
        plain = plain_code(text)
        if len(plain) != CODE_LENGTH or len(text) >= 2 * CODE_LENGTH:
            return False
        return (looks_like_code(text) and "-" in text) or self._desk.is_invitation(text)


def _command(text: str) -> str:
    """The command that a text is, without its bot; empty for any other text."""
    return text[1:].split(maxsplit=1)[0].partition("@")[0].lower() if text[:1] == "/" and text[1:].strip() else ""
