"""The fields of a call as Telegram reads them, and what it refuses in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from coachbot.service.fitting import units
from coachbot.testing.botapi.faults import RefusalError

_LONGEST = {"text": 4096, "caption": 1024}
_TAG = re.compile(r"<(/?)([a-z-]+)(?:\s[^<>]*)?>")
_TAGS = {"b", "i", "s", "u", "code", "pre", "a", "blockquote", "tg-spoiler"}


def number_of(update: Any) -> int:
    """The number of an update; -1 if it has none."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else -1


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """The text of a call as a person reads it; refused where Telegram would refuse it."""
    text = str(fields.get(name) or "")
    if name == "text" and not text.strip():
        raise RefusalError(400, "Bad Request: message text is empty")
    if fields.get("parse_mode") == "HTML":
        text = without_tags(text)
    if units(text) > _LONGEST[name]:
        raise RefusalError(400, f"Bad Request: {name} is too long")
    return text


def without_tags(text: str) -> str:
    """A text in HTML as it is read; refused if its tags do not close."""
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


def buttons_of(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and data of each button of a call, in order."""
    markup = fields.get("reply_markup") or {}
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard") or []
    buttons = [(str(button["text"]), str(button["callback_data"])) for row in rows for button in row]
    if any(not 1 <= len(data.encode()) <= 64 for _, data in buttons):
        raise RefusalError(400, "Bad Request: BUTTON_DATA_INVALID")
    return buttons
