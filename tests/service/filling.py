"""Somebody with the page of a round in front of them."""

from __future__ import annotations

from datetime import UTC, datetime

from coachbot.service.links import Bearing
from coachbot.service.page_answers import Given
from coachbot.service.pages import Over, Pages, Step, Taken, View
from coachbot.service.records import ResponseRow
from tests.service.house import House, Person

#: Day 28, when the second round opens: a Wednesday, somebody is on duty.
DAY_28 = datetime(2026, 3, 25, 9, tzinfo=UTC)
#: Of the same day, when nobody is.
LATE = datetime(2026, 3, 25, 20, tzinfo=UTC)
ALL = ("rmdq", "nrs", "gad7", "pcs", "pseq", "phq9")


class Filling:
    """Somebody with the page of the second round in front of them."""

    def __init__(self, house: House, now: datetime = DAY_28, **progress: object) -> None:
        house.clock.hold(now)
        self.house = house
        self.person: Person = house.patient(**progress)
        self.pages: Pages = house.coach.pages()
        record = house.record(self.person)
        programme = house.coach.world.pack.programmes["sct_cse"]
        week_4 = next(one for one in programme.assessments if one.code == "week_4")
        self.token = house.coach.world.links.token(Bearing(record.id, "week_4", "2026-03-25"))
        assert week_4.on_page
        self.count = 0

    def open(self) -> View:
        found = self.pages.open(self.token)
        assert isinstance(found, View)
        return found

    def why_over(self) -> str:
        found = self.pages.open(self.token)
        assert isinstance(found, Over)
        return found.why

    @property
    def steps(self) -> list[str]:
        return [step.instrument for step in self.open().steps]

    def step(self, name: str) -> Step:
        return next(step for step in self.open().steps if step.instrument == name)

    def give(self, instrument: str = "", state: str = "", value: object = None, *, name: str = "") -> Taken:
        self.count += 1
        taken = self.pages.take(self.token, [Given(name or f"a{self.count}", instrument, state, value)])
        assert isinstance(taken, Taken)
        self.house.settle()
        return taken

    def answer(self, instrument: str, value: int = 0) -> None:
        """A whole questionnaire, every item with one value; ticks with none."""
        for question in self.step(instrument).questions:
            codes = [code for code, _ in question.options]
            ticks = question.state.startswith("page_")
            self.give(instrument, question.state, [] if ticks else codes[value])

    def finish(self) -> None:
        self.give()

    def responses(self) -> list[ResponseRow]:
        with self.house.store.reading() as tx:
            return list(tx.responses(self.person.id))

    def diary(self, kind: str) -> list[dict[str, object]]:
        with self.house.store.reading() as tx:
            return [dict(row.body) for row in tx.diary(self.person.id) if row.kind == kind]
