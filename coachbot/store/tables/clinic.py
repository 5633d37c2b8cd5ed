"""The clinic's desk and its systems; devices, links and settings; the processes at work."""

from typing import ClassVar

from sqlalchemy import Integer
from sqlmodel import Field, UniqueConstraint

from coachbot.store.tables import kinds
from coachbot.store.tables.kinds import Base, Text


class Device(Base, table=True):
    """A browser of the web chat, known by the hash of its secret."""

    secret_hash: str = kinds.text(key=True)
    patient: str = kinds.patient(index=True)
    added_real: float = kinds.real()


class Link(Base, table=True):
    """A one-time link that lets a new device in."""

    token_hash: str = kinds.text(key=True)
    patient: str = kinds.patient(index=True)
    expires_real: float = kinds.real()


class Setting(Base, table=True):
    """Small facts about the database itself."""

    name: str = kinds.text(key=True)
    value: str = kinds.text()


class InvitationPlan(Base, table=True):
    """What the clinic has set beforehand for whoever comes in by a code."""

    __tablename__: ClassVar[str] = "invitation_plan"
    code_hash: str = kinds.text(key=True)
    #: Whoever came in by it.
    patient: str | None = Field(default=None, sa_type=Text, nullable=True, index=True)
    #: Sealed with the key of the staff's side: tags, therapists, language, zone.
    body: bytes = kinds.sealed()


class ApiToken(Base, table=True):
    """A clinic's system that may use the interface; the token itself is known by its hash alone."""

    __tablename__: ClassVar[str] = "api_token"
    id: int = kinds.row_id()
    name: str = kinds.text(unique=True)
    token_hash: str = kinds.text(unique=True)
    #: Words of `coachbot.service.clinic.tokens.SCOPES`, with spaces between.
    scopes: str = kinds.text()
    active: int = Field(sa_type=Integer)
    added_real: float = kinds.real()


class StepCount(Base, table=True):
    """Steps of a stretch of time, as a device or an app counted them."""

    __tablename__: ClassVar[str] = "step_count"
    __table_args__ = (UniqueConstraint("patient", "source"),)
    id: int = kinds.row_id()
    patient: str = kinds.patient(index=True)
    #: Hash of what makes a data point the same one when it is sent again.
    source: str = kinds.text()
    #: Local day on which the stretch begins.
    day: str = kinds.text()
    #: Sealed: the number, beginning and end, how it was counted.
    body: bytes = kinds.sealed()


class Lease(Base, table=True):
    """What one process of several does alone, and until when it is known to live."""

    name: str = kinds.text(key=True)
    holder: str = kinds.text()
    #: By the clock of the database's server.
    until_real: float = kinds.real()


class Process(Base, table=True):
    """One process of several: when it was seen last, and what it has done. Nobody is in it."""

    name: str = kinds.text(key=True)
    kind: str = kinds.text()
    #: By the clock of the database's server.
    seen_real: float = kinds.real()
    #: Numbers, as JSON.
    work: str = kinds.text()
