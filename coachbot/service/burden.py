"""How often the coach writes first: counted over the whole programme for each arm, by the planner itself."""

from __future__ import annotations

from datetime import date, time

from coachbot.authoring.pack import Pack
from coachbot.errors import EnrolmentError
from coachbot.programme.plan import plan_ahead, week_of
from coachbot.programme.standing import Standing

#: A Wednesday: the first training day comes three days later.
_ANCHOR = date(2026, 3, 4)


def table(pack: Pack, programme: str) -> tuple[list[str], bool]:
    """Lines to print, and whether every week keeps to the rules and all arms are equal."""
    found = pack.programmes.get(programme)
    if found is None:
        raise EnrolmentError(f"programme '{programme}' is not in the pack")
    arms = [arm.code for arm in found.arms]
    counts = {arm: _weeks(pack, programme, arm) for arm in arms}
    lines = ["week  " + "  ".join(f"{arm:>10}" for arm in arms) + "   most a day"]
    fits = True
    for week in range(1, found.weeks + 2):
        row = [counts[arm].get(week, (0, 0)) for arm in arms]
        equal = len({number for number, _ in row}) == 1
        most = max(day for _, day in row)
        kept = equal and row[0][0] <= found.burden.per_week and most <= found.burden.per_day
        fits = fits and kept
        lines.append(f"{week:4}  " + "  ".join(f"{n:>10}" for n, _ in row) + f"   {most}" + ("" if kept else "  <-"))
    rules = f"at most {found.burden.per_day} a day and {found.burden.per_week} a week, the same in every arm"
    lines.append(f"{'kept' if fits else 'BROKEN'}: {rules}")
    return lines, fits


def _weeks(pack: Pack, programme: str, arm: str) -> dict[int, tuple[int, int]]:
    """Programme week to the number of unprompted messages in it, and the most on one of its days."""
    found = pack.programmes[programme]
    education = tuple(m.id for m in pack.education if not m.arms or arm in m.arms)
    days = plan_ahead(found, _patient(arm), _ANCHOR, found.weeks * 7 + 2, education=education)
    weeks: dict[int, tuple[int, int]] = {}
    for day in days:
        week = week_of(_ANCHOR, day.day)
        total, most = weeks.get(week, (0, 0))
        weeks[week] = (total + len(day.planned), max(most, len(day.planned)))
    return weeks


def _patient(arm: str) -> Standing:
    """Somebody who does everything, every day heard from: the most the coach ever writes."""
    return Standing(
        arm=arm, state="active", anchor=_ANCHOR, zone="Europe/Berlin", morning=time(8), evening=time(19),
        session_day="sat", practice_days=frozenset({"mon", "tue", "wed", "thu", "fri"}), dial="usual",
        paused_from=None, paused_until=None, silent_until=None, safety_hold=False,
        last_heard=None, attended=frozenset(), assessments_done=frozenset(),
        reminders_sent={}, sent_today=0, sent_week=0, nags_week=0, education_given=0,
        planned_already=frozenset(), opened={},
    )  # fmt: skip
