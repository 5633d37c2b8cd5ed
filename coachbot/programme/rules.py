"""The rules that bring touchpoints to a day. Whether they may then be sent is asked in `gates`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coachbot.programme.assessing import (
    assessment_id,
    last_assessment,
    reminding,
    sendable,
    session_done,
)
from coachbot.programme.days import Day, day_for
from coachbot.programme.model import Assessment, Moment, Programme, Rule, Touchpoint
from coachbot.programme.presence import Distance, distance_on, last_sign, silent_days_on
from coachbot.programme.standing import Standing


@dataclass(frozen=True, slots=True)
class Today:
    """One patient's day, with what several rules ask about it worked out once."""

    programme: Programme
    standing: Standing
    day: Day
    #: The next session in order that is not attended.
    next_session: Touchpoint | None
    distance: Distance
    #: The day the patient was last written to because of this absence, if that has happened.
    welcomed: date | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A touchpoint that a rule brings to this day. `wanted` and `expires` are naive local wall times."""

    touchpoint: Touchpoint
    id: str
    dialog: str
    rule: str
    wanted: datetime
    expires: datetime
    assessment: Assessment | None = None


def today_for(programme: Programme, standing: Standing, day: date) -> Today:
    """Looks at one patient's day."""
    following = next(
        (t for t in programme.touchpoints if t.rule == "next_session" and _still_to_do(programme, standing, t)),
        None,
    )
    return Today(
        programme,
        standing,
        day_for(standing, day),
        following,
        distance_on(programme.burden, standing, day),
        _welcomed(programme, standing, day),
    )


def _still_to_do(programme: Programme, standing: Standing, session: Touchpoint) -> bool:
    return for_arm(session, standing.arm) and not session_done(programme, standing, session)


def _welcomed(programme: Programme, standing: Standing, day: date) -> date | None:
    opened = (standing.opened.get(t.id) for t in programme.touchpoints if t.rule == "away")
    return max((one for one in opened if one is not None and one > last_sign(standing, day)), default=None)


def for_arm(touchpoint: Touchpoint, arm: str) -> bool:
    """Is it meant for this arm? The file's filter is all the planner knows of arms."""
    return not touchpoint.arms or arm in touchpoint.arms


def candidates(today: Today) -> Iterator[Candidate]:
    """All that the rules bring to this day, in the programme's order of precedence."""
    for touchpoint in today.programme.touchpoints:
        if in_season(touchpoint, today.day) and _after_opened(today, touchpoint):
            yield from _BRINGS[touchpoint.rule](today, touchpoint)


def in_season(touchpoint: Touchpoint, day: Day) -> bool:
    """Do its first day, its weeks and its rhythm allow this day?"""
    if day.number < touchpoint.from_day or day.week < touchpoint.from_week:
        return False
    if touchpoint.until_week is not None and day.week > touchpoint.until_week:
        return False
    return (day.week - touchpoint.from_week) % touchpoint.every == 0


def _after_opened(today: Today, touchpoint: Touchpoint) -> bool:
    if touchpoint.after is None:
        return True
    opened = today.standing.opened.get(touchpoint.after)
    return opened is not None and opened < today.day.date


def falls_on(today: Today, touchpoint: Touchpoint, day: Day) -> bool:
    """For the rules of the plain calendar: does it fall on this day (today or a later one)?"""
    match touchpoint.rule:
        case "every_day":
            return True
        case "session_day":
            return day.session_day
        case "next_session":
            return day.session_day and touchpoint is today.next_session
        case "practice_day":
            return not day.session_day and (day.practice_day or today.standing.dial == "more")
        case _:
            return False


def hour_of(today: Today, at: Moment) -> time:
    """The local wall time of a part of this patient's day, kept within the programme's ranges."""
    settings, standing = today.programme.settings, today.standing
    if at == "midday":
        return settings.midday
    if at == "evening":
        return _within(standing.evening, settings.evening_range)
    return _within(standing.morning, settings.morning_range)


def _within(wish: time, bounds: tuple[time, time]) -> time:
    return min(max(wish, bounds[0]), bounds[1])


def _candidate(
    today: Today, touchpoint: Touchpoint, suffix: str = "", dialog: str = "", at: Moment | None = None
) -> Candidate:
    """The touchpoint at its hour today; `suffix`, `dialog` and `at` if it speaks of something else."""
    hour = hour_of(today, at or touchpoint.at)
    wanted = datetime.combine(today.day.date, hour) + timedelta(minutes=touchpoint.plus_minutes)
    name = f"{touchpoint.id}:{suffix}" if suffix else touchpoint.id
    expires = datetime.combine(today.day.date, touchpoint.expires)
    return Candidate(touchpoint, name, touchpoint.dialog or dialog, touchpoint.rule, wanted, expires)


def _calendar(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    if falls_on(today, touchpoint, today.day):
        yield _candidate(today, touchpoint)


def _once(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    if touchpoint.id not in today.standing.opened:
        yield _candidate(today, touchpoint)


def _day_after_session(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    """Yesterday's session was offered and is not done: offered once more, if it was not already."""
    session = today.next_session
    if session is None or today.standing.opened.get(session.id) != today.day.date - timedelta(1):
        return
    if today.standing.reminders_sent.get(session.id, 0) < today.programme.burden.nags_per_prompt:
        yield _candidate(today, touchpoint, session.id, session.dialog)


def _away(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    """The word that belongs to so long a silence, once in it; a shorter one's is not made up for."""
    silent = silent_days_on(today.standing, today.day.date)
    due = [t for t in today.programme.touchpoints if t.rule == "away" and _silence_is(today, t, silent)]
    if not due or touchpoint is not max(due, key=lambda t: t.silent_days):
        return
    opened = today.standing.opened.get(touchpoint.id)
    if opened is None or opened <= last_sign(today.standing, today.day.date):
        yield _candidate(today, touchpoint)


def _silence_is(today: Today, touchpoint: Touchpoint, silent: int) -> bool:
    """Has the silence reached this touchpoint? Past the last of the treatment only one that is meant for it."""
    if today.distance == "near" or silent < touchpoint.silent_days:
        return False
    return today.distance == "weekly" or touchpoint.silent_days >= today.programme.burden.assessments_only_after


def _safety_hold(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    if today.standing.safety_hold:
        yield _candidate(today, touchpoint)


def _assessment(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    for assessment, late in sendable(today.programme, today.standing, today.day.number):
        # in a safety hold the morning belongs to its check-in
        part = "midday" if today.standing.safety_hold else assessment.at
        last_day = today.standing.anchor + timedelta(assessment.closes)
        yield Candidate(
            touchpoint,
            assessment_id(assessment.code),
            touchpoint.dialog or assessment.dialog,
            "assessment_late" if late else "assessment",
            datetime.combine(today.day.date, hour_of(today, part)),
            datetime.combine(last_day, touchpoint.expires),
            assessment,
        )


def _assessment_reminder(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    for assessment, index, reminder in reminding(today.programme, today.standing, today.day.date):
        found = _candidate(today, touchpoint, f"{assessment.code}:{index}", assessment.dialog, reminder.part)
        yield Candidate(found.touchpoint, found.id, found.dialog, found.rule, found.wanted, found.expires, assessment)


def _after_last_assessment(today: Today, touchpoint: Touchpoint) -> Iterator[Candidate]:
    """The day after the last assessment was answered or its window shut; once."""
    last = last_assessment(today.programme)
    if last is None or touchpoint.id in today.standing.opened:
        return
    sent_today = today.standing.opened.get(assessment_id(last.code)) == today.day.date
    done = last.code in today.standing.assessments_done and today.day.number > last.day and not sent_today
    if done or today.day.number > last.closes:
        yield _candidate(today, touchpoint)


_BRINGS: Mapping[Rule, Callable[[Today, Touchpoint], Iterator[Candidate]]] = {
    "safety_hold": _safety_hold,
    "assessment": _assessment,
    "assessment_reminder": _assessment_reminder,
    "after_last_assessment": _after_last_assessment,
    "once": _once,
    "next_session": _calendar,
    "day_after_session": _day_after_session,
    "away": _away,
    "every_day": _calendar,
    "session_day": _calendar,
    "practice_day": _calendar,
}
