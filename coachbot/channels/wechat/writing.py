"""A row of the outbox as one call to WeChat. Pure: it says what to call, and calls nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coachbot.service.ports import Capabilities, Rate
from coachbot.service.records import OutboxRow

#: WeChat's own limits: 2048 bytes of text; no buttons under a message; nothing can be changed or taken back; five
#: messages within 48 hours of a patient's word
#: (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html). The rate is
#: ours: WeChat counts calls a day (500 000) and asks for patience by 45011.
LONGEST_BYTES = 2048
#: Bytes kept free in each text for the line that says how to go on, should it be the last one for now.
_FOR_MORE = 148
CAN = Capabilities(
    buttons=0,
    media=frozenset({"picture"}),
    text=LONGEST_BYTES - _FOR_MORE,
    counts_bytes=True,
    caption=0,
    markup=False,
    ticks=False,
    edits=False,
    deduplicates=False,
    window_hours=48.0,
    burst=5,
    joins=True,
    account_rate=Rate(20.0, 20),
    chat_rate=Rate(2.0, 5),
    title="WeChat",
)
SEND, RING = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its path and fields, and the picture that has to be there before."""

    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: Where the picture comes from: one of the pack, or a patient's own.
    pack_file: str = ""
    media: int = 0

    @property
    def has_file(self) -> bool:
        """Whether a picture is sent."""
        return bool(self.pack_file or self.media)


def call_for(who: str, row: OutboxRow, more: str) -> Call:
    """The call that a row stands for. `more` is said at the end of the last message that may go out for now."""
    own = row.body.get("media")
    if row.body.get("kind") == "picture":
        return Call(SEND, {"touser": who, "msgtype": "image"}, "" if own else str(row.body["picture"]), int(own or 0))
    text = str(row.body.get("text") or "").strip() or "…"
    return Call(SEND, text_to(who, _with_more(text, more) if row.last_for_now and more else text))


def _with_more(text: str, more: str) -> str:
    """A text that says how to go on. Where both are too long for one message the coach's own words go alone."""
    both = f"{text}\n\n{more}"
    return both if len(both.encode()) <= LONGEST_BYTES else text


def text_to(who: str, text: str) -> dict[str, Any]:
    """The fields of a text."""
    return {"touser": who, "msgtype": "text", "text": {"content": text}}


def picture_to(call: Call, media_id: str) -> dict[str, Any]:
    """The fields of a picture that WeChat has."""
    return {**call.fields, "image": {"media_id": media_id}}
