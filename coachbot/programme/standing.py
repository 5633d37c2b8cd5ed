"""Where one patient stands: everything the planner needs of them, and nothing a patient said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from coachbot.programme.model import Dial, Weekday

State = Literal["screening", "active", "paused", "finished", "withdrawn", "treatment_stopped"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One enrolment as the planner sees it. Dates are local to `zone`; moments are aware, in UTC."""

    arm: str
    state: State
    #: Day 0: the local day on which the clinician confirmed.
    anchor: date
    #: IANA name.
    zone: str
    #: The patient's own hours, local wall time.
    morning: time
    evening: time
    session_day: Literal["sat", "sun"]
    practice_days: frozenset[Weekday]
    dial: Dial
    #: A pause holds from `paused_from` up to but without `paused_until`; no end means until told.
    paused_from: date | None
    paused_until: date | None
    #: Nothing unprompted before this moment; 'told' means until the patient says so.
    silent_until: datetime | Literal["told"] | None
    #: A clinician has not yet ended the hold after a safety event.
    safety_hold: bool
    #: When the patient last wrote or pressed anything.
    last_heard: datetime | None
    #: Codes of sessions and lessons done (`sct_1` ... `cse_4`).
    attended: frozenset[str]
    #: Codes of assessments answered.
    assessments_done: frozenset[str]
    #: Nags already sent, by the id of the touchpoint they remind of (`assessment:week_4`, `week_1`).
    reminders_sent: Mapping[str, int]
    #: Unprompted messages already sent this local day, and this programme week (today's included).
    sent_today: int
    sent_week: int
    #: Nags already sent this programme week.
    nags_week: int
    #: How many education messages were given: the index of the next one in the ordered list.
    education_given: int
    #: Ids of touchpoints already opened today.
    planned_already: frozenset[str]
    #: The local day on which each touchpoint was last opened, by its id, over the whole enrolment.
    opened: Mapping[str, date]
