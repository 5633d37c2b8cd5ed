"""Every table. `table()` is the one way to the typed Core table of a model.

Ids are given by us, moments are whole microseconds (`coachbot.store.columns`), and what a patient says or
scores is sealed bytes (`coachbot.store.sealing`). A column without a remark is plain and names nobody.
Every table that holds rows of a patient has a column `patient` with an index: erasure finds them by it.
"""

from typing import Any, ClassVar

from sqlalchemy import DDL, BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, event
from sqlalchemy import Table as CoreTable
from sqlalchemy import Text as CoreText
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel, UniqueConstraint

#: 63-bit ids; on SQLite the row id itself, so that no second index is kept.
Id = BigInteger().with_variant(Integer, "sqlite")
#: Text by its bytes: it sorts alike in both databases, and no update of a system's sorting rules breaks an index.
Text = CoreText().with_variant(CoreText(collation="C"), "postgresql")


#: Constraints have names, so that later migrations can change them.
_NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Base(SQLModel):
    """The models of coachbot, with metadata of their own."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)


def table(model: type[SQLModel]) -> CoreTable:
    """The Core table of a model."""
    core: CoreTable = model.__table__  # type: ignore[attr-defined]
    return core


def _id() -> Any:
    return Field(sa_column=Column("id", Id, primary_key=True, autoincrement=False))


def _ref(name: str, target: str, *, key: bool = False, index: bool = False, kind: Any = Text) -> Any:
    """A foreign key, checked when the transaction ends, so that the order of writing does not matter."""
    reference = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Field(sa_column=Column(name, kind, reference, primary_key=key, nullable=False, index=index))


def _patient(*, key: bool = False, index: bool = False) -> Any:
    return _ref("patient", "patient.id", key=key, index=index)


def _text(*, key: bool = False, unique: bool = False) -> Any:
    return Field(sa_type=Text, primary_key=key, unique=unique)


def _sealed() -> Any:
    return Field(sa_type=LargeBinary)


def _micros() -> Any:
    return Field(sa_type=BigInteger)


def _maybe(kind: Any) -> Any:
    return Field(default=None, sa_type=kind, nullable=True)


def _real() -> Any:
    """Seconds of real time since the epoch."""
    return Field(sa_type=Float)


def _where(condition: str) -> dict[str, Any]:
    """A partial index, in the dialects that have it."""
    return {"sqlite_where": sql_text(condition), "postgresql_where": sql_text(condition)}


# -- sites, accounts, patients ------------------------------------------------------------------------
class Site(Base, table=True):
    """A clinic. Its id is drawn by the database: there are few."""

    id: int | None = Field(default=None, sa_column=Column("id", Id, primary_key=True))
    #: The name that the site's folder and the operator give it.
    code: str = _text(unique=True)


class Account(Base, table=True):
    """One bot on one messenger. Its id is drawn by the database: there are few."""

    __table_args__ = (UniqueConstraint("channel", "code"),)
    id: int | None = Field(default=None, sa_column=Column("id", Id, primary_key=True))
    channel: str = _text()
    code: str = _text()
    site: int = _ref("site", "site.id", kind=Id)


class Patient(Base, table=True):
    """A patient, or the tombstone of one: then only `id` and `erased_real` are left."""

    __table_args__ = (Index("ix_patient_erased", "erased_real", **_where("erased_real IS NOT NULL")),)
    id: str = _text(key=True)
    site: int | None = _maybe(Id)
    #: Sealed.
    profile: bytes | None = _maybe(LargeBinary)
    created_real: float | None = _maybe(Float)
    erased_real: float | None = _maybe(Float)


class PatientKey(Base, table=True):
    """A patient's own key, wrapped by the master key. Rows never change their size, move or go away:
    erasure overwrites the key where it lies, so that no page keeps a copy of it."""

    __tablename__: ClassVar[str] = "patient_key"
    patient: str = _patient(key=True)
    wrapped: bytes = _sealed()
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
    id: int = _id()
    patient: str = _patient()
    account: int = _ref("account", "account.id", kind=Id)
    channel: str = _text()
    #: Sealed: the messenger's own name for the chat.
    chat: bytes = _sealed()
    #: HMAC of account and chat, by which an incoming chat is found.
    chat_hash: str = _text()


class Enrolment(Base, table=True):
    """One patient in one programme."""

    id: int = _id()
    patient: str = Field(
        sa_column=Column(
            "patient",
            Text,
            ForeignKey("patient.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            unique=True,
        )
    )
    programme: str = _text()
    arm: str = _text()
    state: str = _text()
    anchor: str | None = _maybe(Text)
    code: str | None = Field(default=None, sa_type=Text, nullable=True, unique=True)
    #: Sealed: tally and progress.
    body: bytes = _sealed()


class Invitation(Base, table=True):
    """What an invitation code opens. The note is the staff's own and must name nobody."""

    code_hash: str = _text(key=True)
    programme: str = _text()
    arm: str = _text()
    site: int = Field(sa_type=Id)
    note: str = _text()
    expires_real: float = _real()
    used_real: float | None = _maybe(Float)
    patient: str | None = Field(default=None, sa_type=Text, nullable=True, index=True)


# -- turns --------------------------------------------------------------------------------------------
class Conversation(Base, table=True):
    """Where one patient stands."""

    patient: str = _patient(key=True)
    #: Sealed.
    body: bytes = _sealed()
    revision: int = Field(sa_type=BigInteger)
    last_heard_at: int | None = _maybe(BigInteger)
    updated_at: int | None = _maybe(BigInteger)


class Inbox(Base, table=True):
    """What came in. State: waiting, done, parked."""

    __table_args__ = (
        UniqueConstraint("account", "update_id"),
        Index("ix_inbox_patient", "patient", "id"),
        Index("ix_inbox_waiting", "state", "id", **_where("state = 'waiting'")),
        Index(
            "ix_inbox_held",
            "state",
            "next_try_real",
            "patient",
            **_where("state = 'waiting' AND next_try_real IS NOT NULL"),
        ),
    )
    id: int = _id()
    patient: str = _patient()
    account: int = Field(sa_type=Id)
    update_id: str = _text()
    received_at: int = _micros()
    #: Sealed.
    body: bytes = _sealed()
    state: str = _text()
    #: 1 once safety has been read in it while it waited.
    screened: int = Field(sa_type=Integer)
    attempts: int = Field(sa_type=Integer)
    first_tried_real: float | None = _maybe(Float)
    next_try_real: float | None = _maybe(Float)
    #: Traceback without values.
    error: str = _text()


class Turn(Base, table=True):
    """One event applied to one conversation."""

    id: int = _id()
    patient: str = _patient(index=True)
    inbox: int = Field(sa_type=BigInteger)
    cause: str = _text()
    at: int = _micros()
    dialog: str = _text()
    version: str = _text()
    state: str = _text()


class Outbox(Base, table=True):
    """The delivery ledger. State: due, claimed, sent, failed, expired, suppressed."""

    __table_args__ = (
        Index("ix_outbox_patient", "patient", "id"),
        Index("ix_outbox_due", "lane", "due_at", "id", **_where("state = 'due'")),
        Index("ix_outbox_chat", "address", "id", **_where("state = 'due'")),
        Index("ix_outbox_claimed", "address", **_where("state = 'claimed'")),
        Index("ix_outbox_expiry", "expires_at", **_where("state = 'due' AND expires_at IS NOT NULL")),
    )
    id: int = _id()
    patient: str = _patient()
    address: int = Field(sa_type=BigInteger)
    #: Sealed.
    body: bytes = _sealed()
    due_at: int = _micros()
    lane: int = Field(sa_type=Integer)
    quiet: int = Field(sa_type=Integer)
    token: str = _text()
    in_place: str = _text()
    expires_at: int | None = _maybe(BigInteger)
    on_doubt: str = _text()
    turn: int = Field(sa_type=BigInteger)
    state: str = _text()
    reason: str = _text()
    attempts: int = Field(sa_type=Integer)
    claimed_by: str = _text()
    lease_real: float | None = _maybe(Float)
    created_at: int = _micros()
    claimed_at: int | None = _maybe(BigInteger)
    settled_at: int | None = _maybe(BigInteger)
    remote_id: str = _text()


class Timer(Base, table=True):
    """What is due when, one row per patient and purpose. The body is plain JSON."""

    __table_args__ = (Index("ix_timer_due", "due_at", "patient", "purpose"),)
    patient: str = _patient(key=True)
    purpose: str = _text(key=True)
    due_at: int = _micros()
    token: str | None = _maybe(Text)
    body: str = _text()


# -- what patients tell -------------------------------------------------------------------------------
class Diary(Base, table=True):
    """A diary entry of one local day."""

    __table_args__ = (Index("ix_diary_patient", "patient", "id"),)
    id: int = _id()
    patient: str = _patient()
    day: str = _text()
    kind: str = _text()
    at: int = _micros()
    #: Sealed.
    body: bytes = _sealed()


class Response(Base, table=True):
    """The answers to one instrument."""

    __table_args__ = (Index("ix_response_patient", "patient", "id"),)
    id: int = _id()
    patient: str = _patient()
    instrument: str = _text()
    assessment: str = _text()
    day: str = _text()
    at: int = _micros()
    #: Sealed.
    body: bytes = _sealed()


class Alert(Base, table=True):
    """Something a therapist must see."""

    __table_args__ = (
        Index("ix_alert_patient", "patient", "id"),
        Index("ix_alert_open", "id", "acknowledged_at", **_where("acknowledged_at IS NULL")),
    )
    id: int = _id()
    patient: str = _patient()
    priority: str = _text()
    opened_at: int = _micros()
    #: Sealed: kind and body; the kind alone already tells of the patient's health.
    body: bytes = _sealed()
    acknowledge_by: int | None = _maybe(BigInteger)
    acknowledged_at: int | None = _maybe(BigInteger)
    acknowledged_by: str = _text()
    escalated_at: int | None = _maybe(BigInteger)


class Consent(Base, table=True):
    """A consent given or refused."""

    id: int = _id()
    patient: str = _patient(index=True)
    version: str = _text()
    given: int = Field(sa_type=Integer)
    at: int = _micros()
    #: Sealed.
    body: bytes = _sealed()


class Plan(Base, table=True):
    """What the planner decided for one patient and local day."""

    patient: str = _patient(key=True)
    day: str = _text(key=True)
    #: Sealed: its reasons tell what the patient did and did not do.
    body: bytes = _sealed()


class Incident(Base, table=True):
    """Something the operator must see; nothing personal in it."""

    id: int = _id()
    at: int = _micros()
    kind: str = _text()
    #: May be empty: an incident of nobody's.
    patient: str = Field(sa_type=Text, index=True)
    detail: str = _text()


class Media(Base, table=True):
    """A drawn picture or an exported file."""

    id: int = _id()
    patient: str = _patient(index=True)
    #: Sealed.
    name: bytes = _sealed()
    media_type: str = _text()
    #: Sealed.
    content: bytes = _sealed()
    at: int = _micros()


# -- devices, settings --------------------------------------------------------------------------------
class Device(Base, table=True):
    """A browser of the web chat, known by the hash of its secret."""

    secret_hash: str = _text(key=True)
    patient: str = _patient(index=True)
    added_real: float = _real()


class Link(Base, table=True):
    """A one-time link that lets a new device in."""

    token_hash: str = _text(key=True)
    patient: str = _patient(index=True)
    expires_real: float = _real()


class Setting(Base, table=True):
    """Small facts about the database itself."""

    name: str = _text(key=True)
    value: str = _text()


# -- staff --------------------------------------------------------------------------------------------
class Staff(Base, table=True):
    """Somebody who may sign in to the console. Rows are never deleted: the audit names them."""

    id: int = _id()
    #: As it is shown and typed; `login` is it folded, and unique.
    name: str = _text()
    login: str = _text(unique=True)
    role: str = _text()
    #: Argon2; empty before the person has chosen one.
    password: str = _text()
    #: Sealed: the secret of the one-time codes.
    totp: bytes = _sealed()
    #: The last time step used, so that a code works once.
    totp_step: int = Field(sa_type=BigInteger)
    active: int = Field(sa_type=Integer)
    failed: int = Field(sa_type=Integer)
    locked_until_real: float = _real()
    added_real: float = _real()


class StaffVisit(Base, table=True):
    """A browser in which somebody is signed in, known by the hash of its token."""

    __tablename__: ClassVar[str] = "staff_visit"
    id: int = _id()
    staff: int = _ref("staff", "staff.id", index=True, kind=Id)
    token_hash: str = _text(unique=True)
    #: The token before the last rotation: requests under way may still carry it for a moment.
    before_hash: str = Field(sa_type=Text, index=True)
    csrf: str = _text()
    began_real: float = _real()
    seen_real: float = _real()
    rotated_real: float = _real()


class StaffTicket(Base, table=True):
    """What works once: a link to a password (`begin`) or into the demo's console (`enter`), a new secret (`renew`)."""

    __tablename__: ClassVar[str] = "staff_ticket"
    token_hash: str = _text(key=True)
    staff: int = _ref("staff", "staff.id", index=True, kind=Id)
    purpose: str = _text()
    expires_real: float = _real()


class Care(Base, table=True):
    """Which therapist a patient belongs to. A patient without any belongs to all therapists of the site."""

    patient: str = _patient(key=True)
    staff: int = _ref("staff", "staff.id", key=True, index=True, kind=Id)


class Note(Base, table=True):
    """What staff write down about a patient; the patient never reads it."""

    __table_args__ = (Index("ix_note_patient", "patient", "id"),)
    id: int = _id()
    patient: str = _patient()
    staff: int = Field(sa_type=Id)
    #: Patients' time, whatever its name says; the demo's differs from the real one.
    at_real: float = _real()
    #: Sealed.
    body: bytes = _sealed()


class Trace(Base, table=True):
    """Why a turn said what it said: rule, window, guards with their values."""

    turn: int = Field(sa_column=Column("turn", Id, primary_key=True, autoincrement=False))
    patient: str = _patient(index=True)
    #: Sealed.
    body: bytes = _sealed()


class Audit(Base, table=True):
    """Who saw and changed what, append-only; each row holds the seal of the row before it.

    `subject` is the pseudonym of a patient. It is not called `patient`: an erasure leaves the record of who
    had looked, and the chain whole. Nothing personal stands in it.
    """

    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)
    id: int = Field(sa_column=Column("id", Id, primary_key=True, autoincrement=False))
    at_real: float = _real()
    staff: int = Field(sa_type=Id)
    action: str = _text()
    subject: str = _text()
    detail: str = _text()
    seal: str = _text()


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


# -- broadcasts ---------------------------------------------------------------------------------------
class Broadcast(Base, table=True):
    """One text to many patients."""

    id: int = _id()
    staff: int = Field(sa_type=Id)
    state: str = Field(sa_type=Text, index=True)
    starts_at: int | None = _maybe(BigInteger)
    #: Sealed with the key of the staff's side: texts, audience, counts.
    body: bytes = _sealed()


class BroadcastRecipient(Base, table=True):
    """One patient of one broadcast. State: planned, queued, sent, failed, suppressed, cancelled."""

    __tablename__: ClassVar[str] = "broadcast_recipient"
    __table_args__ = (Index("ix_broadcast_recipient_due", "broadcast", "state", "due_at"),)
    broadcast: int = _ref("broadcast", "broadcast.id", key=True, kind=Id)
    patient: str = _patient(key=True, index=True)
    state: str = _text()
    due_at: int = _micros()
    expires_at: int = _micros()
    #: Outbox row of the message; 0 before.
    outbox: int = Field(sa_type=BigInteger)
    #: Sealed: why nothing was sent tells of the patient's health. Empty without a reason.
    reason: bytes = _sealed()


# -- notices ------------------------------------------------------------------------------------------
class StaffWay(Base, table=True):
    """A way by which somebody of the staff, or a clinic's system, is told of something."""

    __tablename__: ClassVar[str] = "staff_way"
    __table_args__ = (UniqueConstraint("account", "chat_hash"),)
    id: int = _id()
    #: The member; 0 for a way of a clinic's system, which `client` names then.
    staff: int = Field(sa_type=Id, index=True)
    client: int = Field(sa_type=BigInteger)
    #: `chat`, `email` or `webhook`.
    kind: str = _text()
    #: Of a chat alone: where it is, and the look-up of it.
    account: int | None = _maybe(BigInteger)
    chat_hash: str | None = _maybe(Text)
    #: Patients' time from which on things are told this way.
    since: int = _micros()
    #: Sealed with the key of the staff's side: address, secret, what is being written in the chat.
    body: bytes = _sealed()


class StaffInbox(Base, table=True):
    """What came in from a member's own chat; no turn of a patient's."""

    __tablename__: ClassVar[str] = "staff_inbox"
    __table_args__ = (UniqueConstraint("account", "update_id"),)
    id: int = _id()
    way: int = Field(sa_type=BigInteger)
    account: int = Field(sa_type=BigInteger)
    update_id: str = _text()
    done: int = Field(sa_type=Integer, index=True)
    #: Sealed with the key of the staff's side; empty once it is done.
    body: bytes = _sealed()


class StaffNotice(Base, table=True):
    """One telling of one thing by one way: exactly one call. State: due, claimed, sent, failed, needless."""

    __tablename__: ClassVar[str] = "staff_notice"
    __table_args__ = (
        UniqueConstraint("subject", "stage", "way"),
        Index("ix_staff_notice_due", "state", "due_real"),
        Index("ix_staff_notice_open", "alert", **_where("followed = 0")),
    )
    id: int = _id()
    #: May be empty: a notice about no patient.
    patient: str = Field(sa_type=Text, index=True)
    way: int = Field(sa_type=BigInteger)
    #: `alert:7`, `broadcast:7` or `talk:7`, and what of it is told.
    subject: str = _text()
    stage: str = _text()
    #: The alert; 0 for none. `followed`: its end was told too, or there is no end to tell.
    alert: int = Field(sa_type=BigInteger)
    followed: int = Field(sa_type=Integer)
    state: str = _text()
    due_real: float = _real()
    attempts: int = Field(sa_type=Integer)
    reason: str = _text()
    #: Sealed with the key of the staff's side.
    body: bytes = _sealed()


# -- the clinic's desk and its systems --------------------------------------------------------------------
class InvitationPlan(Base, table=True):
    """What the clinic has set beforehand for whoever comes in by a code."""

    __tablename__: ClassVar[str] = "invitation_plan"
    code_hash: str = _text(key=True)
    #: Whoever came in by it.
    patient: str | None = Field(default=None, sa_type=Text, nullable=True, index=True)
    #: Sealed with the key of the staff's side: tags, therapists, language, zone.
    body: bytes = _sealed()


class ApiToken(Base, table=True):
    """A clinic's system that may use the interface; the token itself is known by its hash alone."""

    __tablename__: ClassVar[str] = "api_token"
    id: int = _id()
    name: str = _text(unique=True)
    token_hash: str = _text(unique=True)
    #: Words of `coachbot.service.clinic.tokens.SCOPES`, with spaces between.
    scopes: str = _text()
    active: int = Field(sa_type=Integer)
    added_real: float = _real()


class StepCount(Base, table=True):
    """Steps of a stretch of time, as a device or an app counted them."""

    __tablename__: ClassVar[str] = "step_count"
    __table_args__ = (UniqueConstraint("patient", "source"),)
    id: int = _id()
    patient: str = _patient(index=True)
    #: Hash of what makes a data point the same one when it is sent again.
    source: str = _text()
    #: Local day on which the stretch begins.
    day: str = _text()
    #: Sealed: the number, beginning and end, how it was counted.
    body: bytes = _sealed()


# -- several processes --------------------------------------------------------------------------------
class Lease(Base, table=True):
    """What one process of several does alone, and until when it is known to live."""

    name: str = _text(key=True)
    holder: str = _text()
    #: By the clock of the database's server.
    until_real: float = _real()


class Process(Base, table=True):
    """One process of several: when it was seen last, and what it has done. Nobody is in it."""

    name: str = _text(key=True)
    kind: str = _text()
    #: By the clock of the database's server.
    seen_real: float = _real()
    #: Numbers, as JSON.
    work: str = _text()


#: Tables that hold rows of a patient, in the order in which erasure empties them.
PERSONAL: tuple[type[Base], ...] = (
    Outbox, Inbox, Turn, Conversation, Timer, Diary, Response, Alert, Consent, Plan, Incident, Media, Device,
    Link, Invitation, Care, Note, Trace, BroadcastRecipient, StaffNotice, StepCount, InvitationPlan,
    Enrolment, Address,
)  # fmt: skip
