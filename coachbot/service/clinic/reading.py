"""What a system reads of enrolments: by pseudonym, and nothing that tells the arm. And the steps that it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coachbot.service.clinic.records import STEP_DAYS, Client, StepRow, Steps, by_day
from coachbot.service.facts import local_now
from coachbot.service.ports import Store, Transaction
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.board import Board, Brief
from coachbot.service.staff.chart import Score, scores
from coachbot.service.world import World
from coachbot.service.writer import SOON, Writer

#: Exercises are in every arm; how often they were done tells nobody's arm.
_ADHERENCE_DAYS = 7
PAGE = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """How one enrolment stands."""

    #: The enrolment's code.
    id: str
    state: str
    week: int
    #: Days with exercises among the last seven.
    exercise_days: int
    assessments_done: tuple[str, ...]
    assessments_missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """One enrolment with what was measured."""

    standing: Standing
    scores: tuple[Score, ...]
    #: Local day to steps, of the last four weeks.
    steps: Mapping[date, int]


class ClinicDesk:
    """Enrolments for systems."""

    def __init__(self, world: World, store: Store, writer: Writer, board: Board, audit: Audit) -> None:
        self._world = world
        self._store = store
        self._writer = writer
        self._board = board
        self._audit = audit

    def standings(self, client: Client, *, state: str = "", after: str = "", limit: int = PAGE) -> Sequence[Standing]:
        """Enrolments by their code, those after one code, so many."""
        briefs = sorted((one for one in self._board.everybody() if one.code > after), key=lambda one: one.code)
        found = [one for one in briefs if not state or one.state == state][:limit]
        self._audit.saw(client.id, "api.enrolments", "", f"{len(found)} after {after or 'the first'}")
        with self._store.reading() as tx:
            return _standings(tx, found)

    def details(self, client: Client, code: str) -> Details | None:
        """One enrolment; None if there is none."""
        brief = self._brief(code)
        self._audit.saw(client.id, "api.enrolment", brief.patient if brief else "", "" if brief else "no such code")
        if brief is None:
            return None
        first = brief.local.date() - timedelta(days=STEP_DAYS - 1)
        with self._store.reading() as tx:
            steps = by_day(tx.steps_of(brief.patient, first))
            return Details(_standings(tx, [brief])[0], tuple(scores(tx.responses(brief.patient))), steps)

    def keep_steps(self, client: Client, code: str, given: Sequence[Steps]) -> int | None:
        """Keep step counts; how many were new. None if there is no such enrolment."""
        brief = self._brief(code)
        if brief is None or brief.state == "withdrawn":
            self._audit.saw(client.id, "api.steps.refused", brief.patient if brief else "")
            return None
        return self._write(lambda tx: self._keep(tx, client, brief, given))

    def _keep(self, tx: Transaction, client: Client, brief: Brief, given: Sequence[Steps]) -> int:
        record = tx.load([brief.patient]).get(brief.patient)
        if record is None:
            return 0
        rows = [
            StepRow(self._world.ids.next(), record.id, local_now(record.profile, one.begins).date(), one)
            for one in given
        ]  # fmt: skip
        new = tx.add_steps(rows)
        self._audit.note(tx, client.id, "api.steps", record.id, f"{new} of {len(rows)} new")
        return new

    def _brief(self, code: str) -> Brief | None:
        return next((one for one in self._board.everybody() if one.code == code), None)

    def _write(self, work: Callable[[Transaction], int]) -> int:
        def write() -> int:
            with self._store.writing() as tx:
                return work(tx)

        return self._writer.submit(write, SOON).result()


def _standings(tx: Transaction, briefs: Sequence[Brief]) -> list[Standing]:
    first = {one.patient: one.local.date() - timedelta(days=_ADHERENCE_DAYS - 1) for one in briefs}
    days: dict[str, set[date]] = {one.patient: set() for one in briefs}
    for row in tx.diary_since(list(days), min(first.values())) if days else ():
        if row.kind == "cse" and row.done != "not_today" and row.day >= first[row.patient]:
            days[row.patient].add(row.day)
    return [
        Standing(one.code, one.state, one.week, len(days[one.patient]), one.done, one.missed)
        for one in briefs
    ]  # fmt: skip
