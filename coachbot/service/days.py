"""The patient's days: planning them, opening what is due, and holding back what would be unkind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from coachbot.engine.asks import Wait
from coachbot.engine.events import Opened
from coachbot.programme.localtime import moment
from coachbot.programme.model import Programme
from coachbot.programme.plan import DayPlan, Planned, plan_day
from coachbot.programme.presence import distance_on, paused_on, silent_at
from coachbot.programme.standing import Standing
from coachbot.service import assessing, filling
from coachbot.service.draft import Draft
from coachbot.service.facts import PLANNED_STATES, local_now
from coachbot.service.lessons import lessons_for
from coachbot.service.ports import Transaction
from coachbot.service.records import Enrolment, PatientRecord, PlanRow, Profile, Progress, TimerRow
from coachbot.service.speaking import Delivery

#: Local time at which the next day is planned: after the last doubled or missing hour of a clock change.
PLANNING_TIME = time(4, 0)
#: A patient in the middle of a talk is not interrupted; the touchpoint is tried again after this.
BUSY_RETRY = timedelta(minutes=20)
BUSY_AFTER_WORD = timedelta(minutes=30)
_KEPT_DAYS = 14
_NEVER_MOVED = ("assessment/", "safety/")


class Enrolled(Protocol):
    """What the planner asks of a patient: a whole record, or the row of a list."""

    @property
    def profile(self) -> Profile: ...
    @property
    def enrolment(self) -> Enrolment | None: ...
    @property
    def last_heard(self) -> datetime | None: ...


def standing_of(record: Enrolled, now: datetime) -> Standing:
    """One enrolment as the planner sees it."""
    enrolment = record.enrolment
    assert enrolment is not None
    assert enrolment.anchor is not None
    profile, progress = record.profile, enrolment.progress
    today = local_now(profile, now).date()
    return Standing(
        arm=enrolment.arm,
        state=_state(enrolment),
        anchor=enrolment.anchor,
        zone=profile.zone or "UTC",
        morning=time.fromisoformat(profile.morning),
        evening=time.fromisoformat(profile.evening),
        session_day="sun" if profile.session_day == "sun" else "sat",
        practice_days=frozenset(profile.practice_days),  # type: ignore[arg-type]
        dial=profile.dial,  # type: ignore[arg-type]
        paused_from=_day(progress.paused_from),
        paused_until=_day(progress.paused_until),
        silent_until=_silence(progress.silent_until),
        safety_hold=progress.safety_hold,
        last_heard=record.last_heard,
        attended=frozenset(progress.attended),
        assessments_done=frozenset(progress.assessments),
        reminders_sent=progress.reminders,
        sent_today=progress.unprompted.get(today.isoformat(), 0),
        sent_week=_in_week(progress.unprompted, enrolment.anchor, today),
        nags_week=_in_week(Counter(progress.nags), enrolment.anchor, today),
        education_given=progress.education_given,
        planned_already=frozenset(name for name, on in progress.opened.items() if on == today.isoformat()),
        opened={name: date.fromisoformat(on) for name, on in progress.opened.items()},
    )


def _state(enrolment: Enrolment) -> Any:
    return "screening" if enrolment.state == "invited" else enrolment.state


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _silence(value: str | None) -> Any:
    return datetime.fromisoformat(value) if value and value != "told" else value


def _in_week(counts: Any, anchor: date, today: date) -> int:
    week = (today - anchor).days // 7
    return sum(n for on, n in counts.items() if (date.fromisoformat(on) - anchor).days // 7 == week)


# -- planning -----------------------------------------------------------------------------------------
def programme_of(draft: Draft) -> Programme | None:
    enrolment = draft.enrolment
    return draft.world.pack.programmes.get(enrolment.programme) if enrolment else None


def plan(draft: Draft, tx: Transaction) -> PlanRow | None:
    """Plan the patient's local day anew: timers of what is due, and the record of what was held back."""
    tx.drop_timers(draft.record.id, "touch:")
    programme, enrolment = programme_of(draft), draft.enrolment
    if programme is None or enrolment is None or enrolment.anchor is None:
        return None
    if enrolment.state not in PLANNED_STATES:
        return None
    assessing.note_missed(draft)
    filling.close_those_shut(draft)
    today, lessons = draft.local.date(), lessons_for(draft)
    day = plan_day(
        programme,
        standing_of(draft.record, draft.now),
        today,
        education=tuple(lesson.id for lesson in lessons),
        not_before=draft.now,
    )
    day = _after_the_first_day(draft, day)
    for planned in day.planned:
        _arm(draft, planned)
    draft.arm("plan", moment(today + timedelta(days=1), PLANNING_TIME, draft.record.profile.zone or "UTC"))
    return PlanRow(draft.record.id, today, plan_body(day, {lesson.id: lesson.why for lesson in lessons}))


def _after_the_first_day(draft: Draft, day: DayPlan) -> DayPlan:
    """The daily check-in of a rest begins on the morning after: that day's talk has just been held."""
    if draft.progress.alert_news.get("rest_from") != day.day.isoformat():
        return day
    return replace(day, planned=tuple(p for p in day.planned if p.kind != "safety"))


def _arm(draft: Draft, planned: Planned) -> None:
    draft.arm(
        f"touch:{planned.id}",
        max(planned.due, draft.now),
        dialog=planned.dialog,
        touchpoint=planned.id,
        kind=planned.kind,
        expires=planned.expires.isoformat(),
        quiet=planned.quiet,
        rule=planned.rule,
        education=planned.education,
        nag=planned.nag,
        about=planned.about,
    )


def plan_body(day: DayPlan, lessons: Mapping[str, str]) -> dict[str, Any]:
    """A day plan as it is kept: what, when, by which rule; what was held back, and why.

    `lessons` tells of each lesson of the day what brought it forward.
    """
    return {
        "planned": [_planned_body(p, lessons) for p in day.planned],
        "suppressed": [{"id": s.id, "reason": str(s.reason)} for s in day.suppressed],
    }


def _planned_body(planned: Planned, lessons: Mapping[str, str]) -> dict[str, Any]:
    body = {
        "id": planned.id,
        "dialog": planned.dialog,
        "due": planned.due.isoformat(),
        "rule": planned.rule,
        "quiet": planned.quiet,
    }
    if planned.education is None:
        return body
    return {**body, "education": planned.education, "education_why": lessons.get(planned.education, "")}


# -- opening ------------------------------------------------------------------------------------------
def busy(record: PatientRecord, draft: Draft) -> bool:
    """Is the patient in the middle of a talk? Then nothing else begins."""
    conversation = record.conversation
    if conversation.prompt is None or record.last_heard is None:
        return False
    library = draft.world.pack.library
    dialog = library.dialogs.get(conversation.prompt.dialog)
    state = dialog.states.get(conversation.prompt.state) if dialog else None
    if state is not None and isinstance(state.ask, Wait) and conversation.prompt.mode == "open":
        return True
    return draft.now - record.last_heard < BUSY_AFTER_WORD


def held_open(draft: Draft) -> bool:
    """Is there a talk that nothing may begin beside: one of the patient's, or one with a person?"""
    return bool(draft.progress.hand_over) or busy(draft.record, draft)


def open_touchpoint(draft: Draft, row: TimerRow, tx: Transaction) -> tuple[Opened, Delivery] | None:
    """What a due touchpoint opens; None if it waits or is dropped."""
    expires = datetime.fromisoformat(row.body["expires"])
    if draft.now >= expires:
        draft.because["dropped"] = "window_closed"
        return None
    if held_open(draft):
        draft.arm(row.purpose, draft.now + BUSY_RETRY, **{**row.body, "waited": row.body.get("waited", 0) + 1})
        draft.because.clear()
        return None
    if _comes_by_itself(draft, row, tx):
        draft.because["dropped"] = "comes_later"
        return None
    _count(draft, row)
    body = row.body
    dialog = _dialog(draft, body)
    event = Opened(dialog, "touchpoint", f"{body['touchpoint']}@{draft.local.date().isoformat()}")
    kind = str(body.get("kind") or "")
    return event, Delivery(lane=1, quiet=bool(body.get("quiet")), expires_at=expires, touchpoint=kind)


def _comes_by_itself(draft: Draft, row: TimerRow, tx: Transaction) -> bool:
    """Is this a reminder of questionnaires that have been promised for a time of their own?"""
    about = str(row.body.get("about") or "")
    if not about.startswith("assessment:"):
        return False
    promised = f"remind:{_dialog(draft, row.body)}"
    return any(timer.purpose == promised for timer in tx.timers_of(draft.record.id))


def outlasts_hold(dialog: str) -> bool:
    """Neither a clinician's rest nor a pause moves assessments and safety."""
    return dialog.startswith(_NEVER_MOVED)


def may_remind(draft: Draft, dialog: str) -> bool:
    """Whether a reminder the patient asked for earlier is still welcome."""
    enrolment = draft.enrolment
    if enrolment is None or enrolment.state == "withdrawn":
        return False
    if enrolment.anchor is None:
        return not draft.progress.silent_until
    standing = standing_of(draft.record, draft.now)
    if silent_at(standing, draft.now):
        return False
    rests = standing.safety_hold or paused_on(standing, draft.local.date()) or standing.state == "treatment_stopped"
    return outlasts_hold(dialog) or not rests


#: After this many evening check-ins in a row without practice, the evening offers less instead of asking again.
_MISSED_IN_A_ROW = 2


def _dialog(draft: Draft, body: Any) -> str:
    about = str(body.get("about") or "")
    if about.startswith("assessment:"):
        # The reminder opens the questionnaires themselves: a talk that waits is taken up where it was left.
        return f"assessment/{about.removeprefix('assessment:')}"
    missed = "common/missed"
    if body["touchpoint"] != "evening" or draft.progress.missed < _MISSED_IN_A_ROW:
        return str(body["dialog"])
    if missed not in draft.world.pack.library.dialogs:
        return str(body["dialog"])
    draft.change_progress(missed=0)
    return missed


def _count(draft: Draft, row: TimerRow) -> None:
    """Keep with the enrolment what was opened: the kindness rules count it."""
    body, today = row.body, draft.local.date().isoformat()
    progress = draft.progress
    changes: dict[str, Any] = {"opened": {**progress.opened, body["touchpoint"]: today}}
    changes["unprompted"] = _one_more(progress, today)
    if body.get("education"):
        changes["education_today"] = body["education"]
        changes["education_given"] = progress.education_given + 1
        changes["education_log"] = (*progress.education_log, body["education"])
    if body.get("nag"):
        about = body.get("about") or body["touchpoint"]
        changes["nags"] = (*progress.nags, today)[-_KEPT_DAYS:]
        changes["reminders"] = {**progress.reminders, about: progress.reminders.get(about, 0) + 1}
    draft.change_progress(**changes)


def _one_more(progress: Progress, today: str) -> dict[str, int]:
    counts = {**progress.unprompted, today: progress.unprompted.get(today, 0) + 1}
    return dict(sorted(counts.items())[-_KEPT_DAYS:])


def count_unprompted(draft: Draft, number: int = 1) -> None:
    """Something else was said unprompted (or, with a negative number, was taken back before it went out)."""
    today, counts = draft.local.date().isoformat(), dict(draft.progress.unprompted)
    counts[today] = max(0, counts.get(today, 0) + number)
    draft.change_progress(unprompted=dict(sorted(counts.items())[-_KEPT_DAYS:]))


def may_nag(draft: Draft, tx: Transaction) -> bool:
    """One nudge for a question, few a week, none in quiet hours, never beyond the day's and week's burden.

    What the day still brings goes before a nudge.
    """
    programme = programme_of(draft)
    if programme is None or draft.enrolment is None or draft.enrolment.anchor is None or draft.progress.hand_over:
        return False
    standing = standing_of(draft.record, draft.now)
    burden = programme.burden
    if silent_at(standing, draft.now) or standing.safety_hold or standing.state not in PLANNED_STATES:
        return False
    if standing.nags_week >= burden.nags_per_week or not _waking(draft, burden):
        return False
    if distance_on(burden, standing, draft.local.date()) != "near":  # after silent days nobody is nudged
        return False
    ahead = sum(row.purpose.startswith("touch:") for row in tx.timers_of(draft.record.id))
    return standing.sent_today + ahead < burden.per_day and standing.sent_week + ahead < burden.per_week


def count_nag(draft: Draft) -> None:
    """A nudge was sent."""
    today = draft.local.date().isoformat()
    progress = draft.progress
    draft.change_progress(nags=(*progress.nags, today)[-_KEPT_DAYS:], unprompted=_one_more(progress, today))


def _waking(draft: Draft, burden: Any) -> bool:
    at = draft.local.time()
    if burden.quiet_from <= burden.quiet_until:
        return not burden.quiet_from <= at < burden.quiet_until
    return bool(burden.quiet_until <= at < burden.quiet_from)
