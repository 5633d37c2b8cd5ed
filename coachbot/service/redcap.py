"""The same answers in the shape REDCap imports: a data dictionary, and a row for each person and assessment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coachbot.authoring.pack import Pack
from coachbot.instruments import Instrument, Item, Score
from coachbot.service.ports import Transaction
from coachbot.service.records import ResponseRow
from coachbot.service.research import Begun, Cell, Choice, Participant, participants, under_way, visible
from coachbot.service.tabular import csv_text

#: The columns of a data dictionary, in REDCap's own words and order.
DICTIONARY = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
#: REDCap's states of a form.
_INCOMPLETE, _UNVERIFIED, _COMPLETE = 0, 1, 2
#: What is told of how a form came about.
_HOW = ("begun", "medium", "missing")
#: REDCap's suffix of an event: its arms are schedules, not the arms of a trial.
_EVENT = "_arm_1"


def files(pack: Pack, tx: Transaction, choice: Choice) -> Mapping[str, str]:
    """File names and their texts."""
    instruments = [one for _, one in sorted(pack.instruments.items()) if choice.arm or not one.arms]
    rows = list(_rows(pack, tuple(participants(tx)), instruments, choice))
    names = ["record_id", "redcap_event_name", *(name for one in instruments for name in _fields(one))]
    return {
        "redcap_dictionary.csv": csv_text(DICTIONARY, dictionary(instruments, choice)),
        "redcap_data.csv": csv_text(names, ([row.get(name) for name in names] for row in rows)),
    }


# -- the dictionary -----------------------------------------------------------------------------------
def dictionary(instruments: Sequence[Instrument], choice: Choice) -> Iterator[tuple[Cell, ...]]:
    """An entry for each field. Labels are codes: official wording may not be passed on."""
    first = instruments[0].id if instruments else "answers"
    yield _entry("record_id", first, "text", "Opaque code of the enrolment")
    for instrument in instruments:
        for item in instrument.items:
            yield _item(instrument, item, choice)
        for score in instrument.scores:
            yield _score(instrument, score)
        yield from _how(instrument)


def _entry(
    name: str,
    form: str,
    kind: str,
    label: str,
    choices: str = "",
    note: str = "",
    check: str = "",
    low: Cell = None,
    high: Cell = None,
    identifier: bool = False,
    mark: str = "",
) -> tuple[Cell, ...]:
    empty = ("",) * 6
    return (
        name, form, "", kind, label, choices, note, check, low, high, "y" if identifier else "", *empty, mark,
    )  # fmt: skip


def _item(instrument: Instrument, item: Item, choice: Choice) -> tuple[Cell, ...]:
    name, label = field_of(instrument, item.code), f"{instrument.id} {item.code}"
    note = f"LOINC {item.loinc}" if item.loinc else ""
    if item.kind == "text":
        note = note or ("" if choice.words else "own words, left out of this export")
        return _entry(name, instrument.id, "notes", label, note=note, identifier=True)
    if item.kind == "several":
        return _entry(name, instrument.id, "checkbox", label, " | ".join(f"{code}, {code}" for code in item.of), note)
    if item.anchors:
        choices = " | ".join(f"{anchor.value}, {anchor.code}" for anchor in item.anchors)
        return _entry(name, instrument.id, "radio", label, choices, note)
    if instrument.layout == "ticks":
        return _entry(name, instrument.id, "yesno", label, note=note)
    check = "number" if item.kind == "number" else "integer"
    return _entry(name, instrument.id, "text", label, note=note or item.unit or "", check=check, low=item.low,
                  high=item.high)  # fmt: skip


def _score(instrument: Instrument, score: Score) -> tuple[Cell, ...]:
    note = f"LOINC {score.loinc}" if score.loinc else f"higher is {score.higher_is}"
    label = f"{instrument.id} score {score.code}"
    return _entry(score_field(instrument, score.code), instrument.id, "text", label, note=note, check="number",
                  low=score.low, high=score.high, mark="@READONLY")  # fmt: skip


def _how(instrument: Instrument) -> Iterator[tuple[Cell, ...]]:
    """How the form came about: where it was begun and finished, and how many of its items are missing."""
    for name in ("begun", "medium"):
        note = "where it was begun" if name == "begun" else "where it was finished"
        yield _entry(how_field(instrument, name), instrument.id, "radio", f"{instrument.id} {name}",
                     "chat, chat | page, page", note, mark="@READONLY")  # fmt: skip
    yield _entry(how_field(instrument, "missing"), instrument.id, "text", f"{instrument.id} missing",
                 note="items without an answer", check="integer", low=0, high=len(instrument.items),
                 mark="@READONLY")  # fmt: skip


def how_field(instrument: Instrument, name: str) -> str:
    """The field that tells how a form came about: `begun`, `medium` or `missing`; never that of an item."""
    return f"{instrument.id}_how_{name}"


def field_of(instrument: Instrument, code: str) -> str:
    """A field's name: the instrument's, and the code once."""
    return code if code.startswith(f"{instrument.id}_") else f"{instrument.id}_{code}"


def score_field(instrument: Instrument, code: str) -> str:
    """The field of a score; never that of an item of the same code."""
    return f"{instrument.id}_score_{code}"


def _fields(instrument: Instrument) -> Iterator[str]:
    for item in instrument.items:
        name = field_of(instrument, item.code)
        yield from (f"{name}___{code}" for code in item.of) if item.kind == "several" else (name,)
    yield from (score_field(instrument, score.code) for score in instrument.scores)
    yield from (how_field(instrument, name) for name in _HOW)
    yield f"{instrument.id}_complete"


# -- the data -----------------------------------------------------------------------------------------
def _rows(
    pack: Pack, people: Sequence[Participant], instruments: Sequence[Instrument], choice: Choice
) -> Iterator[dict[str, Cell]]:
    """A row for each person and assessment with an answer; of an instrument answered twice in it, the last.

    What was begun and waits is there too, incomplete and without scores, unless something stored stands in its place.
    """
    for one in people:
        events: dict[str, dict[str, Cell]] = {}
        for instrument, row in visible(pack, one, choice):
            event = events.setdefault(row.assessment or "unscheduled", {})
            event |= dict.fromkeys(_fields(instrument)) | dict(_values(instrument, row, choice))
        for begun in under_way(pack, one, choice):
            event = events.setdefault(begun.assessment or "unscheduled", {})
            if f"{begun.instrument.id}_complete" not in event:
                event |= dict.fromkeys(_fields(begun.instrument)) | dict(_so_far(begun, choice))
        for name, values in events.items():
            yield {"record_id": one.code, "redcap_event_name": f"{name}{_EVENT}", **values}


def _values(instrument: Instrument, row: ResponseRow, choice: Choice) -> Iterator[tuple[str, Cell]]:
    for item in instrument.items:
        yield from _value(field_of(instrument, item.code), item, row.body["answers"].get(item.code), choice)
    for code, value in row.body["scores"].items():
        yield score_field(instrument, code), value
    yield from ((how_field(instrument, name), row.body.get(name)) for name in _HOW)
    yield f"{instrument.id}_complete", _state(row)


def _so_far(begun: Begun, choice: Choice) -> Iterator[tuple[str, Cell]]:
    """Of a questionnaire that is under way: where, and what was answered."""
    instrument = begun.instrument
    for item in instrument.items:
        yield from _value(field_of(instrument, item.code), item, begun.answers.get(item.code), choice)
    yield how_field(instrument, "begun"), begun.begun
    yield how_field(instrument, "missing"), begun.missing
    yield f"{instrument.id}_complete", _INCOMPLETE


def _value(name: str, item: Item, given: Any, choice: Choice) -> Iterator[tuple[str, Cell]]:
    if given is None:
        return
    if item.kind == "several":
        yield from ((f"{name}___{code}", int(code in given)) for code in item.of)
    elif item.kind != "text" or choice.words:
        yield name, given


def _state(row: ResponseRow) -> int:
    if row.body.get("result") != "done":
        return _INCOMPLETE
    return _UNVERIFIED if row.body.get("missing") else _COMPLETE
