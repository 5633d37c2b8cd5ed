"""The day plan: which touchpoints are due on one patient's local day, when, and what was held back, and why.

A plan is pure arithmetic over a programme and a standing. It knows no dialog, no words and no site hours:
an assessment with an instrument that needs a reader on duty waits, once due, inside its window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from coachbot.programme.assessing import assessment_id, opening_day
from coachbot.programme.days import Day, day_of, phase_of, rest_of_week, week_of
from coachbot.programme.gates import Reason, held_back, timed
from coachbot.programme.localtime import day_exists
from coachbot.programme.model import Kind, Programme, Touchpoint
from coachbot.programme.rules import Candidate, Today, candidates, falls_on, for_arm, in_season, today_for
from coachbot.programme.standing import Standing

__all__ = [
    "DayPlan",
    "Planned",
    "Reason",
    "Suppressed",
    "day_of",
    "phase_of",
    "plan_ahead",
    "plan_day",
    "week_of",
]


@dataclass(frozen=True, slots=True)
class Planned:
    """A touchpoint to be opened. `due` and `expires` are aware, in UTC."""

    id: str
    kind: Kind
    dialog: str
    due: datetime
    expires: datetime
    #: It makes no sound.
    quiet: bool
    #: Which rule brought it.
    rule: str
    #: Id of the education message it carries.
    education: str | None
    #: It counts as a nag, of the touchpoint `about`.
    nag: bool = False
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A touchpoint that a rule brought and that is not sent, and why."""

    id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One patient's local day, in the order of the clock."""

    day: date
    planned: tuple[Planned, ...]
    suppressed: tuple[Suppressed, ...]


def plan_day(
    programme: Programme,
    standing: Standing,
    day: date,
    *,
    education: Sequence[str],
    not_before: datetime | None = None,
) -> DayPlan:
    """What is due for this patient on this local day.

    `education` is the ordered list of message ids. `not_before` (aware) is for a day that is planned while it
    runs: nothing is due earlier, and what has expired by then is suppressed. Raises UnknownZone and KeyError
    (unknown arm).
    """
    if day < standing.anchor or not day_exists(day, standing.zone):
        return DayPlan(day, (), ())
    draft = _Draft(today_for(programme, standing, day), education, not_before)
    for candidate in candidates(draft.today):
        draft.consider(candidate)
    return draft.plan()


class _Draft:
    """A plan in the making: takes candidates in their order of precedence and keeps the budget."""

    __slots__ = ("blank", "education", "not_before", "planned", "replaced", "suppressed", "today")

    def __init__(self, today: Today, education: Sequence[str], not_before: datetime | None) -> None:
        self.today = today
        self.education = education
        self.not_before = not_before
        self.planned: list[Planned] = []
        self.suppressed: list[Suppressed] = []
        already = today.standing.planned_already
        families = {name.split(":")[0] for name in already}
        #: Ids whose place is taken.
        self.replaced = {t.in_place_of for t in today.programme.touchpoints if t.id in families}
        #: An assessment opens today: the day carries nothing else.
        self.blank = "assessment" in families

    def consider(self, candidate: Candidate) -> None:
        """Plans it, or writes down why not. What was opened today or is replaced is left out."""
        if candidate.id in self.today.standing.planned_already or candidate.touchpoint.id in self.replaced:
            return
        due, expires, against = timed(self.today, candidate, self.not_before)
        reason = held_back(self.today, candidate, due) or against or self._crowded(candidate)
        if reason is not None:
            self.suppressed.append(Suppressed(candidate.id, reason))
        else:
            self._take(candidate, due, expires)

    def plan(self) -> DayPlan:
        """The plan as it stands."""
        in_order = sorted(self.planned, key=lambda p: p.due)
        return DayPlan(self.today.day.date, tuple(in_order), tuple(self.suppressed))

    def _take(self, candidate: Candidate, due: datetime, expires: datetime) -> None:
        touchpoint = candidate.touchpoint
        self.replaced.add(touchpoint.in_place_of)
        self.blank = self.blank or touchpoint.rule == "assessment"
        self.planned.append(
            Planned(
                candidate.id,
                touchpoint.kind,
                candidate.dialog,
                due,
                expires,
                touchpoint.kind == "note" and self.today.day.week >= self.today.programme.burden.quiet_from_week,
                candidate.rule,
                self._next_education(touchpoint),
                touchpoint.nag,
                _about(candidate),
            )
        )

    def _next_education(self, touchpoint: Touchpoint) -> str | None:
        given = self.today.standing.education_given
        return self.education[given] if touchpoint.education and given < len(self.education) else None

    def _crowded(self, candidate: Candidate) -> Reason | None:
        """Does the day already carry an assessment, or all that the budget allows?"""
        if candidate.touchpoint.beyond_budget:
            return None
        if self.blank:
            return "assessment_day"
        return self._one_a_week(candidate) or self._over_budget(candidate)

    def _one_a_week(self, candidate: Candidate) -> Reason | None:
        """On dial `weekly` the session day brings one thing, the first in precedence."""
        touchpoint, standing = candidate.touchpoint, self.today.standing
        if standing.dial != "weekly" or touchpoint.follow_up or touchpoint.rule in ("once", "away"):
            return None
        return "dial" if standing.sent_today + len(self.planned) else None

    def _over_budget(self, candidate: Candidate) -> Reason | None:
        burden, standing, touchpoint = self.today.programme.burden, self.today.standing, candidate.touchpoint
        new = len(self.planned) + 1
        if standing.sent_today + new > burden.per_day:
            return "budget_day"
        nags = standing.nags_week + sum(p.nag for p in self.planned) + 1
        if touchpoint.nag and nags > burden.nags_per_week:
            return "budget_week"
        kept = _kept_for_later(self.today) if touchpoint.folds else 0
        return "budget_week" if standing.sent_week + new + kept > burden.per_week else None


def _about(candidate: Candidate) -> str | None:
    """The touchpoint a nag reminds of: the key to count it under in `Standing.reminders_sent`."""
    if not candidate.touchpoint.nag:
        return None
    if candidate.assessment is not None:
        return assessment_id(candidate.assessment.code)
    return candidate.id.partition(":")[2]


def _kept_for_later(today: Today) -> int:
    """How much of the week's budget the coming days need before a check-in may be spent on today."""
    return sum(_needs(today, day) for day in rest_of_week(today.standing, today.day))


def _needs(today: Today, day: Day) -> int:
    """What a coming day of this week will bring at least; an assessment comes alone."""
    programme, standing = today.programme, today.standing
    pending = (a for a in programme.assessments if a.code not in standing.assessments_done)
    if any(opening_day(programme, standing, a) == day.number for a in pending):
        return 1
    wanted = sum(_claims(today, touchpoint, day) for touchpoint in programme.touchpoints)
    return min(wanted, programme.burden.per_day)


def _claims(today: Today, touchpoint: Touchpoint, day: Day) -> bool:
    """Does it come before today's check-in? A practice day's own check-in does, if today is none."""
    if touchpoint.folds and (today.day.practice_day or not day.practice_day):
        return False
    if not falls_on(today, touchpoint, day) or not in_season(touchpoint, day):
        return False
    spared = today.standing.dial == "less" and touchpoint.rule == "every_day" and not day.practice_day
    return for_arm(touchpoint, today.standing.arm) and not spared


def plan_ahead(
    programme: Programme, standing: Standing, from_day: date, days: int, *, education: Sequence[str] = ()
) -> tuple[DayPlan, ...]:
    """The plans of `days` days from `from_day`, if all that is planned is opened, done and answered."""
    plans = []
    for number in range(days):
        plan = plan_day(programme, standing, from_day + timedelta(number), education=education)
        plans.append(plan)
        standing = lived(programme, standing, plan)
    return tuple(plans)


def lived(programme: Programme, standing: Standing, plan: DayPlan) -> Standing:
    """The standing on the morning after a day on which all that was planned was opened and done."""
    same_week = week_of(standing.anchor, plan.day) == week_of(standing.anchor, plan.day + timedelta(1))
    nags = sum(p.nag for p in plan.planned)
    over = any(p.kind == "finish" for p in plan.planned)
    return replace(
        standing,
        state="finished" if over else standing.state,
        last_heard=plan.planned[-1].due if plan.planned else standing.last_heard,
        attended=standing.attended | _attended(programme, standing, plan),
        assessments_done=standing.assessments_done | _answered(plan),
        opened={**standing.opened, **{p.id: plan.day for p in plan.planned}},
        education_given=standing.education_given + sum(p.education is not None for p in plan.planned),
        reminders_sent=_nagged(standing, plan),
        sent_today=0,
        sent_week=standing.sent_week + len(plan.planned) if same_week else 0,
        nags_week=standing.nags_week + nags if same_week else 0,
        planned_already=frozenset(),
    )


def _attended(programme: Programme, standing: Standing, plan: DayPlan) -> frozenset[str]:
    """What the arm's sessions of that day, offered or offered again, count as attended."""
    mine = programme.arm(standing.arm).sessions
    offered = {p.id.rpartition(":")[2] for p in plan.planned if p.kind in ("session", "reoffer")}
    sessions = (t for t in programme.touchpoints if t.id in offered)
    return frozenset(code for t in sessions for code in t.attends if code in mine)


def _answered(plan: DayPlan) -> frozenset[str]:
    """The codes of the assessments opened or reminded of that day."""
    asked = (p.id for p in plan.planned if p.kind in ("assessment", "reminder"))
    return frozenset(name.split(":")[1] for name in asked)


def _nagged(standing: Standing, plan: DayPlan) -> dict[str, int]:
    counts = dict(standing.reminders_sent)
    for planned in plan.planned:
        if planned.about is not None:
            counts[planned.about] = counts.get(planned.about, 0) + 1
    return counts
