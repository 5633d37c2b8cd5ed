"""What patients tell, and what follows from it: diary, answers, alerts, consents, plans, incidents, pictures."""

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field

from coachbot.store.tables import kinds
from coachbot.store.tables.kinds import Base, Text


class Diary(Base, table=True):
    """A diary entry of one local day."""

    __table_args__ = (Index("ix_diary_patient", "patient", "id"),)
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    day: str = kinds.text()
    kind: str = kinds.text()
    at: int = kinds.micros()
    #: Sealed.
    body: bytes = kinds.sealed()


class Response(Base, table=True):
    """The answers to one instrument."""

    __table_args__ = (Index("ix_response_patient", "patient", "id"),)
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    instrument: str = kinds.text()
    assessment: str = kinds.text()
    day: str = kinds.text()
    at: int = kinds.micros()
    #: Sealed.
    body: bytes = kinds.sealed()


class Alert(Base, table=True):
    """Something a therapist must see."""

    __table_args__ = (
        Index("ix_alert_patient", "patient", "id"),
        Index("ix_alert_open", "id", "acknowledged_at", **kinds.where("acknowledged_at IS NULL")),
    )
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    priority: str = kinds.text()
    opened_at: int = kinds.micros()
    #: Sealed: kind and body; the kind alone already tells of the patient's health.
    body: bytes = kinds.sealed()
    acknowledge_by: int | None = kinds.maybe(BigInteger)
    acknowledged_at: int | None = kinds.maybe(BigInteger)
    acknowledged_by: str = kinds.text()
    escalated_at: int | None = kinds.maybe(BigInteger)


class Consent(Base, table=True):
    """A consent given or refused."""

    id: int = kinds.row_id()
    patient: str = kinds.patient(index=True)
    version: str = kinds.text()
    given: int = Field(sa_type=Integer)
    at: int = kinds.micros()
    #: Sealed.
    body: bytes = kinds.sealed()


class Plan(Base, table=True):
    """What the planner decided for one patient and local day."""

    patient: str = kinds.patient(key=True)
    day: str = kinds.text(key=True)
    #: Sealed: its reasons tell what the patient did and did not do.
    body: bytes = kinds.sealed()


class Incident(Base, table=True):
    """Something the operator must see; nothing personal in it."""

    id: int = kinds.row_id()
    at: int = kinds.micros()
    kind: str = kinds.text()
    #: May be empty: an incident of nobody's.
    patient: str = Field(sa_type=Text, index=True)
    detail: str = kinds.text()


class Media(Base, table=True):
    """A drawn picture or an exported file."""

    id: int = kinds.row_id()
    patient: str = kinds.patient(index=True)
    #: Sealed.
    name: bytes = kinds.sealed()
    media_type: str = kinds.text()
    #: Sealed.
    content: bytes = kinds.sealed()
    at: int = kinds.micros()
