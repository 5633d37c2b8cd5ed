"""The demo: a coach that confirms by itself, a clock that can be moved, and a look behind the talk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from coachbot.bootstrap import Coach
from coachbot.demo_clinic import DemoClinic, cohort_of
from coachbot.errors import EnrolmentError
from coachbot.programme.plan import plan_ahead
from coachbot.service.clock import CLOCK_AHEAD, VirtualClock
from coachbot.service.days import standing_of
from coachbot.service.draft import Draft
from coachbot.service.facts import PLANNED_STATES, local_now, week_of
from coachbot.service.lessons import lessons_for
from coachbot.service.ports import Channel, Transaction
from coachbot.service.records import Enrolment, PatientRecord, TimerRow
from coachbot.service.sender import Sender
from coachbot.service.travel import Travel
from coachbot.service.writer import SOON, InlineWriter, WriterThread

_AHEAD_DAYS = 8
_FARTHEST = timedelta(days=60)


class Demo:
    """What the panel shows and does. Everything that writes runs on the writer's thread."""

    def __init__(
        self, coach: Coach, clock: VirtualClock, writer: WriterThread, channels: Mapping[str, Channel]
    ) -> None:
        self._coach = coach
        self._clock = clock
        self._writer = writer
        self.clinic: DemoClinic | None = None
        self._sender = Sender(coach.store, clock, channels, InlineWriter(), name="demo")

    # -- the clock ---------------------------------------------------------------------------------------
    async def jump(self, *, hours: float = 0, days: float = 0, to_next: bool = False) -> None:
        """Move patients' time on; everything due on the way happens at its own time.

        To the next touchpoint only where there is one: raises EnrolmentError before anybody's days are planned.
        """
        ahead = _FARTHEST if to_next else timedelta(hours=hours, days=days)
        await asyncio.wrap_future(self._writer.submit(lambda: self._jump(ahead, to_next), SOON))

    def _jump(self, ahead: timedelta, to_next: bool) -> None:
        if to_next and not self._is_planned():
            raise EnrolmentError("Nothing is planned yet: finish the first talk, then the days are.")
        before = self._opened()
        travel = Travel(self._coach.store, self._clock, self._settle)
        travel.to(self._clock.now() + ahead, stop=(lambda: self._opened() != before) if to_next else None)
        with self._coach.store.writing() as tx:
            tx.put_setting(CLOCK_AHEAD, str(self._clock.ahead.total_seconds()))

    def _settle(self) -> None:
        loop = True
        while loop:
            fired = self._coach.tick()
            turned = self._coach.turns.drain() + self._coach.broadcasting.work()
            self.confirm_waiting()
            loop = bool(fired or turned or asyncio.run(self._sender.drain()))

    def _opened(self) -> int:
        """How many unprompted talks were opened so far, over all visitors of the demo."""
        return sum(
            sum(enrolment.progress.unprompted.values()) + enrolment.progress.education_given
            for enrolment in self._visitors()
        )

    def _is_planned(self) -> bool:
        """Has any visitor of the demo days that are planned?"""
        return any(one.anchor is not None and one.state in PLANNED_STATES for one in self._visitors())

    def _visitors(self) -> list[Enrolment]:
        """The enrolments of all visitors of the demo, without the made-up patients."""
        cohort = cohort_of(self._coach)
        with self._coach.store.reading() as tx:
            records = tx.load([brief.patient for brief in tx.enrolments() if brief.patient not in cohort])
        return [record.enrolment for record in records.values() if record.enrolment]

    # -- confirming --------------------------------------------------------------------------------------
    def confirm_waiting(self) -> None:
        """The demo has no clinician: who has answered the screening is confirmed at once, and told so."""
        with self._coach.store.reading() as tx:
            waiting = [brief for brief in tx.enrolments() if brief.state == "screening"]
            records = tx.load([brief.patient for brief in waiting])
        cohort = cohort_of(self._coach) if waiting else frozenset[str]()
        for brief in waiting:
            record = records.get(brief.patient)
            if brief.patient not in cohort and record is not None and _screened(record):
                name = str(self._coach.world.site_for(record.profile.language)["therapist"])
                self._coach.enrolments.confirm(brief.code, name)
                self._coach.tick()

    async def staff_entry(self) -> str:
        """A path that lets the demo's admin into the staff's console, once; empty if there is no console."""
        clinic = self.clinic
        return await asyncio.to_thread(clinic.entry) if clinic else ""

    async def new_code(self, arm: str) -> str:
        """A fresh invitation code."""
        programme = next(iter(self._coach.world.pack.programmes))
        return await asyncio.wrap_future(
            self._writer.submit(lambda: self._coach.enrolments.invite(programme, arm, "demo"), SOON)
        )

    # -- the look behind -----------------------------------------------------------------------------------
    async def state(self, patient: str | None) -> Mapping[str, Any]:
        """What the panel shows of one patient."""
        return await asyncio.to_thread(self._state, patient)

    def _state(self, patient: str | None) -> Mapping[str, Any]:
        now = self._clock.now()
        programme = next(iter(self._coach.world.pack.programmes.values()))
        arms = [arm.code for arm in programme.arms]
        if patient is None:
            return {"now": now.strftime("%a %Y-%m-%d %H:%M"), "zone": "UTC", "arms": arms}
        with self._coach.store.reading() as tx:
            record = tx.load([patient]).get(patient)
            if record is None:
                return {"now": now.strftime("%a %Y-%m-%d %H:%M"), "zone": "UTC", "arms": arms}
            local = local_now(record.profile, now)
            return {
                "now": local.strftime("%a %Y-%m-%d %H:%M"),
                "zone": record.profile.zone or "UTC",
                "arms": arms,
                "planned": _due(record, tx.timers_of(patient)) + self._ahead(record, now),
                "held": _held(tx, record, local),
                "state": self._standing(record, local),
                "stack": [{"dialog": f.dialog, "state": f.state} for f in record.conversation.frames],
            }

    def _standing(self, record: PatientRecord, local: datetime) -> Mapping[str, str]:
        enrolment = record.enrolment
        if enrolment is None:
            return {"enrolment": "not enrolled"}
        shown = {"arm": enrolment.arm, "enrolment": enrolment.state, "code": enrolment.code}
        if enrolment.anchor is not None:
            shown |= {
                "week": str(week_of(enrolment, local.date())),
                "day": str((local.date() - enrolment.anchor).days),
                "practised": f"{enrolment.tally.cse} exercise, {enrolment.tally.sct} other",
                "attended": ", ".join(enrolment.progress.attended) or "-",
                "assessments": ", ".join(enrolment.progress.assessments) or "-",
            }
        if enrolment.progress.safety_hold:
            shown["rests"] = f"until a clinician ends it: coachbot enrolment end-rest {enrolment.code}"
        return shown

    def _ahead(self, record: PatientRecord, now: datetime) -> list[dict[str, str]]:
        """The days after today, if all goes as planned."""
        enrolment = record.enrolment
        if enrolment is None or enrolment.anchor is None:
            return []
        programme = self._coach.world.pack.programmes[enrolment.programme]
        draft = Draft(self._coach.world, record, now, 0)
        tomorrow = local_now(record.profile, now).date() + timedelta(days=1)
        standing = replace(standing_of(record, now), sent_today=0, planned_already=frozenset())
        days = plan_ahead(
            programme, standing, tomorrow, _AHEAD_DAYS, education=[lesson.id for lesson in lessons_for(draft)]
        )
        return [
            {"due": _local(record, p.due), "what": f"{p.id} ({p.dialog})", "rule": p.rule}
            for day in days
            for p in day.planned
        ]


def _screened(record: PatientRecord) -> bool:
    enrolment = record.enrolment
    if enrolment is None or record.conversation.prompt is not None:
        return False
    return enrolment.progress.screening.get("outcome") in ("fit", "review")


def _local(record: PatientRecord, moment: datetime) -> str:
    return local_now(record.profile, moment).strftime("%a %m-%d %H:%M")


def _due(record: PatientRecord, timers: Any) -> list[dict[str, str]]:
    rows: list[TimerRow] = sorted(timers, key=lambda row: row.due_at)
    return [
        {
            "due": _local(record, row.due_at),
            "what": _named(row),
            "rule": str(row.body.get("rule") or _WHY.get(row.purpose.partition(":")[0], "")),
        }
        for row in rows
    ]


def _named(row: TimerRow) -> str:
    name = row.purpose.removeprefix("touch:")
    dialog = row.body.get("dialog")
    return f"{name} ({dialog})" if dialog else name


_WHY = {
    "plan": "the next day is planned",
    "nag": "one nudge, if the question is still open",
    "wait": "a pause of a practice ends",
    "remind": "the patient asked for it",
    "page": "what stands complete on the page of a round is finished",
    "safety_silence": "no answer counts as not safe",
    "safety_again": "the question is asked once more",
    "escalate": "nobody has acknowledged the alert",
}


def _held(tx: Transaction, record: PatientRecord, local: datetime) -> list[dict[str, str]]:
    plans = tx.plans(record.id, local.date(), local.date())
    return [{"what": s["id"], "why": s["reason"]} for plan in plans for s in plan.body["suppressed"]]
