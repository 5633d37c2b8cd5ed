"""What must hold for anybody, anywhere, whatever they chose and however often they answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from coachbot.programme.days import week_of
from coachbot.programme.gates import in_quiet_hours
from coachbot.programme.localtime import local, moment
from coachbot.programme.model import DIALS, WEEKDAYS
from coachbot.programme.plan import DayPlan, plan_ahead
from coachbot.programme.standing import Standing

from .people import ids, life, patient, plan, programme

DAYS = 120
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
)

clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 29, 30, 31, 59)))
answers = st.lists(st.booleans(), min_size=DAYS, max_size=DAYS)


@st.composite
def patients(draw: st.DrawFn) -> Standing:
    """Any settings, any anchor (both clock changes and Samoa's lost day included), perhaps a pause."""
    anchor = draw(
        st.one_of(st.dates(date(2011, 9, 1), date(2011, 12, 31)), st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    )
    start = draw(st.none() | st.integers(0, DAYS))
    length = draw(st.none() | st.integers(1, 60))
    paused_from = None if start is None else anchor + timedelta(start)
    return patient(
        arm=draw(st.sampled_from(("combined", "exercise"))),
        anchor=anchor,
        zone=draw(st.sampled_from(ZONES)),
        morning=draw(clocks),
        evening=draw(clocks),
        session_day=draw(st.sampled_from(("sat", "sun"))),
        practice_days=draw(st.frozensets(st.sampled_from(WEEKDAYS), min_size=1)),
        dial=draw(st.sampled_from(DIALS)),
        paused_from=paused_from,
        paused_until=None if paused_from is None or length is None else paused_from + timedelta(length),
    )


def in_treatment(plans: list[DayPlan]) -> list[tuple[date, str, datetime]]:
    return [(d.day, p.id, p.due) for d in plans for p in d.planned]


@given(patients(), answers)
@settings(max_examples=60, deadline=None)
def test_the_budget_is_kept_by_day_and_week(standing: Standing, answered: list[bool]) -> None:
    plans = life(standing, answered)
    weeks = Counter(week_of(standing.anchor, d.day) for d in plans for _ in d.planned)
    nags = Counter(week_of(standing.anchor, d.day) for d in plans for p in d.planned if p.nag)
    assert max((len(d.planned) for d in plans), default=0) <= programme().burden.per_day
    assert max(weeks.values(), default=0) <= programme().burden.per_week
    assert max(nags.values(), default=0) <= programme().burden.nags_per_week


@given(patients(), answers)
@settings(max_examples=60, deadline=None)
def test_a_touchpoint_comes_at_most_once_a_day_at_a_waking_hour_of_that_day(
    standing: Standing, answered: list[bool]
) -> None:
    for today in life(standing, answered):
        names = [p.id for p in today.planned] + [s.id for s in today.suppressed]
        assert len(set(names)) == len(names)
        for planned in today.planned:
            wall = local(planned.due, standing.zone)
            assert wall.date() == today.day
            assert not in_quiet_hours(programme().burden, wall.time())
            assert planned.due < planned.expires
            assert planned.due.tzinfo is UTC


@given(patients(), answers)
@settings(max_examples=60, deadline=None)
def test_both_arms_bear_the_same(standing: Standing, answered: list[bool]) -> None:
    one, other = (in_treatment(life(replace(standing, arm=arm), answered)) for arm in ("combined", "exercise"))
    assert one == other


@given(patients())
@settings(max_examples=60, deadline=None)
def test_no_pause_moves_an_assessment(standing: Standing) -> None:
    unpaused = replace(standing, paused_from=None, paused_until=None)
    with_pause, without = (
        [
            (d.day, p.id, p.due)
            for d in plan_ahead(programme(), each, standing.anchor, DAYS)
            for p in d.planned
            if p.kind == "assessment"
        ]
        for each in (standing, unpaused)
    )
    assert with_pause == without
    assert len(without) == 3


@given(patients(), answers)
@settings(max_examples=40, deadline=None)
def test_each_assessment_is_sent_once_alone_and_reminded_of_twice_at_most(
    standing: Standing, answered: list[bool]
) -> None:
    plans = life(standing, answered)
    names = Counter(name for d in plans for name in ids(d))
    sent = {name: n for name, n in names.items() if name.startswith("assessment:")}
    assert set(sent.values()) <= {1}
    assert len(sent) == 3
    assert all(len(d.planned) == 1 for d in plans if any(p.kind == "assessment" for p in d.planned))
    reminders = Counter(p.about for d in plans for p in d.planned if p.kind == "reminder")
    assert max(reminders.values(), default=0) <= 2


@given(patients(), st.integers(0, 118), st.integers(0, 2), st.integers(0, 12), st.integers(0, 3), st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_was_already_sent_is_counted(
    standing: Standing, number: int, today: int, week: int, nags: int, hold: bool
) -> None:
    standing = replace(
        standing,
        sent_today=today,
        sent_week=max(today, week),
        nags_week=nags,
        safety_hold=hold,
        opened={"orientation": standing.anchor},
    )
    planned = [p for p in plan(standing, number).planned if p.kind != "safety"]
    assert not planned or today + len(planned) <= 2
    assert not planned or max(today, week) + len(planned) <= 12
    assert not hold or {p.kind for p in planned} <= {"assessment"}, "one comes in the last days of its window"


@given(patients(), st.integers(0, 118), st.integers(0, 24 * 60))
@settings(max_examples=150, deadline=None)
def test_a_day_planned_from_now_on_brings_nothing_earlier(standing: Standing, number: int, minutes: int) -> None:
    day = standing.anchor + timedelta(number)
    now = moment(day, time(0), standing.zone) + timedelta(minutes=minutes)
    for planned in plan(standing, number, not_before=now).planned:
        assert now <= planned.due < planned.expires
        assert not in_quiet_hours(programme().burden, local(planned.due, standing.zone).time())


@given(patients(), st.lists(st.booleans(), min_size=40, max_size=40))
@settings(max_examples=30, deadline=None)
def test_the_same_standing_gives_the_same_plan(standing: Standing, answered: list[bool]) -> None:
    assert life(standing, answered) == life(standing, answered)
