"""Is the patient there? Pauses, silences, and how long nothing was heard."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from coachbot.programme.days import weekday_of
from coachbot.programme.localtime import local
from coachbot.programme.model import Burden
from coachbot.programme.standing import Standing

#: `near`: as usual. `weekly`: one touchpoint a week. `assessments_only`: the follow-up alone.
Distance = Literal["near", "weekly", "assessments_only"]


def paused_on(standing: Standing, day: date) -> bool:
    """Does a pause hold on this local day?"""
    if standing.paused_until is not None and day >= standing.paused_until:
        return False
    if standing.paused_from is not None:
        return day >= standing.paused_from
    return standing.state == "paused"


def silent_at(standing: Standing, due: datetime) -> bool:
    """Does the silence the patient asked for cover this moment (UTC)?"""
    until = standing.silent_until
    return until is not None and (until == "told" or due < until)


def heard_before(standing: Standing, day: date) -> bool:
    """Was the last thing heard, and so any word that asked for silence, older than this local day?"""
    return standing.last_heard is None or local(standing.last_heard, standing.zone).date() < day


def last_sign(standing: Standing, day: date) -> date:
    """The last day before or on `day` from which an absence is counted.

    It is the day the patient was last heard, or later: day 0, the last day of a pause, the end of a silence;
    nobody is away who was not spoken to.
    """
    signs = [standing.anchor]
    if standing.last_heard is not None:
        signs.append(local(standing.last_heard, standing.zone).date())
    if standing.paused_until is not None and standing.paused_until <= day:
        signs.append(standing.paused_until - timedelta(1))
    if isinstance(standing.silent_until, datetime):
        signs.append(local(standing.silent_until, standing.zone).date())
    return max(sign for sign in signs if sign <= day) if standing.anchor <= day else day


def silent_days_on(standing: Standing, day: date) -> int:
    """Whole days without a word between the last sign and this day."""
    return max(0, (day - last_sign(standing, day)).days - 1)


def distance_on(burden: Burden, standing: Standing, day: date) -> Distance:
    """How far away the patient is, after whole silent days between the last sign and this day."""
    sign, silent = last_sign(standing, day), silent_days_on(standing, day)
    if silent >= burden.assessments_only_after:
        return "assessments_only"
    if silent < burden.weekly_after or standing.dial == "weekly":
        return "near"
    return "weekly" if _unanswered(standing, sign, silent) >= burden.weekly_after else "near"


def _unanswered(standing: Standing, sign: date, silent: int) -> int:
    """The silent days on which the coach speaks at all: on dial `less` not every day does."""
    if standing.dial != "less":
        return silent
    spoken = standing.practice_days | {standing.session_day}
    return sum(weekday_of(sign + timedelta(n)) in spoken for n in range(1, silent + 1))
