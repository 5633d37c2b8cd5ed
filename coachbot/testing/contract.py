"""The contract of a channel as tests, for ours and for those that other packages bring.

    def test_it_keeps_the_contract(channel):
        asyncio.run(keep_contract(channel, Address(1, 1, channel.name, "kim")))

`deliver` is called for real: give the channel a messenger that takes everything. Each part raises an AssertionError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

from coachbot.authoring.plain import read_plain
from coachbot.packs import pack_root
from coachbot.service.fitting import fitted
from coachbot.service.ports import Channel
from coachbot.service.records import Address, OutboxRow, Shown
from coachbot.settings import load_settings

_NOW = datetime(2026, 3, 9, tzinfo=UTC)
_SHORTEST_TEXT = 200
_CHOICES = [["all", "Yes, all of it"], ["part", "Part of it"]]
#: A question with two choices.
QUESTION: Mapping[str, Any] = {
    "kind": "text", "text": "Did you?", "token": "t", "choices": _CHOICES, "ask": {"kind": "choice"}
}  # fmt: skip
#: What the coach says, of every kind: marks, length, choices, ticks, a scale, a picture.
BODIES: Sequence[Mapping[str, Any]] = (
    {"kind": "text", "text": "Hello **Kim**, <3 & more_or_less *well*."},
    {"kind": "text", "text": "\n\n".join(f"Paragraph {n}. " + "Some words about backs. " * 20 for n in range(40))},
    QUESTION,
    {"kind": "text", "text": "Days?", "token": "t", "choices": _CHOICES, "chosen": ["all"], "ask": {"kind": "several"}},
    {"kind": "text", "text": "Pain?", "token": "t", "choices": [[str(n)] * 2 for n in range(11)],
     "ask": {"kind": "scale", "low": 0, "high": 10}},
    {"kind": "picture", "picture": "exercises/bridge_start.png", "alt": "Hips up"},
)  # fmt: skip


async def keep_contract(channel: Channel, to: Address) -> None:
    """Everything below, for a channel and a chat that takes messages."""
    is_sensible(channel)
    for body in BODIES:
        await delivers(channel, to, body)
    await takes_buttons_away(channel, to)


def is_sensible(channel: Channel) -> None:
    """Its capabilities are frozen, and do not contradict each other."""
    can = channel.capabilities
    assert can.text >= _SHORTEST_TEXT, "a text has at least 200 units"
    assert can.burst >= 1, "at least one message is taken after a patient's word"
    assert not can.closes_buttons or can.edits, "buttons are taken away by changing a message"
    assert can.deduplicates or can.account_rate is not None, "say how often messages are taken"
    try:
        can.text = 1  # type: ignore[misc]
    except FrozenInstanceError:
        return
    raise AssertionError("the capabilities are one frozen record")


async def delivers(channel: Channel, to: Address, body: Mapping[str, Any]) -> Sequence[str]:
    """It takes whatever was fitted to it, and names each message; returns these names."""
    words = read_plain(pack_root(load_settings()) / "content" / "en" / "channel.yaml")
    pieces = fitted(body, channel.capabilities, lambda: words)
    names = [await channel.deliver(to, row_of(piece, number)) for number, piece in enumerate(pieces, 1)]
    assert all(names), "every message has a name of its own at the messenger"
    assert len(set(names)) == len(names), "two messages have the same name"
    return names


async def takes_buttons_away(channel: Channel, to: Address) -> None:
    """A row that closes a question is no message, and does no harm."""
    shown = Shown(await channel.deliver(to, row_of(QUESTION)), QUESTION)
    body = {"kind": "close", "token": "t", "answer": "Your answer: Part of it"}
    await channel.deliver(to, row_of(body, 2, shown=shown))


def row_of(body: Mapping[str, Any], number: int = 1, **more: Any) -> OutboxRow:
    """A row of the outbox as the sender hands it over."""
    return OutboxRow(number, "p", 1, dict(body), _NOW, token=str(body.get("token") or ""), **more)
