"""Those who treat: their accounts, their doors, whom they care for, their notes, and the audit of what they do."""

from typing import ClassVar

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, event
from sqlmodel import Field

from coachbot.store.tables import kinds
from coachbot.store.tables.kinds import Base, Id, Text, table


class Staff(Base, table=True):
    """Somebody who may sign in to the console. Rows are never deleted: the audit names them."""

    id: int = kinds.row_id()
    #: As it is shown and typed; `login` is it folded, and unique.
    name: str = kinds.text()
    login: str = kinds.text(unique=True)
    role: str = kinds.text()
    #: Argon2; empty before the person has chosen one.
    password: str = kinds.text()
    #: Sealed: the secret of the one-time codes.
    totp: bytes = kinds.sealed()
    #: The last time step used, so that a code works once.
    totp_step: int = Field(sa_type=BigInteger)
    active: int = Field(sa_type=Integer)
    failed: int = Field(sa_type=Integer)
    locked_until_real: float = kinds.real()
    added_real: float = kinds.real()


class StaffVisit(Base, table=True):
    """A browser in which somebody is signed in, known by the hash of its token."""

    __tablename__: ClassVar[str] = "staff_visit"
    id: int = kinds.row_id()
    staff: int = kinds.ref("staff", "staff.id", index=True, kind=Id)
    token_hash: str = kinds.text(unique=True)
    #: The token before the last rotation: requests under way may still carry it for a moment.
    before_hash: str = Field(sa_type=Text, index=True)
    csrf: str = kinds.text()
    began_real: float = kinds.real()
    seen_real: float = kinds.real()
    rotated_real: float = kinds.real()


class StaffTicket(Base, table=True):
    """What works once: a link to a password (`begin`) or into the demo's console (`enter`), a new secret (`renew`)."""

    __tablename__: ClassVar[str] = "staff_ticket"
    token_hash: str = kinds.text(key=True)
    staff: int = kinds.ref("staff", "staff.id", index=True, kind=Id)
    purpose: str = kinds.text()
    expires_real: float = kinds.real()


class Care(Base, table=True):
    """Which therapist a patient belongs to. A patient without any belongs to all therapists of the site."""

    patient: str = kinds.patient(key=True)
    staff: int = kinds.ref("staff", "staff.id", key=True, index=True, kind=Id)


class Note(Base, table=True):
    """What staff write down about a patient; the patient never reads it."""

    __table_args__ = (Index("ix_note_patient", "patient", "id"),)
    id: int = kinds.row_id()
    patient: str = kinds.patient()
    staff: int = Field(sa_type=Id)
    #: Patients' time, whatever its name says; the demo's differs from the real one.
    at_real: float = kinds.real()
    #: Sealed.
    body: bytes = kinds.sealed()


class Audit(Base, table=True):
    """Who saw and changed what, append-only; each row holds the seal of the row before it.

    `subject` is the pseudonym of a patient. It is not called `patient`: an erasure leaves the record of who
    had looked, and the chain whole. Nothing personal stands in it.
    """

    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)
    id: int = Field(sa_column=Column("id", Id, primary_key=True, autoincrement=False))
    at_real: float = kinds.real()
    staff: int = Field(sa_type=Id)
    action: str = kinds.text()
    subject: str = kinds.text()
    detail: str = kinds.text()
    seal: str = kinds.text()


#: A database that refuses to change or forget a line of the audit.
AUDIT_TRIGGERS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        for change in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
        *(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
            for change in ("UPDATE", "DELETE", "TRUNCATE")
        ),
    ),
}
for _dialect, _triggers in AUDIT_TRIGGERS.items():
    for _trigger in _triggers:
        event.listen(table(Audit), "after_create", DDL(_trigger).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
