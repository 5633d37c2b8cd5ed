"""Fronts: how a stage's patients reach the coach. Straight into the service, or through a real channel and back.

`telegram` talks HTTP with the fake Bot API, `wechat` with the fake WeChat (`coachbot.testing.wechatfront`), `web` with
the web chat's own app; `terminal` prints every message.
What such a front shows in a chat is what a screenplay then looks at.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Protocol

from coachbot.bootstrap import Coach
from coachbot.service.desk import Desk
from coachbot.service.ids import new_code, plain_code
from coachbot.service.ports import Channel
from coachbot.service.records import Update
from coachbot.settings import Settings
from coachbot.testing.channel import Message

FRONTS = ("telegram", "wechat", "web", "terminal")
#: A messenger's service window, and its front without one: what fails only with it differs by what the messenger can.
WINDOWLESS = {"wechat": "wechat without its window"}


class NotHereError(Exception):
    """A patient of this channel cannot do that."""


class Front(Protocol):
    """A way between the patients of a stage and the coach."""

    #: The channel's name, and the channel that delivers; None for none.
    name: str
    channel: Channel | None
    #: What of the coach's messages could not be carried; empty for nothing.
    lacks: str
    #: Most messages that waited at one time for a patient's next word.
    held: int

    def connect(self, coach: Coach) -> Desk:
        """The coach is wired (anew): keep what receiving needs. Returns the desk of the account in use."""

    def chat(self, number: int, name: str) -> str:
        """The chat of the next person."""

    def entered(self, chat: str) -> None:
        """Somebody came on stage as a patient of days ago."""

    def take(self, chat: str, update: Update) -> str:
        """Bring an update in as the messenger would. Returns the chat, which a code may have opened anew."""

    def again(self, chat: str, update: Update) -> None:
        """Bring the last update in a second time."""

    def shown(self, chat: str, message: Message) -> Sequence[Message]:
        """What the patient sees of a message: mostly one, none of what did not come into the chat."""

    def heed(self) -> None:
        """From now on patients do what a channel asks them for, so that what waits may follow."""

    def go_on(self) -> bool:
        """Whoever was asked for a word writes one. False if nobody was."""

    def close(self) -> None:
        """Let go of everything."""


class Straight:
    """No messenger between: updates go into the inbox as they are. The base of the others."""

    def __init__(self, name: str = "webchat", channel: Channel | None = None) -> None:
        self.name = channel.name if channel else name
        self.channel = channel
        self.lacks, self.held = "", 0
        self._coach: Coach | None = None

    @property
    def coach(self) -> Coach:
        """The coach it was connected to."""
        assert self._coach is not None
        return self._coach

    def connect(self, coach: Coach) -> Desk:
        """Keep the coach."""
        self._coach = coach
        return coach.desk(self.name)

    def chat(self, number: int, name: str) -> str:
        """A name that says little."""
        return f"chat-{number}"

    def entered(self, chat: str) -> None:
        """Nothing to be done."""

    def take(self, chat: str, update: Update) -> str:
        """Straight into the inbox."""
        self.coach.inbox.store([update])
        return chat

    def again(self, chat: str, update: Update) -> None:
        """Once more; the inbox knows it."""
        self.coach.inbox.store([update])

    def shown(self, chat: str, message: Message) -> Sequence[Message]:
        """As it was sent."""
        return (message,)

    def heed(self) -> None:
        """Nothing is asked for."""

    def go_on(self) -> bool:
        """Nobody is asked for a word."""
        return False

    def close(self) -> None:
        """Nothing to let go of."""


def terminal_front() -> Straight:
    """Every message is printed, as the terminal would."""
    from coachbot.authoring.plain import read_plain
    from coachbot.channels.terminal.channel import Terminal
    from coachbot.channels.terminal.screen import Screen
    from coachbot.packs import pack_root
    from coachbot.settings import load_settings

    words = read_plain(pack_root(load_settings()) / "content" / "en" / "terminal.yaml")
    return Straight(channel=Terminal(Screen(io.StringIO(), words, 80)))


class TelegramFront(Straight):
    """Through the fake Bot API, over HTTP both ways."""

    TOKEN = "4711:a-made-up-token-for-screenplays"

    def __init__(self, settings: Settings, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        from coachbot.channels.telegram.serving import open_telegram
        from coachbot.testing.botapi import FakeTelegram

        self._run = run
        self._stack = ExitStack()
        self.telegram = self._stack.enter_context(FakeTelegram())
        self.telegram.add_bot(self.TOKEN)
        more = {"telegram_token": self.TOKEN, "telegram_token_file": None, "telegram_api": self.telegram.url}
        channel = open_telegram(Settings.model_validate({**settings.model_dump(), **more, "telegram_webhook": ""}))
        assert channel is not None
        super().__init__(channel=channel)
        self._telegram_channel = channel
        self._people: dict[str, Any] = {}
        self._last: dict[str, Any] = {}

    def connect(self, coach: Coach) -> Desk:
        """Bots get their desks; updates are polled from now on."""
        from coachbot.channels.telegram.polling import Poller
        from coachbot.channels.telegram.taking import Intake
        from coachbot.packs import pack_root
        from coachbot.settings import load_settings

        super().connect(coach)
        self._telegram_channel.connect(coach.counter("telegram", pack_root(load_settings())))
        (bot,) = self._telegram_channel.bots
        self._intake = Intake(self._telegram_channel, bot)
        self._poller = Poller(bot, self._intake, long_poll_s=0)
        assert bot.desk is not None
        return bot.desk

    def chat(self, number: int, name: str) -> str:
        """A private chat of the fake's."""
        person = self.telegram.person(name, chat=1000 + number)
        self._people[str(person.chat)] = person
        return str(person.chat)

    def take(self, chat: str, update: Update) -> str:
        """Do it on the phone, and let the coach poll."""
        self._last[chat] = self._do(self._people[chat], update)
        self._poll()
        return chat

    def again(self, chat: str, update: Update) -> None:
        """Telegram hands the same update over a second time."""
        self.telegram.put_raw(self.TOKEN, self._last[chat])
        self._poll()

    def _poll(self) -> None:
        while self.telegram.waiting(self.TOKEN):
            self._run(self._poller.once())

    def _do(self, person: Any, update: Update) -> Any:
        if update.kind == "press":
            return self._press(person, update.token, update.code)
        if update.kind == "start":
            return person.writes(f"/start {update.text}")
        if update.kind == "attachment":
            return person.sends(**_content(update))
        return person.writes(update.text)

    def _press(self, person: Any, token: str, code: str) -> Any:
        wanted = [f"{token}:{sign}{code}" for sign in ("", "+", "-")]
        for message in reversed(person.messages):
            for _, data in message.buttons:
                if data in wanted:
                    return person.presses_data(data, message.id)
        return person.presses_data(f"{token}:{code}")  # a button that was taken away in the meantime

    def shown(self, chat: str, message: Message) -> Sequence[Message]:
        """The text as it stands in the chat."""
        if message.body.get("kind") != "text":
            return (message,)
        there = next((one for one in self._people[chat].messages if str(one.id) == message.remote_id), None)
        if there is None:
            raise AssertionError(f"the coach sent {message.text!r}, and it never came into the chat")
        if len(there.buttons) != len(message.labels):
            raise AssertionError(f"{message.text!r} has {len(there.buttons)} buttons in the chat")
        return (replace(message, row=replace(message.row, body={**message.body, "text": there.text})),)

    def close(self) -> None:
        """Stop the server."""
        self._run(self._end())
        self._stack.close()

    async def _end(self) -> None:
        await self._intake.finish()
        for bot in self._telegram_channel.bots:
            await bot.api.close()


def _content(update: Update) -> dict[str, Any]:
    known = ("photo", "voice", "video", "sticker", "location")
    kind = update.attachment if update.attachment in known else "document"
    content: dict[str, Any] = {kind: {"file_id": "f", "latitude": 52, "longitude": 13}}
    return content | ({"caption": update.text} if update.text else {})


def _is_code(text: str) -> bool:
    return len(plain_code(text)) == len(plain_code(new_code()))


#: What the page keeps of somebody who is in.
_COOKIE = "coachbot_device"


class WebFront(Straight):
    """Through the web chat's app, over HTTP."""

    def __init__(self) -> None:
        from coachbot.channels.webchat import Hub, WebChat

        self._hub = Hub()
        super().__init__(channel=WebChat(self._hub))
        self._stack = ExitStack()
        self._clients: dict[str, Any] = {}
        self._last: dict[str, tuple[str, dict[str, str]]] = {}
        self._desk: Desk | None = None

    def connect(self, coach: Coach) -> Desk:
        """Serve the app (anew)."""
        from coachbot.channels.webchat.app import create_app
        from coachbot.packs import pack_root
        from coachbot.settings import load_settings
        from coachbot.testing.botapi import listening

        desk = self._desk = super().connect(coach)
        self._stack.close()
        counter = coach.counter("webchat", pack_root(load_settings()))
        app = create_app(desk, counter.pack, counter.words, hub=self._hub, codes_an_hour=1000)
        self._url = self._stack.enter_context(listening(app))
        for client in self._clients.values():
            client.base_url = self._url
        return desk

    def take(self, chat: str, update: Update) -> str:
        """As the page does it."""
        coded = update.kind == "start" or _is_code(update.text)
        client = self._clients.get(chat) or self._device(chat, coded)
        if update.kind == "start" or (coded and client and _COOKIE not in client.cookies):
            self._post(client, chat, "enter", {"code": update.text})
            caller = self._desk.caller(client.cookies[_COOKIE]) if self._desk else None
            assert caller is not None
            self._clients[caller.chat] = client
            return caller.chat
        if client is None:
            raise NotHereError("nobody writes in the web chat without a code")
        if update.kind == "press":
            self._post(client, chat, "press", {"token": update.token, "code": update.code})
        elif update.kind == "attachment":
            kind = update.attachment if update.attachment in ("photo", "video", "voice", "sticker") else "file"
            self._post(client, chat, "attach", {"kind": kind})
        else:
            self._post(client, chat, "say", {"text": update.text})
        return chat

    def shown(self, chat: str, message: Message) -> Sequence[Message]:
        """As the page shows it: the name of a person of the clinic stands over their words."""
        body = message.body
        if body.get("by") != "person":
            return (message,)
        named = {**body, "text": f"**{body['name']}:** {body['text']}"}
        return (replace(message, row=replace(message.row, body=named)),)

    def again(self, chat: str, update: Update) -> None:
        """The page sends the same once more, because no answer came."""
        path, body = self._last[chat]
        self._clients[chat].post(f"/api/{path}", json=body).raise_for_status()

    def _device(self, chat: str, enters: bool) -> Any:
        import httpx

        client = httpx.Client(base_url=self._url, timeout=30)
        assert self._desk is not None
        try:
            client.cookies.set(_COOKIE, self._desk.new_device(chat), domain="127.0.0.1", path="/")
        except LookupError:
            return client if enters else None
        self._clients[chat] = client
        return client

    def _post(self, client: Any, chat: str, path: str, body: dict[str, str]) -> None:
        self._last[chat] = (path, {"id": str(uuid.uuid4()), **body})
        client.post(f"/api/{path}", json=self._last[chat][1]).raise_for_status()

    def close(self) -> None:
        """Stop the server."""
        for client in self._clients.values():
            client.close()
        self._stack.close()
