"""The recording channel: it delivers nothing and remembers everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coachbot.service.ports import Capabilities, Channel, Clock
from coachbot.service.records import Address, OutboxRow


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it reached a patient."""

    at: datetime
    row: OutboxRow
    #: The messenger's own id of it.
    remote_id: str = ""

    @property
    def body(self) -> Mapping[str, Any]:
        return self.row.body

    @property
    def text(self) -> str:
        """The text; `<picture: ...>`, `<sound: ...>` or `<file: ...>` for what has none."""
        kind = self.body.get("kind")
        if kind == "picture":
            return f"<picture: {self.body.get('alt') or self.body.get('picture') or self.body.get('name')}>"
        if kind == "audio":
            return f"<sound: {self.body.get('alt') or self.body.get('audio')}>"
        if kind == "file":
            return f"<file: {self.body.get('name')}>"
        return str(self.body.get("text") or "")

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """Code and label of each button."""
        return tuple((str(code), str(label)) for code, label in self.body.get("choices") or ())

    @property
    def token(self) -> str:
        return str(self.body.get("token") or "")

    @property
    def asks(self) -> str:
        """Kind of the question it asks; empty for none."""
        return str((self.body.get("ask") or {}).get("kind") or "")


class RecordingChannel:
    """A channel for tests. With `inner`, a real channel delivers too, and has to manage."""

    def __init__(self, clock: Clock, inner: Channel | None = None, name: str = "webchat") -> None:
        self._clock = clock
        self._inner = inner
        self.name = inner.name if inner else name
        self.sent: list[tuple[str, Message]] = []
        #: Told of every message, with its chat.
        self.heard: Callable[[str, Message], None] = lambda chat, message: None
        #: Raised instead of delivering, once each, in order.
        self.faults: list[Exception] = []

    @property
    def capabilities(self) -> Capabilities:
        return self._inner.capabilities if self._inner else Capabilities()

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Remember the message. Raises the next of `faults`, if there is one."""
        if self.faults:
            raise self.faults.pop(0)
        remote = await self._inner.deliver(to, row) if self._inner else str(row.id)
        if row.body.get("kind") != "close":
            message = Message(self._clock.now(), row, remote)
            self.sent.append((to.chat, message))
            self.heard(to.chat, message)
        return remote
