"""One patient as their therapist sees them: the talk as it happened, what comes, and what was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from coachbot.programme.plan import DayPlan, plan_ahead
from coachbot.service import doctor_page
from coachbot.service.clinic.records import STEP_DAYS, by_day
from coachbot.service.days import standing_of
from coachbot.service.draft import Draft
from coachbot.service.facts import PLANNED_STATES, local_now, week_of
from coachbot.service.lessons import lessons_for
from coachbot.service.ports import LAST_ID, Line, Store, Transaction
from coachbot.service.prescribing import Place, places_of
from coachbot.service.records import AlertRow, DiaryRow, PatientRecord, PlanRow, ResponseRow, TimerRow
from coachbot.service.staff.records import NoteRow
from coachbot.service.world import World

_AHEAD_DAYS = 7
_BACK_DAYS = 14
ENTRIES = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the talk, in either direction, with what became of it."""

    id: int
    at: datetime
    #: `patient`, `coach` or `person`.
    by: str
    #: Who of the clinic wrote it, for `person`.
    name: str
    text: str
    labels: tuple[str, ...] = ()
    #: sent, due, claimed, failed, expired, suppressed; empty for what the patient said.
    state: str = ""
    reason: str = ""
    quiet: bool = False
    unasked: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Exercising:
    """Which exercises are out, and why."""

    screened: tuple[str, ...]
    taken_out: tuple[str, ...]
    let_in: tuple[str, ...]
    #: Out now; and all that could be taken out.
    out: tuple[str, ...]
    others: tuple[str, ...]
    #: The patient's three; empty before they have chosen.
    plan: tuple[Place, ...] = ()
    #: What can come into the plan: neither ruled out nor in it.
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything of one patient's page."""

    record: PatientRecord
    local: datetime
    week: int
    entries: tuple[Entry, ...]
    #: Id before which earlier lines are; 0 if there are none.
    earlier: int
    timers: tuple[TimerRow, ...]
    ahead: tuple[DayPlan, ...]
    held_back: tuple[PlanRow, ...]
    diary: tuple[DiaryRow, ...]
    responses: tuple[ResponseRow, ...]
    alerts: tuple[AlertRow, ...]
    notes: tuple[NoteRow, ...]
    consents: tuple[Mapping[str, Any], ...]
    carers: frozenset[int]
    exercising: Exercising
    #: Local day to steps, where a system of the clinic sends them.
    steps: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Talk:
    """The newest lines of one patient's talk alone, for a page that follows it."""

    record: PatientRecord
    entries: tuple[Entry, ...]


class Charts:
    """Reading single patients."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world

    def of(self, patient: str, *, before: int = 0) -> Chart | None:
        """The page of a patient; None if there is none (any more)."""
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
            return self._chart(tx, record, before) if record else None

    def talk(self, patient: str) -> Talk | None:
        """The newest lines; None if there is no such patient."""
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
            return Talk(record, _talk(tx, patient, LAST_ID)[0]) if record else None

    def measures(self, patient: str) -> tuple[PatientRecord, Sequence[ResponseRow]] | None:
        """Scores alone, for a page without a name."""
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
            return (record, tx.responses(patient)) if record else None

    def summary(self, patient: str) -> bytes | None:
        """One page for the patient's own doctor; None if there is no such patient."""
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
            return doctor_page.page(self._world, record, tx.diary(patient), tx.responses(patient)) if record else None

    def _chart(self, tx: Transaction, record: PatientRecord, before: int) -> Chart:
        patient, now = record.id, self._world.clock.now()
        local = local_now(record.profile, now)
        today = local.date()
        entries, earlier = _talk(tx, patient, before or LAST_ID)
        return Chart(
            record=record,
            local=local,
            week=week_of(record.enrolment, today),
            entries=entries,
            earlier=earlier,
            timers=tuple(tx.timers_of(patient)),
            ahead=self._ahead(record, now),
            held_back=tuple(p for p in reversed(tx.plans(patient, today - timedelta(days=_BACK_DAYS), today))),
            diary=tuple(tx.diary(patient)),
            responses=tuple(tx.responses(patient)),
            alerts=tuple(reversed(tx.alerts(patient))),
            notes=tuple(reversed(tx.notes(patient))),
            consents=tuple(tx.consents(patient)),
            carers=tx.carers(patient),
            exercising=self._exercising(record),
            steps=by_day(tx.steps_of(patient, today - timedelta(days=STEP_DAYS - 1))),
        )

    def _ahead(self, record: PatientRecord, now: datetime) -> tuple[DayPlan, ...]:
        """The days after today, if all goes as planned."""
        enrolment = record.enrolment
        if enrolment is None or enrolment.anchor is None or enrolment.state not in PLANNED_STATES:
            return ()
        standing = replace(standing_of(record, now), sent_today=0, planned_already=frozenset())
        tomorrow = local_now(record.profile, now).date() + timedelta(days=1)
        education = [lesson.id for lesson in lessons_for(Draft(self._world, record, now, 0))]
        programme = self._world.pack.programmes[enrolment.programme]
        return plan_ahead(programme, standing, tomorrow, _AHEAD_DAYS, education=education)

    def _exercising(self, record: PatientRecord) -> Exercising:
        progress = record.enrolment.progress if record.enrolment else None
        book, everything = self._world.exercises, tuple(sorted(self._world.pack.exercises))
        if progress is None:
            return Exercising((), (), (), (), everything)
        reasons = str(progress.screening.get("reasons") or "")
        out = tuple(sorted(book.facts(reasons, progress.conditions, progress.taken_out, progress.let_in)["ruled_out"]))
        others = tuple(one for one in everything if one not in out)
        plan = places_of(record, self._world.pack.exercises, out)
        held = {place.exercise for place in plan}
        return Exercising(
            book.told_out(reasons, progress.conditions), progress.taken_out, progress.let_in, out, others, plan,
            tuple(one for one in others if one not in held),
        )  # fmt: skip


# -- the talk -----------------------------------------------------------------------------------------
def _talk(tx: Transaction, patient: str, before: int) -> tuple[tuple[Entry, ...], int]:
    """The newest lines before an id, in order; and from where the earlier ones are read."""
    ledger = tx.outbox(patient)
    labels = {
        (row["body"].get("token"), code): label for row in ledger for code, label in row["body"].get("choices") or ()
    }
    said = [e for line in tx.lines(patient, limit=_EVERYTHING) if (e := _heard(line, labels)) is not None]
    sent = [e for row in ledger if (e := _sent(row)) is not None]
    inside = sorted((e for e in [*said, *sent] if e.id < before), key=lambda e: e.id)
    shown = inside[-ENTRIES:]
    return tuple(sorted(shown, key=lambda e: (e.at, e.id))), shown[0].id if len(inside) > len(shown) else 0


_EVERYTHING = 100_000


def _heard(line: Line, labels: Mapping[tuple[Any, Any], str]) -> Entry | None:
    if line.by != "patient":
        return None
    body = line.body
    match body.get("kind"):
        case "press":
            token, code = body.get("token"), body.get("code")
            return Entry(line.id, line.at, "patient", "", f"[{labels.get((token, code), code)}]")
        case "attachment":
            return Entry(line.id, line.at, "patient", "", f"<{body.get('attachment')}>")
        case "start":
            return Entry(line.id, line.at, "patient", "", "<came in with the invitation>")
        case _:
            return Entry(line.id, line.at, "patient", "", str(body.get("text") or "<empty>"))


def _sent(row: Mapping[str, Any]) -> Entry | None:
    body = row["body"]
    if body.get("kind") == "close":
        return None
    text = str(body.get("text") or "")
    if body.get("kind") == "picture":
        text = f"<picture: {body.get('alt') or body.get('name')}>"
    elif body.get("kind") == "file":
        text = f"<file: {body.get('name')}>"
    return Entry(
        id=row["id"],
        at=row["settled_at"] or row["due_at"],
        by=str(body.get("by") or "coach"),
        name=str(body.get("name") or "") if body.get("by") else "",
        text=text,
        labels=tuple(label for _, label in body.get("choices") or ()),
        state=row["state"],
        reason=row["reason"],
        quiet=row["quiet"],
        unasked=row["lane"] == 1,
        turn=row["turn"],
    )


# -- the diary ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the diary's calendar."""

    day: date
    #: `all`, `part`, `not_today` or empty; the fullest of the day's entries of the kind.
    done: str
    pain: int | None
    minutes: int | None
    future: bool = False


def calendar(rows: Sequence[DiaryRow], kind: str, anchor: date, today: date) -> list[list[DayCell]]:
    """Weeks of seven days from day 0 on."""
    fullness = {"all": 3, "part": 2, "not_today": 1}
    best: dict[date, DiaryRow] = {}
    for row in rows:
        if row.kind == kind:
            held = best.get(row.day)
            if held is None or fullness.get(_done(row), 0) >= fullness.get(_done(held), 0):
                best[row.day] = row
    count = max(0, (today - anchor).days) // 7 + 1
    days = [anchor + timedelta(days=n) for n in range(count * 7)]
    cells = [_cell(day, best.get(day), today) for day in days]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _done(row: DiaryRow) -> str:
    return str(row.body.get("done") or "")


def _cell(day: date, row: DiaryRow | None, today: date) -> DayCell:
    if row is None:
        return DayCell(day, "", None, None, day > today)
    return DayCell(day, _done(row), _whole(row.body.get("pain_after")), _whole(row.body.get("minutes")))


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


# -- scores -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Score:
    """One instrument over time."""

    instrument: str
    #: Day, assessment and total.
    points: tuple[tuple[date, str, float], ...]
    #: `own` or `official`.
    wording: str


def scores(responses: Sequence[ResponseRow]) -> list[Score]:
    """The totals of each instrument, in the order in which they were first asked."""
    found: dict[str, list[ResponseRow]] = {}
    for row in responses:
        found.setdefault(row.instrument, []).append(row)
    made = []
    for instrument, rows in found.items():
        points = tuple((r.day, r.assessment, total) for r in rows if (total := _total(r)) is not None)
        made.append(Score(instrument, points, str(rows[-1].body.get("wording") or "")))
    return made


def _total(row: ResponseRow) -> float | None:
    values = row.body.get("scores") or {}
    for name in ("total", *values):
        if isinstance(values.get(name), int | float):
            return float(values[name])
    return None
