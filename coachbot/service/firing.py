"""What a timer of a patient's does when it is due."""

from __future__ import annotations

from typing import Any

from coachbot.engine.changing import changed
from coachbot.engine.events import Concerned, Opened, TimerFired
from coachbot.service import days, filling, handing, safety, window
from coachbot.service.draft import AFTERWARDS, Draft
from coachbot.service.failing import TIMER_TRIES
from coachbot.service.ports import Transaction
from coachbot.service.records import Changes, TimerRow
from coachbot.service.speaking import Delivery
from coachbot.service.stepping import apply

#: What is kept of a timer for whoever asks why.
_KEPT_OF_TIMER = ("rule", "dialog", "expires", "quiet", "education", "about", "nag", "waited", "kind")
#: Timers that make the coach speak: nothing of it while the patient has shut the chat.
_SPOKEN = ("touch", "remind", "nag", "wait")


def run_timer(tx: Transaction, draft: Draft, row: TimerRow, changes: Changes) -> None:
    """Do what a timer stands for; nothing, where it is not of use any more."""
    purpose, _, _ = row.purpose.partition(":")
    if draft.progress.unreachable and purpose in _SPOKEN:
        return
    if purpose != "plan":
        draft.because = _because(draft, row)
    if purpose == "plan":
        plan = days.plan(draft, tx)
        if plan is not None:
            changes.plans.append(plan)
    elif purpose == "touch":
        opening = days.open_touchpoint(draft, row, tx)
        if opening is not None:
            apply(draft, *opening)
    elif purpose == "remind":
        _remind(draft, row)
    elif purpose == "nag":
        _nag(tx, draft, row)
    elif purpose == "page":
        filling.run_out(draft, str(row.body["assessment"]), apply)
    elif purpose == handing.PATIENCE:
        handing.run_out(tx, draft, apply)
    elif purpose == "wait" and not draft.progress.hand_over and not window.holds_practice(tx, draft):
        expires = window.line_expires(draft)
        apply(draft, TimerFired("wait", row.token), Delivery(quiet=True, expires_at=expires))
    elif purpose == "safety_silence":
        _silence(tx, draft, str(row.body["kind"]))
    elif purpose == "safety_again":
        kind = str(row.body["kind"])
        event = Concerned(kind, draft.world.rules[kind].dialog, {"kind": kind})
        apply(draft, event, Delivery(touchpoint="safety"))
    elif purpose == "escalate":
        _escalate(tx, draft, int(row.body["alert"]))
    elif purpose == AFTERWARDS:
        _do_again(draft, row)


def _remind(draft: Draft, row: TimerRow) -> None:
    """The patient asked for it, so it is not unprompted; it still waits for a talk to end."""
    if not days.may_remind(draft, str(row.body["dialog"])):
        return
    if days.held_open(draft):
        draft.arm(row.purpose, draft.now + days.BUSY_RETRY, **row.body)
        return
    event = Opened(str(row.body["dialog"]), "remind", row.body.get("touchpoint"))
    apply(draft, event, Delivery(touchpoint="reminder"))


def _nag(tx: Transaction, draft: Draft, row: TimerRow) -> None:
    prompt = draft.record.conversation.prompt
    if prompt is None or prompt.token != row.token or prompt.nagged or not days.may_nag(draft, tx):
        return
    days.count_nag(draft)
    apply(draft, TimerFired("nag", row.token), Delivery(lane=1, on_doubt="skip", touchpoint="reminder"))


def _silence(tx: Transaction, draft: Draft, kind: str) -> None:
    rule = draft.world.rules[kind]
    first = draft.world.pack.library.dialogs[rule.dialog].start
    frames = draft.record.conversation.frames
    if any(frame.dialog == rule.dialog and frame.state == first for frame in frames):
        safety.no_answer(draft, kind)
        if rule.silence != safety.TELL:
            draft.arm("safety_again", draft.now, kind=kind)  # a turn of its own: no template can undo the alert


def _escalate(tx: Transaction, draft: Draft, alert_id: int) -> None:
    for alert in tx.alerts(draft.record.id, open_only=True):
        if alert.id == alert_id and alert.acknowledged_at is None:
            tx.update_alert(changed(alert, escalated_at=alert.escalated_at or draft.now))


def _do_again(draft: Draft, row: TimerRow) -> None:
    """What was to follow a commit did not: the process has died, or it raised."""
    kind, tries = row.purpose.split(":")[1], int(row.body.get("tries", 0)) + 1
    if tries < TIMER_TRIES:
        draft.later(kind, row.purpose, tries)
    else:
        draft.incident("parked", f"{kind}, after the commit")


def _because(draft: Draft, row: TimerRow) -> dict[str, Any]:
    """What a timer stood for, and what the kindness rules had counted when it fired."""
    today = draft.local.date().isoformat()
    return {
        "timer": row.purpose,
        "due": row.due_at.isoformat(),
        **{name: row.body[name] for name in _KEPT_OF_TIMER if row.body.get(name) is not None},
        "unprompted_today": draft.progress.unprompted.get(today, 0),
    }
