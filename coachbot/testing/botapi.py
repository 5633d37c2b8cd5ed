"""A Telegram Bot API of our own, over real HTTP on loopback: for tests of bots, ours and others'.

    with FakeTelegram() as telegram:
        telegram.add_bot("123456:a-token-that-is-long-enough")
        mei = telegram.person("Mei")
        mei.writes("/start ABCD-EFGH")
        ...                                     # the bot polls telegram.url and answers
        print(mei.texts, mei.last.buttons)
        telegram.fail("sendMessage", Fault(429, retry_after=3))

It keeps Telegram's own rules where a bot can trip over them: lengths, bytes behind a button, HTML that does not close,
messages that are not there, blocked chats, one consumer of updates, updates that stay until they are acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

from coachbot.service.fitting import units

if TYPE_CHECKING:
    from starlette.responses import Response

_LONGEST = {"text": 4096, "caption": 1024}
_TAG = re.compile(r"<(/?)([a-z-]+)(?:\s[^<>]*)?>")
_TAGS = {"b", "i", "s", "u", "code", "pre", "a", "blockquote", "tg-spoiler"}
#: Fields that are text whatever they look like.
_WORDS = ("text", "caption", "callback_query_id", "description")
_MEDIA = {"sendPhoto": "photo", "sendAudio": "audio", "sendDocument": "document"}


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call goes wrong. `status` 0 cuts the connection; `after` lets the call have its effect before."""

    status: int = 500
    retry_after: int | None = None
    description: str = ""
    #: Seconds before anything is answered.
    delay_s: float = 0.0
    after: bool = False
    #: Answer something that is no JSON.
    garbled: bool = False


@dataclass(slots=True)
class Sent:
    """A message as it stands in a chat."""

    id: int
    method: str
    #: As a person reads it, without marks.
    text: str
    fields: dict[str, Any]
    #: Label and data of each button, in order.
    buttons: list[tuple[str, str]] = field(default_factory=list)
    file: str = ""
    edits: int = 0

    @property
    def silent(self) -> bool:
        """Whether it made no sound."""
        return bool(self.fields.get("disable_notification"))


@dataclass(slots=True)
class Person:
    """Somebody with a phone, in a private chat with one bot."""

    telegram: FakeTelegram
    bot: str
    chat: int
    name: str
    messages: list[Sent] = field(default_factory=list)
    blocked: bool = False

    @property
    def texts(self) -> list[str]:
        """What stands in the chat, from the bot."""
        return [message.text for message in self.messages]

    @property
    def last(self) -> Sent:
        return self.messages[-1]

    def writes(self, text: str, **more: Any) -> dict[str, Any]:
        """Send a text; a command is marked as one."""
        if text.startswith("/") and text[1:2].isalpha():
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self.sends(text=text, **more)

    def sends(self, **content: Any) -> dict[str, Any]:
        """Send anything: `photo=[...]`, `sticker={...}`, `location={...}`; a text, a reply."""
        number = self.telegram.next_message(self.chat)
        message = {"message_id": number, "date": int(time.time()), **self._who, **content}
        return self.telegram.put(self.bot, {"message": message})

    def edits(self, message_id: int, text: str) -> dict[str, Any]:
        """Change a message sent before."""
        message = {"message_id": message_id, "date": 1, "edit_date": int(time.time()), **self._who, "text": text}
        return self.telegram.put(self.bot, {"edited_message": message})

    def presses(self, label: str, message: Sent | None = None) -> dict[str, Any]:
        """Press a button of the newest message that has one of this label, or of a given message."""
        for one in [message] if message else reversed(self.messages):
            for text, data in one.buttons:
                if text.lower().startswith(label.lower()):
                    return self.presses_data(data, one.id)
        raise LookupError(f"there is no button [{label}]")

    def presses_data(self, data: str, message_id: int = 1, query: str = "") -> dict[str, Any]:
        """Press a button by the data behind it; `query` is the press's own id."""
        message = {"message_id": message_id, "date": 1, "chat": self._who["chat"]}
        own = query or f"q{self.telegram.number()}"
        press = {"id": own, "from": self._who["from"], "message": message, "data": data, "chat_instance": "1"}
        return self.telegram.put(self.bot, {"callback_query": press})

    def blocks(self) -> dict[str, Any]:
        """Block the bot."""
        return self._changes("kicked", "member", blocked=True)

    def unblocks(self) -> dict[str, Any]:
        """Let the bot in again."""
        return self._changes("member", "kicked", blocked=False)

    def _changes(self, now: str, before: str, *, blocked: bool) -> dict[str, Any]:
        self.blocked = blocked
        change = {**self._who, "date": 1, "new_chat_member": {"status": now}, "old_chat_member": {"status": before}}
        return self.telegram.put(self.bot, {"my_chat_member": change})

    @property
    def _who(self) -> dict[str, Any]:
        return {
            "chat": {"id": self.chat, "type": "private", "first_name": self.name},
            "from": {"id": self.chat, "is_bot": False, "first_name": self.name, "language_code": "en"},
        }


@dataclass(slots=True)
class _Bot:
    token: str
    username: str
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    webhook: dict[str, Any] = field(default_factory=dict)
    revoked: bool = False


class RefusalError(Exception):
    """A call that Telegram refuses."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class FakeTelegram:
    """The server. Use it in a `with` block; it listens on a free port of loopback."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._bots: dict[str, _Bot] = {}
        self._people: dict[tuple[str, int], Person] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._numbers = iter(range(1, 1 << 62))
        self._messages: dict[int, int] = defaultdict(int)
        self._files: dict[str, bytes] = {}
        #: Every call as method and fields, in order.
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    # -- the stage -----------------------------------------------------------------------------------------
    def add_bot(self, token: str, username: str = "coach_bot") -> None:
        """A bot that exists."""
        self._bots[token] = _Bot(token, username)

    def revoke(self, token: str) -> None:
        """The token is worth nothing any more."""
        self._bots[token].revoked = True

    def person(self, name: str, token: str = "", chat: int = 0) -> Person:
        """Somebody who talks with a bot (the first one)."""
        bot = token or next(iter(self._bots))
        person = Person(self, bot, chat or 1000 + self.number(), name)
        self._people[bot, person.chat] = person
        return person

    def put(self, token: str, update: Mapping[str, Any], update_id: int | None = None) -> dict[str, Any]:
        """Hand over an update; its number is the next one unless it is given (to repeat or reorder)."""
        made = {"update_id": self.number() if update_id is None else update_id, **update}
        with self._lock:
            self._bots[token].updates.append(made)
        return made

    def put_raw(self, token: str, update: Any) -> None:
        """Hand over whatever it is."""
        with self._lock:
            self._bots[token].updates.append(update)

    def waiting(self, token: str = "") -> int:
        """How many updates were not acknowledged yet."""
        with self._lock:
            return len(self._bots[token or next(iter(self._bots))].updates)

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of a method go wrong, one fault each."""
        self._faults[method].extend(faults)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The fields of every call of a method."""
        return [fields for name, fields in self.calls if name == method]

    def number(self) -> int:
        """A number that was not there before."""
        with self._lock:
            return next(self._numbers)

    def next_message(self, chat: int) -> int:
        """The number of the next message in a chat."""
        with self._lock:
            self._messages[chat] += 1
            return self._messages[chat]

    # -- calls ---------------------------------------------------------------------------------------------
    def answer(self, token: str, method: str, fields: dict[str, Any]) -> Any:
        """The result of a call, or RefusalError."""
        with self._lock:
            bot = self._bots.get(token)
            if bot is None or bot.revoked:
                raise RefusalError(401, "Unauthorized")
            if not method.startswith("getU"):
                self.calls.append((method, fields))
            handler = getattr(self, f"_{method}", None)
            if handler is None:
                raise RefusalError(404, f"Not Found: method {method} not found")
            return handler(bot, fields)

    def _getMe(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"id": int(bot.token.partition(":")[0]), "is_bot": True, "username": bot.username, "first_name": "Coach"}

    def _getUpdates(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        if bot.webhook.get("url"):
            raise RefusalError(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = fields.get("offset") or 0
        while bot.updates and isinstance(bot.updates[0], dict) and _number(bot.updates[0]) < offset:
            bot.updates.popleft()
        bot.updates = deque(u for u in bot.updates if not (isinstance(u, dict) and 0 <= _number(u) < offset))
        return list(bot.updates)[: fields.get("limit") or 100]

    def _setWebhook(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        bot.webhook = dict(fields)
        return True

    def _deleteWebhook(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        bot.webhook = {}
        return True

    def _getWebhookInfo(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"url": bot.webhook.get("url", ""), "pending_update_count": len(bot.updates)}

    def _setMyCommands(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        for command in fields["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise RefusalError(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    def _answerCallbackQuery(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _sendChatAction(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _leaveChat(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _getFile(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        if fields.get("file_id") not in self._files:
            raise RefusalError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": fields["file_id"], "file_path": f"files/{fields['file_id']}"}

    def _sendMessage(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._add(bot, "sendMessage", fields, _read(fields, "text"))

    def _sendPhoto(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._send_file(bot, "sendPhoto", fields)

    def _sendAudio(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._send_file(bot, "sendAudio", fields)

    def _sendDocument(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._send_file(bot, "sendDocument", fields)

    def _send_file(self, bot: _Bot, method: str, fields: dict[str, Any]) -> Any:
        name = _MEDIA[method]
        given = fields.get(name)
        if isinstance(given, bytes):
            file_id = f"{name}-{self.number()}"
            self._files[file_id] = given
        elif given in self._files:
            file_id = given
        else:
            raise RefusalError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        result = self._add(bot, method, fields, _read(fields, "caption"), file_id)
        described = {"file_id": file_id, "file_unique_id": file_id, "width": 640, "height": 400, "duration": 1}
        small = {**described, "file_id": "small", "file_unique_id": "small"}
        return {**result, name: [small, described] if name == "photo" else described}

    def forget_files(self) -> None:
        """Telegram does not know the files sent before any more."""
        self._files.clear()

    def _add(self, bot: _Bot, method: str, fields: dict[str, Any], text: str, file: str = "") -> Any:
        chat = int(fields["chat_id"])
        person = self._people.get((bot.token, chat))
        if person is not None and person.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        if person is None and chat > 0:
            raise RefusalError(400, "Bad Request: chat not found")
        sent = Sent(self.next_message(chat), method, text, fields, _buttons(fields), file)
        if person is not None:
            person.messages.append(sent)
        return _message(sent, chat)

    def _editMessageText(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._edit(bot, fields, _read(fields, "text"))

    def _editMessageReplyMarkup(self, bot: _Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._edit(bot, fields, None)

    def _edit(self, bot: _Bot, fields: dict[str, Any], text: str | None) -> Any:
        person = self._people.get((bot.token, int(fields["chat_id"])))
        found = next((m for m in person.messages if m.id == int(fields["message_id"])), None) if person else None
        if found is None:
            raise RefusalError(400, "Bad Request: message to edit not found")
        buttons = _buttons(fields)
        if (text is None or text == found.text) and buttons == found.buttons:
            raise RefusalError(400, "Bad Request: message is not modified")
        found.text, found.buttons, found.edits = found.text if text is None else text, buttons, found.edits + 1
        return _message(found, int(fields["chat_id"]))

    # -- HTTP ----------------------------------------------------------------------------------------------
    def next_fault(self, method: str) -> Fault | None:
        """The fault that the next call of a method meets."""
        with self._lock:
            return self._faults[method].popleft() if self._faults[method] else None

    def __enter__(self) -> Self:
        self._serving = _listening(self)
        self.url = self._serving.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)


def _message(sent: Sent, chat: int) -> dict[str, Any]:
    there = {"id": chat, "type": "private" if chat > 0 else "group"}
    return {"message_id": sent.id, "date": int(time.time()), "chat": there, "text": sent.text}


# -- reading a call -----------------------------------------------------------------------------------
def _number(update: Any) -> int:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else -1


def _read(fields: Mapping[str, Any], name: str) -> str:
    """The text of a call as a person reads it; refused where Telegram would refuse it."""
    text = str(fields.get(name) or "")
    if name == "text" and not text.strip():
        raise RefusalError(400, "Bad Request: message text is empty")
    if fields.get("parse_mode") == "HTML":
        text = _without_tags(text)
    if units(text) > _LONGEST[name]:
        raise RefusalError(400, f"Bad Request: {name} is too long")
    return text


def _without_tags(text: str) -> str:
    open_tags: list[str] = []
    for found in _TAG.finditer(text):
        if found[2] not in _TAGS:
            raise RefusalError(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{found[2]}"')
        if not found[1]:
            open_tags.append(found[2])
        elif not open_tags or open_tags.pop() != found[2]:
            raise RefusalError(400, "Bad Request: can't parse entities: unmatched end tag")
    if open_tags or "<" in _TAG.sub("", text):
        raise RefusalError(400, "Bad Request: can't parse entities: can't find end tag")
    return unescape(_TAG.sub("", text))


def _buttons(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    markup = fields.get("reply_markup") or {}
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard") or []
    buttons = [(str(button["text"]), str(button["callback_data"])) for row in rows for button in row]
    if any(not 1 <= len(data.encode()) <= 64 for _, data in buttons):
        raise RefusalError(400, "Bad Request: BUTTON_DATA_INVALID")
    return buttons


# -- the server ---------------------------------------------------------------------------------------
def _app(telegram: FakeTelegram) -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def call(request: Request) -> Response:
        token, method = request.path_params["token"], request.path_params["method"]
        fields = await _fields(request)
        fault = telegram.next_fault(method)
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            if fault.after:
                _quietly(telegram, token, method, fields)
            return _gone_wrong(fault)
        try:
            result = await _result(telegram, token, method, fields)
        except RefusalError as error:
            return _refusal(error.code, error.description, error.parameters)
        return JSONResponse({"ok": True, "result": result})

    return Starlette(routes=[Route("/bot{token}/{method}", call, methods=["GET", "POST"])])


async def _result(telegram: FakeTelegram, token: str, method: str, fields: dict[str, Any]) -> Any:
    result = telegram.answer(token, method, fields)
    end = time.monotonic() + min(float(fields.get("timeout") or 0), 30.0)
    while method == "getUpdates" and not result and time.monotonic() < end:
        await asyncio.sleep(0.02)
        result = telegram.answer(token, method, fields)
    return result


def _quietly(telegram: FakeTelegram, token: str, method: str, fields: dict[str, Any]) -> None:
    try:
        telegram.answer(token, method, fields)
    except RefusalError:
        return


async def _fields(request: Any) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return dict(await request.json())
    if kind.startswith("multipart/"):
        return _opened(parts(await request.body(), kind))
    form = (await request.body()).decode()
    return _opened({**request.query_params, **dict(parse_qsl(form, keep_blank_values=True))})


def _opened(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form, those that are JSON (numbers, keyboards, lists) as what they mean."""
    return {name: value if name in _WORDS else _json_or_text(value) for name, value in fields.items()}


def _json_or_text(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def parts(body: bytes, kind: str) -> dict[str, Any]:
    """The fields of a form with files, as bytes or as texts."""
    from email.parser import BytesParser
    from email.policy import HTTP

    form = BytesParser(policy=HTTP).parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in form.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        found[name] = content if part.get_filename() else bytes(content or b"").decode()
    return found


def _gone_wrong(fault: Fault) -> Response:
    from starlette.responses import Response

    if fault.status == 0:
        return _cut()
    if fault.garbled:
        return Response("<html>bad gateway</html>", fault.status)
    parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
    return _refusal(fault.status, fault.description or f"fault {fault.status}", parameters)


def _refusal(code: int, description: str, parameters: Mapping[str, Any]) -> Response:
    from starlette.responses import JSONResponse

    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return JSONResponse(body | ({"parameters": dict(parameters)} if parameters else {}), code)


def _cut() -> Response:
    """Promises more than it sends: the server ends the connection there."""
    from starlette.responses import Response

    return Response(b"{", 200, {"content-length": "1000"})


@contextmanager
def _listening(telegram: FakeTelegram) -> Iterator[str]:
    with listening(_app(telegram)) as url:
        yield url


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an ASGI app on a free port of loopback, in a thread of its own, for as long as the block lasts."""
    import socket

    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)
