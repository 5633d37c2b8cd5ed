"""A turn that raises: nothing of it is kept but the help in a danger; it is tried again, and then parked."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from datetime import timedelta

from coachbot.engine.changing import changed
from coachbot.service import safety
from coachbot.service.answered import danger_answered
from coachbot.service.draft import new_draft
from coachbot.service.ports import Transaction
from coachbot.service.records import Changes, InboxRow, PatientRecord, TimerRow
from coachbot.service.speaking import Delivery, say_section
from coachbot.service.world import World

log = logging.getLogger("coachbot.turns")

#: Real seconds for which an update whose turn raises is tried again before it is parked, and the pauses between.
PATIENCE = 30.0
_RETRY_STEPS = (1.0, 2.0, 4.0, 8.0, 15.0)
#: How often a timer whose turn raises is tried.
TIMER_TRIES = 5


def help_alone(world: World, row: InboxRow, record: PatientRecord, dangers: Sequence[str], changes: Changes) -> None:
    """The alert and the static help, without the turn that could not be computed: for words, or for an answer."""
    answered = _answered(world, row, record) if not dangers else None
    if not dangers and answered is None:
        return
    draft = new_draft(world, record)
    if answered is not None:
        safety.respond_to(draft, answered[0], item=answered[1])
    else:
        safety.respond_to_all(draft, dangers, str(row.body.get("text", ""))[:500])
    draft.merge(changes)


def _answered(world: World, row: InboxRow, record: PatientRecord) -> tuple[str, str] | None:
    """As `danger_answered`. Nothing may raise here: a fault would hold up everybody's updates."""
    try:
        return danger_answered(world, row, record)
    except Exception:
        log.exception("an update could not be read for a dangerous answer")
        return None


def update_failed(
    world: World,
    tx: Transaction,
    row: InboxRow,
    record: PatientRecord,
    dangers: Sequence[str],
    error: Exception,
    changes: Changes,
) -> None:
    if not row.screened:
        help_alone(world, row, record, dangers, changes)
    now_real = world.clock.real()
    first = row.first_tried or now_real
    trace = trace_of(error)
    log.error("turn of %s raised: %s", record.id, trace.splitlines()[-1], extra={"patient": record.id})
    if now_real - first >= PATIENCE:
        _park(world, tx, row, changes.conversations.get(record.id) or record, trace, changes)
        changes.metered.append(("update", "parked", row.received_at))
        return
    changes.metered.append(("update", "retried", row.received_at))
    wait = _RETRY_STEPS[min(row.attempts, len(_RETRY_STEPS) - 1)]
    at = min(now_real + wait, first + PATIENCE)
    tx.retry_inbox(row.id, at_real=at, first_tried=first, attempts=row.attempts + 1, error=trace)


def _park(world: World, tx: Transaction, row: InboxRow, record: PatientRecord, trace: str, changes: Changes) -> None:
    tx.park_inbox(row.id, error=trace)
    draft = new_draft(world, record)
    draft.incident("parked", trace)
    try:
        say_section(draft, "apology", Delivery())
    except Exception:
        log.exception("even the apology could not be rendered")
    draft.merge(changes)


def timer_failed(world: World, row: TimerRow, record: PatientRecord, error: Exception, changes: Changes) -> None:
    draft = new_draft(world, record)
    tries = int(row.body.get("tries", 0)) + 1
    trace = trace_of(error)
    log.error("timer %s of %s raised: %s", row.purpose, record.id, trace.splitlines()[-1], extra={"patient": record.id})
    changes.metered.append(("timer", "retried" if tries < TIMER_TRIES else "parked", row.due_at))
    if tries < TIMER_TRIES:
        body = {**row.body, "tries": tries}
        due = draft.now + timedelta(seconds=2**tries)
        draft.timers[row.purpose] = changed(row, due_at=due, body=body)
    else:
        draft.incident("parked", f"timer {row.purpose}\n{trace}")
        if row.purpose == "plan":
            draft.arm("plan", draft.now + timedelta(hours=1))
    draft.merge(changes)


def trace_of(error: Exception) -> str:
    """Where it happened, without the values: a traceback's text could carry a patient's words."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename.rsplit('coachbot/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([*lines, type(error).__name__])
