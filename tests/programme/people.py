"""The programme of the pack, and patients for the tests to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coachbot.programme.model import Programme
from coachbot.programme.plan import DayPlan, lived, plan_day
from coachbot.programme.reading import programme_from
from coachbot.programme.standing import Standing

FILE = Path(__file__).parents[2] / "content" / "programmes" / "sct_cse.yaml"
EDUCATION = tuple(f"message_{n}" for n in range(112))

#: A Wednesday.
ANCHOR = date(2026, 3, 4)


def data() -> dict[str, Any]:
    """The programme file as plain data, fresh, to be spoiled by a test."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@cache
def programme() -> Programme:
    return programme_from(data())


def patient(**changes: Any) -> Standing:
    """Someone with the usual settings whom the clinician has just confirmed."""
    usual = Standing(
        arm="combined",
        state="active",
        anchor=ANCHOR,
        zone="Europe/Berlin",
        morning=time(8),
        evening=time(19),
        session_day="sat",
        practice_days=frozenset({"mon", "wed", "fri"}),
        dial="usual",
        paused_from=None,
        paused_until=None,
        silent_until=None,
        safety_hold=False,
        last_heard=None,
        attended=frozenset(),
        assessments_done=frozenset(),
        reminders_sent={},
        sent_today=0,
        sent_week=0,
        nags_week=0,
        education_given=0,
        planned_already=frozenset(),
        opened={},
    )
    return replace(usual, **changes)


def plan(standing: Standing, number: int, **more: Any) -> DayPlan:
    """The plan of a day, by its number."""
    day = standing.anchor + timedelta(number)
    return plan_day(programme(), standing, day, education=EDUCATION, **more)


def ids(day_plan: DayPlan) -> list[str]:
    return [planned.id for planned in day_plan.planned]


def reasons(day_plan: DayPlan) -> dict[str, str]:
    return {held.id: held.reason for held in day_plan.suppressed}


def answering(standing: Standing, to_day: int) -> Standing:
    """The same patient on the morning of that day, having done all that came."""
    for number in range(to_day):
        standing = lived(programme(), standing, plan(standing, number))
    return standing


def passing(standing: Standing, day_plan: DayPlan) -> Standing:
    """The morning after a day on which everything was opened and nothing was answered."""
    return replace(
        lived(programme(), standing, day_plan),
        state=standing.state,
        last_heard=standing.last_heard,
        attended=standing.attended,
        assessments_done=standing.assessments_done,
    )


def life(standing: Standing, answers: Sequence[bool]) -> list[DayPlan]:
    """The plans of someone who answers on some days only, from day 0 on."""
    plans = []
    for number, answered in enumerate(answers):
        today = plan(standing, number)
        plans.append(today)
        standing = lived(programme(), standing, today) if answered else passing(standing, today)
    return plans


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")
