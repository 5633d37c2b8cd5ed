"""The staff's lists: who needs somebody today, and everybody one may see.

One query brings every patient's standing; what did not change is not opened again (`Transaction.roster`). Names
are searched in memory: they lie sealed, and no index of them lies beside them. docs/console.md has the figures.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal

from coachbot.engine.changing import changed
from coachbot.programme.model import Programme
from coachbot.service.facts import PLANNED_STATES, local_now, week_of
from coachbot.service.handing import WAITS
from coachbot.service.notices.chain import URGENT
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import AlertRow, Enrolment, Profile, TimerRow
from coachbot.service.staff.ahead import Ahead
from coachbot.service.staff.records import RosterRow, StaffRow
from coachbot.service.world import World

#: Whole days without a word after which a patient counts as silent, unless the programme says otherwise.
SILENT_DAYS = 3
SPARK_WEEKS = 8
#: So many days before its window closes an assessment without an answer is shown: time to ring.
CLOSING_DAYS = 3
PAGE = 50
#: Patients up to whom the lists are opened before anybody asks for them.
_LOOKED_AHEAD = 12_000
_SOON = timedelta(hours=24)
_MOST_SOON = 500
#: Patients whose next day is worked out for Today: it takes part of a millisecond for each.
_LOOKED_INTO = 120
_RANK = {"top": 0, "high": 1, "medium": 2, "low": 3}
#: Alerts that ask for an answer in words, and the one that asks for an examination.
WORDS_WAIT = frozenset({"message", "hand_over"})
EXAMINE = "waits_for_confirmation"

Filter = Literal["", "active", "screening", "silent", "alert", "resting", "paused", "missed", "mine", "over"]
FILTERS: tuple[Filter, ...] = (
    "", "mine", "active", "screening", "alert", "silent", "missed", "resting", "paused", "over",
)  # fmt: skip
_OVER = ("finished", "withdrawn")


@dataclass(frozen=True, slots=True)
class Brief:
    """One patient in a list."""

    patient: str
    name: str
    code: str
    programme: str
    state: str
    #: Programme week; 0 before day 0.
    week: int
    #: The patient's local time now.
    local: datetime
    last_heard: datetime | None
    #: Whole local days since the last word; None before any.
    silent: int | None
    is_silent: bool
    resting: bool
    paused: bool
    handed_over: bool
    #: Screened, and nobody has said "examined, fit" yet.
    waits: bool
    #: Assessments whose window closed without an answer, and those open now.
    missed: tuple[str, ...]
    due: tuple[str, ...]
    done: tuple[str, ...]
    #: Of those open and already sent: code, and the patient's days until the window closes (0 is today).
    closing: tuple[tuple[str, int], ...] = ()
    #: Words by which they are found, and the filters that show them whoever looks.
    words: tuple[str, ...] = ()
    kinds: tuple[Filter, ...] = ()
    carers: frozenset[int] = frozenset()
    alerts: tuple[AlertRow, ...] = ()
    #: The patient's number, and the person to call for them, as they wrote it; empty if not told.
    phone: str = ""
    contact: str = ""
    #: Who of the clinic is in the talk, and since when what the patient said there has had no answer.
    in_talk: str = ""
    unanswered_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A brief with what only the shown rows of a list need."""

    brief: Brief
    #: Exercise days of each of the last weeks, the oldest first.
    weeks: tuple[int, ...]
    next: TimerRow | None


@dataclass(frozen=True, slots=True)
class Today:
    """What a therapist sees first."""

    alerts: tuple[tuple[AlertRow, Brief], ...]
    words: tuple[tuple[AlertRow, Brief], ...]
    #: The same by patient: whoever asks for a person and then writes is one row. The most urgent alert first.
    waiting: tuple[tuple[tuple[AlertRow, ...], Brief], ...]
    handed_over: tuple[Brief, ...]
    examine: tuple[tuple[AlertRow, Brief], ...]
    silent: tuple[Brief, ...]
    missed: tuple[Brief, ...]
    #: Those with an assessment whose window closes within `CLOSING_DAYS`, the nearest first.
    closing: tuple[Brief, ...]
    soon: tuple[tuple[TimerRow, Brief], ...]
    #: How many patients one may see, and how many of them are in the programme.
    count: int = 0
    active: int = 0

    @property
    def numbers(self) -> tuple[str, ...]:
        """The patients whose numbers are shown."""
        return tuple(dict.fromkeys(b.patient for a, b in (*self.alerts, *self.words) if a.priority in URGENT))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of patients."""

    rows: tuple[Row, ...]
    found: int
    number: int
    pages: int
    counts: Mapping[str, int] = field(default_factory=dict)


class Board:
    """Lists over everybody that somebody may see."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world
        #: Patient to what was worked out of a row in a quarter of an hour (no day begins anywhere within one).
        self._known: dict[str, tuple[RosterRow, int, Brief]] = {}
        self._ahead = Ahead(world)

    def may_see(self, staff: StaffRow, patient: str) -> bool:
        """Whether this patient is theirs to treat."""
        with self._store.reading() as tx:
            if not tx.load([patient]):
                return False
            return _theirs(staff, tx.carers(patient), tx.alerts(patient, open_only=True))

    def today(self, staff: StaffRow) -> Today:
        """Who needs somebody, the most urgent first."""
        with self._store.reading() as tx:
            briefs = {brief.patient: brief for brief in self._visible(tx, staff)}
            soon = self._soon(tx, briefs)
        alerts = sorted((a for b in briefs.values() for a in b.alerts), key=_urgency)
        pairs = [(alert, briefs[alert.patient]) for alert in alerts]
        everybody = tuple(briefs.values())
        return Today(
            alerts=tuple(p for p in pairs if p[0].kind not in WORDS_WAIT and p[0].kind != EXAMINE),
            words=tuple(p for p in pairs if p[0].kind in WORDS_WAIT),
            waiting=_by_person(p for p in pairs if p[0].kind in WORDS_WAIT),
            handed_over=tuple(b for b in everybody if b.handed_over),
            examine=tuple(p for p in pairs if p[0].kind == EXAMINE),
            silent=tuple(sorted((b for b in everybody if b.is_silent), key=lambda b: -(b.silent or 0))),
            missed=tuple(b for b in everybody if b.missed and b.state not in _OVER),
            closing=tuple(sorted((b for b in everybody if _closes_soon(b)), key=lambda b: _left(b)[0][1])),
            soon=tuple((timer, briefs[timer.patient]) for timer in soon),
            count=len(everybody),
            active=sum(b.state == "active" for b in everybody),
        )

    def patients(self, staff: StaffRow, *, search: str = "", kind: Filter = "", page: int = 1) -> Page:
        """Those whose name or code fits, a page of them."""
        with self._store.reading() as tx:
            visible = self._visible(tx, staff)
            named = [b for b in visible if _named(b, folded(search).split())] if search.strip() else visible
            counts = Counter(one for b in named for one in _kinds(b, staff))
            found = [b for b in named if not kind or kind in _kinds(b, staff)]
            found.sort(key=lambda b: b.words)
            pages = max(1, -(-len(found) // PAGE))
            number = min(max(page, 1), pages)
            shown = found[(number - 1) * PAGE : number * PAGE]
            weeks = self._weeks(tx, shown)
            rows = tuple(Row(b, weeks[b.patient], self._next(tx, b.patient)) for b in shown)
        return Page(rows, len(found), number, pages, {one: counts[one] for one in FILTERS})

    def look_ahead(self) -> None:
        """Open everybody once, so that the first search is quick too. In a very large clinic only whoever opens a list
        does so: it takes time and memory for each patient."""
        with self._store.reading() as tx:
            size = tx.roster_size()
        if size <= _LOOKED_AHEAD:
            self.everybody()

    def everybody(self) -> tuple[Brief, ...]:
        """Every patient, for pages that show numbers without names."""
        with self._store.reading() as tx:
            quarter = self._quarter()
            return tuple(self._brief(row, quarter) for row in self._roster(tx))

    # -- how -------------------------------------------------------------------------------------------
    def _visible(self, tx: Transaction, staff: StaffRow) -> list[Brief]:
        care, open_alerts = tx.care(), _by_patient(tx.alerts(open_only=True))
        found, quarter = [], self._quarter()
        for row in self._roster(tx):
            alerts, carers = open_alerts.get(row.patient, ()), care.get(row.patient, frozenset())
            if _theirs(staff, carers, alerts):
                brief = self._brief(row, quarter)
                if alerts or carers:
                    brief = changed(brief, alerts=tuple(alerts), carers=carers)
                found.append(brief)
        return found

    def _soon(self, tx: Transaction, briefs: Mapping[str, Brief]) -> list[TimerRow]:
        """What these patients get in the next 24 hours: of all of them what is planned already; of the first
        hundred or so also what their next day will bring."""
        until, limit = self._world.clock.now() + _SOON, _MOST_SOON
        while True:
            due = tx.due_timers(until, limit)
            found = [one for one in due if one.patient in briefs and one.purpose.startswith("touch:")]
            if len(due) < limit or len(found) >= _MOST_SOON:
                break
            limit *= 4  # those that are due first were other people's patients
        quarter = self._quarter()
        looked = (brief for brief in briefs.values() if brief.state in PLANNED_STATES)
        for brief in islice(looked, _LOOKED_INTO):
            found += [one for one in self._ahead.tomorrow(self._known[brief.patient][0], quarter) if one.due_at < until]
        return sorted(found, key=lambda one: one.due_at)

    def _next(self, tx: Transaction, patient: str) -> TimerRow | None:
        """What comes next: a timer, or what the next days will bring."""
        timers = (one for one in tx.timers_of(patient) if one.purpose.startswith("touch:"))
        return next(timers, None) or self._ahead.next(self._known[patient][0], self._quarter())

    def _roster(self, tx: Transaction) -> Sequence[RosterRow]:
        """Everybody; whoever was erased, here or by another process, stays in no memory of ours."""
        rows = tx.roster()
        if len(self._known) > len(rows):
            living = {row.patient for row in rows}
            for patient in [one for one in self._known if one not in living]:
                self._known.pop(patient, None)
                self._ahead.forget(patient)
        return rows

    def _quarter(self) -> int:
        return int(self._world.clock.now().timestamp() // 900)

    def _brief(self, row: RosterRow, quarter: int) -> Brief:
        held = self._known.get(row.patient)
        if held is None or held[0] is not row or held[1] != quarter:
            held = self._known[row.patient] = (row, quarter, self._worked_out(row))
        return held[2]

    def _worked_out(self, row: RosterRow) -> Brief:
        enrolment, now = row.enrolment, self._world.clock.now()
        assert enrolment is not None
        local, progress = local_now(row.profile, now), enrolment.progress
        programme = self._world.pack.programmes.get(enrolment.programme)
        silent = _silent_days(row.profile, row.last_heard, local)
        missed, due, closing = _assessments(programme, enrolment, local.date())
        paused = _paused(enrolment, local.date())
        limit = programme.burden.weekly_after if programme else SILENT_DAYS
        expected = enrolment.state == "active" and not paused and not progress.silent_until
        brief = Brief(
            patient=row.patient,
            name=row.profile.name,
            code=enrolment.code,
            programme=enrolment.programme,
            state=enrolment.state,
            week=week_of(enrolment, local.date()),
            local=local,
            last_heard=row.last_heard,
            silent=silent,
            is_silent=expected and silent is not None and silent >= limit,
            resting=progress.safety_hold,
            paused=paused,
            handed_over=bool(progress.hand_over),
            waits=enrolment.state == "screening" and bool(progress.screening),
            missed=missed,
            due=due,
            done=progress.assessments,
            closing=closing,
            phone=row.profile.phone,
            contact=row.profile.contact,
            in_talk=str(progress.hand_over.get("name") or ""),
            unanswered_since=_unanswered(progress.hand_over),
            words=(*folded(row.profile.name).split(), folded(enrolment.code), folded(enrolment.code).replace("-", "")),
        )
        return changed(brief, kinds=tuple(one for one in FILTERS if _fits(brief, one)))

    def _weeks(self, tx: Transaction, shown: Sequence[Brief]) -> dict[str, tuple[int, ...]]:
        """Days with exercises in each of the last weeks, for a small picture."""
        today = {b.patient: b.local.date() for b in shown}
        first = min(today.values(), default=date.max) - timedelta(weeks=SPARK_WEEKS)
        days: dict[str, set[date]] = {b.patient: set() for b in shown}
        for row in tx.diary_since([b.patient for b in shown], first) if shown else ():
            if row.kind == "cse" and row.done != "not_today":
                days[row.patient].add(row.day)
        return {patient: _by_week(found, today[patient]) for patient, found in days.items()}


def _theirs(staff: StaffRow, carers: Collection[int], alerts: Sequence[AlertRow]) -> bool:
    """A patient of nobody is everybody's; so is one with an alert that was not read in time."""
    if staff.role == "admin" or not carers or staff.id in carers:
        return True
    return any(alert.escalated_at is not None for alert in alerts)


def _by_patient(alerts: Sequence[AlertRow]) -> dict[str, list[AlertRow]]:
    found: dict[str, list[AlertRow]] = {}
    for alert in alerts:
        found.setdefault(alert.patient, []).append(alert)
    return found


def _urgency(alert: AlertRow) -> tuple[int, int, datetime]:
    return 0 if alert.escalated_at else 1, _RANK.get(alert.priority, 9), alert.opened_at


def _silent_days(profile: Profile, heard: datetime | None, local: datetime) -> int | None:
    if heard is None:
        return None
    return max(0, (local.date() - local_now(profile, heard).date()).days - 1)


def _unanswered(held: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(str(held[WAITS])) if WAITS in held else None


def _paused(enrolment: Enrolment, today: date) -> bool:
    begun, until = enrolment.progress.paused_from, enrolment.progress.paused_until
    return begun is not None and today >= date.fromisoformat(begun) and (
        until is None or today < date.fromisoformat(until)
    )  # fmt: skip


def _assessments(
    programme: Programme | None, enrolment: Enrolment, today: date
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Codes of the assessments that were missed, of those whose window is open, and the days until those close."""
    if programme is None or enrolment.anchor is None or enrolment.state == "withdrawn":
        return (), (), ()
    number = (today - enrolment.anchor).days
    pending = [a for a in programme.assessments if a.code not in enrolment.progress.assessments]
    missed = tuple(a.code for a in pending if number > a.closes)
    due = [a for a in pending if min(a.opens, a.day) <= number <= a.closes]
    closing = tuple((a.code, a.closes - number) for a in due if a.day <= number)
    return missed, tuple(a.code for a in due), closing


def _left(brief: Brief) -> list[tuple[str, int]]:
    """The assessments that close soon, the nearest first."""
    return sorted((one for one in brief.closing if one[1] <= CLOSING_DAYS), key=lambda one: one[1])


def _closes_soon(brief: Brief) -> bool:
    return brief.state not in _OVER and bool(_left(brief))


def _by_week(days: Collection[date], today: date) -> tuple[int, ...]:
    ages = [(today - day).days // 7 for day in days]
    return tuple(ages.count(age) for age in range(SPARK_WEEKS - 1, -1, -1))


def _fits(brief: Brief, kind: Filter) -> bool:
    """Whether a filter shows this patient to anybody who may see them."""
    match kind:
        case "":
            return True
        case "active" | "screening":
            return brief.state == kind
        case "silent":
            return brief.is_silent
        case "resting":
            return brief.resting
        case "paused":
            return brief.paused
        case "missed":
            return bool(brief.missed)
        case "over":
            return brief.state in _OVER
        case "mine" | "alert":  # depends on who looks, and when
            return False


def _kinds(brief: Brief, staff: StaffRow) -> Iterator[Filter]:
    """The filters that show this patient to this person."""
    yield from brief.kinds
    if brief.alerts:
        yield "alert"
    if staff.id in brief.carers:
        yield "mine"


def _named(brief: Brief, wanted: Sequence[str]) -> bool:
    """Every word of the search begins a word of the name, or the code."""
    return all(any(word.startswith(one) for word in brief.words) for one in wanted)


def folded(text: str) -> str:
    """A name without capitals and accents, so that `jose` finds José."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def _by_person(pairs: Iterable[tuple[AlertRow, Brief]]) -> tuple[tuple[tuple[AlertRow, ...], Brief], ...]:
    rows: dict[str, tuple[tuple[AlertRow, ...], Brief]] = {}
    for alert, brief in pairs:
        before, _ = rows.get(brief.patient, ((), brief))
        rows[brief.patient] = ((*before, alert), brief)
    return tuple(rows.values())
