"""A phone at either of two stand-ins for Telegram: our own fake, and an emulator that others wrote."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from coachbot.testing.botapi import FakeTelegram, Person

TOKEN = "123456:a-token-for-both-of-the-stand-ins"
CHAT = 4711
#: What Telegram takes and the emulator does not know: https://core.telegram.org/bots/api#sendmessage
UNKNOWN_TO_EMULATOR = ("link_preview_options",)


@dataclass(slots=True)
class Message:
    """A message as it stands in the chat."""

    id: int
    method: str
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Phone(Protocol):
    """What a patient can do and see."""

    url: str

    def writes(self, text: str) -> None: ...
    def presses(self, data: str, message: int) -> None: ...
    def messages(self) -> list[Message]: ...


# -- our own ------------------------------------------------------------------------------------------
class OwnPhone:
    """At `FakeTelegram`."""

    def __init__(self, telegram: FakeTelegram, person: Person) -> None:
        self.url = telegram.url
        self._person = person

    def writes(self, text: str) -> None:
        self._person.writes(text)

    def presses(self, data: str, message: int) -> None:
        self._person.presses_data(data, message)

    def messages(self) -> list[Message]:
        return [Message(one.id, one.method, one.text, list(one.buttons)) for one in self._person.messages]


@contextmanager
def own() -> Iterator[Phone]:
    """A phone at our own fake."""
    with FakeTelegram() as telegram:
        telegram.add_bot(TOKEN)
        yield OwnPhone(telegram, telegram.person("Mei", TOKEN, CHAT))


# -- the emulator -------------------------------------------------------------------------------------
class EmulatorPhone:
    """At `lo-bot-api-emulator`: it checks calls and keeps none of their content, so that is kept here."""

    def __init__(self) -> None:
        from lo_bot_api_emulator import LoBotApiEmulator

        made: list[tuple[str, dict[str, Any], Any]] = []

        class Emulator(LoBotApiEmulator):  # type: ignore[misc]
            def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
                known = {name: value for name, value in fields.items() if name not in UNKNOWN_TO_EMULATOR}
                result = super().validate(method, known, uploads)
                made.append((method, known, result))
                return result

        self.emulator = Emulator()
        self.url = ""
        self._made = made
        self._loop = asyncio.new_event_loop()
        self._presses = 0

    def writes(self, text: str) -> None:
        self._put({"message": {"message_id": 900 + self._presses, "date": 1, "text": text, **self._who}})

    def presses(self, data: str, message: int) -> None:
        self._presses += 1
        pressed = {"message_id": message, "date": 1, "chat": self._who["chat"]}
        press = {"id": f"q{self._presses}", "from": self._who["from"], "message": pressed, "data": data}
        self._put({"callback_query": press})

    @property
    def _who(self) -> dict[str, Any]:
        return {"chat": {"id": CHAT, "type": "private"}, "from": {"id": CHAT, "is_bot": False}}

    def _put(self, update: dict[str, Any]) -> None:
        work = self.emulator.enqueue_update(update, token=TOKEN)
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def messages(self) -> list[Message]:
        """What the calls amount to."""
        found: dict[int, Message] = {}
        for method, fields, result in list(self._made):
            if method in ("sendMessage", "sendPhoto", "sendDocument"):
                text = str(fields.get("text") or fields.get("caption") or "")
                found[result["message_id"]] = Message(result["message_id"], method, text, _buttons(fields))
            elif method.startswith("editMessage"):
                changed = found[int(fields["message_id"])]
                changed.text, changed.buttons = str(fields.get("text") or changed.text), _buttons(fields)
        return list(found.values())

    @contextmanager
    def served(self) -> Iterator[EmulatorPhone]:
        """Serve it on loopback, in a thread of its own."""
        from aiohttp import web

        async def start() -> tuple[Any, int]:
            runner = web.AppRunner(self.emulator.app(), access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            return runner, runner.addresses[0][1]

        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        runner, port = self._run(start())
        self.url = f"http://127.0.0.1:{port}"
        try:
            yield self
        finally:
            self._run(runner.cleanup())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(5)
            self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


def _buttons(fields: dict[str, Any]) -> list[tuple[str, str]]:
    import json

    markup = fields.get("reply_markup") or {}
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard") or []
    return [(button["text"], button["callback_data"]) for row in rows for button in row]


@contextmanager
def emulated() -> Iterator[Phone]:
    """A phone at the emulator."""
    with EmulatorPhone().served() as phone:
        yield phone


STAND_INS: dict[str, Callable[[], Any]] = {"our fake": own, "the emulator": emulated}
