"""What the service knows of staff, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from coachbot.service.records import Enrolment, Profile

Role = Literal["admin", "therapist", "researcher", "author"]
ROLES: tuple[Role, ...] = ("admin", "therapist", "researcher", "author")

#: What a role may do. Whoever may `treat` sees patients by name; a researcher sees numbers by pseudonym.
#: Whoever may see the `programme` sees what each arm is told, which is no page for somebody blinded.
#: Whoever may `compose` writes and rehearses broadcasts; whoever may `broadcast` agrees to those of others.
Power = Literal["account", "treat", "measure", "team", "audit", "compose", "broadcast", "programme"]
POWERS: dict[Role, frozenset[Power]] = {
    "admin": frozenset({"account", "treat", "team", "audit", "compose", "broadcast", "programme"}),
    "therapist": frozenset({"account", "treat", "compose", "broadcast", "programme"}),
    "researcher": frozenset({"account", "measure", "compose"}),
    "author": frozenset({"account", "compose", "programme"}),
}


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who may sign in."""

    id: int
    name: str
    role: Role
    #: Argon2; empty before a password was chosen.
    password: str = ""
    #: Secret of the one-time codes (base32).
    totp: str = ""
    #: The last time step whose code was used.
    totp_step: int = 0
    active: bool = True
    #: Tries in a row that failed.
    failed: int = 0
    #: Real seconds until which no try counts.
    locked_until: float = 0.0
    added: float = 0.0

    def may(self, power: Power) -> bool:
        """Whether the role has this power."""
        return power in POWERS[self.role]

    @property
    def blinded(self) -> bool:
        """Whether they must not learn who is in which arm: everybody who does not treat."""
        return not self.may("treat")


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A browser in which somebody is signed in. Times are real seconds."""

    id: int
    staff: int
    token_hash: str
    csrf: str
    began: float
    seen: float
    rotated: float
    before_hash: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit. `subject` is a patient's pseudonym, or empty."""

    id: int
    #: Real seconds.
    at: float
    #: Account of the staff; 0 for somebody at the machine's own keyboard, or nobody signed in.
    staff: int
    action: str
    subject: str
    detail: str
    seal: str


@dataclass(frozen=True, slots=True)
class AuditFault:
    """Where the audit does not hold, and what is wrong."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What staff wrote down about a patient."""

    id: int
    patient: str
    staff: int
    #: Seconds of patients' time, so that it stands right in their talk; on the real clock they are the same.
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One patient of a list: what stands in the rows that a list needs."""

    patient: str
    profile: Profile
    enrolment: Enrolment | None
    last_heard: datetime | None


@dataclass(frozen=True, slots=True)
class DoneRow:
    """One diary entry of a list: whether the practice was done."""

    patient: str
    day: date
    kind: str
    done: str
