"""A person with a phone: what they send, and what stands in their chat."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coachbot.testing.botapi.server import FakeTelegram


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
    #: When it came, in seconds of a clock that never goes back.
    at: float = field(default_factory=time.monotonic)

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
        change = {**self._who, "date": 1, "new_chat_member": self._bot_as(now), "old_chat_member": self._bot_as(before)}
        return self.telegram.put(self.bot, {"my_chat_member": change})

    def _bot_as(self, status: str) -> dict[str, Any]:
        """The bot as a member of the chat."""
        bot = {"id": int(self.bot.partition(":")[0]), "is_bot": True, "first_name": "bot"}
        return {"status": status, "user": bot, **({"until_date": 0} if status == "kicked" else {})}

    @property
    def _who(self) -> dict[str, Any]:
        return {
            "chat": {"id": self.chat, "type": "private", "first_name": self.name},
            "from": {"id": self.chat, "is_bot": False, "first_name": self.name, "language_code": "en"},
        }
