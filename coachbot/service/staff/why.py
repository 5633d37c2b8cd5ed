"""Why a patient got a message: the touchpoint and its rule, what guards saw, the window, and what was held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coachbot.service.facts import local_now
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import PatientRecord


@dataclass(frozen=True, slots=True)
class Why:
    """The whole story of one message, as far as it was kept."""

    text: str
    #: `patient` (an answer to something they did), `calendar`, `broadcast`, `clock` (another timer), `staff`.
    cause: str
    #: Who of the clinic wrote it; empty for words of the coach.
    by: str
    #: The programme whose calendar it is, and the zone of the patient's clock; empty where there is none.
    programme: str
    zone: str
    timer: str
    #: The patient's own words or press, if it is an answer.
    heard: str
    #: The touchpoint, the rule that brought it, the dialog; empty where there is none.
    touchpoint: str
    rule: str
    dialog: str
    state: str
    #: Path and section of the words.
    words: str
    #: What the guards decided, in order.
    chose: tuple[Mapping[str, Any], ...]
    #: Moments on the patient's wall clock.
    planned_for: datetime | None
    window_until: datetime | None
    queued: datetime | None
    sent: datetime | None
    #: How often it waited twenty minutes because a talk was going on.
    waited: int
    quiet: bool
    delivery: str
    reason: str
    #: Unprompted messages opened that day before this one.
    unprompted_before: int | None
    #: What the same day's plan held back: id and reason.
    held_back: tuple[tuple[str, str], ...]


class Reasons:
    """Finding out why."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, patient: str, row: int) -> Why | None:
        """The story of one outbox row of this patient; None if it is not theirs."""
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
            message = next((one for one in tx.outbox(patient) if one["id"] == row), None)
            if record is None or message is None:
                return None
            return _why(tx, record, message)


def _why(tx: Transaction, record: PatientRecord, message: Mapping[str, Any]) -> Why:
    turn = tx.turn_of(message["turn"]) or {}
    trace = tx.trace(message["turn"], record.id) or {}
    local = _Local(record)
    timer = str(trace.get("timer") or "")
    planned = local.moment(trace.get("due"))
    day = (planned or local.at(message["created_at"])).date()
    plans = tx.plans(record.id, day, day)
    return Why(
        text=str(message["body"].get("text") or message["body"].get("alt") or message["body"].get("kind") or ""),
        cause=_cause(message, turn, timer),
        by=str(message["body"].get("name") or "") if message["body"].get("by") == "person" else "",
        programme=record.enrolment.programme if record.enrolment else "",
        zone=record.profile.zone,
        timer=timer,
        heard=_heard(tx, record.id, int(turn.get("inbox") or 0)),
        touchpoint=timer.removeprefix("touch:") if timer.startswith("touch:") else "",
        rule=str(trace.get("rule") or ""),
        dialog=str(trace.get("dialog") or turn.get("dialog") or ""),
        state=str(turn.get("state") or ""),
        words=str((trace.get("said") or {}).get(str(message["id"])) or ""),
        chose=tuple(trace.get("chose") or ()),
        planned_for=planned,
        window_until=local.moment(trace.get("expires")) or local.at(message["expires_at"]),
        queued=local.at(message["created_at"]),
        sent=local.at(message["settled_at"]) if message["state"] == "sent" else None,
        waited=int(trace.get("waited") or 0),
        quiet=message["quiet"],
        delivery=message["state"],
        reason=message["reason"],
        unprompted_before=trace.get("unprompted_today"),
        held_back=_held_back([plan.body for plan in plans]),
    )


@dataclass(frozen=True, slots=True)
class _Local:
    """The patient's wall clock."""

    record: PatientRecord

    def at(self, moment: datetime | None) -> Any:
        return local_now(self.record.profile, moment) if moment else None

    def moment(self, written: object) -> Any:
        return self.at(datetime.fromisoformat(str(written))) if written else None


def _cause(message: Mapping[str, Any], turn: Mapping[str, Any], timer: str) -> str:
    if message["body"].get("by") == "person":
        return "staff"
    if timer.startswith("broadcast:"):
        return "broadcast"
    if not turn:
        return "staff"
    if timer.startswith("touch:"):
        return "calendar"
    return "patient" if turn.get("inbox") else "clock"


def _heard(tx: Transaction, patient: str, inbox: int) -> str:
    if not inbox:
        return ""
    lines = tx.lines(patient, after=inbox - 1, before=inbox + 1, limit=2)
    body: Mapping[str, Any] = next((line.body for line in lines if line.id == inbox), {})
    if body.get("kind") == "press":
        return _label(tx, patient, body)
    return str(body.get("text") or body.get("code") or body.get("attachment") or body.get("kind") or "")


def _label(tx: Transaction, patient: str, press: Mapping[str, Any]) -> str:
    """What stood on the button."""
    asked = (row["body"] for row in tx.outbox(patient) if row["body"].get("token") == press.get("token"))
    labels = dict(pair for body in asked for pair in body.get("choices") or ())
    return f"[{labels.get(press.get('code'), press.get('code'))}]"


def _held_back(bodies: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one["id"]), str(one["reason"])) for body in bodies for one in body.get("suppressed") or ())
