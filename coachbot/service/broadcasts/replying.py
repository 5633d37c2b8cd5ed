"""A patient answers a broadcast: the words go to those who treat, as a message that waits for an answer.

An answer is what is sent in reply to the message itself, or the first words after it while no question is open. What
means something to the coach (stop, help, a hard moment) is heard by the coach as ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.events import Event, Said
from coachbot.service.acts import open_alert
from coachbot.service.draft import Draft
from coachbot.service.ports import Transaction
from coachbot.service.speaking import Delivery, say_section

#: For how long after a broadcast the next words are taken for an answer to it.
_LONGEST = timedelta(days=3)
_KEPT = 500


def takes(tx: Transaction, draft: Draft, event: Event, reply_to: str) -> bool:
    """Whether this is an answer to a broadcast and needs nothing more of the coach."""
    held = draft.progress.broadcast
    if held:
        draft.change_progress(broadcast={})  # only the first words after it are
    if not (held or reply_to) or not isinstance(event, Said) or not event.text.strip():
        return False
    library, language = draft.world.pack.library, draft.record.profile.language
    if interrupt_in(event.text, library.phrases_for(language)) is not None:
        return False
    number = tx.broadcast_of_message(draft.record.id, reply_to) if reply_to else None
    number = number or _answered(draft, held.get("id", ""), held.get("at", ""))
    one = tx.broadcast(number) if number else None
    if one is None:
        return False
    body = {"words": event.text[:_KEPT], "broadcast": str(one.id), "title": one.title}
    open_alert(draft, "message", "medium", body)
    if library.moments.in_text(event.text, language) is not None:
        return False  # the coach has something to say to it as well
    say_section(draft, "broadcast_answered", Delivery())
    return True


def _answered(draft: Draft, number: str, at: str) -> int | None:
    if not number or draft.record.conversation.prompt is not None:
        return None
    return int(number) if draft.now - datetime.fromisoformat(at) <= _LONGEST else None
