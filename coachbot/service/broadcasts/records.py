"""What the service knows of broadcasts, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from coachbot.engine.model import EMPTY

#: draft -> waiting (for a second person) -> scheduled -> sending -> done; paused and cancelled from most of them.
State = Literal["draft", "waiting", "scheduled", "sending", "paused", "cancelled", "done"]
#: Where the row of one recipient stands.
Fate = Literal["planned", "queued", "sent", "failed", "suppressed", "cancelled"]
FATES: tuple[Fate, ...] = ("planned", "queued", "sent", "failed", "suppressed", "cancelled")
#: States in which a broadcast may still be written anew, and those in which it is over.
WRITABLE: tuple[State, ...] = ("draft",)
OVER: tuple[State, ...] = ("cancelled", "done")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast. Moments are patients' time, UTC."""

    id: int
    #: Account of its author.
    staff: int
    state: State
    title: str
    #: Language to text.
    texts: Mapping[str, str]
    #: The audience's filter words, as written; empty for everybody.
    audience: str = ""
    #: Wall clock of each patient, `YYYY-MM-DD HH:MM`; empty for at once.
    at: str = ""
    #: For how many hours after its moment it may still come; then it is dropped.
    hours: int = 72
    made: datetime | None = None
    #: When a second person was asked, who agreed, and when.
    asked: datetime | None = None
    approved_by: int = 0
    approved: datetime | None = None
    #: When planning begins.
    starts: datetime | None = None
    #: Enrolment up to which recipients are planned, and whether all are.
    cursor: int = 0
    planned: bool = False
    #: Recipients planned so far, those erased since among them.
    people: int = 0
    #: Why recipients got nothing: reason to count.
    reasons: Mapping[str, int] = EMPTY
    #: The state to go back to after a pause.
    before: str = ""
    #: Why it was stopped or sent back.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of the ledger."""

    broadcast: int
    patient: str
    state: Fate
    due: datetime
    expires: datetime
    #: Outbox row of the (last) message; 0 before it is queued.
    row: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """What tells at which hour something comes to a patient: their zone, and the quiet hours of their programme."""

    zone: str
    programme: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands openly in an enrolment's row: enough to leave most people out without opening anything."""

    id: int
    patient: str
    programme: str
    arm: str
    state: str
    anchor: str | None
