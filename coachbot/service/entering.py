"""Coming in: a code opens an enrolment; an update becomes an event."""

from __future__ import annotations

from dataclasses import replace

from coachbot.engine.events import Attached, Event, Opened, Pressed, Said
from coachbot.service.draft import Draft
from coachbot.service.ids import hashed, new_code, plain_code
from coachbot.service.ports import Transaction
from coachbot.service.records import Enrolment, InboxRow
from coachbot.service.speaking import Delivery, say_section

WELCOME = "enrol/welcome"
_LONGEST_TEXT = 20_000
_CODE_LENGTH = 16


def enter(tx: Transaction, draft: Draft, row: InboxRow) -> Event | None:
    """The event an update stands for; None if it was answered here (a stranger, a wrong code)."""
    kind = str(row.body.get("kind"))
    text = str(row.body.get("text") or "")
    if kind == "start" or (draft.enrolment is None and _looks_like_code(text)):
        return _start(tx, draft, text)
    if draft.enrolment is None:
        say_section(draft, "unknown_chat", Delivery())
        return None
    return _event(row, kind, text)


def _event(row: InboxRow, kind: str, text: str) -> Event:
    if kind == "press":
        return Pressed(str(row.body.get("token") or ""), str(row.body.get("code") or ""))
    if kind == "attachment":
        return Attached(str(row.body.get("attachment") or "file"))
    return Said(text[:_LONGEST_TEXT])


def _looks_like_code(text: str) -> bool:
    return len(plain_code(text)) == _CODE_LENGTH and len(text) < 2 * _CODE_LENGTH


def _start(tx: Transaction, draft: Draft, code: str) -> Event | None:
    """A code: it opens an enrolment once. Somebody already enrolled just goes on."""
    if draft.enrolment is not None:
        return _go_on(draft)
    if not code:
        say_section(draft, "unknown_chat", Delivery())
        return None
    now_real = draft.world.clock.real()
    invitation = tx.take_invitation(hashed(plain_code(code)), draft.record.id, now_real=now_real)
    if invitation is None:
        say_section(draft, "code_wrong", Delivery())
        return None
    if invitation.used_at is not None:
        say_section(draft, "code_used", Delivery())
        return None
    enrolment = Enrolment(draft.new_id(), invitation.programme, invitation.arm, "screening", code=new_code(8))
    draft.record = replace(draft.record, enrolment=enrolment)
    draft.enrolment_changed = True
    return Opened(WELCOME, "patient")


def _go_on(draft: Draft) -> Event:
    """Somebody already in opens the link once more: the open talk comes back, or a word out of the blue is answered."""
    conversation = draft.record.conversation
    if conversation.prompt is None:
        return Said("")
    opened = next(frame for frame in reversed(conversation.frames) if frame.opened != "call")
    return Opened(opened.dialog, "patient")
