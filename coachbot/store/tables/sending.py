"""Broadcasts to patients, and notices to staff."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field, UniqueConstraint

from coachbot.store.tables import kinds
from coachbot.store.tables.kinds import Base, Id, Text


class Broadcast(Base, table=True):
    """One text to many patients."""

    id: int = kinds.row_id()
    staff: int = Field(sa_type=Id)
    state: str = Field(sa_type=Text, index=True)
    starts_at: int | None = kinds.maybe(BigInteger)
    #: Sealed with the key of the staff's side: texts, audience, counts.
    body: bytes = kinds.sealed()


class BroadcastRecipient(Base, table=True):
    """One patient of one broadcast. State: planned, queued, sent, failed, suppressed, cancelled."""

    __tablename__: ClassVar[str] = "broadcast_recipient"
    __table_args__ = (Index("ix_broadcast_recipient_due", "broadcast", "state", "due_at"),)
    broadcast: int = kinds.ref("broadcast", "broadcast.id", key=True, kind=Id)
    patient: str = kinds.patient(key=True, index=True)
    state: str = kinds.text()
    due_at: int = kinds.micros()
    expires_at: int = kinds.micros()
    #: Outbox row of the message; 0 before.
    outbox: int = Field(sa_type=BigInteger)
    #: Sealed: why nothing was sent tells of the patient's health. Empty without a reason.
    reason: bytes = kinds.sealed()


class StaffWay(Base, table=True):
    """A way by which somebody of the staff, or a clinic's system, is told of something."""

    __tablename__: ClassVar[str] = "staff_way"
    __table_args__ = (UniqueConstraint("account", "chat_hash"),)
    id: int = kinds.row_id()
    #: The member; 0 for a way of a clinic's system, which `client` names then.
    staff: int = Field(sa_type=Id, index=True)
    client: int = Field(sa_type=BigInteger)
    #: `chat`, `email` or `webhook`.
    kind: str = kinds.text()
    #: Of a chat alone: where it is, and the look-up of it.
    account: int | None = kinds.maybe(BigInteger)
    chat_hash: str | None = kinds.maybe(Text)
    #: Patients' time from which on things are told this way.
    since: int = kinds.micros()
    #: Sealed with the key of the staff's side: address, secret, what is being written in the chat.
    body: bytes = kinds.sealed()


class StaffInbox(Base, table=True):
    """What came in from a member's own chat; no turn of a patient's."""

    __tablename__: ClassVar[str] = "staff_inbox"
    __table_args__ = (UniqueConstraint("account", "update_id"),)
    id: int = kinds.row_id()
    way: int = Field(sa_type=BigInteger)
    account: int = Field(sa_type=BigInteger)
    update_id: str = kinds.text()
    done: int = Field(sa_type=Integer, index=True)
    #: Sealed with the key of the staff's side; empty once it is done.
    body: bytes = kinds.sealed()


class StaffNotice(Base, table=True):
    """One telling of one thing by one way: exactly one call. State: due, claimed, sent, failed, needless."""

    __tablename__: ClassVar[str] = "staff_notice"
    __table_args__ = (
        UniqueConstraint("subject", "stage", "way"),
        Index("ix_staff_notice_due", "state", "due_real"),
        Index("ix_staff_notice_open", "alert", **kinds.where("followed = 0")),
    )
    id: int = kinds.row_id()
    #: May be empty: a notice about no patient.
    patient: str = Field(sa_type=Text, index=True)
    way: int = Field(sa_type=BigInteger)
    #: `alert:7`, `broadcast:7` or `talk:7`, and what of it is told.
    subject: str = kinds.text()
    stage: str = kinds.text()
    #: The alert; 0 for none. `followed`: its end was told too, or there is no end to tell.
    alert: int = Field(sa_type=BigInteger)
    followed: int = Field(sa_type=Integer)
    state: str = kinds.text()
    due_real: float = kinds.real()
    attempts: int = Field(sa_type=Integer)
    reason: str = kinds.text()
    #: Sealed with the key of the staff's side.
    body: bytes = kinds.sealed()
