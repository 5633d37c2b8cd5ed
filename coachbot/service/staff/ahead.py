"""What the calendar will bring, for the staff's lists: plans are made at 04:00 of a patient's day, so that what comes
the day after stands in no timer yet. The patient's own page shows the same (`coachbot.service.staff.chart`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from coachbot.programme.plan import lived, plan_day
from coachbot.service.days import standing_of
from coachbot.service.facts import PLANNED_STATES, local_now
from coachbot.service.records import TimerRow
from coachbot.service.staff.records import RosterRow
from coachbot.service.world import World

#: Days after today that are looked at for the next touchpoint.
_DAYS = 7
_Known = dict[tuple[str, int], tuple[RosterRow, int, tuple[TimerRow, ...]]]


class Ahead:
    """Looks beyond the timers. What it found of an unchanged patient holds for a quarter of an hour."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: _Known = {}

    def tomorrow(self, row: RosterRow, quarter: int) -> tuple[TimerRow, ...]:
        """What will come on the patient's next day, as the timers it will be."""
        return self._held(row, quarter, 1)

    def next(self, row: RosterRow, quarter: int) -> TimerRow | None:
        """The first touchpoint of the next days; None if none is to come."""
        return next(iter(self._held(row, quarter, _DAYS)), None)

    def forget(self, patient: str) -> None:
        """Keep nothing of this patient."""
        for days in (1, _DAYS):
            self._known.pop((patient, days), None)

    def _held(self, row: RosterRow, quarter: int, days: int) -> tuple[TimerRow, ...]:
        held = self._known.get((row.patient, days))
        if held is None or held[0] is not row or held[1] != quarter:
            held = self._known[row.patient, days] = (row, quarter, self._first(row, days))
        return held[2]

    def _first(self, row: RosterRow, days: int) -> tuple[TimerRow, ...]:
        """The touchpoints of the first of the days after today that has any."""
        enrolment, now = row.enrolment, self._world.clock.now()
        if enrolment is None or enrolment.anchor is None or enrolment.state not in PLANNED_STATES:
            return ()
        programme = self._world.pack.programmes.get(enrolment.programme)
        if programme is None:
            return ()
        # Which lesson it will be is of no matter here, only whether there is one: no order by needs.
        education = [one.id for one in self._world.pack.education if not one.arms or enrolment.arm in one.arms]
        standing = replace(standing_of(row, now), sent_today=0, planned_already=frozenset())
        today = local_now(row.profile, now).date()
        for number in range(1, days + 1):
            plan = plan_day(programme, standing, today + timedelta(number), education=education)
            if plan.planned:
                return tuple(TimerRow(row.patient, f"touch:{one.id}", one.due) for one in plan.planned)
            standing = lived(programme, standing, plan)
        return ()
