"""What comes in, what goes out and what waits: the rows of a turn."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer
from sqlmodel import Field, UniqueConstraint

from coachbot.store.tables import kinds
from coachbot.store.tables.kinds import Base, Id, Text


class Conversation(Base, table=True):
    """Where one patient stands."""

    patient: str = kinds.patient(key=True)
    #: Sealed.
    body: bytes = kinds.sealed()
    revision: int = Field(sa_type=BigInteger)
    last_heard_at: int | None = kinds.maybe(BigInteger)
    updated_at: int | None = kinds.maybe(BigInteger)


class Inbox(Base, table=True):
    """What came in. State: waiting, done, parked."""

    __table_args__ = (
        UniqueConstraint("account", "update_id"),
        Index("ix_inbox_patient", "patient", "id"),
        Index("ix_inbox_waiting", "state", "id", **kinds.where("state = 'waiting'")),
        Index(
            "ix_inbox_held",
            "state",
            "next_try_real",
            "patient",
            **kinds.where("state = 'waiting' AND next_try_real IS NOT NULL"),
        ),
    )
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    account: int = Field(sa_type=Id)
    update_id: str = kinds.text()
    received_at: int = kinds.micros()
    #: Sealed.
    body: bytes = kinds.sealed()
    state: str = kinds.text()
    #: 1 once safety has been read in it while it waited.
    screened: int = Field(sa_type=Integer)
    attempts: int = Field(sa_type=Integer)
    first_tried_real: float | None = kinds.maybe(Float)
    next_try_real: float | None = kinds.maybe(Float)
    #: Traceback without values.
    error: str = kinds.text()


class Turn(Base, table=True):
    """One event applied to one conversation."""

    id: int = kinds.row_id()
    patient: str = kinds.patient(index=True)
    inbox: int = Field(sa_type=BigInteger)
    cause: str = kinds.text()
    at: int = kinds.micros()
    dialog: str = kinds.text()
    version: str = kinds.text()
    state: str = kinds.text()


class Outbox(Base, table=True):
    """The delivery ledger. State: due, claimed, sent, failed, expired, suppressed."""

    __table_args__ = (
        Index("ix_outbox_patient", "patient", "id"),
        Index("ix_outbox_due", "lane", "due_at", "id", **kinds.where("state = 'due'")),
        Index("ix_outbox_chat", "address", "id", **kinds.where("state = 'due'")),
        Index("ix_outbox_claimed", "address", **kinds.where("state = 'claimed'")),
        Index("ix_outbox_expiry", "expires_at", **kinds.where("state = 'due' AND expires_at IS NOT NULL")),
    )
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    address: int = Field(sa_type=BigInteger)
    #: Sealed.
    body: bytes = kinds.sealed()
    due_at: int = kinds.micros()
    lane: int = Field(sa_type=Integer)
    quiet: int = Field(sa_type=Integer)
    token: str = kinds.text()
    in_place: str = kinds.text()
    expires_at: int | None = kinds.maybe(BigInteger)
    on_doubt: str = kinds.text()
    turn: int = Field(sa_type=BigInteger)
    state: str = kinds.text()
    reason: str = kinds.text()
    attempts: int = Field(sa_type=Integer)
    claimed_by: str = kinds.text()
    lease_real: float | None = kinds.maybe(Float)
    created_at: int = kinds.micros()
    claimed_at: int | None = kinds.maybe(BigInteger)
    settled_at: int | None = kinds.maybe(BigInteger)
    remote_id: str = kinds.text()


class Timer(Base, table=True):
    """What is due when, one row per patient and purpose. The body is plain JSON."""

    __table_args__ = (Index("ix_timer_due", "due_at", "patient", "purpose"),)
    patient: str = kinds.patient(key=True)
    purpose: str = kinds.text(key=True)
    due_at: int = kinds.micros()
    token: str | None = kinds.maybe(Text)
    body: str = kinds.text()


class Trace(Base, table=True):
    """Why a turn said what it said: rule, window, guards with their values."""

    turn: int = Field(sa_column=Column("turn", Id, primary_key=True, autoincrement=False))
    patient: str = kinds.patient(index=True)
    #: Sealed.
    body: bytes = kinds.sealed()
