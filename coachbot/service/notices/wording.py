"""What a notice says: that there is something, how urgent it is, and where to look. No word of a patient's.

People get a text in the site's language; systems get an event with the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from coachbot.service.notices.chain import Link
from coachbot.service.notices.records import AlertHead
from coachbot.service.staffing import Member
from coachbot.service.world import World

#: Name of the word list, content/<language>/staff.yaml.
SHELF = "staff"
#: What stands behind the button of a notice, before the alert's number.
SEEN = "seen"
#: The token of buttons in staff's chats: they hang on no question, and stay good.
TOKEN = "0" * 10
Body = Mapping[str, Any]


class Wording:
    """Writes notices. `link` is the console's address."""

    def __init__(self, world: World, link: str) -> None:
        self._world = world
        self._link = link

    def say(self, key: str, /, **values: object) -> str:
        """One of the staff's own texts, filled in; a pack without it makes a poor text, and nothing fail."""
        shelves = self._world.small_words.get(self._world.pack.library.default_language, {})
        text = shelves.get(SHELF, {}).get(key) or " ".join([key.replace("_", " "), *(f"{{{name}}}" for name in values)])
        return text.format(**values)

    def alert(self, head: AlertHead, link: Link, code: str, *, raised: bool, ring: Sequence[Member]) -> Body:
        """An alert: new, graver than before, or passed on."""
        what = self.say(f"what_{head.priority}")
        name = self._name(head, link, raised)
        text = self.say(
            name, what=what, code=code, link=self._link, since=self.clock(head.opened_at),
            until=self.clock(head.acknowledge_by),
        )  # fmt: skip
        if ring and link != "first":
            people = "; ".join(self.say("ring_one", name=one.name, phone=one.phone) for one in ring)
            text = f"{text}\n\n{self.say('ring', people=people)}"
        told = {"first": "raised" if raised else "opened", "next": "escalated", "everybody": "escalated_to_all"}[link]
        return {
            "text": text,
            "title": self.say("title", what=what),
            "choices": [[f"{SEEN}{head.id}", self.say("seen_button")]],
            "event": self._event(f"alert.{told}", head, code),
        }

    def _name(self, head: AlertHead, link: Link, raised: bool) -> str:
        if link != "first":
            return f"alert_{link}"
        if raised:
            return "alert_raised"
        return "alert_first" if head.acknowledge_by is not None else "alert_first_open"

    def _event(self, kind: str, head: AlertHead, code: str) -> Body:
        return {
            "type": kind,
            "alert": str(head.id),
            "enrolment": code,
            "urgency": head.priority,
            "opened_at": head.opened_at.isoformat(),
            "acknowledge_by": head.acknowledge_by.isoformat() if head.acknowledge_by else None,
            "link": self._link,
        }

    def seen(self, alert: int, code: str, by: str) -> Body:
        """Somebody has acknowledged an alert."""
        event = {"type": "alert.acknowledged", "alert": str(alert), "enrolment": code, "by": by, "link": self._link}
        title = self.say("title", what=self.say("what_seen"))
        return {"text": self.say("seen", by=by, code=code), "title": title, "event": event}

    def broadcast(self, number: int, author: str) -> Body:
        """A broadcast waits for a second person."""
        link = self._link.removesuffix("today") + f"broadcasts/{number}"
        title = self.say("title", what=self.say("what_broadcast"))
        event = {"type": "broadcast.waiting", "broadcast": str(number), "link": link}
        return {"text": self.say("broadcast", author=author, link=link), "title": title, "event": event}

    def clock(self, moment: datetime | None) -> str:
        """A time of the clinic's clock; empty for none."""
        return moment.astimezone(self._world.duty.zone).strftime("%H:%M") if moment else ""

    def day_clock(self, moment: datetime) -> str:
        """A day and a time of the clinic's clock."""
        return moment.astimezone(self._world.duty.zone).strftime("%a %-d %b %H:%M")
