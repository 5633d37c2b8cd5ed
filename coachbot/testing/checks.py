"""What `expect:` looks at: one small function a kind. Each returns nothing, or what is there instead."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from coachbot.service.facts import facts_of, local_now
from coachbot.service.records import AlertRow, DiaryRow, PatientRecord, ResponseRow, TimerRow
from coachbot.testing.channel import Message
from coachbot.testing.moments import read_moment, told
from coachbot.testing.paging import Filler
from coachbot.testing.stage import Person, Stage

Words = Mapping[str, str]
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt
}  # fmt: skip
_MISSING = "missing"


class View:
    """One person's standing, as a check looks at it."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self.stage = stage
        self.person = person
        self.found = stage.record(person)

    @property
    def record(self) -> PatientRecord:
        if self.found is None:
            raise LookupError(f"the coach does not know {self.person.role.name}")
        return self.found

    @property
    def local(self) -> datetime:
        return local_now(self.record.profile, self.stage.now)

    def day(self, written: str) -> date:
        """A date as written; `today` and `yesterday` are the patient's."""
        if written.lower() in ("today", "yesterday"):
            return self.local.date() - timedelta(days=written.lower() == "yesterday")
        return date.fromisoformat(written)

    def diary(self) -> list[DiaryRow]:
        with self.stage.store.reading() as tx:
            return list(tx.diary(self.record.id))

    def responses(self) -> list[ResponseRow]:
        with self.stage.store.reading() as tx:
            return list(tx.responses(self.record.id))

    def alerts(self) -> list[AlertRow]:
        with self.stage.store.reading() as tx:
            return list(tx.alerts(self.record.id))

    def timers(self) -> list[TimerRow]:
        return self.stage.timers(self.person)


# -- comparing ----------------------------------------------------------------------------------------
def _compare(there: Any, words: Words) -> str | None:
    """Nothing if `there` is as wanted, else what is there."""
    sign, wanted = words["op"], words["value"].strip("\"'")
    if sign in _OPERATORS:
        right = there is not None and _OPERATORS[sign](float(there), float(wanted))
    else:
        right = _same(there, wanted) == (sign == "=")
    return None if right else _told(there)


def _same(there: Any, wanted: str) -> bool:
    if there is None or wanted == _MISSING:
        return there is None and wanted == _MISSING
    if isinstance(there, int | float) and not isinstance(there, bool):
        return wanted.replace(".", "", 1).lstrip("-").isdigit() and float(wanted) == there
    return _told(there).lower() in (wanted.strip().lower(), " ".join(wanted.replace(",", " ").split()).lower())


def _told(there: Any) -> str:
    if there is None:
        return _MISSING
    if isinstance(there, list | tuple):
        return " ".join(map(str, there)) or "nothing"
    return str(there)


def _among(wanted: str, there: list[str]) -> str | None:
    return None if wanted in there else (", ".join(there) or "none")


# -- diary and answers --------------------------------------------------------------------------------
def _diary(view: View, words: Words) -> str | None:
    entries = [e for e in view.diary() if e.kind == words["kind"] and e.day == view.day(words["day"])]
    if not entries:
        kept = "; ".join(f"{e.kind} {e.day} {e.body.get('done')}" for e in view.diary()[-5:])
        return f"no such entry; the last are: {kept or 'none'}"
    return _compare(entries[-1].body.get(words.get("field", "done")), words)


def _no_diary(view: View, words: Words) -> str | None:
    entries = [e for e in view.diary() if e.kind == words["kind"] and e.day == view.day(words["day"])]
    return f"{entries[-1].kind} {entries[-1].day} = {entries[-1].body.get('done')}" if entries else None


def _response(view: View, words: Words) -> str | None:
    given = [r for r in view.responses() if r.instrument == words["instrument"]]
    if not given:
        return _told([r.instrument for r in view.responses()])
    body = given[-1].body
    values = {**body["answers"], **body["scores"]}
    values |= {name: body[name] for name in ("result", "wording", "language", "begun", "medium") if name in body}
    if words["field"] not in values:
        return f"no '{words['field']}'; there is {', '.join(values)}"
    return _compare(values[words["field"]], words)


def _no_response(view: View, words: Words) -> str | None:
    given = [r for r in view.responses() if r.instrument == words["instrument"]]
    return f"answered on {given[-1].day}" if given else None


# -- slots and facts ----------------------------------------------------------------------------------
def slots_of(record: PatientRecord) -> dict[str, Any]:
    """Everything kept from answers: wider slots, then those of each open dialog, the innermost last."""
    talk = record.conversation
    slots: dict[str, Any] = {**talk.programme_slots, **talk.always_slots}
    for frame in talk.frames:
        slots |= frame.slots
    return slots


def _slot(view: View, words: Words) -> str | None:
    return _compare(slots_of(view.record).get(words["name"]), words)


def _slot_missing(view: View, words: Words) -> str | None:
    value = slots_of(view.record).get(words["name"])
    return None if value is None else _told(value)


def _fact(view: View, words: Words) -> str | None:
    there: Any = facts_of(view.stage.coach.world, view.record, view.stage.now)
    for name in words["name"].split("."):
        if name not in there:
            return f"no fact '{name}'; there is {', '.join(sorted(there))}"
        there = there[name]
    return _compare(there, words)


def _profile(view: View, words: Words) -> str | None:
    if not hasattr(view.record.profile, words["name"]):
        return f"no setting '{words['name']}'"
    return _compare(getattr(view.record.profile, words["name"]) or None, words)


# -- what is to come ----------------------------------------------------------------------------------
def _running(view: View, purpose: str) -> list[TimerRow]:
    return [t for t in view.timers() if t.purpose == purpose or t.purpose.startswith(f"{purpose}:")]


def _timer(view: View, words: Words) -> str | None:
    running = _running(view, words["purpose"])
    if "when" not in words:
        return None if running else _all_timers(view)
    wanted = read_moment(words["when"])
    if wanted.word:
        hours = time.fromisoformat(getattr(view.record.profile, wanted.word))
        right = any(_local(view, t).time() == hours for t in running)
    elif wanted.ahead is not None:
        right = any(t.due_at == view.stage.now + wanted.ahead for t in running)
    else:
        right = any(wanted.fits(_local(view, t)) for t in running)
    return None if right else _all_timers(view)


def _no_timer(view: View, words: Words) -> str | None:
    return _all_timers(view) if _running(view, words["purpose"]) else None


def _local(view: View, timer: TimerRow) -> datetime:
    return local_now(view.record.profile, timer.due_at)


def _all_timers(view: View) -> str:
    return "; ".join(f"{t.purpose} at {told(_local(view, t))}" for t in view.timers()) or "no timers"


def _held_back(view: View, words: Words) -> str | None:
    today = view.local.date()
    with view.stage.store.reading() as tx:
        plans = tx.plans(view.record.id, today, today)
    held = {s["id"]: s["reason"] for plan in plans for s in plan.body["suppressed"]}
    reason = held.get(words["what"])
    right = reason is not None and words.get("reason", reason).lower() == str(reason).lower()
    return None if right else "; ".join(f"{what} because {why}" for what, why in held.items()) or "nothing held back"


# -- alerts and incidents -----------------------------------------------------------------------------
def _alert(view: View, words: Words) -> str | None:
    alerts = [a for a in view.alerts() if a.kind == words["kind"]]
    right = alerts and (
        words.get("priority", alerts[-1].priority) == alerts[-1].priority
        and _stands(alerts[-1], words.get("stands", ""))
    )
    return None if right else _all_alerts(view)


def _stands(alert: AlertRow, how: str) -> bool:
    """Was it seen, or has it gone on to the next in line because nobody had seen it?"""
    moments = {"acknowledged": alert.acknowledged_at, "escalated": alert.escalated_at}
    return not how or moments[how.lower()] is not None


def _no_alert(view: View, words: Words) -> str | None:
    alerts = [a for a in view.alerts() if a.acknowledged_at is None]
    return _all_alerts(view) if any(a.kind == words.get("kind", a.kind) for a in alerts) else None


def _all_alerts(view: View) -> str:
    seen = {True: "open", False: "acknowledged"}
    return (
        "; ".join(f"{a.kind} priority {a.priority} {seen[a.acknowledged_at is None]}" for a in view.alerts()) or "none"
    )


def _incidents(view: View) -> list[str]:
    with view.stage.store.reading() as tx:
        return [i.kind for i in tx.incidents() if i.patient == view.person.patient]


def _incident(view: View, words: Words) -> str | None:
    return _among(words["kind"], _incidents(view))


def _no_incident(view: View, words: Words) -> str | None:
    return ", ".join(_incidents(view)) or None


# -- standing -----------------------------------------------------------------------------------------
def place_of(record: PatientRecord) -> str:
    """Where the talk stands: `cse/checkin/minutes`, or `none`."""
    frames = record.conversation.frames
    return f"{frames[-1].dialog}/{frames[-1].state}" if frames else "none"


def _state(view: View, words: Words) -> str | None:
    place = place_of(view.record)
    return None if place == words["place"] else place


def _no_state(view: View, words: Words) -> str | None:
    place = place_of(view.record)
    return None if place == "none" else place


def _enrolment(view: View, words: Words) -> str | None:
    state = view.record.enrolment.state if view.record.enrolment else "none"
    return None if state == words["state"] else state


def _attended(view: View, words: Words) -> str | None:
    return _among(words["what"], list(_progress(view).attended))


def _not_attended(view: View, words: Words) -> str | None:
    return "attended" if words["what"] in _progress(view).attended else None


def _assessment(view: View, words: Words) -> str | None:
    return _among(words["what"], list(_progress(view).assessments))


def _assessment_open(view: View, words: Words) -> str | None:
    return "done" if words["what"] in _progress(view).assessments else None


def _progress(view: View) -> Any:
    if view.record.enrolment is None:
        raise LookupError(f"{view.person.role.name} is not enrolled")
    return view.record.enrolment.progress


def _erased(view: View, words: Words) -> str | None:
    if not view.person.patient:
        return "the coach never knew this patient"
    return None if view.found is None else "the coach still knows the patient"


# -- burden -------------------------------------------------------------------------------------------
def _unprompted(view: View, words: Words) -> str | None:
    counts = {date.fromisoformat(on): n for on, n in _progress(view).unprompted.items()}
    today, anchor = view.local.date(), view.record.enrolment.anchor if view.record.enrolment else None
    if words["span"].lower() == "today":
        count = counts.get(today, 0)
    elif anchor is None:
        return "the programme has not begun"
    else:
        week = (today - anchor).days // 7
        count = sum(n for on, n in counts.items() if (on - anchor).days // 7 == week)
    return _compare(count, {"op": "=", **words})


def _broadcast(view: View, words: Words) -> str | None:
    """Where the newest broadcast stands for this patient."""
    with view.stage.store.reading() as tx:
        newest = next(iter(tx.broadcasts()), None)
        row = tx.recipient(newest.id, view.record.id) if newest else None
    if row is None:
        return "it is not meant for this patient"
    right = row.state == words["state"].lower() and words.get("reason", row.reason) == row.reason
    return None if right else f"{row.state} {row.reason}".strip()


def _page_over(view: View, words: Words) -> str | None:
    """Why the link to the page of a round opens nothing any more."""
    why = Filler(view.stage, view.person).over()
    return None if why == words["why"] else why or "it is open"


def _outbox_empty(view: View, words: Words) -> str | None:
    with view.stage.store.reading() as tx:
        waiting = tx.undelivered()
    return f"{waiting} waiting" if waiting else None


CHECKS: dict[str, Callable[[View, Words], str | None]] = {
    "diary": _diary, "no_diary": _no_diary, "slot": _slot, "slot_missing": _slot_missing, "fact": _fact,
    "profile": _profile, "timer": _timer, "no_timer": _no_timer, "alert": _alert, "no_alert": _no_alert,
    "outbox_empty": _outbox_empty, "unprompted": _unprompted, "state": _state, "no_state": _no_state,
    "enrolment": _enrolment, "response": _response, "no_response": _no_response, "attended": _attended,
    "not_attended": _not_attended, "assessment": _assessment, "assessment_open": _assessment_open,
    "incident": _incident, "no_incident": _no_incident, "held_back": _held_back, "erased": _erased,
    "broadcast": _broadcast, "page_over": _page_over,
}  # fmt: skip


def was_quiet(message: Message, marks: frozenset[str]) -> str | None:
    """What of a message's marks is otherwise than wanted."""
    there = {
        "quiet": message.row.quiet,
        "loud": not message.row.quiet,
        "unprompted": message.row.lane == 1,
        "asked": message.row.lane == 0,
    }
    wrong = [mark for mark in sorted(marks) if not there[mark]]
    return f"it was not {wrong[0]}" if wrong else None
