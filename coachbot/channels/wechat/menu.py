"""The menu below the chat: three buttons at most, with five entries each, from the channel's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coachbot.channels.wechat.reading import MENU_KEY

#: WeChat's limits: buttons, entries of each, and the bytes of their names.
_BUTTONS, _ENTRIES, _BUTTON_BYTES, _ENTRY_BYTES = 3, 5, 16, 60


def menu_of(words: Mapping[str, str]) -> dict[str, Any]:
    """The menu: `menu_1` names a button, `menu_1_command_pause` an entry of it that does what the word does."""
    buttons = []
    for number in range(1, _BUTTONS + 1):
        head = f"menu_{number}_command_"
        entries = [
            {"type": "click", "name": _cut(text, _ENTRY_BYTES), "key": MENU_KEY + key.removeprefix(head)}
            for key, text in words.items()
            if key.startswith(head)
        ]
        if entries:
            name = _cut(words.get(f"menu_{number}", "…"), _BUTTON_BYTES)
            buttons.append({"name": name, "sub_button": entries[:_ENTRIES]})
    return {"button": buttons}


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore")
