"""The service window: a messenger that takes few messages after a patient's word, and none long after it.

What finds no room rings by a template, where the site has one for its kind of touchpoint, and waits for the patient's
next word; or only waits. It expires as any row does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from coachbot.engine.asks import Wait
from coachbot.engine.changing import changed
from coachbot.service.records import Address, OutboxRow

if TYPE_CHECKING:
    from coachbot.service.draft import Draft
    from coachbot.service.ports import Capabilities, Transaction

#: Why a row waits: there was no room for it; a template has rung for it.
SHUT, RUNG = "outside the service window", "a template rang"
#: So much before its end the window counts as shut: the messenger's clock is not ours.
_MARGIN = timedelta(minutes=2)
#: So long a line of a guided practice waits for the patient's next word; later they are asked whether to go on.
_PRACTICE_WAITS = timedelta(hours=1)
#: Updates that are no word of the patient's.
_NO_WORDS = ("blocked", "edited", "page")


def placed(tx: Transaction, row: OutboxRow, to: Address, can: Capabilities, now: datetime) -> OutboxRow | None:
    """The row as it may go out now: as it is, as the last for now, or as a ring; None if it waits."""
    if can.window_hours is None:
        return row
    room = tx.room(row, to.account, now=now)
    window = timedelta(hours=can.window_hours) - _MARGIN
    is_open = row.reason != SHUT and room.heard_at is not None and now - room.heard_at <= window
    if is_open and room.sent < can.burst:
        return replace(row, last_for_now=room.sent == can.burst - 1 and (room.more or _goes_on(row)))
    kind = kind_of(row)
    return replace(row, rings=kind) if kind in can.templates and not room.rung else None


def _goes_on(row: OutboxRow) -> bool:
    """Whether more follows by itself: the next words of a guided practice come with the clock."""
    return (row.body.get("ask") or {}).get("kind") == "wait"


def kind_of(row: OutboxRow) -> str:
    """The kind of touchpoint that a row belongs to; `person` for words of the clinic's; empty for an answer."""
    return str(row.body.get("touchpoint") or "") or ("person" if row.body.get("by") == "person" else "")


# -- receiving ----------------------------------------------------------------------------------------
def has_window(draft: Draft) -> bool:
    """Whether the patient's channel has a service window."""
    can = draft.world.capabilities.get(draft.record.address.channel)
    return can is not None and can.window_hours is not None


def hear(tx: Transaction, draft: Draft, kind: str, *, danger: bool) -> str:
    """The patient has written: what waited may go. Returns what became of the open question: `waiting` or `expired`
    if they have not seen it; `waiting` too if nothing is open and something waited, for which they knocked. In danger
    nothing may stand before the help, so everything else waits on."""
    if not has_window(draft) or kind in _NO_WORDS:
        return ""
    if danger:
        tx.put_off(draft.record.id)
        return ""
    prompt = draft.record.conversation.prompt
    fate = tx.fate(draft.record.id, prompt.token) if prompt is not None else ""
    released = tx.release(draft.record.id, now=draft.now)
    return "waiting" if prompt is None and released else fate


# -- guided practices ---------------------------------------------------------------------------------
def holds_practice(tx: Transaction, draft: Draft) -> bool:
    """Whether a practice has to wait, because its line waits for the patient's next word: nobody follows lines that
    nobody sees. It stands in nobody's way meanwhile."""
    prompt = draft.record.conversation.prompt
    if prompt is None or not has_window(draft) or tx.fate(draft.record.id, prompt.token) not in ("waiting", "expired"):
        return False
    conversation = changed(draft.record.conversation, prompt=changed(prompt, mode="paused"))
    draft.record = changed(draft.record, conversation=conversation)
    return True


def practice_goes_on(draft: Draft) -> None:
    """The patient has written, and the line that waited goes out: only now its quiet begins."""
    conversation = draft.record.conversation
    prompt = conversation.prompt
    wait = draft.world.pack.library.dialogs[prompt.dialog].states[prompt.state].ask if prompt else None
    if prompt is None or not isinstance(wait, Wait):
        return
    draft.record = changed(draft.record, conversation=changed(conversation, prompt=changed(prompt, mode="open")))
    draft.arm("wait", draft.now + timedelta(seconds=wait.seconds * conversation.frames[-1].pace), prompt.token)


def line_expires(draft: Draft) -> datetime | None:
    """When a practice's line that waits is of no use any more; None where none has to wait."""
    return draft.now + _PRACTICE_WAITS if has_window(draft) else None
