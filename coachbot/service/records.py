"""What the service knows of a patient and moves about, as frozen data. SQL rows stop in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from coachbot.engine.changing import quick
from coachbot.engine.model import EMPTY, Conversation

EnrolmentState = Literal["invited", "screening", "active", "treatment_stopped", "finished", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Profile:
    """The patient's own settings. Times are local wall-clock `HH:MM`."""

    name: str = ""
    phone: str = ""
    contact: str = ""
    language: str = "en"
    #: IANA zone; empty before it is known.
    zone: str = ""
    #: ISO code of the country they are in, as told; `ZZ` where only a clock was told; empty: that of the zone.
    country: str = ""
    morning: str = "08:00"
    evening: str = "19:00"
    session_day: str = "sat"
    practice_days: tuple[str, ...] = ("mon", "wed", "fri")
    #: How often the coach writes first: more, usual, less, weekly.
    dial: str = "usual"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts kept with the enrolment, so that a turn needs no sum over the diary. Never streaks."""

    cse: int = 0
    sct: int = 0
    minutes: int = 0
    #: Programme week that the weekly counts belong to.
    week: int = 0
    cse_week: int = 0
    sct_week: int = 0
    cse_last: str | None = None
    sct_last: str | None = None
    #: Pain (0-10) after the last exercise.
    pain_last: int | None = None
    easy_run: int = 0
    flare_run: int = 0
    #: Practices after which a pain was told; what the two runs are counted in.
    rated: int = 0
    awards: Mapping[str, int] = EMPTY
    #: Local days of the exercises of the last 28 days, and those of them that began with much pain.
    practised: tuple[str, ...] = ()
    on_bad_days: tuple[str, ...] = ()
    #: Minutes, and pain before the exercises (0-10), of the first practices and of the latest: for a look back.
    minutes_first: tuple[int, ...] = ()
    minutes_latest: tuple[int, ...] = ()
    pain_first: tuple[int, ...] = ()
    pain_latest: tuple[int, ...] = ()
    #: What got in the way of the exercises, and how often.
    barriers: Mapping[str, int] = EMPTY
    #: Badges earned, in the order in which they were, and those the patient has been told of.
    badges: tuple[str, ...] = ()
    badges_told: tuple[str, ...] = ()
    #: Practices on bad days so far.
    bad_days: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the enrolment has come, and what holds it back."""

    attended: tuple[str, ...] = ()
    assessments: tuple[str, ...] = ()
    #: Instrument to the local day it was last completed.
    answered: Mapping[str, str] = EMPTY
    education_given: int = 0
    education_today: str | None = None
    #: The lessons of the day given so far, in the order in which they came.
    education_log: tuple[str, ...] = ()
    #: What questionnaires told that moves lessons forward, by the name the programme's rules give it.
    heard: Mapping[str, Any] = EMPTY
    #: Local day to the number of unprompted messages opened, for the last 14 days.
    unprompted: Mapping[str, int] = EMPTY
    #: Local days of nudges in the last 14 days.
    nags: tuple[str, ...] = ()
    #: Touchpoint to the local day it was last opened.
    opened: Mapping[str, str] = EMPTY
    #: Nudges sent, by the touchpoint they remind of.
    reminders: Mapping[str, int] = EMPTY
    paused_from: str | None = None
    paused_until: str | None = None
    #: UTC moment, or `told` (until the patient says so).
    silent_until: str | None = None
    #: A clinician must end it.
    safety_hold: bool = False
    #: A person has taken over: `staff`, `name`, `since`, `written` (moments, UTC). Empty: the coach speaks.
    hand_over: Mapping[str, Any] = EMPTY
    #: The patient has shut the chat at the messenger.
    unreachable: bool = False
    screening: Mapping[str, Any] = EMPTY
    #: Conditions (codes of `not_for`) told after the screening; exercises heed them until a clinician clears them.
    conditions: tuple[str, ...] = ()
    #: Exercises that a clinician took out, and those let in although the screening speaks against them.
    taken_out: tuple[str, ...] = ()
    let_in: tuple[str, ...] = ()
    #: Missed evening check-ins in a row.
    missed: int = 0
    #: Assessments whose window closed before they were done, and those done after it: code to local day.
    assessments_missed: Mapping[str, str] = EMPTY
    assessments_late: Mapping[str, str] = EMPTY
    #: Erasure was asked for twice; it waits for an open alert.
    erase_wanted: bool = False
    #: What the daily check-in may tell while a clinician's rest lasts: told_at, read_by, read_at.
    alert_news: Mapping[str, Any] = EMPTY
    #: Local day on which the patient was last told that the coach reads no such language.
    unread_on: str | None = None
    #: Words by which staff sort their patients; a broadcast can be meant for one of them.
    tags: tuple[str, ...] = ()
    #: The last broadcast that was sent: its `id` and the moment (UTC) `at`; empty once the patient has written.
    broadcast: Mapping[str, str] = EMPTY
    #: The moment (UTC) at which the patient left, or finished.
    ended: str | None = None
    #: Scores watched for worsening (`rmdq.total`) to the first and the last; `waiting` until it was asked about.
    scored: Mapping[str, Any] = EMPTY
    #: Safety kind to the moment staff were last alerted (cooldown).
    alerted: Mapping[str, Mapping[str, str]] = EMPTY


@quick
@dataclass(frozen=True, slots=True)
class Enrolment:
    """One patient in one programme."""

    id: int
    programme: str
    arm: str
    state: EnrolmentState
    #: Local day 0; None until the clinician confirms.
    anchor: date | None = None
    tally: Tally = Tally()
    progress: Progress = Progress()
    #: The opaque name that staff use instead of the patient's.
    code: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Address:
    """A patient as reached at one account."""

    id: int
    account: int
    channel: str
    #: The messenger's own name for the chat.
    chat: str


@quick
@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything a turn needs of one patient."""

    id: str
    site: int
    profile: Profile
    conversation: Conversation
    address: Address
    enrolment: Enrolment | None = None
    #: When the patient last wrote or pressed (patients' time, UTC).
    last_heard: datetime | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """What came in over a channel, before it is anybody's turn."""

    account: int
    channel: str
    chat: str
    #: The messenger's own id of the update; unique per account.
    update_id: str
    #: `text`, `press`, `attachment`, `start`; `command` (an interrupt's `code`), `edited` (a message was changed),
    #: `blocked` and `unblocked` (the patient shut the chat, or opened it again); `page` (not from a chat at all).
    kind: str
    text: str = ""
    token: str = ""
    #: The choice that was pressed: its code, `+code` or `-code` (tick it, untick it), or `#2` (by its place).
    code: str = ""
    attachment: str = ""
    #: The messenger's id of the message that this one replies to.
    reply_to: str = ""
    #: `page`: an answer on the page of a round, as JSON (`coachbot.service.filling`); own words stand in `text` too.
    answer: str = ""
    #: Whom it is from, where no chat tells it.
    patient: str = ""


@quick
@dataclass(frozen=True, slots=True)
class InboxRow:
    """An update that is safely stored and waits for its turn."""

    id: int
    patient: str
    account: int
    update_id: str
    received_at: datetime
    body: Mapping[str, Any]
    attempts: int = 0
    first_tried: float | None = None
    #: Read for danger already, in an attempt that failed.
    screened: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that stands in a chat already."""

    #: The messenger's own id of it.
    remote_id: str
    body: Mapping[str, Any]


@quick
@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message that must go out: exactly one call to the messenger."""

    id: int
    patient: str
    address: int
    body: Mapping[str, Any]
    due_at: datetime
    #: 0 answers, 1 unprompted messages.
    lane: int = 0
    quiet: bool = False
    token: str = ""
    in_place: str = ""
    expires_at: datetime | None = None
    #: What to do when a process died during the call: `resend` or `skip`.
    on_doubt: str = "resend"
    turn: int = 0
    state: str = "due"
    reason: str = ""
    #: How often sending it has failed so far.
    attempts: int = 0
    #: The message that it changes; found when the row is claimed.
    shown: Shown | None = None
    #: The messenger takes no message now: ring by the template of this kind of touchpoint instead.
    rings: str = ""
    #: The last message that the messenger takes for now, though more is to come: say how to go on.
    last_for_now: bool = False


@quick
@dataclass(frozen=True, slots=True)
class TimerRow:
    """What is due when, for one patient and purpose."""

    patient: str
    purpose: str
    due_at: datetime
    token: str | None = None
    body: Mapping[str, Any] = EMPTY


@quick
@dataclass(frozen=True, slots=True)
class TurnRow:
    """One event applied to one conversation."""

    id: int
    patient: str
    #: Inbox row, or 0 for a timer.
    inbox: int
    cause: str
    at: datetime
    dialog: str = ""
    version: str = ""
    state: str = ""


@quick
@dataclass(frozen=True, slots=True)
class DiaryRow:
    """A diary entry of one local day."""

    id: int
    patient: str
    day: date
    kind: str
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """The answers to one instrument, with the wording they were asked in."""

    id: int
    patient: str
    instrument: str
    assessment: str
    day: date
    at: datetime
    #: answers, scores, wording, version, result, and the times (see `service.assessing`)
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """Something a therapist must see."""

    id: int
    patient: str
    kind: str
    priority: str
    opened_at: datetime
    body: Mapping[str, Any]
    acknowledge_by: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What the planner decided for one patient and local day, and why."""

    patient: str
    day: date
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TraceRow:
    """Why a turn said what it said; only turns with something to tell have one."""

    turn: int
    patient: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Incident:
    """Something the operator must see: a parked turn, a dialog that moved under a patient."""

    #: One that is saved again with the same number takes the place of what stood there: a count that grows.
    id: int
    at: datetime
    kind: str
    patient: str
    #: No personal data: dialog, state, traceback without values.
    detail: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent given or refused, with the version of the text that was shown."""

    id: int
    patient: str
    version: str
    given: bool
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A drawn picture or an exported file of one patient."""

    id: int
    patient: str
    name: str
    media_type: str
    content: bytes
    at: datetime


@dataclass(slots=True)
class Changes:
    """All rows that one group of turns writes, table by table; committed once."""

    turns: list[TurnRow] = field(default_factory=list)
    conversations: dict[str, PatientRecord] = field(default_factory=dict)
    profiles: dict[str, PatientRecord] = field(default_factory=dict)
    enrolments: dict[str, PatientRecord] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    timers: dict[tuple[str, str], TimerRow | None] = field(default_factory=dict)
    diary: list[DiaryRow] = field(default_factory=list)
    responses: list[ResponseRow] = field(default_factory=list)
    alerts: list[AlertRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    plans: list[PlanRow] = field(default_factory=list)
    traces: list[TraceRow] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    #: For the meter, once all is committed: cause, outcome, and when it came in or was due.
    metered: list[tuple[str, str, datetime]] = field(default_factory=list)
    #: Work for after the commit: pictures to draw, data to export, patients to erase.
    afterwards: list[Afterwards] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Something heavy to be done after the commit, outside the writer."""

    kind: Literal["progress", "export", "doctor_page", "erase", "replan"]
    patient: str
