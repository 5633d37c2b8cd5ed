"""The sending side: a message is delivered once it stands in the store; open pages are told of it."""

from __future__ import annotations

from coachbot.channels.webchat.hub import Hint, Hub
from coachbot.service.ports import Capabilities, Line
from coachbot.service.records import Address, OutboxRow


class WebChat:
    """The web chat as a channel. A page knows the id of each row, so it shows a row once."""

    name = "webchat"

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    @property
    def capabilities(self) -> Capabilities:
        """Everything: buttons, pictures, edits, exactly once, who wrote; but its page opens for patients alone."""
        return Capabilities(names_people=True, staff_chats=False)

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Tell the open pages; the others find the line in the store when they are opened."""
        by = str(row.body.get("by") or "coach")
        self.hub.publish(to.chat, Hint("lines", Line(row.id, by, row.due_at, row.body)))
        return str(row.id)
