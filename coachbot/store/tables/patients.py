"""Sites, accounts and patients: who there is, how they are reached, and what they are enrolled in."""

from typing import ClassVar

from sqlalchemy import DDL, Column, Float, ForeignKey, Index, Integer, LargeBinary, event
from sqlmodel import Field, UniqueConstraint

from coachbot.store.tables import kinds
from coachbot.store.tables.kinds import Base, Id, Text, table


class Site(Base, table=True):
    """A clinic. Its id is drawn by the database: there are few."""

    id: int | None = Field(default=None, sa_column=Column("id", Id, primary_key=True))
    #: The name that the site's folder and the operator give it.
    code: str = kinds.text(unique=True)


class Account(Base, table=True):
    """One bot on one messenger. Its id is drawn by the database: there are few."""

    __table_args__ = (UniqueConstraint("channel", "code"),)
    id: int | None = Field(default=None, sa_column=Column("id", Id, primary_key=True))
    channel: str = kinds.text()
    code: str = kinds.text()
    site: int = kinds.ref("site", "site.id", kind=Id)


class Patient(Base, table=True):
    """A patient, or the tombstone of one: then only `id` and `erased_real` are left."""

    __table_args__ = (Index("ix_patient_erased", "erased_real", **kinds.where("erased_real IS NOT NULL")),)
    id: str = kinds.text(key=True)
    site: int | None = kinds.maybe(Id)
    #: Sealed.
    profile: bytes | None = kinds.maybe(LargeBinary)
    created_real: float | None = kinds.maybe(Float)
    erased_real: float | None = kinds.maybe(Float)


class PatientKey(Base, table=True):
    """A patient's own key, wrapped by the master key. Rows never change their size, move or go away:
    erasure overwrites the key where it lies, so that no page keeps a copy of it."""

    __tablename__: ClassVar[str] = "patient_key"
    patient: str = kinds.patient(key=True)
    wrapped: bytes = kinds.sealed()
    version: int = Field(sa_type=Integer)


#: The server's statistics keep samples of values; a destroyed key must not be among them.
event.listen(
    table(PatientKey),
    "after_create",
    DDL("ALTER TABLE patient_key ALTER COLUMN wrapped SET STATISTICS 0").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
)


class Address(Base, table=True):
    """A patient as reached at one account."""

    __table_args__ = (UniqueConstraint("account", "chat_hash"), Index("ix_address_patient", "patient", "id"))
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    account: int = kinds.ref("account", "account.id", kind=Id)
    channel: str = kinds.text()
    #: Sealed: the messenger's own name for the chat.
    chat: bytes = kinds.sealed()
    #: HMAC of account and chat, by which an incoming chat is found.
    chat_hash: str = kinds.text()


class Enrolment(Base, table=True):
    """One patient in one programme."""

    id: int = kinds.row_id()
    patient: str = Field(
        sa_column=Column(
            "patient",
            Text,
            ForeignKey("patient.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            unique=True,
        )
    )
    programme: str = kinds.text()
    arm: str = kinds.text()
    state: str = kinds.text()
    anchor: str | None = kinds.maybe(Text)
    code: str | None = Field(default=None, sa_type=Text, nullable=True, unique=True)
    #: Sealed: tally and progress.
    body: bytes = kinds.sealed()


class Invitation(Base, table=True):
    """What an invitation code opens. The note is the staff's own and must name nobody."""

    code_hash: str = kinds.text(key=True)
    programme: str = kinds.text()
    arm: str = kinds.text()
    site: int = Field(sa_type=Id)
    note: str = kinds.text()
    expires_real: float = kinds.real()
    used_real: float | None = kinds.maybe(Float)
    patient: str | None = Field(default=None, sa_type=Text, nullable=True, index=True)
