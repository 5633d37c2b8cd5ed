"""A row of the outbox as one call to Telegram. Pure: it says what to call, and calls nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coachbot.channels.telegram.markup import html
from coachbot.service.markup import plain
from coachbot.service.ports import Capabilities, Rate
from coachbot.service.records import OutboxRow

#: Telegram's own limits: 4096 and 1024 UTF-16 units, 64 bytes behind a button, about one message a second to a chat
#: and thirty from a bot (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). The thirty
#: are spread over a little more than a second, because two clocks are never quite of one mind.
CAN = Capabilities(
    buttons=40,
    label=60,
    media=frozenset({"picture", "audio", "file"}),
    text=4096,
    caption=1024,
    ticks=False,
    closes_buttons=True,
    deduplicates=False,
    account_rate=Rate(29.5, 30),
    chat_rate=Rate(1.0, 3),
    title="Telegram",
)
LONGEST_DATA = 64
#: Most buttons on one line: numbers, short labels, long ones.
_NUMBERS, _SHORT = 6, 2
_SHORT_LABEL = 13
_FINISHING = ("done", "none")
Keyboard = Sequence[Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its method and fields, and what is sent along."""

    method: str
    fields: Mapping[str, Any]
    #: The field that the file goes into, and where it comes from: a picture of the pack, or a patient's own.
    file_field: str = ""
    pack_file: str = ""
    media: int = 0
    #: The same in plain text, for the case that Telegram cannot read the marks.
    plainly: Mapping[str, Any] = field(default_factory=dict)


def call_for(chat: str, row: OutboxRow) -> Call:
    """The call that a row stands for."""
    kind = row.body.get("kind")
    if kind == "close":
        return _closing(chat, row)
    keyboard = _keyboard(row)
    if kind == "text" or kind is None:
        return _text(chat, row, str(row.body.get("text") or ""), keyboard)
    return _file(chat, row, str(kind), keyboard)


# -- texts --------------------------------------------------------------------------------------------
def _text(chat: str, row: OutboxRow, text: str, keyboard: Keyboard) -> Call:
    fields: dict[str, Any] = {"chat_id": int(chat), "link_preview_options": {"is_disabled": True}}
    method = "sendMessage"
    if row.shown is not None:
        method, fields["message_id"] = "editMessageText", int(row.shown.remote_id)
    else:
        fields["disable_notification"] = True if row.quiet else None
    if keyboard:
        fields["reply_markup"] = {"inline_keyboard": keyboard}
    return Call(
        method,
        {**fields, "text": html(text) or "…", "parse_mode": "HTML"},
        plainly={**fields, "text": plain(text) or "…"},
    )


def _closing(chat: str, row: OutboxRow) -> Call:
    """The buttons of an answered question go; what was pressed is written under it, since a press leaves no trace."""
    assert row.shown is not None
    answer, asked = str(row.body.get("answer") or ""), row.shown.body
    if not answer or asked.get("kind") != "text":
        return Call("editMessageReplyMarkup", {"chat_id": int(chat), "message_id": int(row.shown.remote_id)})
    return _text(chat, row, f"{asked['text']}\n\n*{_unmarked(answer)}*", ())


def _unmarked(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>" else letter for letter in text)


# -- files --------------------------------------------------------------------------------------------
_METHODS = {"picture": ("sendPhoto", "photo"), "audio": ("sendAudio", "audio"), "file": ("sendDocument", "document")}


def _file(chat: str, row: OutboxRow, kind: str, keyboard: Keyboard) -> Call:
    body = row.body
    method, field_name = _METHODS.get(kind, _METHODS["file"])
    own = body.get("media")
    caption = str(body.get("alt") or "")[: CAN.caption] if own else ""
    fields: dict[str, Any] = {
        "chat_id": int(chat),
        "caption": caption or None,
        "disable_notification": True if row.quiet else None,
        "reply_markup": {"inline_keyboard": keyboard} if keyboard else None,
    }
    name = str(body.get("picture") or body.get("audio") or body.get("name") or "")
    return Call(method, fields, field_name, "" if own else name, int(own) if own else 0)


# -- buttons ------------------------------------------------------------------------------------------
def _keyboard(row: OutboxRow) -> Keyboard:
    choices = row.body.get("choices") or ()
    several = (row.body.get("ask") or {}).get("kind") == "several"
    chosen = set(row.body.get("chosen") or ())
    buttons = []
    for place, (code, label) in enumerate(choices):
        ticks = several and code not in _FINISHING
        sign = ("-" if code in chosen else "+") if ticks else ""
        buttons.append({"text": str(label), "callback_data": data_of(row.token, sign + code, place)})
    return _lines(buttons)


def data_of(token: str, code: str, place: int) -> str:
    """What stands behind a button: its question and its choice, by its place if the code is too long."""
    data = f"{token}:{code}"
    return data if len(data.encode()) <= LONGEST_DATA else f"{token}:#{place}"


def _lines(buttons: Sequence[Mapping[str, str]]) -> Keyboard:
    longest = max((len(button["text"]) for button in buttons), default=0)
    many = _NUMBERS if longest <= len("10") else _SHORT if longest <= _SHORT_LABEL and len(buttons) > _SHORT else 1
    return [buttons[at : at + many] for at in range(0, len(buttons), many)]
