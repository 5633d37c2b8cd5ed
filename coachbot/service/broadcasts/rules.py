"""May this patient get a broadcast now? It comes, it waits, or it is dropped; every answer but the first has a reason.

These are the rules of everything the coach writes first (`service.days`, `programme.gates`), and one more: a broadcast
never comes between a question and its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from coachbot.programme.gates import awake
from coachbot.programme.localtime import moment
from coachbot.programme.model import Programme
from coachbot.programme.presence import distance_on, paused_on, silent_at
from coachbot.service.days import BUSY_RETRY, programme_of, standing_of
from coachbot.service.draft import Draft
from coachbot.service.ports import Transaction
from coachbot.service.records import PatientRecord

#: Why a broadcast waits or is dropped. The words behind them are the faces' own.
Reason = Literal[
    "withdrawn", "stopped", "unreachable", "silent", "danger", "paused", "away_weekly", "away_assessments_only",
    "person_writes", "question_open", "quiet_hours", "budget_day", "budget_week", "service_window", "window_closed",
    "no_language", "text_fails", "blinding", "expired", "damaged",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is empty when it may come now. With `until` it waits for that moment, without it is dropped."""

    reason: Reason | Literal[""] = ""
    until: datetime | None = None


COMES = Verdict()


def verdict(tx: Transaction, draft: Draft, due: datetime, expires: datetime) -> Verdict:
    """What becomes of one recipient whose moment has come."""
    reason = dropped(tx, draft)
    if reason:
        return Verdict(reason)
    waiting = _waits(tx, draft, due)
    if waiting is not None and draft.now < expires and waiting.until is not None and waiting.until < expires:
        return waiting
    if waiting is not None and waiting.reason in ("question_open", "person_writes") and draft.now < expires:
        return Verdict(waiting.reason, expires)  # looked at once more at the very end
    if waiting is not None:
        return Verdict(waiting.reason)
    return COMES if draft.now <= expires else Verdict("window_closed")


def dropped(tx: Transaction, draft: Draft) -> Reason | Literal[""]:
    """Why this patient gets nothing at all, whatever the hour; empty if nothing stands against it."""
    programme, enrolment = programme_of(draft), draft.enrolment
    if enrolment is None or enrolment.state == "withdrawn" or enrolment.progress.erase_wanted:
        return "withdrawn"
    if programme is None or enrolment.state != "active" or enrolment.anchor is None:
        return "stopped"
    if in_danger(tx, draft):
        return "danger"
    if enrolment.progress.unreachable:
        return "unreachable"
    return _away(draft, programme)


def in_danger(tx: Transaction, draft: Draft) -> bool:
    """Is a danger being followed up? A rest, a safety talk, or an alert about one that nobody has acknowledged."""
    if draft.progress.safety_hold or any(one.opened == "safety" for one in draft.record.conversation.frames):
        return True
    return any(alert.kind in draft.world.rules for alert in tx.alerts(draft.record.id, open_only=True))


def _away(draft: Draft, programme: Programme) -> Reason | Literal[""]:
    standing, today = standing_of(draft.record, draft.now), draft.local.date()
    if silent_at(standing, draft.now):
        return "silent"
    if paused_on(standing, today):
        return "paused"
    match distance_on(programme.burden, standing, today):
        case "assessments_only":
            return "away_assessments_only"
        case "weekly":
            return "away_weekly" if standing.sent_week else ""
        case _:
            return ""


def _waits(tx: Transaction, draft: Draft, due: datetime) -> Verdict | None:
    """What has to pass first; None if nothing has."""
    programme = programme_of(draft)
    assert programme is not None
    if draft.progress.hand_over:
        return Verdict("person_writes", draft.now + BUSY_RETRY)
    if draft.record.conversation.prompt is not None:
        return Verdict("question_open", draft.now + BUSY_RETRY)
    woken = awake(programme.burden, draft.now, draft.record.profile.zone or "UTC")
    if woken > draft.now:
        return Verdict("quiet_hours", woken)
    return _over_budget(tx, draft, programme, due) or _window(draft)


def _over_budget(tx: Transaction, draft: Draft, programme: Programme, due: datetime) -> Verdict | None:
    """What the day still brings goes before a broadcast; that then comes at the same hour of the next day."""
    standing, burden = standing_of(draft.record, draft.now), programme.burden
    today, tomorrow = draft.local.date().isoformat(), (draft.local + timedelta(days=1)).date().isoformat()
    days = [
        day for row in tx.timers_of(draft.record.id) if row.purpose.startswith("touch:")
        and (day := _local_day(draft, row.due_at)) < tomorrow
    ]  # fmt: skip
    ahead = len(days)
    if standing.sent_today + days.count(today) >= burden.per_day:
        return Verdict("budget_day", _tomorrow(draft, due))
    if standing.sent_week + ahead >= burden.per_week:
        return Verdict("budget_week", _tomorrow(draft, due))
    return None


def first_free(tx: Transaction, draft: Draft, due: datetime, expires: datetime) -> Verdict:
    """The first day with room, as things stand, and why none before it has; without `until` there is none."""
    programme, reason = programme_of(draft), Verdict().reason
    assert programme is not None
    while due < expires:
        over = _over_budget(tx, Draft(draft.world, draft.record, due, 0), programme, due)
        if over is None or over.until is None:
            return Verdict(reason, due)
        reason, due = over.reason, over.until
    return Verdict(reason)


def _local_day(draft: Draft, at: datetime) -> str:
    return at.astimezone(draft.local.tzinfo).date().isoformat()


def _tomorrow(draft: Draft, due: datetime) -> datetime:
    clock = due.astimezone(draft.local.tzinfo).time()
    return moment(draft.local.date() + timedelta(days=1), clock, draft.record.profile.zone or "UTC")


def _window(draft: Draft) -> Verdict | None:
    """A messenger that takes messages only for some hours after the patient's last word."""
    can = draft.world.capabilities.get(draft.record.address.channel)
    hours = can.window_hours if can else None
    if hours is None:
        return None
    heard = draft.record.last_heard
    if heard is not None and draft.now - heard < timedelta(hours=hours):
        return None
    return Verdict("service_window", draft.now + BUSY_RETRY)


def hushed(before: PatientRecord, after: Draft) -> Reason | Literal[""]:
    """Why a broadcast that is on its way must be taken back, after something the patient did; empty for no reason."""
    if before.enrolment is None:
        return ""
    if before.enrolment.state != "withdrawn" and after.enrolment is not None and after.enrolment.state == "withdrawn":
        return "withdrawn"  # something may be planned, though nothing is on its way yet
    if not before.enrolment.progress.broadcast:
        return ""
    if after.enrolment is None or after.enrolment.state == "withdrawn":
        return "withdrawn"
    if after.progress.safety_hold or any(one.opened == "safety" for one in after.record.conversation.frames):
        return "danger"
    if after.progress.silent_until:
        return "silent"
    return "paused" if after.progress.paused_from and not before.enrolment.progress.paused_from else ""
