"""What may hold a touchpoint back: what the patient asked for, safety, absence, the dial, the hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Literal

from coachbot.programme.assessing import opening_day, withheld
from coachbot.programme.days import day_of
from coachbot.programme.localtime import local, moment
from coachbot.programme.model import Burden
from coachbot.programme.presence import heard_before, paused_on, silent_at
from coachbot.programme.rules import Candidate, Today, for_arm

Reason = Literal[
    "not_this_arm",
    "stopped",
    "silent",
    "safety_hold",
    "paused",
    "away_weekly",
    "away_assessments_only",
    "assessment_day",
    "dial",
    "quiet_hours",
    "window_closed",
    "budget_day",
    "budget_week",
]


def held_back(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    """The first reason, in order of weight, why this is not sent today; None if nothing stands against it."""
    for gate in _GATES:
        reason = gate(today, candidate, due)
        if reason is not None:
            return reason
    return None


def _arm(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    return None if for_arm(candidate.touchpoint, today.standing.arm) else "not_this_arm"


def _state(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    """Who stopped treatment is still asked; a safety hold outlasts the programme; the rest is over."""
    touchpoint = candidate.touchpoint
    match today.standing.state:
        case "screening" | "withdrawn":
            return "stopped"
        case "finished":
            return None if touchpoint.rule == "safety_hold" else "stopped"
        case "treatment_stopped":
            return None if touchpoint.follow_up or touchpoint.rule == "safety_hold" else "stopped"
        case _:
            return None


def _silence(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    """Silence covers all but an assessment whose day came after the patient had already gone silent."""
    if not silent_at(today.standing, due):
        return None
    assessment = candidate.assessment
    if assessment is None:
        return "silent"
    opening = opening_day(today.programme, today.standing, assessment)
    its_day = today.standing.anchor + timedelta(opening)
    return None if heard_before(today.standing, its_day) else "silent"


def _hold(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    """A safety hold leaves its check-in, and assessments without the withheld instruments."""
    if not today.standing.safety_hold or candidate.touchpoint.rule == "safety_hold":
        return None
    assessment = candidate.assessment
    if assessment is None:
        return "safety_hold"
    number = day_of(today.standing.anchor, today.day.date)
    return "safety_hold" if withheld(today.programme, today.standing, assessment, number) else None


def _pause(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    if _treatment(candidate) and paused_on(today.standing, today.day.date):
        return "paused"
    return None


def _absence(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    """Who is away gets one welcome, then a note a week, then assessments only."""
    if today.distance == "near" or not _treatment(candidate) or candidate.touchpoint.rule == "away":
        return None
    if today.distance == "assessments_only":
        return "away_assessments_only"
    return None if _weekly_note(today, candidate) else "away_weekly"


def _weekly_note(today: Today, candidate: Candidate) -> bool:
    if today.welcomed is None or candidate.touchpoint.rule != "every_day":
        return False
    since = (today.day.date - today.welcomed).days
    return since > 0 and since % 7 == 0


def _dial(today: Today, candidate: Candidate, due: datetime) -> Reason | None:
    """The dial turns the treatment down; orientation (`once`) and the welcome back are outside its rhythm."""
    if not _treatment(candidate) or candidate.touchpoint.rule in ("once", "away"):
        return None
    dial, day = today.standing.dial, today.day
    spared = dial == "less" and candidate.touchpoint.rule == "every_day" and not day.practice_day
    return "dial" if spared or (dial == "weekly" and not day.session_day) else None


def _treatment(candidate: Candidate) -> bool:
    """Neither follow-up nor safety."""
    return not candidate.touchpoint.follow_up and candidate.touchpoint.rule != "safety_hold"


_GATES: tuple[Callable[[Today, Candidate, datetime], Reason | None], ...] = (
    _arm,
    _state,
    _silence,
    _hold,
    _pause,
    _absence,
    _dial,
)


def timed(today: Today, candidate: Candidate, not_before: datetime | None) -> tuple[datetime, datetime, Reason | None]:
    """When it is due and expires (UTC), and whether the hour is against it.

    A due moment before `not_before` becomes `not_before`; one in the quiet hours becomes their end. If it
    would then have expired it is not sent: `window_closed`, or `quiet_hours` when those pushed it out.
    """
    zone = today.standing.zone
    due = _from(today, candidate, moment(candidate.wanted.date(), candidate.wanted.time(), zone), not_before)
    expires = moment(candidate.expires.date(), candidate.expires.time(), zone)
    woken = awake(today.programme.burden, due, zone)
    if due >= expires:
        return due, expires, "window_closed"
    return woken, expires, "quiet_hours" if woken >= expires else None


def _from(today: Today, candidate: Candidate, due: datetime, not_before: datetime | None) -> datetime:
    if not_before is None:
        return due
    assessment = candidate.assessment
    at_once = assessment is not None and assessment.at == "now" and today.day.number == 0
    return not_before if at_once and candidate.touchpoint.rule == "assessment" else max(due, not_before)


def awake(burden: Burden, due: datetime, zone: str) -> datetime:
    """The moment itself (UTC), or the end of the patient's quiet hours it falls into."""
    wall = local(due, zone)
    clock = wall.time()
    if not in_quiet_hours(burden, clock):
        return due
    over_midnight = burden.quiet_from > burden.quiet_until and clock >= burden.quiet_from
    return moment(wall.date() + timedelta(over_midnight), burden.quiet_until, zone)


def in_quiet_hours(burden: Burden, clock: time) -> bool:
    """Is this local wall time between `quiet_from` (included) and `quiet_until` (not)?"""
    if burden.quiet_from <= burden.quiet_until:
        return burden.quiet_from <= clock < burden.quiet_until
    return clock >= burden.quiet_from or clock < burden.quiet_until
