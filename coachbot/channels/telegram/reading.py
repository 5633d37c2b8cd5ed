"""What Telegram hands over, as an update of the service. Every kind is read on purpose; nothing raises."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from coachbot.service.records import Update

Raw: TypeAlias = Mapping[str, Any]

#: The kinds of updates that Telegram is asked for.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
LONGEST_TEXT = 20_000
#: What a message can carry instead of words, and what the coach calls it. The first that is there counts.
_ATTACHMENTS = {
    "sticker": "sticker", "photo": "photo", "voice": "voice", "audio": "voice", "video_note": "video",
    "video": "video", "animation": "sticker", "document": "file", "location": "location", "venue": "location",
    "contact": "contact", "poll": "sticker", "dice": "sticker", "game": "sticker", "story": "sticker",
    "paid_media": "photo", "checklist": "file",
}  # fmt: skip
_IN_CHAT = ("member", "administrator", "creator", "restricted")


@dataclass(frozen=True, slots=True)
class Aside:
    """A place where the coach does not talk: it says so, and leaves."""

    kind: Literal["group", "channel"]
    chat: int


@dataclass(frozen=True, slots=True)
class Press:
    """A press on a button, to be acknowledged once it is stored."""

    update: Update
    query: str


Read: TypeAlias = Update | Press | Aside | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the updates of one account. `zone_at` tells the time zone of a place by latitude and longitude."""

    account: int
    channel: str
    zone_at: Any

    def read(self, raw: Any) -> Read:
        """One update; None for what is passed over on purpose, and for what nobody could read."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("update_id"), int):
            return None
        for name, reads in (
            ("message", self._message),
            ("edited_message", self._edited),
            ("callback_query", self._press),
            ("my_chat_member", self._membership),
            ("channel_post", self._post),
        ):
            if isinstance(raw.get(name), Mapping):
                try:
                    return reads(raw[name], f"u{raw['update_id']}")
                except (TypeError, ValueError, AttributeError, KeyError):
                    return None
        return None

    def _update(self, chat: Raw, update_id: str, kind: str, **fields: str) -> Update:
        return Update(self.account, self.channel, str(int(chat["id"])), update_id, kind, **fields)

    # -- messages ----------------------------------------------------------------------------------------
    def _message(self, message: Raw, update_id: str) -> Read:
        chat = message["chat"]
        if chat.get("type") != "private":
            return None if "migrate_to_chat_id" in message else _aside(chat)
        if (message.get("from") or {}).get("is_bot"):
            return None
        replied = message.get("reply_to_message") or {}
        reply_to = str(replied.get("message_id") or "")
        text = clean(message.get("text"))
        if isinstance(message.get("text"), str):
            return self._text(chat, update_id, text, reply_to)
        kind = next((name for part, name in _ATTACHMENTS.items() if part in message), None)
        if kind is None:
            return None  # a pinned message, a changed title and the like
        return self._attached(message, chat, _of_album(message) or update_id, kind)

    def _text(self, chat: Raw, update_id: str, text: str, reply_to: str) -> Update:
        word, _, rest = text.partition(" ")
        command = word[1:].partition("@")[0].lower() if word.startswith("/") else ""
        if command == "start":
            return self._update(chat, update_id, "start", text=rest.strip())
        if command and command.replace("_", "").isalpha() and not rest.strip():
            return self._update(chat, update_id, "command", text=command.replace("_", " "), code=command)
        return self._update(chat, update_id, "text", text=text, reply_to=reply_to)

    def _attached(self, message: Raw, chat: Raw, update_id: str, kind: str) -> Update:
        text = clean(message.get("caption"))
        if kind == "location":
            place = message.get("location") or message["venue"]["location"]
            text = self.zone_at(float(place["latitude"]), float(place["longitude"]))
        elif kind == "contact":
            text = clean((message["contact"] or {}).get("phone_number"))
        return self._update(chat, update_id, "attachment", text=text, attachment=kind)

    def _edited(self, message: Raw, update_id: str) -> Read:
        chat = message["chat"]
        if chat.get("type") != "private":
            return None
        text = clean(message.get("text") or message.get("caption"))
        return self._update(chat, update_id, "edited", text=text) if text else None

    # -- presses -----------------------------------------------------------------------------------------
    def _press(self, query: Raw, update_id: str) -> Read:
        message = query.get("message") or {}
        chat = message.get("chat")
        if not isinstance(chat, Mapping) or chat.get("type", "private") != "private":
            return None
        token, _, code = clean(query.get("data")).partition(":")
        # The app may hand the same press over under another update id; its own id stays the same.
        own = hashlib.sha256(f"{self.account}|{query['id']}".encode()).hexdigest()[:24]
        update = self._update(chat, f"p{own}", "press", token=token, code=code)
        return Press(update, str(query["id"]))

    # -- coming and going --------------------------------------------------------------------------------
    def _membership(self, change: Raw, update_id: str) -> Read:
        chat = change["chat"]
        now = (change.get("new_chat_member") or {}).get("status")
        before = (change.get("old_chat_member") or {}).get("status")
        if chat.get("type") != "private":
            return _aside(chat) if now in _IN_CHAT and before not in _IN_CHAT else None
        if now in ("kicked", "left"):
            return self._update(chat, update_id, "blocked")
        return self._update(chat, update_id, "unblocked") if before in ("kicked", "left") else None

    def _post(self, message: Raw, update_id: str) -> Read:
        return _aside(message["chat"])


def _of_album(message: Raw) -> str:
    """What a picture of an album is known by: all of it is one thing sent, answered once. One with words of its own
    is read for itself, so that no danger in them is missed; empty for those, and for what is no album."""
    album = message.get("media_group_id")
    if not album or message.get("caption"):
        return ""
    return f"g{hashlib.sha256(str(album).encode()).hexdigest()[:24]}"


def _aside(chat: Raw) -> Aside:
    return Aside("channel" if chat.get("type") == "channel" else "group", int(chat["id"]))


def clean(value: Any) -> str:
    """A text, cut, without what no database can keep (NUL, halves of characters)."""
    if not isinstance(value, str):
        return ""
    return value[:LONGEST_TEXT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
