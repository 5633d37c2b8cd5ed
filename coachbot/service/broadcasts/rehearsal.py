"""A rehearsal: who would get a broadcast, in which language and when, who would not and why; nothing is sent.

It reads every patient's standing as the staff's lists do, and says what holds now. What changes until the moment comes
(a pause, a talk, a danger) is looked at again then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from coachbot.engine.model import Conversation
from coachbot.programme.gates import awake
from coachbot.rendering import has_formulas
from coachbot.service.broadcasts.audience import Audience, read_audience
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.broadcasts.rules import dropped, first_free, verdict
from coachbot.service.broadcasts.running import fits, may_write_to
from coachbot.service.broadcasts.showing import Look, fault_of, look
from coachbot.service.broadcasts.timing import due_of, moment_of
from coachbot.service.draft import Draft
from coachbot.service.facts import local_now
from coachbot.service.pacing import UNPACED
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import Address, PatientRecord
from coachbot.service.staff.records import RosterRow, StaffRow
from coachbot.service.world import World

#: Previews on real patients, and rows of the list of suppressed ones.
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """One real patient as the text would reach them. Without `name` where identities are masked."""

    language: str
    text: str
    patient: str = ""
    name: str = ""
    #: The patient's own clock.
    local: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen, as things stand now."""

    #: Everybody the filter means.
    meant: int = 0
    #: Those who would get it.
    get: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    #: Why others would get nothing: reason to count.
    suppressed: Mapping[str, int] = field(default_factory=dict)
    #: Why some would have to wait first, as things stand.
    waiting: Mapping[str, int] = field(default_factory=dict)
    first: datetime | None = None
    #: When the last would have it, at the rate of the channels; those who wait for a day with room among them.
    last: datetime | None = None
    samples: tuple[Sample, ...] = ()
    #: What keeps the text from somebody it is meant for, once for each language and fault.
    faults: tuple[str, ...] = ()


class Rehearsals:
    """Rehearses over everybody."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store

    def of(self, one: Broadcast, author: StaffRow | None, *, masked: bool = False) -> Rehearsal:
        """Everything at once. Raises StaffError for a filter that can't be read."""
        audience = read_audience(one.audience, self._world.pack)
        with self._store.reading() as tx:
            return _Count(self._world, tx, one, author).over(audience, masked=masked)

    def faults(self, one: Broadcast, author: StaffRow | None) -> tuple[str, ...]:
        """What keeps the text from somebody it is meant for: everybody's is tried, unless it is one for all."""
        if not any(map(has_formulas, one.texts.values())):
            return ()
        audience = read_audience(one.audience, self._world.pack)
        with self._store.reading() as tx:
            return _Count(self._world, tx, one, author).faults(audience)

    def more_than(self, one: Broadcast, author: StaffRow | None, number: int) -> bool:
        """Whether the filter means more people than this; looks no further than it must."""
        audience, seen = read_audience(one.audience, self._world.pack), 0
        with self._store.reading() as tx:
            for _ in _meant(tx, audience, author, self._world.clock.now()):
                seen += 1
                if seen > number:
                    return True
        return False


def _meant(tx: Transaction, audience: Audience, author: StaffRow | None, now: datetime) -> Iterator[RosterRow]:
    for row in tx.roster():
        if fits(tx, row, audience, now) and may_write_to(tx, author, row.patient):
            yield row


class _Count:
    """One rehearsal under way."""

    def __init__(self, world: World, tx: Transaction, one: Broadcast, author: StaffRow | None) -> None:
        self._world = world
        self._tx = tx
        self._one = one
        self._author = author
        self._now = world.clock.now()
        self._suppressed: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._later: Counter[str] = Counter()
        self._due: dict[str, datetime] = {}
        self._dues: dict[int, list[datetime]] = {}
        self._getting: list[RosterRow] = []
        self._failing: dict[tuple[str, str], tuple[Look, int]] = {}

    def over(self, audience: Audience, *, masked: bool) -> Rehearsal:
        accounts = self._tx.accounts_by_patient()
        meant = 0
        for row in _meant(self._tx, audience, self._author, self._now):
            meant += 1
            reason = self._against(row)
            if reason:
                self._suppressed[reason] += 1
            else:
                self._take(row, accounts.get(row.patient, (0, ""))[0])
        channels = dict(accounts.values())
        return Rehearsal(
            meant=meant,
            get=len(self._getting),
            languages=dict(self._languages.most_common()),
            suppressed=dict(self._suppressed.most_common()),
            waiting=self._waiting(),
            first=min((min(dues) for dues in self._dues.values()), default=None),
            last=max((self._end(dues, channels.get(number, "")) for number, dues in self._dues.items()), default=None),
            samples=tuple(self._samples(masked=masked)),
            faults=self._faults(),
        )

    def faults(self, audience: Audience) -> tuple[str, ...]:
        """The faults alone."""
        for row in _meant(self._tx, audience, self._author, self._now):
            self._shown(row)
        return self._faults()

    def _shown(self, row: RosterRow) -> str:
        """Why the text does not reach this patient, whatever the hour; empty if it would be shown."""
        found = look(self._world, self._one.texts, self._record(row), self._now)
        if found.reason == "text_fails":  # somebody's own name that blinding holds back stops nobody else's
            key = row.profile.language, found.why
            first, count = self._failing.get(key, (found, 0))
            self._failing[key] = first, count + 1
        return found.reason

    def _faults(self) -> tuple[str, ...]:
        return tuple(
            str(fault_of(language, self._one.texts[language], found, f" (for {count:,} of those it is meant for)"))
            for (language, _), (found, count) in sorted(self._failing.items(), key=lambda one: one[0])
        )

    def _against(self, row: RosterRow) -> str:
        """Why this patient would get nothing."""
        reason = self._shown(row) or dropped(self._tx, self._draft(row))
        if reason:
            return reason
        due, expires = self._when(row)
        if self._now >= expires or due >= expires:
            return "window_closed" if self._now >= expires else "quiet_hours"
        day = first_free(self._tx, self._draft(row), due, expires)
        if day.until is None:
            return day.reason
        if day.reason and self._one.at:  # of one that goes out at once, `_waiting` tells
            self._later[day.reason] += 1
        self._due[row.patient] = day.until
        return ""

    def _when(self, row: RosterRow) -> tuple[datetime, datetime]:
        zone = row.profile.zone or "UTC"
        assert row.enrolment is not None
        programme = self._world.pack.programmes.get(row.enrolment.programme)
        due = due_of(self._one, zone, self._now)
        expires = moment_of(self._one, zone, self._now) + timedelta(hours=self._one.hours)
        return (awake(programme.burden, due, zone) if programme else due), expires

    def _draft(self, row: RosterRow) -> Draft:
        return Draft(self._world, self._record(row), self._now, 0)

    def _record(self, row: RosterRow) -> PatientRecord:
        """As much of a patient as a list has: no talk, no address."""
        nowhere = Address(0, 0, "", "")
        return PatientRecord(
            row.patient, 0, row.profile, Conversation(row.patient), nowhere, row.enrolment, row.last_heard
        )

    def _take(self, row: RosterRow, account: int) -> None:
        self._languages[row.profile.language] += 1
        self._dues.setdefault(account, []).append(self._due[row.patient])
        self._getting.append(row)

    def _end(self, dues: Sequence[datetime], channel: str) -> datetime:
        """When the last message leaves an account that takes so many a second."""
        can = self._world.capabilities.get(channel)
        rate = can.account_rate.a_second if can and can.account_rate else float(UNPACED)
        each, free = timedelta(seconds=1 / rate), min(dues)
        for due in sorted(dues):
            free = max(free, due) + each
        return free

    def _waiting(self) -> Mapping[str, int]:
        """What those would wait for who would get it this moment. Of one that has a time, full days alone."""
        found = self._later
        if self._one.at or len(self._getting) > 2_000:
            return found
        for row in self._getting:
            record = self._tx.load([row.patient]).get(row.patient)
            if record is not None:
                draft = Draft(self._world, record, self._now, 0)
                found[verdict(self._tx, draft, *self._when(row)).reason] += 1
        return {reason: count for reason, count in found.items() if reason}

    def _samples(self, *, masked: bool) -> Iterator[Sample]:
        """A few real patients, each language first."""
        firsts: dict[str, RosterRow] = {}
        others: list[RosterRow] = []
        for row in sorted(self._getting, key=lambda one: one.patient):
            if firsts.setdefault(row.profile.language, row) is not row and len(others) < SAMPLES:
                others.append(row)
        for row in [*firsts.values(), *others][:SAMPLES]:
            yield self._sample(row, masked=masked)

    def _sample(self, row: RosterRow, *, masked: bool) -> Sample:
        record = self._tx.load([row.patient])[row.patient]
        if masked:
            record = replace(record, profile=replace(record.profile, name="•••", phone="", contact=""))
        language, found = record.profile.language, look(self._world, self._one.texts, record, self._now)
        text = "\n\n".join(bubble.markdown for bubble in found.said)
        text = text or f"This text can't be shown to this patient: {found.why}"
        local = local_now(record.profile, self._due[record.id])
        if masked:
            return Sample(language, text)
        return Sample(language, text, record.id, record.profile.name, local)
