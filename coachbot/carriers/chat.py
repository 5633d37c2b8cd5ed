"""Notices into a member's own chat, by the same channel that patients write to."""

from __future__ import annotations

from collections.abc import Mapping

from coachbot.errors import DeliveryError
from coachbot.service.notices.records import Notice, Way
from coachbot.service.notices.wording import TOKEN
from coachbot.service.ports import Channel, Clock
from coachbot.service.records import Address, OutboxRow


class ChatCarrier:
    """`coachbot.service.notices.ports.Carrier` over the channels of the coach."""

    def __init__(self, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._channels = channels
        self._clock = clock

    async def carry(self, way: Way, notice: Notice) -> None:
        """Send the text with its buttons."""
        channel = self._channels.get(way.channel)
        if channel is None:
            raise DeliveryError(f"no channel '{way.channel}' is configured", permanent=True)
        body = {"kind": "text", "text": notice.body["text"]}
        if choices := notice.body.get("choices"):
            body |= {"choices": choices, "ask": {"kind": "choice"}}
        row = OutboxRow(notice.id, "", 0, body, self._clock.now(), token=TOKEN if choices else "")
        await channel.deliver(Address(0, way.account, way.channel, way.address), row)
