"""A small honest desk without a database, and a browser's side of a stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from coachbot.channels.webchat import Hub, WebChat
from coachbot.service.desk import Caller, Desk
from coachbot.service.ports import LAST_ID, Line
from coachbot.service.records import Address, MediaRow, OutboxRow, Update

PACK = Path(__file__).parents[3]
WORDS = {"en": yaml.safe_load((PACK / "content/en/webchat.yaml").read_text(encoding="utf-8"))}
START = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)


class FakeDesk(Desk):
    """Keeps updates, lines, devices, links and media in memory; drops an update that it knows."""

    def __init__(self) -> None:
        self.account = 1
        self.channel = "webchat"
        self.updates: list[Update] = []
        self.devices: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.kept: dict[str, list[Line]] = {}
        self.files: dict[tuple[str, int], MediaRow] = {}
        self.last_id = 1 << 62
        self.broken = False

    # -- the service's side ------------------------------------------------------------------------------
    def receive(self, update: Update) -> Future[bool]:
        future: Future[bool] = Future()
        if self.broken:
            future.set_exception(OSError("the disk is full"))
        elif any(known.update_id == update.update_id for known in self.updates):
            future.set_result(False)
        else:
            self.updates.append(update)
            names = ("kind", "text", "token", "code", "attachment")
            body = {name: getattr(update, name) for name in names if getattr(update, name)}
            self.add(update.chat, "patient", body)
            future.set_result(True)
        return future

    def new_device(self, chat: str) -> str:
        if not any(update.chat == chat for update in self.updates):
            raise LookupError("no patient at this chat")
        return self._device(chat)

    def _device(self, chat: str) -> str:
        secret = f"secret-{len(self.devices)}"
        self.devices[secret] = chat
        return secret

    def caller(self, secret: str) -> Caller | None:
        chat = self.devices.get(secret)
        return Caller(f"p-{chat}", chat) if chat else None

    def new_link(self, patient: str) -> str:
        token = f"token-{len(self.links)}"
        self.links[token] = patient.removeprefix("p-")
        return token

    def use_link(self, token: str) -> str | None:
        chat = self.links.pop(token, None)
        return self._device(chat) if chat else None

    def lines(
        self, patient: str, *, after: int = 0, before: int = LAST_ID, limit: int = 500, newest: bool = False
    ) -> Sequence[Line]:
        kept = sorted(self.kept.get(patient.removeprefix("p-"), []), key=lambda line: line.id)
        found = [line for line in kept if after < line.id < before]
        return found[-limit:] if newest else found[:limit]

    def media(self, patient: str, row: int) -> MediaRow | None:
        return self.files.get((patient, row))

    # -- the test's side ---------------------------------------------------------------------------------
    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def add(self, chat: str, by: str, body: Mapping[str, Any], line: int | None = None) -> Line:
        """A line, as it stands in the store."""
        number = line or self.next_id()
        at = START + timedelta(seconds=len(self.kept.get(chat, ())))
        made = Line(number, by, at, dict(body))
        self.kept.setdefault(chat, []).append(made)
        return made


@dataclass
class Coach:
    """Sends as the service does: the call to the channel first, the row's outcome in the store after it."""

    desk: FakeDesk
    hub: Hub
    sent: list[OutboxRow] = field(default_factory=list)

    def row(self, text: str, **body: Any) -> OutboxRow:
        body = {"kind": "text", "text": text, **body}
        return OutboxRow(self.desk.next_id(), "p", 1, body, START)

    async def send(self, chat: str, row: OutboxRow, *, settle: bool = True) -> str:
        remote = await WebChat(self.hub).deliver(Address(1, 1, "webchat", chat), row)
        self.sent.append(row)
        if settle:
            self.desk.add(chat, "coach", row.body, row.id)
        return remote


# -- a stream, as a browser reads it ---------------------------------------------------------------------
class Stream:
    """Events of an open stream, one by one."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.ended = asyncio.Event()
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._rest = ""

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self._chunks.put_nowait(message.get("body", b""))

    async def block(self, patience_s: float = 2.0) -> dict[str, str]:
        """The next block, as its fields; comments are under an empty name. Raises TimeoutError."""
        async with asyncio.timeout(patience_s):
            while "\n\n" not in self._rest:
                self._rest += (await self._chunks.get()).decode()
        block, self._rest = self._rest.split("\n\n", 1)
        return dict(_field(line) for line in block.split("\n"))

    async def event(self, name: str = "line") -> dict[str, str]:
        """The next event of this name."""
        while True:
            found = await self.block()
            if found.get("event") == name:
                return found

    async def silence(self, patience_s: float = 0.05) -> list[dict[str, str]]:
        """Line events that still come within a moment (none, it is hoped)."""
        found = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while True:
                    block = await self.block(patience_s)
                    found += [block] if block.get("event") == "line" else []
        return found


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.removeprefix(" ")


@asynccontextmanager
async def listening(app: Any, secret: str, *, last: str = "", after: str = "") -> AsyncIterator[Stream]:
    """An open stream; leaving the block hangs up, as a closed page does."""
    stream, hung_up = Stream(), asyncio.Event()
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        await hung_up.wait()
        return {"type": "http.disconnect"}

    headers = [(b"host", b"test"), (b"cookie", f"coachbot_device={secret}".encode())]
    if last:
        headers.append((b"last-event-id", last.encode()))
    scope = {
        "type": "http", "method": "GET", "path": "/api/stream", "raw_path": b"/api/stream", "root_path": "",
        "scheme": "http", "query_string": f"after={after}".encode() if after else b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("test", 80), "http_version": "1.1",
    }  # fmt: skip

    async def serve() -> None:
        await app(scope, receive, stream.take)
        stream.ended.set()

    task = asyncio.create_task(serve())
    try:
        yield stream
    finally:
        hung_up.set()
        async with asyncio.timeout(2):
            await task
