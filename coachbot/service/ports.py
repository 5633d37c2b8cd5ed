"""What the service needs of the world, as Protocols. `coachbot.bootstrap` brings the concrete classes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from coachbot.service.broadcasts.ports import BroadcastTransaction
from coachbot.service.clinic.ports import ClinicTransaction
from coachbot.service.notices.ports import NoticeTransaction
from coachbot.service.records import (
    Address,
    AlertRow,
    Changes,
    DiaryRow,
    InboxRow,
    Incident,
    MediaRow,
    OutboxRow,
    PatientRecord,
    PlanRow,
    Profile,
    ResponseRow,
    Shown,
    TimerRow,
    Update,
)
from coachbot.service.retention import RetentionTransaction
from coachbot.service.sharing import SharedTransaction
from coachbot.service.staff.ports import StaffTransaction
from coachbot.service.vitals import VitalsTransaction

#: Greater than every id of a row.
LAST_ID = (1 << 63) - 1


class Clock(Protocol):
    """Patients' time, and the real time of leases and tokens."""

    def now(self) -> datetime:
        """Patients' time, UTC, aware."""

    def real(self) -> float:
        """Seconds of real time since the epoch."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How the sending of one outbox row ended."""

    row: int
    #: sent, failed, due (again), expired, suppressed, held (back: due again as if it had not been claimed),
    #: waiting (for the patient's next word)
    state: str
    reason: str = ""
    remote_id: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a messenger's service window leaves for one row."""

    #: When the patient last wrote at this account; None for never.
    heard_at: datetime | None
    #: Messages sent since.
    sent: int
    #: Are later rows of this chat due as well?
    more: bool
    #: Has a row of the same turn rung already?
    rung: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation code opens."""

    programme: str
    arm: str
    site: int
    note: str = ""
    #: Real seconds since the epoch.
    used_at: float | None = None


@dataclass(frozen=True, slots=True)
class InvitationPlan:
    """What the clinic has set beforehand for whoever comes in by a code."""

    tags: tuple[str, ...] = ()
    #: Numbers of the accounts to whom the patient belongs from the beginning.
    staff: tuple[int, ...] = ()
    language: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a talk as it happened, for a channel that shows history."""

    id: int
    #: `coach`, `patient` or `person`.
    by: str
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EnrolmentBrief:
    """An enrolment without anything personal, for lists."""

    patient: str
    code: str
    programme: str
    arm: str
    state: str
    anchor: date | None


@dataclass(frozen=True, slots=True)
class Packed:
    """A whole patient between two databases: the key in clear and the rows as they lie. Never store it."""

    patient: str
    key: bytes
    chat: str
    #: Table to its rows.
    rows: Mapping[str, Sequence[tuple[Any, ...]]]


class Transaction(
    StaffTransaction,
    BroadcastTransaction,
    NoticeTransaction,
    ClinicTransaction,
    VitalsTransaction,
    RetentionTransaction,
    SharedTransaction,
    Protocol,
):
    """One database transaction; it commits when its `with` block ends, and rolls back on an error."""

    # inbox
    def add_inbox(self, rows: Sequence[InboxRow]) -> Sequence[bool]:
        """Store updates; False for one that was stored before (same account and update id)."""

    def waiting(self, *, now_real: float, limit: int, shards: Sequence[int] | None = None) -> Sequence[InboxRow]:
        """Updates that wait for their turn, oldest first; with `shards`, those of their patients alone."""

    def held(self, *, now_real: float, shards: Sequence[int] | None = None) -> Sequence[InboxRow]:
        """Updates behind a turn that is being retried, not yet read for danger."""

    def mark_screened(self, rows: Sequence[int]) -> None: ...
    def retry_inbox(self, row: int, *, at_real: float, first_tried: float, attempts: int, error: str) -> None: ...
    def park_inbox(self, row: int, *, error: str) -> None: ...

    # patients
    def load(self, patients: Sequence[str]) -> Mapping[str, PatientRecord]:
        """Everything that turns of these patients need."""

    def find_address(self, account: int, chat: str) -> str | None:
        """The patient at this chat."""

    def find_addresses(self, account: int, chats: Iterable[str]) -> Mapping[str, str]:
        """The patients at these chats, by chat; chats of nobody are left out."""

    def add_patient(self, patient: str, *, site: int, address: Address, profile: Profile) -> None: ...
    def site(self, code: str) -> int:
        """The id of a site, made if it is new."""

    def account(self, channel: str, code: str, site: int) -> int:
        """The id of an account, made if it is new."""

    def addresses(self, ids: Iterable[int]) -> Mapping[int, Address]:
        """Where outbox rows go: addresses by their id; those of erased patients are gone."""

    # turns
    def save(self, changes: Changes) -> None:
        """Write everything a group of turns decided: one `executemany` per table."""

    # timers
    def due_timers(
        self, now: datetime, limit: int, shards: Sequence[int] | None = None, *, unasked: bool = True
    ) -> Sequence[TimerRow]:
        """Timers due at a moment, oldest first; with `shards`, those of their patients alone; without `unasked`, none
        by which the coach would write first."""

    def next_timer(self, patient: str | None = None) -> TimerRow | None: ...
    def timers_of(self, patient: str) -> Sequence[TimerRow]: ...
    def put_timers(self, rows: Sequence[TimerRow]) -> None: ...
    def drop_timers(self, patient: str, prefix: str) -> None: ...

    # outbox
    def claim(
        self,
        *,
        now: datetime,
        now_real: float,
        limit: int,
        worker: str,
        lease_s: float,
        shut: Collection[int] = (),
        hushed: Collection[int] = (),
        unasked: int | None = None,
        only: Collection[int] | None = None,
    ) -> Sequence[OutboxRow]:
        """Claim what is due: at most one row a chat, answers before unprompted messages, nothing of the accounts in
        `shut`, nothing unprompted of those in `hushed`, and at most `unasked` unprompted rows; with `only`, of these
        accounts alone."""

    def shown(self, row: OutboxRow) -> Shown | None:
        """The message that a row changes: of the same question (to close it), or the newest if it is of the same
        group. None if there is none, or if a later row of the group changes it anyway."""

    def token_at(self, patient: str, remote_id: str) -> str:
        """The token of the question that stands in a message of the messenger; empty if it asked nothing."""

    def settle(self, settlements: Sequence[Settlement], *, by: str, now: datetime) -> None: ...
    def release_ambiguous(self, *, now: datetime, now_real: float, repeatable: Collection[str] = ()) -> int:
        """Rows whose claimer died: by their policy due again, or skipped; due again in any case at the channels
        (`repeatable`) where a repeated message is dropped. Returns how many."""

    def bring_forward(self, *, now: datetime) -> int:
        """Rows that are due and were written later than now: as much earlier as they were written late. How many."""

    def release_claims(
        self, accounts: Collection[int], *, but: str, now: datetime, repeatable: Collection[str] = ()
    ) -> int:
        """The same for all rows of these accounts that anybody but this sender had claimed."""

    def suppress_due(self, patient: str, *, reason: str, now: datetime) -> int:
        """Unprompted messages that have not gone out yet go nowhere."""

    def room(self, row: OutboxRow, account: int, *, now: datetime) -> Room:
        """What the service window of a chat leaves for a claimed row."""

    def release(self, patient: str, *, now: datetime) -> int:
        """The patient has written: what waited for that is due. Returns how many rows."""

    def put_off(self, patient: str) -> int:
        """Everything not yet sent waits for the patient's next word: something graver goes first."""

    def asked(self, patient: str, token: str) -> Mapping[str, Any] | None:
        """The newest message that was sent and asks this question."""

    def fate(self, patient: str, token: str) -> str:
        """What became of the message that asked a question: `waiting`, `expired`, `sent`...; empty for none."""

    def undelivered(self) -> int: ...

    # reading
    def lines(
        self, patient: str, *, after: int = 0, before: int = LAST_ID, limit: int = 500, newest: bool = False
    ) -> Sequence[Line]:
        """The talk as it happened, between two ids: the first `limit` lines, or the newest."""

    def diary(self, patient: str) -> Sequence[DiaryRow]: ...
    def responses(self, patient: str) -> Sequence[ResponseRow]: ...
    def alerts(self, patient: str | None = None, *, open_only: bool = False) -> Sequence[AlertRow]: ...
    def plans(self, patient: str, first: date, last: date) -> Sequence[PlanRow]: ...
    def incidents(self, limit: int = 100) -> Sequence[Incident]: ...
    def outbox(self, patient: str) -> Sequence[Mapping[str, Any]]: ...
    def consents(self, patient: str) -> Sequence[Mapping[str, Any]]: ...
    def media(self, patient: str, row: int) -> MediaRow | None: ...
    def add_media(self, row: MediaRow) -> None: ...
    def update_alert(self, alert: AlertRow) -> None: ...

    # enrolment
    def add_invitation(self, code_hash: str, invitation: Invitation, expires_real: float) -> None: ...
    def knows_invitation(self, code_hash: str) -> bool: ...
    def take_invitation(self, code_hash: str, patient: str, *, now_real: float) -> Invitation | None:
        """Use a code up; None if it is unknown or too old; with `used_at` set if it had been used before."""

    def add_plan(self, code_hash: str, plan: InvitationPlan) -> None: ...
    def plan_of(self, code_hash: str, patient: str) -> InvitationPlan | None:
        """What was set for a code, which this patient has used; None for nothing."""

    def references(self) -> Collection[str]:
        """The notes of all invitations: what the clinic calls them."""

    def enrolments(self) -> Sequence[EnrolmentBrief]: ...
    def patient_of_code(self, code: str) -> str | None: ...

    # devices of the web chat
    def add_device(self, secret_hash: str, patient: str, *, at_real: float) -> None: ...
    def device(self, secret_hash: str) -> str | None: ...
    def add_link(self, token_hash: str, patient: str, *, expires_real: float) -> None: ...
    def take_link(self, token_hash: str, *, now_real: float) -> str | None: ...

    # the end
    def erase(self, patient: str) -> Mapping[str, int]:
        """Delete every row of the patient and destroy the key; rows deleted per table."""

    # from another database
    def packed(self, patient: str) -> Packed:
        """A whole patient, to be taken over by another database."""

    def adopt(self, packed: Packed, *, site: int, account: int) -> None:
        """A whole patient of another database."""

    # house-keeping
    def setting(self, name: str) -> str | None: ...
    def put_setting(self, name: str, value: str) -> None: ...


class Store(Protocol):
    """The database. Raises StoreLost where the connection to it breaks, StoreBusy where another process is in the way:
    all of a transaction is rolled back then, and can be done again."""

    @property
    def leftovers(self) -> Sequence[str]:
        """What an erasure cannot reach in this kind of database, as lines of its proof."""

    def number_to(self, tell: Callable[[int], None]) -> None:
        """Tell the number of this process among those that work on the database together, now and when it changes."""

    def forget(self, erased: Iterable[str]) -> None:
        """Patients were erased, here or by another process: nothing of them stays in memory."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """A transaction that may write (one at a time on an embedded database)."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """A snapshot to read from."""

    def secret(self, purpose: str) -> bytes:
        """A key of this installation for one purpose: 32 bytes, the same at every start and in every process."""

    def outgrown_by(self) -> str:
        """The revision to which a newer coachbot has brought the tables meanwhile; empty while this one knows them."""

    def close(self) -> None: ...


class Channel(Protocol):
    """A messenger adapter, sending side. docs/channels.md teaches how to write one."""

    name: str

    @property
    def capabilities(self) -> Capabilities: ...

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Make the one call; returns the messenger's id of the message. Raises `DeliveryError`."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a messenger can do. A message is written once; `coachbot.service.fitting` makes of it what these allow."""

    #: Most buttons under one message; 0 for none. More choices become a numbered list.
    buttons: int = 100
    #: Longest label of a button, in characters; a longer one makes a numbered list.
    label: int = 200
    #: What can be sent besides text: `picture`, `audio`, `file`. Anything else is told in words.
    media: frozenset[str] = frozenset({"picture", "audio", "file"})
    #: Longest text of one message, and of what stands under a picture, in UTF-16 units.
    text: int = 100_000
    caption: int = 1_000
    #: Does the channel show light Markdown? Otherwise its marks are taken away.
    markup: bool = True
    #: Does the channel itself show which of several choices are ticked?
    ticks: bool = True
    #: Can a message be changed after it was sent?
    edits: bool = True
    #: Must the buttons of an answered question be taken away by a call of their own?
    closes_buttons: bool = False
    #: Can it drop a repeated message by our row id? Then sending is exactly once.
    deduplicates: bool = True
    #: Does it show by itself which person of the clinic wrote a message? Else the name stands in the text.
    names_people: bool = False
    #: Can a chat be a member's own, in which staff are told of alerts? Not where only patients have a way in.
    staff_chats: bool = True
    #: Are lengths counted in bytes of UTF-8, and not in UTF-16 units?
    counts_bytes: bool = False
    #: Hours after the patient's last word in which messages are taken; None for any time. The sender keeps to it: what
    #: comes later waits for the patient's next word, and rings by a template where there is one.
    window_hours: float | None = None
    #: Most messages in a row without a word of the patient; kept to where there is a window.
    burst: int = 20
    #: Kinds of touchpoints for which a template rings outside the window.
    templates: frozenset[str] = frozenset()
    #: Are several texts of one turn sent as one, because few messages are allowed?
    joins: bool = False
    #: How often messages are taken from one account, and for one chat.
    account_rate: Rate | None = None
    chat_rate: Rate | None = None
    #: How the messenger is called, and what it can read (words key in `coach.md`).
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages a second in the long run, and so many at once."""

    a_second: float
    at_once: float


class Inbound(Protocol):
    """What channels call: the service's side of receiving."""

    def receive(self, update: Update) -> bool:
        """Store the update; returns once it is committed. False if it was known already."""
