"""What WeChat hands over, as an update of the service. Every kind is read on purpose; nothing raises."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coachbot.service.records import Update

LONGEST_TEXT = 20_000
#: The scene of a code that somebody scanned before they followed the account.
_SCENE = "qrscene_"
#: What a message can be besides a text, and what the coach calls it.
_ATTACHMENTS = {
    "image": "photo", "voice": "voice", "video": "video", "shortvideo": "video", "location": "location",
    "link": "file", "file": "file",
}  # fmt: skip
#: What stands in the place of a sticker, which WeChat does not hand on.
_UNSHOWN = ("[Unsupported Message]", "【收到不支持的消息类型，暂无法显示】")
#: Fields whose words are read for danger: what a voice said (if the account has that read), what a link is called.
_WORDS = {"voice": ("Recognition",), "link": ("Title", "Description"), "file": ("Title",), "location": ()}
#: Key of a menu entry to the interrupt that it stands for.
MENU_KEY = "command:"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the messages of one account. `zone_at` tells the time zone of a place by latitude and longitude."""

    account: int
    channel: str
    zone_at: Callable[[float, float], str]

    def read(self, raw: Mapping[str, str]) -> Update | None:
        """One message or event; None for what is passed over on purpose, and for what nobody could read."""
        who, kind = clean(raw.get("FromUserName")), raw.get("MsgType", "")
        if not who or len(who) > 128 or not kind:
            return None
        if kind == "event":
            return self._event(raw, who)
        number = raw.get("MsgId", "")
        if not (number.isascii() and number.isalnum() and len(number) <= 64):
            return None
        return self._message(raw, who, kind, f"m{number}")

    def _update(self, who: str, update_id: str, kind: str, **fields: str) -> Update:
        return Update(self.account, self.channel, who, update_id, kind, **fields)

    # -- messages ----------------------------------------------------------------------------------------
    def _message(self, raw: Mapping[str, str], who: str, kind: str, update_id: str) -> Update:
        text = clean(raw.get("Content"))
        if kind == "text" and text.strip() not in _UNSHOWN:
            return self._update(who, update_id, "text", text=text)
        sent = _ATTACHMENTS.get(kind, "sticker")
        text = clean(" ".join(filter(None, (raw.get(name, "") for name in _WORDS.get(kind, ())))))
        if sent == "location":
            text = self._zone(raw)
        return self._update(who, update_id, "attachment", text=text, attachment=sent)

    def _zone(self, raw: Mapping[str, str]) -> str:
        try:
            return self.zone_at(float(raw["Location_X"]), float(raw["Location_Y"]))
        except (KeyError, ValueError):
            return ""

    # -- events ------------------------------------------------------------------------------------------
    def _event(self, raw: Mapping[str, str], who: str) -> Update | None:
        event, key = raw.get("Event", "").lower(), clean(raw.get("EventKey"))
        own = "|".join((str(self.account), who, raw.get("CreateTime", ""), event, key))
        update_id = f"e{hashlib.sha256(own.encode()).hexdigest()[:24]}"
        if event == "subscribe":
            return self._update(who, update_id, "start", text=key.removeprefix(_SCENE) if key else "")
        if event == "scan":
            return self._update(who, update_id, "start", text=key.removeprefix(_SCENE))
        if event == "unsubscribe":
            return self._update(who, update_id, "blocked")
        if event == "click" and key.startswith(MENU_KEY):
            code = key.removeprefix(MENU_KEY)
            return self._update(who, update_id, "command", text=code.replace("_", " "), code=code)
        return None  # a place told by itself, a link of the menu, how a template went: nothing a patient says


def clean(value: str | None) -> str:
    """A text, cut, without what no database can keep (NUL, halves of characters)."""
    return (value or "")[:LONGEST_TEXT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
