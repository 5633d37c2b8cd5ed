"""What a study takes away: answers, scores, assessments, practice and what was new or worse, as tidy tables.

Pseudonymous by default: a person is the opaque code of the enrolment, days count from day 0, own words and the arm are
left out, and so is everything that would tell the arm. Nothing here reads a clock or writes a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from coachbot.authoring.pack import Pack
from coachbot.engine.model import NO_SHEET, Conversation, Sheet
from coachbot.instruments import Instrument, Item
from coachbot.programme.assessing import assessment_id
from coachbot.service.acts import HEALTH_CHANGE, item_answers
from coachbot.service.clinic.records import by_day
from coachbot.service.ports import Transaction
from coachbot.service.records import DiaryRow, PatientRecord, ResponseRow

ColumnType = Literal["text", "whole", "number", "flag"]
Cell = str | int | float | bool | None
Row = tuple[Cell, ...]
#: The arm in which something is practised that the other arm must not hear of.
_PRACTICES = ("cse", "sct")
_ROUND, _ASKED = "assessment/", "instrument/"
#: What is kept of the guess at the end of a trial, as a response of its own.
_GUESS = "blinding"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as the codebook tells it."""

    name: str
    type: ColumnType
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a row is one thing, a column says one thing about it."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """How much a study may see."""

    #: Own words of patients: they can name people and places.
    words: bool = False
    #: The arm, and what would tell it: this ends the blinding of whoever reads the files.
    arm: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """One enrolment with everything that is exported of it."""

    code: str
    record: PatientRecord
    responses: Sequence[ResponseRow]
    diary: Sequence[DiaryRow]
    anchor: date
    #: Local day to the steps that a system of the clinic has sent.
    steps: Mapping[date, int]

    def day(self, on: str | date | None) -> int | None:
        """A local day as its number from day 0."""
        if not on:
            return None
        return ((date.fromisoformat(on) if isinstance(on, str) else on) - self.anchor).days


def participants(tx: Transaction) -> Iterator[Participant]:
    """Everybody with a day 0, in the order of their codes; one snapshot."""
    for brief in sorted(tx.enrolments(), key=lambda one: one.code or ""):
        record = tx.load([brief.patient]).get(brief.patient)
        enrolment = record.enrolment if record else None
        if record is None or enrolment is None or enrolment.anchor is None:
            continue
        yield Participant(
            enrolment.code, record, tx.responses(brief.patient), tx.diary(brief.patient), enrolment.anchor,
            by_day(tx.steps_of(brief.patient, date.min)),
        )  # fmt: skip


def visible(pack: Pack, people: Participant, choice: Choice) -> Iterator[tuple[Instrument, ResponseRow]]:
    """The responses that may be seen, with their instruments: those of one arm alone would tell the arm."""
    for row in people.responses:
        instrument = pack.instruments.get(row.instrument)
        if instrument is not None and (choice.arm or not instrument.arms):
            yield instrument, row


# -- tables ---------------------------------------------------------------------------------------------
_PERSON = Column("person", "text", "Opaque code of the enrolment; the clinic alone knows whose it is")
_WHERE = (
    _PERSON,
    Column("assessment", "text", "Code of the assessment; empty outside one"),
    Column("instrument", "text", "Id of the questionnaire (docs/instruments.md)"),
)
_HOW = (
    Column("day", "whole", "Day of the answer, counted from day 0"),
    Column("intended_day", "whole", "Day on which the assessment was meant"),
    Column("opened_day", "whole", "Day on which it was sent"),
    Column("closes_day", "whole", "Last day of its window"),
    Column("late", "flag", "Answered after its window"),
    Column("minutes", "number", "From the first question shown to the last answer"),
    Column("wording", "text", "own: not validated; official: the published wording"),
    Column("version", "text", "Version of the questionnaire's machine and words that was shown"),
    Column("language", "text", "Language it was asked in"),
    Column("result", "text", "done, or how it was left"),
    Column("medium", "text", "page or chat: where the questionnaire was finished, or is under way"),
    Column("begun", "text", "page or chat: where its first question was shown or answered"),
)


def tables(pack: Pack, tx: Transaction, choice: Choice) -> tuple[Table, ...]:
    """All tables of a study, the codebook last."""
    people = tuple(participants(tx))
    made = [
        _participants(people, choice),
        _assessments(pack, people),
        _answers(pack, people, choice),
        _scores(pack, people, choice),
        _practice(people, choice),
        _steps(people),
        _changes(people, choice),
        *([_guesses(people)] if choice.arm else []),
    ]
    return (*made, codebook(pack, made, choice))


def _participants(people: Sequence[Participant], choice: Choice) -> Table:
    columns = [
        _PERSON,
        Column("programme", "text", "Programme and so its schedule"),
        Column("state", "text", "active, treatment_stopped, finished or withdrawn"),
        Column("language", "text", "Language of the talk"),
    ]
    rows = []
    for one in people:
        enrolment = one.record.enrolment
        assert enrolment is not None
        row: list[Cell] = [one.code, enrolment.programme, enrolment.state, one.record.profile.language]
        rows.append((*row, enrolment.arm) if choice.arm else tuple(row))
    if choice.arm:
        columns.append(Column("arm", "text", "The arm: whoever reads this is no longer blinded"))
    return Table("participants", tuple(columns), tuple(rows))


def _assessments(pack: Pack, people: Sequence[Participant]) -> Table:
    columns = (
        _PERSON,
        Column("assessment", "text", "Code of the assessment"),
        Column("intended_day", "whole", "Day on which it was meant"),
        Column("closes_day", "whole", "Last day of its window"),
        Column("opened_day", "whole", "Day on which it was sent; empty if it was not"),
        Column("state", "text", "done, late, missed or open"),
        Column("late_day", "whole", "Day on which it was done after its window"),
    )
    rows = tuple(row for one in people for row in _assessments_of(pack, one))
    return Table("assessments", columns, rows)


def _assessments_of(pack: Pack, one: Participant) -> Iterator[Row]:
    enrolment = one.record.enrolment
    programme = pack.programmes.get(enrolment.programme) if enrolment else None
    if enrolment is None or programme is None:
        return
    progress = enrolment.progress
    for each in programme.assessments:
        state = "done" if each.code in progress.assessments else "open"
        state = "missed" if each.code in progress.assessments_missed else state
        state = "late" if each.code in progress.assessments_late else state
        opened, late = progress.opened.get(assessment_id(each.code)), progress.assessments_late.get(each.code)
        yield one.code, each.code, each.day, each.closes, one.day(opened), state, one.day(late)


def _answers(pack: Pack, people: Sequence[Participant], choice: Choice) -> Table:
    columns = (
        *_WHERE,
        Column("item", "text", "Code of the question"),
        Column("value", "number", "The answer as a number; empty if skipped or no number"),
        Column("answer", "text", "Codes of an answer with several; own words if they were asked for"),
        Column("skipped", "flag", "Left out by the patient, or not reached"),
        *_HOW,
    )
    rows = [row for one in people for row in _answers_of(pack, one, choice)]
    return Table("answers", columns, tuple(rows))


def _answers_of(pack: Pack, one: Participant, choice: Choice) -> Iterator[Row]:
    for instrument, row in visible(pack, one, choice):
        yield from _items(one, instrument, row.assessment, row.body["answers"], _how(one, row), choice)
    for begun in under_way(pack, one, choice):
        how = (None,) * (len(_HOW) - 3) + ("in_progress", begun.medium, begun.begun)
        yield from _items(one, begun.instrument, begun.assessment, begun.answers, how, choice)


def _items(
    one: Participant, instrument: Instrument, assessment: str, answers: Mapping[str, Any], how: Row, choice: Choice
) -> Iterator[Row]:
    for item in instrument.items:
        given = answers.get(item.code)
        value, text = _cells(item, given, choice)
        yield (one.code, assessment, instrument.id, item.code, value, text, given is None, *how)


def _cells(item: Item, given: Any, choice: Choice) -> tuple[float | None, str | None]:
    if given is None:
        return None, None
    if item.kind == "text":
        return None, str(given) if choice.words else None
    if item.kind == "several":
        return None, " ".join(map(str, given))
    return float(given), None


def _how(one: Participant, row: ResponseRow) -> Row:
    body = row.body
    days = (one.day(row.day), one.day(body.get("intended")), one.day(body.get("opened")), one.day(body.get("closes")))
    kept = tuple(body.get(name) for name in ("wording", "version", "language", "result", "medium", "begun"))
    return (*days, bool(body.get("late")), _minutes(body), *kept)


def _minutes(body: Mapping[str, Any]) -> float | None:
    shown, answered = body.get("shown_at"), body.get("answered_at")
    if not shown or not answered:
        return None
    return round((datetime.fromisoformat(answered) - datetime.fromisoformat(shown)).total_seconds() / 60, 1)


@dataclass(frozen=True, slots=True)
class Begun:
    """A questionnaire that was begun and waits."""

    instrument: Instrument
    assessment: str
    answers: Mapping[str, Any]
    #: `chat` or `page`: where it is under way, and where it was begun.
    medium: str
    begun: str

    @property
    def missing(self) -> int:
        """How many of its items have no answer so far."""
        return sum(value is None for value in self.answers.values())


def under_way(pack: Pack, one: Participant, choice: Choice) -> Iterator[Begun]:
    """Everything of a person that was begun and waits: what was answered so far is not lost to a study."""
    talk = one.record.conversation
    yield from _in_talk(pack, talk, choice)
    yield from _on_sheets(pack, talk, choice)


def _in_talk(pack: Pack, talk: Conversation, choice: Choice) -> Iterator[Begun]:
    """Questionnaires that the talk has open and that wait, with what a page has of them: the talk's answers count."""
    assessment = ""
    for frame in talk.frames:
        if frame.dialog.startswith(_ROUND):
            assessment = frame.dialog.removeprefix(_ROUND)
        name = frame.dialog.removeprefix(_ASKED)
        of, sheet = _sheet_with(talk, name)
        answers = {**sheet.answers.get(name, {}), **frame.slots}
        yield from _begun(pack, name, answers, assessment or of, ("chat", sheet.begun_in(name)), choice)


def _sheet_with(talk: Conversation, name: str) -> tuple[str, Sheet]:
    """The round on whose page a questionnaire stands unfinished, and that page's answers; nothing if on none."""
    there = (
        (dialog.removeprefix(_ROUND), sheet) for dialog, sheet in talk.sheets.items()
        if name in sheet.answers and name not in sheet.done
    )  # fmt: skip
    return next(there, ("", NO_SHEET))


def _on_sheets(pack: Pack, talk: Conversation, choice: Choice) -> Iterator[Begun]:
    """Questionnaires that were begun on a page and not finished; what the talk has open of them counts once."""
    talked = {frame.dialog.removeprefix(_ASKED) for frame in talk.frames}
    for dialog, sheet in talk.sheets.items():
        for name, answers in sheet.answers.items():
            if name not in sheet.done and name not in talked:
                how = ("page", sheet.begun_in(name))
                yield from _begun(pack, name, answers, dialog.removeprefix(_ROUND), how, choice)


def _begun(
    pack: Pack, name: str, slots: Mapping[str, Any], assessment: str, how: tuple[str, str], choice: Choice
) -> Iterator[Begun]:
    instrument = pack.instruments.get(name)
    if instrument is None or (instrument.arms and not choice.arm):
        return
    answers = item_answers(instrument, pack.library.dialogs[f"{_ASKED}{name}"], slots)
    if any(value is not None for value in answers.values()):
        yield Begun(instrument, assessment, answers, *how)


def _scores(pack: Pack, people: Sequence[Participant], choice: Choice) -> Table:
    columns = (
        *_WHERE,
        Column("score", "text", "Code of the score"),
        Column("value", "number", "The raw score; empty where too many answers are missing"),
        Column("missing", "whole", "Items of this score without an answer; a value beside it stands for the others"),
        *_HOW,
    )
    rows = [
        (
            *(one.code, row.assessment, instrument.id, score.code, row.body["scores"].get(score.code)),
            sum(row.body["answers"].get(code) is None for code in score.items),
            *_how(one, row),
        )
        for one in people
        for instrument, row in visible(pack, one, choice)
        for score in instrument.scores
    ]
    return Table("scores", columns, tuple(rows))


def _practice(people: Sequence[Participant], choice: Choice) -> Table:
    columns = (
        _PERSON,
        Column("day", "whole", "Day of the entry, counted from day 0"),
        Column("kind", "text", "cse: the exercises; with the arm also what belongs to one arm"),
        Column("done", "text", "all, part or not_today"),
        Column("minutes", "number", "Minutes, as told"),
        Column("pain_before", "whole", "0 to 10"),
        Column("pain_after", "whole", "0 to 10"),
    )
    kinds = _PRACTICES if choice.arm else _PRACTICES[:1]
    rows = [
        (one.code, one.day(row.day), row.kind, *(row.body.get(column.name) for column in columns[3:]))
        for one in people
        for row in one.diary
        if row.kind in kinds
    ]
    return Table("practice", columns, tuple(rows))


def _steps(people: Sequence[Participant]) -> Table:
    columns = (
        _PERSON,
        Column("day", "whole", "Day on which they were walked, counted from day 0"),
        Column("steps", "whole", "Steps that a system of the clinic has sent, added up"),
    )
    rows = tuple((one.code, one.day(day), count) for one in people for day, count in sorted(one.steps.items()))
    return Table("steps", columns, rows)


def _changes(people: Sequence[Participant], choice: Choice) -> Table:
    columns = (
        _PERSON,
        Column("day", "whole", "Day on which it was told"),
        Column("what", "text", "worse, new_problem, other_treatment, medication"),
        Column("details", "text", "Own words, if they were asked for"),
        Column("asked_in", "text", "The talk in which it was asked"),
    )
    rows = [
        (
            one.code,
            one.day(row.day),
            " ".join(row.body["what"]),
            row.body.get("details") if choice.words else None,
            row.body.get("asked_in"),
        )
        for one in people
        for row in one.diary
        if row.kind == HEALTH_CHANGE
    ]
    return Table("health_changes", columns, tuple(rows))


def _guesses(people: Sequence[Participant]) -> Table:
    """Which programme they believe to have been in. Of use beside the arm alone, so it comes with it."""
    columns = (
        _PERSON,
        Column("day", "whole", "Day of the answer, counted from day 0"),
        Column("guess", "text", "Which programme the patient believes to have been in"),
        Column("sure", "text", "How sure of it"),
    )
    rows = [
        (one.code, one.day(row.day), *(_told(row.body["answers"].get(name)) for name in ("guess", "sure")))
        for one in people
        for row in one.responses
        if row.instrument == _GUESS
    ]
    return Table("guesses", columns, tuple(rows))


def _told(value: object) -> str | None:
    return None if value is None else str(value)


# -- the codebook -----------------------------------------------------------------------------------------
_CODEBOOK = (
    Column("table", "text", "Table the entry is about"),
    Column("name", "text", "Column; or instrument and item, or instrument and score"),
    Column("type", "text", "text, whole, number or flag; for items how they are answered"),
    Column("meaning", "text", "What it holds"),
    Column("values", "text", "Range or codes with their values"),
    Column("loinc", "text", "LOINC code, if there is one"),
    Column("source", "text", "Where a scoring rule is from"),
)


def codebook(pack: Pack, made: Sequence[Table], choice: Choice) -> Table:
    """What every column, item and score means. Items go by code: official wording may not be passed on."""
    rows: list[Row] = [
        (table.name, column.name, column.type, column.meaning, None, None, None)
        for table in made
        for column in table.columns
    ]
    for name in sorted(pack.instruments):
        instrument = pack.instruments[name]
        if choice.arm or not instrument.arms:
            rows += _item_entries(instrument)
            rows += _score_entries(instrument)
    return Table("codebook", _CODEBOOK, tuple(rows))


def _item_entries(instrument: Instrument) -> Iterator[Row]:
    for item in instrument.items:
        meaning = f"{instrument.title}, about {item.recall.replace('_', ' ')}"
        yield "answers", f"{instrument.id}.{item.code}", item.kind, meaning, values_of(item), item.loinc, None


def values_of(item: Item) -> str:
    """The values of an item, with their codes."""
    if item.kind == "text":
        return "own words"
    if item.kind == "several":
        return " ".join(item.of)
    if item.anchors:
        return ", ".join(f"{anchor.value} = {anchor.code}" for anchor in item.anchors)
    return f"{item.low} to {item.high}" + (f" {item.unit}" if item.unit else "")


def _score_entries(instrument: Instrument) -> Iterator[Row]:
    for score in instrument.scores:
        meaning = f"{score.method} of {', '.join(score.items)}"
        if score.reverse:
            meaning += f"; reversed: {', '.join(score.reverse)}"
        meaning += f"; up to {score.missing.allow} missing; higher is {score.higher_is}"
        span = f"{score.low:g} to {score.high:g}"
        yield "scores", f"{instrument.id}.{score.code}", "number", meaning, span, score.loinc, score.missing.source.text
