"""How long things are kept after the end of an enrolment: the clinic's rules, and what goes when its time has come.

Nothing goes by itself: a clinic that has named no number keeps everything. Answers, diary, alerts and consents go only
with the whole patient (`everything`), since a study and the law ask for them longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from coachbot.engine.model import Conversation
from coachbot.errors import SettingsError
from coachbot.service.broadcasts.records import Head
from coachbot.service.records import Changes, PatientRecord

if TYPE_CHECKING:
    from coachbot.service.ports import Clock, Store, Transaction
    from coachbot.service.world import World

#: What a clinic may name, in the order in which it goes.
KINDS = ("talk", "messages", "media", "contact", "everything")
#: Whoever wrote and never came in with a code; counted from their first word.
STRANGERS = "strangers"
#: Patients looked at in one slice of the writer's time.
_AT_ONCE = 20
#: What staff were told, and wrote in their own chats; the post removes it (`service.notices.post`).
NOTICES = "notices"


class RetentionTransaction(Protocol):
    """What retention needs of the store."""

    def kept(self, patient: str, kind: str) -> Mapping[str, int]:
        """How many rows a patient has of a kind, by table; tables without any are left out."""

    def drop(self, patient: str, kind: str) -> None:
        """Remove these rows; nothing of them stays in the file."""

    def strangers(self, before_real: float, after: str, limit: int) -> Sequence[str]:
        """Patients without an enrolment whose first word is older, by their pseudonyms."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes, or would go, of one patient."""

    patient: str
    #: The enrolment's code; empty for a stranger.
    code: str
    kind: str
    #: Table to rows.
    rows: Mapping[str, int]

    def __str__(self) -> str:
        rows = ", ".join(f"{count} {table}" for table, count in sorted(self.rows.items()))
        return f"{self.code or self.patient}: {self.kind} ({rows})"


def retention_from(data: Any, file: str) -> Mapping[str, int]:
    """The `retention:` of a site's file, in days. Raises SettingsError naming what is not understood."""
    if not isinstance(data, Mapping):
        raise SettingsError(f"COACHBOT_SITE: retention of {file} is no list of days, such as talk: 365")
    for kind, days in data.items():
        if kind not in (*KINDS, STRANGERS, NOTICES):
            raise SettingsError(
                f"COACHBOT_SITE: retention of {file} knows no '{kind}'; {', '.join(KINDS)}, {STRANGERS}, {NOTICES}"
            )
        if isinstance(days, bool) or not isinstance(days, int) or days < 1:
            raise SettingsError(f"COACHBOT_SITE: retention of {file}: {kind} is a number of days, 1 or more")
    return {str(kind): int(days) for kind, days in data.items()}


def ended_at(world: World, record: PatientRecord, now: datetime) -> datetime | None:
    """When an enrolment came to its end (UTC): the patient left, the last window closed, or nobody ever confirmed."""
    enrolment = record.enrolment
    if enrolment is None:
        return None
    if enrolment.state == "withdrawn":
        return datetime.fromisoformat(enrolment.progress.ended) if enrolment.progress.ended else record.last_heard
    if enrolment.anchor is None:
        return record.last_heard
    last = _last_day(world, enrolment.programme, enrolment.anchor)
    end = datetime.combine(last + timedelta(days=1), time(), UTC) if last else None
    return end if end is not None and end <= now else None


def _last_day(world: World, name: str, anchor: date) -> date | None:
    """The last local day on which a programme can bring anything; None if the pack has it no more."""
    programme = world.pack.programmes.get(name)
    if programme is None:
        return None
    days = max([programme.weeks * 7, *(assessment.closes for assessment in programme.assessments)])
    return anchor + timedelta(days=days)


def _may_be_over(world: World, head: Head, now: datetime) -> bool:
    """What stands openly tells that most enrolments still run; only the others are opened."""
    if head.anchor is None or head.state == "withdrawn":
        return True
    last = _last_day(world, head.programme, date.fromisoformat(head.anchor))
    return last is not None and last < now.date()


class Retention:
    """The rules applied, slice by slice, over all patients."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store
        self._clock: Clock = world.clock
        self._days = world.retention
        self._walk: Iterator[Sequence[Removal]] | None = None
        self._walked_on: date | None = None

    # -- the engine's daily round ------------------------------------------------------------------------
    def begin(self) -> bool:
        """Whether today's round is still to be made; then it has begun."""
        today = self._clock.now().date()
        if not self._days or today == self._walked_on:
            return False
        self._walked_on, self._walk = today, self.walk(apply=True)
        return True

    def work(self) -> bool:
        """One slice of the round. False when it is over."""
        if self._walk is None or next(self._walk, None) is None:
            self._walk = None
        return self._walk is not None

    # -- all of it ---------------------------------------------------------------------------------------
    def walk(self, *, apply: bool) -> Iterator[Sequence[Removal]]:
        """What goes, a slice at a time; with `apply` it is gone once the slice is yielded."""
        after = 0
        while page := self._page(after):
            after = page[-1].id
            over = [head.patient for head in page if _may_be_over(self._world, head, self._clock.now())]
            yield self._slice(over, apply) if over else ()
        yield from self._strangers(apply)

    def _page(self, after: int) -> Sequence[Head]:
        if not set(self._days) & set(KINDS):
            return ()
        with self._store.reading() as tx:
            return tx.heads(after, _AT_ONCE)

    def _strangers(self, apply: bool) -> Iterator[Sequence[Removal]]:
        if STRANGERS not in self._days:
            return
        after, before = "", self._clock.real() - timedelta(days=self._days[STRANGERS]).total_seconds()
        while True:
            with self._store.reading() as tx:
                patients = tx.strangers(before, after, _AT_ONCE)
            if not patients:
                return
            after = patients[-1]
            yield self._slice(patients, apply)

    def _slice(self, patients: Sequence[str], apply: bool) -> Sequence[Removal]:
        with self._store.writing() if apply else self._store.reading() as tx:
            records = tx.load(patients)
            found = [one for patient in patients if patient in records for one in self._of(tx, records[patient])]
            for removal in found if apply else ():
                self._remove(tx, records[removal.patient], removal)
            return found

    # -- one patient -------------------------------------------------------------------------------------
    def _of(self, tx: Transaction, record: PatientRecord) -> Sequence[Removal]:
        kinds = self._over(record)
        if not kinds or self._must_wait(tx, record):
            return ()
        if kinds[-1] in ("everything", STRANGERS):
            kinds = kinds[-1:]
        code = record.enrolment.code if record.enrolment else ""
        found = [Removal(record.id, code, kind, _rows(tx, record, kind)) for kind in kinds]
        return [removal for removal in found if removal.rows]

    def _over(self, record: PatientRecord) -> list[str]:
        """The kinds whose time has come."""
        if record.enrolment is None:
            return [STRANGERS]
        now = self._clock.now()
        end = ended_at(self._world, record, now)
        if end is None:
            return []
        return [kind for kind in KINDS if kind in self._days and now - end >= timedelta(days=self._days[kind])]

    def _must_wait(self, tx: Transaction, record: PatientRecord) -> bool:
        """Nobody's words go while somebody of the clinic still has to look at them, or is talking with them."""
        taken_over = record.enrolment is not None and bool(record.enrolment.progress.hand_over)
        return taken_over or any(alert.kind in self._world.rules for alert in tx.alerts(record.id, open_only=True))

    def _remove(self, tx: Transaction, record: PatientRecord, removal: Removal) -> None:
        detail = f"{removal.kind} {sum(removal.rows.values())}"
        tx.add_audit(at=self._clock.real(), staff=0, action="retention", subject=record.id, detail=detail)
        if removal.kind in ("everything", STRANGERS):
            tx.erase(record.id)
            return
        tx.drop(record.id, removal.kind)
        tx.save(_changes(tx.load([record.id])[record.id], removal.kind))


def _rows(tx: Transaction, record: PatientRecord, kind: str) -> Mapping[str, int]:
    """What there is to remove; for a whole patient, that they are there."""
    if kind in ("everything", STRANGERS):
        return {"patient": 1}
    rows = dict(tx.kept(record.id, kind))
    if kind == "contact" and _is_named(record):
        rows["profile"] = 1
    return rows


def _is_named(record: PatientRecord) -> bool:
    return bool(record.profile.name or record.profile.phone or record.profile.contact)


def _changes(record: PatientRecord, kind: str) -> Changes:
    """What the standing of a patient loses with the rows."""
    if kind == "talk":
        return Changes(conversations={record.id: replace(record, conversation=Conversation(record.id))})
    if kind != "contact":
        return Changes()
    blank = replace(record, profile=replace(record.profile, name="", phone="", contact=""))
    if blank.enrolment is not None:
        progress = replace(blank.enrolment.progress, unreachable=True)
        blank = replace(blank, enrolment=replace(blank.enrolment, progress=progress))
    return Changes(profiles={record.id: blank}, enrolments={record.id: blank}, conversations={record.id: blank})
