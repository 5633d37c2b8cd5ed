"""One turn under way, in memory: what it would change, until it is merged into the group or thrown away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from coachbot.engine.changing import changed
from coachbot.service.facts import local_now, week_of
from coachbot.service.records import (
    Afterwards,
    AlertRow,
    Changes,
    ConsentRow,
    DiaryRow,
    Enrolment,
    Incident,
    OutboxRow,
    PatientRecord,
    Progress,
    ResponseRow,
    Tally,
    TimerRow,
    TraceRow,
)
from coachbot.service.world import World

#: Decisions of one turn that are kept.
_MOST_CHOSEN = 30
#: Timers of work that comes after the commit, and how long it may take before it is begun anew.
AFTERWARDS = "afterwards"
_PATIENCE = timedelta(seconds=30)
#: States in which an enrolment has come to its end.
_OVER = ("finished", "withdrawn")


@dataclass(slots=True)
class Draft:
    """The rows of one turn. Nothing here touches the database."""

    world: World
    record: PatientRecord
    now: datetime
    turn: int
    outbox: list[OutboxRow] = field(default_factory=list, init=False)
    timers: dict[str, TimerRow | None] = field(default_factory=dict, init=False)
    diary: list[DiaryRow] = field(default_factory=list, init=False)
    responses: list[ResponseRow] = field(default_factory=list, init=False)
    alerts: list[AlertRow] = field(default_factory=list, init=False)
    consents: list[ConsentRow] = field(default_factory=list, init=False)
    incidents: list[Incident] = field(default_factory=list, init=False)
    afterwards: list[Afterwards] = field(default_factory=list, init=False)
    #: Why the turn says what it says: the touchpoint behind it, what guards decided, which words each row shows.
    because: dict[str, Any] = field(default_factory=dict, init=False)
    chose: list[dict[str, Any]] = field(default_factory=list, init=False)
    said: dict[str, str] = field(default_factory=dict, init=False)
    profile_changed: bool = False
    enrolment_changed: bool = False

    # -- the patient -----------------------------------------------------------------------------------
    def change_profile(self, **changes: Any) -> None:
        self.record = changed(self.record, profile=changed(self.record.profile, **changes))
        self.profile_changed = True

    def change_enrolment(self, **changes: Any) -> None:
        before = self.record.enrolment
        if before is not None:
            self.record = changed(self.record, enrolment=changed(before, **changes))
            self.enrolment_changed = True
            if changes.get("state", before.state) != before.state:
                self.change_progress(ended=self.now.isoformat() if changes["state"] in _OVER else None)

    def change_progress(self, **changes: Any) -> None:
        self.change_enrolment(progress=changed(self.progress, **changes))

    def change_tally(self, tally: Tally) -> None:
        self.change_enrolment(tally=tally)

    @property
    def enrolment(self) -> Enrolment | None:
        return self.record.enrolment

    @property
    def progress(self) -> Progress:
        return self.record.enrolment.progress if self.record.enrolment else Progress()

    @property
    def tally(self) -> Tally:
        return self.record.enrolment.tally if self.record.enrolment else Tally()

    @property
    def local(self) -> datetime:
        return local_now(self.record.profile, self.now)

    @property
    def week(self) -> int:
        return week_of(self.record.enrolment, self.local.date())

    # -- rows ------------------------------------------------------------------------------------------
    def new_id(self) -> int:
        return self.world.ids.next()

    def arm(self, purpose: str, due_at: datetime, token: str | None = None, **body: Any) -> None:
        """Set the patient's timer of a purpose."""
        self.timers[purpose] = TimerRow(self.record.id, purpose, due_at, token, body)

    def disarm(self, purpose: str) -> None:
        """Drop the patient's timer of a purpose."""
        self.timers[purpose] = None

    def replan(self) -> None:
        """The days ahead are planned again at the next tick."""
        self.arm("plan", self.now)

    def later(self, kind: Any, purpose: str = "", tries: int = 0) -> None:
        """Something heavy for after the commit. It has a timer that goes away with the work, so that a process that
        dies in between, or a fault, only puts it off. Each request has a timer of its own: who asks again must not
        put off what was asked for before. `purpose` is that timer's, where one begins the work anew."""
        self.afterwards.append(Afterwards(kind, self.record.id))
        self.arm(purpose or f"{AFTERWARDS}:{kind}:{self.turn}", self.now + _PATIENCE * 2**tries, tries=tries)

    def incident(self, kind: str, detail: str) -> None:
        """Something the operator must see; nothing personal in `detail`."""
        self.incidents.append(Incident(self.new_id(), self.now, kind, self.record.id, detail))

    def _traces(self) -> list[TraceRow]:
        if not (self.because or self.chose or self.said):
            return []
        body = {**self.because, "chose": self.chose[:_MOST_CHOSEN], "said": self.said}
        return [TraceRow(self.turn, self.record.id, body)]

    def merge(self, changes: Changes) -> None:
        """Add this turn to its group."""
        patient = self.record.id
        changes.conversations[patient] = self.record
        if self.profile_changed:
            changes.profiles[patient] = self.record
        if self.enrolment_changed:
            changes.enrolments[patient] = self.record
        changes.outbox += self.outbox
        changes.timers.update({(patient, purpose): row for purpose, row in self.timers.items()})
        changes.diary += self.diary
        changes.responses += self.responses
        changes.alerts += self.alerts
        changes.consents += self.consents
        changes.incidents += self.incidents
        changes.traces += self._traces()
        changes.afterwards += self.afterwards


def new_draft(world: World, record: PatientRecord) -> Draft:
    """The draft of a new turn, now."""
    return Draft(world, record, world.clock.now(), world.ids.next())
