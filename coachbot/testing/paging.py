"""A patient who fills in the page of a round, in a screenplay."""

from __future__ import annotations

from coachbot.engine.asks import Several
from coachbot.instruments import Instrument
from coachbot.service import rounds
from coachbot.service.page_answers import Given
from coachbot.service.pages import Over, Question, Step, View
from coachbot.testing.answering import code_of, values_of
from coachbot.testing.stage import Person, Stage

#: Stands for all questions that are left as they are.
_REST = "..."


class Filler:
    """Fills in the page of the round that is open, or that was when the link was last used."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self._stage = stage
        self._person = person
        self._pages = stage.coach.pages()
        self._token = self._link()

    def _link(self) -> str:
        record = self._stage.record(self._person)
        world = self._stage.coach.world
        assessment = rounds.open_round(world, record, self._stage.now) if record else None
        if record is not None and assessment is not None:
            self._person.link = world.links.token(rounds.bearing_of(record, assessment))
        if not self._person.link:
            raise LookupError("no round is open, so there is no page")
        return self._person.link

    def fill(self, name: str, written: str) -> None:
        """Answer a questionnaire, or its first questions where the values end with `...`."""
        step = self._step(name)
        instrument = self._stage.coach.world.pack.instruments[name]
        values = _padded(instrument, written)
        for number, question in enumerate(step.questions):
            if not question.in_talk and (value := _value(instrument, question, values)) != _REST:
                self._give(f"{self._stage.now.isoformat()}-{name}-{number}", name, question.state, value)

    def finish(self) -> None:
        """Press the last button of the page."""
        self._give(f"{self._stage.now.isoformat()}-finish")

    def over(self) -> str:
        """Why the link opens nothing; empty while it does."""
        found = self._pages.open(self._token)
        return found.why if isinstance(found, Over) else ""

    def _step(self, name: str) -> Step:
        found = self._pages.open(self._token)
        if not isinstance(found, View):
            raise LookupError(f"the page is over ({found.why})")
        step = next((one for one in found.steps if one.instrument == name), None)
        if step is None:
            raise LookupError(f"{name} is not on the page; there are {', '.join(s.instrument for s in found.steps)}")
        return step

    def _give(self, name: str, instrument: str = "", state: str = "", value: object = None) -> None:
        taken = self._pages.take(self._token, [Given(name, instrument, state, value)])
        if isinstance(taken, Over):
            raise LookupError(f"the page is over ({taken.why})")
        if taken.refused:
            raise LookupError(f"{instrument} {state} takes no such answer")
        self._stage.settle()


def _padded(instrument: Instrument, written: str) -> dict[str, int | str | None]:
    """Value by item; `...` for those that are left as they are."""
    if not written.rstrip().endswith(_REST):
        return dict(values_of(instrument, written))
    listed = written.replace(_REST, " ").replace(",", " ").split()
    given = [None if value in ("-", "skip") else int(value) for value in listed]
    rest = [_REST] * (len(instrument.items) - len(given))
    return dict(zip((item.code for item in instrument.items), [*given, *rest], strict=True))


def _value(instrument: Instrument, question: Question, values: dict[str, int | str | None]) -> object:
    if isinstance(question.ask, Several):
        told = {code: values[code] for code in question.ask.of}
        return _REST if _REST in told.values() else [code for code, value in told.items() if value]
    value = values[question.state]
    return value if value is None or isinstance(value, str) else code_of(instrument.item(question.state), value)
