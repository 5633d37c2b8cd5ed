"""A person takes over the talk, and hands it back at the question that was open.

While a person reads, the coach stays out of it: nothing the patient says is an answer to the coach, nothing planned
begins, no practice goes on by itself. Danger is read all the same, and `stop` and `help` work as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.events import Event, Opened, Pressed, Said
from coachbot.errors import EnrolmentError
from coachbot.service.draft import Draft
from coachbot.service.ports import Transaction
from coachbot.service.records import AlertRow
from coachbot.service.speaking import Delivery, queue, say_section

#: The timer that ends a hand-over in which nobody of the clinic writes any more.
PATIENCE = "hand_over"
LONGEST = 4_000
#: Since when the patient's words to the person in the talk have had none in return.
WAITS = "waits"
#: Alerts that a person in the talk answers, by their first word there.
ASKED_FOR = ("message", "hand_over")
#: Whole messages that the coach still hears.
_STILL_HEARD = ("stop", "help")
_Apply = Callable[[Draft, Event, Delivery], None]


def take_over(draft: Draft, staff: int, name: str) -> None:
    """From now on a person reads and writes; the patient is told so."""
    held = draft.progress.hand_over
    if held and held.get("staff") != staff:
        raise EnrolmentError(f"{held.get('name')} has taken over this talk already")
    if draft.enrolment is None or draft.enrolment.state == "withdrawn":
        raise EnrolmentError("this patient has left the programme; ring them instead")
    if not held:
        now = draft.now.isoformat()
        draft.change_progress(hand_over={"staff": staff, "name": name, "since": now, "written": now})
        say_section(draft, "person_here", Delivery(), by=name)
    _wait(draft)


def write(draft: Draft, staff: int, name: str, text: str) -> None:
    """Words of a person, through the same channel, marked as theirs."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise EnrolmentError(f"a message has between 1 and {LONGEST} characters")
    if draft.progress.hand_over.get("staff") != staff:
        raise EnrolmentError("take over the talk first: the coach must not speak in between")
    held = {name: value for name, value in draft.progress.hand_over.items() if name != WAITS}
    draft.change_progress(hand_over={**held, "written": draft.now.isoformat(), "wrote": True})
    capabilities = draft.world.capabilities.get(draft.record.address.channel)
    shown = text if capabilities and capabilities.names_people else f"**{name}:** {text}"
    queue(draft, {"kind": "text", "text": shown, "by": "person", "name": name}, Delivery())
    _wait(draft)


def hand_back(draft: Draft, apply: _Apply) -> None:
    """The person has finished: the coach says so and comes back to the open question."""
    if not draft.progress.hand_over:
        raise EnrolmentError("nobody has taken over this talk")
    _end(draft, "person_gone", apply, Delivery())


def answered(tx: Transaction, draft: Draft, name: str) -> None:
    """A person has written: what asked for one is thereby seen. Coming in alone answers nobody."""
    for alert in _asked_for(tx, draft):
        draft.alerts.append(replace(alert, acknowledged_at=draft.now, acknowledged_by=name))
        draft.disarm(f"escalate:{alert.id}")


def hear(draft: Draft) -> None:
    """The patient has said something to the person in the talk, and waits from now on until one writes."""
    held = draft.progress.hand_over
    if held and WAITS not in held:
        draft.change_progress(hand_over={**held, WAITS: draft.now.isoformat()})


def run_out(tx: Transaction, draft: Draft, apply: _Apply) -> None:
    """Nobody of the clinic has written for long: the coach does not leave the patient waiting, and staff hear of it
    if somebody still waits for a word."""
    if draft.progress.hand_over:
        _pass_on(tx, draft)
        _end(draft, "person_silent", apply, Delivery(quiet=True))


def _pass_on(tx: Transaction, draft: Draft) -> None:
    """Whoever asked for a person, or said something to the one who came, and had no word: the alert goes to the next,
    on duty. It is waited for as long as the coach waits for a person, from the patient's first word without an answer.
    """
    held, start = draft.progress.hand_over, draft.now
    waiting = list(_asked_for(tx, draft))
    since = _waits_since(draft)
    if _wrote(held):
        if since is None:
            return
        start = max(draft.now, since + timedelta(hours=draft.world.person_hours))
    if not waiting and since is not None:
        body = {"to": str(held.get("name") or "")}
        waiting = [AlertRow(draft.new_id(), draft.record.id, "message", "medium", draft.now, body)]
    duty = draft.world.duty.next_start(start)
    due = duty if draft.world.duty.covers(duty) else start
    for alert in waiting:
        by = min(due, alert.acknowledge_by or due)
        draft.alerts.append(replace(alert, acknowledge_by=by))
        draft.arm(f"escalate:{alert.id}", max(by, draft.now), alert=alert.id)


def _wrote(held: Mapping[str, Any]) -> bool:
    """Whether the person in the talk has written a word."""
    return bool(held.get("wrote")) or held.get("written") != held.get("since")


def _waits_since(draft: Draft) -> datetime | None:
    """Since when the patient waits for a word; None if the last one was the person's."""
    held, heard = draft.progress.hand_over, draft.record.last_heard
    if WAITS in held:
        return datetime.fromisoformat(str(held[WAITS]))
    written = datetime.fromisoformat(str(held.get("written")))  # taken over before this was kept
    return heard if heard is not None and heard > written else None


def _asked_for(tx: Transaction, draft: Draft) -> Iterator[AlertRow]:
    return (one for one in tx.alerts(draft.record.id, open_only=True) if one.kind in ASKED_FOR)


def keeps_out(draft: Draft, event: Event) -> bool:
    """Whether this word is for the person who has taken over, and the coach says nothing to it."""
    if not draft.progress.hand_over:
        return False
    conversation = draft.record.conversation
    opened = next((frame.opened for frame in reversed(conversation.frames) if frame.opened != "call"), "")
    if conversation.prompt is not None and opened == "safety":
        return False
    if conversation.prompt is not None and opened == "interrupt":
        return _left_open(draft, event)
    if isinstance(event, Said):
        phrases = draft.world.pack.library.phrases_for(draft.record.profile.language)
        return interrupt_in(event.text, phrases) not in _STILL_HEARD
    return True


def _left_open(draft: Draft, event: Event) -> bool:
    """A question of `stop` or `help` that was asked since: its own answers are heard."""
    prompt, since = draft.record.conversation.prompt, str(draft.progress.hand_over.get("since"))
    asked_since = prompt is not None and prompt.asked_at >= datetime.fromisoformat(since)
    return not (asked_since and isinstance(event, Said | Pressed))


def _end(draft: Draft, section: str, apply: _Apply, delivery: Delivery) -> None:
    name = str(draft.progress.hand_over.get("name") or "")
    draft.change_progress(hand_over={})
    draft.disarm(PATIENCE)
    if draft.progress.silent_until or draft.enrolment is None or draft.enrolment.state == "withdrawn":
        return  # the patient said stop meanwhile
    say_section(draft, section, delivery, by=name)
    if draft.record.conversation.prompt is not None:
        opened = next(frame for frame in reversed(draft.record.conversation.frames) if frame.opened != "call")
        apply(draft, Opened(opened.dialog, "patient"), delivery)


def _wait(draft: Draft) -> None:
    draft.arm(PATIENCE, draft.now + timedelta(hours=draft.world.person_hours))
