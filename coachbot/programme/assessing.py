"""When assessments open, remind and close. All of it hangs on the anchor; no pause ever moves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from coachbot.programme.days import day_for, day_of
from coachbot.programme.model import Assessment, Programme, Reminder, Touchpoint
from coachbot.programme.standing import Standing


def assessment_id(code: str) -> str:
    """The touchpoint id of an assessment, such as `assessment:week_4`."""
    return f"assessment:{code}"


def session_done(programme: Programme, standing: Standing, session: Touchpoint) -> bool:
    """Is all of this session that belongs to the patient's arm attended?"""
    mine = programme.arm(standing.arm).sessions
    return all(code in standing.attended for code in session.attends if code in mine)


def opening_day(programme: Programme, standing: Standing, assessment: Assessment) -> int:
    """The day (from the anchor) on which it is sent: its own, or the next that leaves its session room.

    It steps aside only for a session day on which the session may still come, never for a pause or for a
    session that was missed; so it depends on the anchor and the session day alone.
    """
    for number in range(assessment.day, assessment.day + assessment.within + 1):
        if not _session_takes(programme, standing, assessment, number):
            return number
    return assessment.day + assessment.within


def _session_takes(programme: Programme, standing: Standing, assessment: Assessment, number: int) -> bool:
    """Does the session before this assessment own that day?"""
    if assessment.after is None or not assessment.within:
        return False
    date_then = standing.anchor + timedelta(number)
    if not day_for(standing, date_then).session_day:
        return False
    session = next(t for t in programme.touchpoints if t.id == assessment.after)
    return not session_done(programme, standing, session) or standing.opened.get(session.id) == date_then


def sendable(programme: Programme, standing: Standing, number: int) -> Iterator[tuple[Assessment, bool]]:
    """The assessments to be sent on this day, each with whether it comes late (its day was held back)."""
    for assessment in programme.assessments:
        if number < assessment.day or number > assessment.closes or _past(standing, assessment):
            continue
        opening = opening_day(programme, standing, assessment)
        if number >= opening:
            yield assessment, number > opening


def _past(standing: Standing, assessment: Assessment) -> bool:
    """Answered, or sent already."""
    return assessment.code in standing.assessments_done or assessment_id(assessment.code) in standing.opened


def reminding(programme: Programme, standing: Standing, day: date) -> Iterator[tuple[Assessment, int, Reminder]]:
    """The reminders that fall on this day, each with its number from 1."""
    for assessment in programme.assessments:
        sent_on = standing.opened.get(assessment_id(assessment.code))
        if sent_on is None or not _may_remind(standing, assessment, day):
            continue
        for index, reminder in enumerate(assessment.reminders, start=1):
            if day == sent_on + timedelta(reminder.after_days):
                yield assessment, index, reminder


def _may_remind(standing: Standing, assessment: Assessment, day: date) -> bool:
    """Open, not answered, and reminders left."""
    if assessment.code in standing.assessments_done or day_of(standing.anchor, day) > assessment.closes:
        return False
    return standing.reminders_sent.get(assessment_id(assessment.code), 0) < len(assessment.reminders)


def last_assessment(programme: Programme) -> Assessment | None:
    """The assessment that ends the follow-up."""
    return max(programme.assessments, key=lambda a: a.day, default=None)


def open_assessments(programme: Programme, standing: Standing, day: date) -> tuple[Assessment, ...]:
    """The assessments the patient may answer on request on this day (before they are sent, too)."""
    if standing.state in ("screening", "withdrawn"):
        return ()
    number = day_of(standing.anchor, day)
    return tuple(a for a in programme.assessments if _answerable(programme, standing, a, number))


def _answerable(programme: Programme, standing: Standing, assessment: Assessment, number: int) -> bool:
    if assessment.code in standing.assessments_done or withheld(programme, standing, assessment, number):
        return False
    early = assessment.opens < assessment.day
    first = assessment.opens if early else opening_day(programme, standing, assessment)
    return first <= number <= assessment.closes


def withheld(programme: Programme, standing: Standing, assessment: Assessment, number: int) -> bool:
    """Does a safety hold keep this assessment back on day `number`?

    It waits for the clinician who ends the hold. In the last days of its window it comes all the same, without what is
    withheld: else the outcomes of those whom a trial must not lose would be missing.
    """
    if not standing.safety_hold or programme.withheld.isdisjoint(assessment.instruments):
        return False
    return number <= assessment.closes - programme.last_days_in_hold
