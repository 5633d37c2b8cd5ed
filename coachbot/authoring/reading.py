"""Reading a whole pack: every file once, every kind of content into drafts, and all faults of form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coachbot.authoring import exercises, instruments
from coachbot.authoring.dialogs import dialog_from
from coachbot.authoring.draft import Draft
from coachbot.authoring.education import EducationMessage, education_from
from coachbot.authoring.exercises import Exercise, exercise_from, exercise_words
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.files import Files
from coachbot.authoring.instruments import instrument_and_draft, instrument_words
from coachbot.authoring.moments import MomentFiles, read_moments
from coachbot.authoring.practices import practices_from
from coachbot.authoring.recordings import RECORDED, Recording, find_recordings, recorded_words, with_recordings
from coachbot.authoring.safety import Safety, read_safety
from coachbot.authoring.screening import screening_from
from coachbot.authoring.yaml_reader import Document
from coachbot.authoring.yaml_reader import Path as Place
from coachbot.engine.answers.phrases import Phrases, PhrasesError, phrases_from
from coachbot.instruments import Instrument
from coachbot.programme.model import Programme
from coachbot.programme.reading import ProgrammeFault, programme_from
from coachbot.rendering import Section, Words

DEFAULT_LANGUAGE = "en"
#: A value of content/interrupts.yaml: the engine does it without a dialog.
BUILT_IN = "built_in"

Shelf = dict[str, dict[str, Section]]


@dataclass(slots=True)
class Reading:
    """A pack as read: what `load_pack` compiles and the checks look at."""

    root: Path
    files: Files
    #: Every dialog, made or written, by its name.
    drafts: dict[str, Draft] = field(default_factory=dict)
    #: Words as written, by language and path.
    shelves: dict[str, Shelf] = field(default_factory=dict)
    words: Words = field(default_factory=lambda: Words({}))
    programmes: dict[str, Programme] = field(default_factory=dict)
    programme_files: dict[str, Document] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    exercises: dict[str, Exercise] = field(default_factory=dict)
    #: Language to the names of its exercises.
    exercise_names: dict[str, dict[str, str]] = field(default_factory=dict)
    education: list[EducationMessage] = field(default_factory=list)
    screenings: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    safety: Safety = field(default_factory=Safety)
    phrases: dict[str, Phrases] = field(default_factory=dict)
    interrupts: dict[str, str] = field(default_factory=dict)
    interrupts_file: Document | None = None
    recordings: tuple[Recording, ...] = ()
    moments: MomentFiles | None = None
    #: Names of dialogs that are there but can't be read: nobody is told that they are missing.
    broken: set[str] = field(default_factory=set)

    @property
    def faults(self) -> list[Fault]:
        """Everything wrong so far."""
        return self.files.faults

    def knows(self, dialog: str) -> bool:
        """Whether a dialog of this name is in the pack, readable or not."""
        return dialog in self.drafts or dialog in self.broken


def read_pack(root: Path) -> Reading:
    """Read every file of a pack. What is wrong is in `faults`; nothing is raised."""
    reading = Reading(root, Files(root))
    _read_dialogs(reading)
    _read_practices(reading)
    _read_education(reading)
    _read_exercises(reading)
    _read_instruments(reading)
    _read_screenings(reading)
    _read_programmes(reading)
    for language in sorted({*reading.files.languages(), DEFAULT_LANGUAGE}):
        reading.shelves[language] = reading.files.words(language)
    _read_recordings(reading)
    reading.words = Words(_with_made_words(reading), DEFAULT_LANGUAGE)
    reading.safety = read_safety(reading.files, reading.instruments, reading.shelves, runs=bool(reading.programmes))
    _read_phrases(reading)
    _read_interrupts(reading)
    reading.moments = read_moments(reading.files, tuple(reading.shelves))
    return reading


# -- dialogs, made and written ------------------------------------------------------------------------------
def _keep(reading: Reading, draft: Draft, line: int = 1) -> None:
    if draft.id in reading.drafts:
        reading.faults.append(fault(draft.file, line, "DIALOG_018", f"there are two '{draft.id}'"))
    reading.drafts[draft.id] = draft


def _maps(reading: Reading, folder: str, made: str) -> list[tuple[str, Document]]:
    """The files of a folder that hold a map; the others are noted."""
    found = []
    before = {one.file for one in reading.faults}
    for name, document in reading.files.yaml(folder):
        if isinstance(document.data, dict):
            found.append((name, document))
        else:
            reading.faults.append(fault(document.file, 1, "YAML_005", "this is not a map of keys"))
    for one in reading.faults:
        if one.file not in before and one.code in ("YAML_001", "YAML_005", "YAML_009"):
            reading.broken.add(made + one.file.removeprefix(f"{folder}/").removesuffix(".yaml"))
    return found


def _read_dialogs(reading: Reading) -> None:
    for name, document in _maps(reading, "dialogs", ""):
        _keep(reading, dialog_from(document, name, reading.faults))


def _read_practices(reading: Reading) -> None:
    for name, document in _maps(reading, "content/practices", "practice/"):
        for draft in practices_from(document, name, reading.faults):
            _keep(reading, draft)


def _read_recordings(reading: Reading) -> None:
    reading.recordings = find_recordings(reading.root, reading.shelves, reading.drafts, reading.faults)
    for dialog in {one.dialog for one in reading.recordings}:
        found = [one for one in reading.recordings if one.dialog == dialog]
        reading.drafts[dialog] = with_recordings(reading.drafts[dialog], found)


def _read_education(reading: Reading) -> None:
    seen: set[str] = set()
    for _, document in reading.files.yaml("content/education"):
        for message, draft in education_from(document, reading.faults):
            if message.id in seen:
                line = draft.line("message")
                reading.faults.append(fault(document.file, line, "EDUCATION_001", f"'{message.id}' stands here twice"))
                continue
            seen.add(message.id)
            reading.education.append(message)
            _keep(reading, draft)


def _read_exercises(reading: Reading) -> None:
    for name, document in _maps(reading, "content/exercises", "exercise/"):
        exercise, draft = exercise_from(document, name, reading.faults)
        reading.exercises[name] = exercise
        _keep(reading, draft)
        _keep(reading, exercises.beside_draft(document, exercise))


def _read_instruments(reading: Reading) -> None:
    for name, document in _maps(reading, "content/instruments", "instrument/"):
        made = instrument_and_draft(document, name, reading.faults)
        if made is None:
            reading.broken.add(f"instrument/{name}")
        else:
            reading.instruments[name] = made[0]
            _keep(reading, made[1])


def _read_screenings(reading: Reading) -> None:
    for name, document in _maps(reading, "content/screening", "screening/"):
        reading.screenings[name] = document.data
        _keep(reading, screening_from(document, name, reading.faults))


# -- the rest -------------------------------------------------------------------------------------------------
def _read_programmes(reading: Reading) -> None:
    for name, document in _maps(reading, "content/programmes", ""):
        try:
            programme = programme_from(document.data)
        except ProgrammeFault as wrong:
            reading.faults.extend(
                fault(
                    document.file,
                    document.line(*_place(one.path)),
                    "PROGRAMME_001",
                    f"{one.path}: {one.message}",
                    one.cure,
                )
                for one in wrong.faults
            )
            continue
        if programme.id != name:
            cure = f"Write programme: {name}."
            reading.faults.append(fault(document.file, 1, "DIALOG_001", f"this is '{name}'", cure))
        reading.programmes[programme.id] = programme
        reading.programme_files[programme.id] = document


def _place(written: str) -> Place:
    return tuple(int(part) if part.isdigit() else part for part in written.split(".")) if written else ()


def _read_phrases(reading: Reading) -> None:
    for language in reading.shelves:
        path = reading.root / "content" / language / "phrases.yaml"
        document = reading.files.document(path) if path.is_file() else None
        if document is None:
            continue
        try:
            reading.phrases[language] = phrases_from(document.data)
        except PhrasesError as wrong:
            for one in wrong.faults:
                line = document.line(*_place(one.partition(":")[0]))
                reading.faults.append(fault(document.file, line, "PHRASES_001", one))


def _read_interrupts(reading: Reading) -> None:
    path = reading.root / "content" / "interrupts.yaml"
    document = reading.files.document(path) if path.is_file() else None
    if document is None:
        return
    reading.interrupts_file = document
    if not isinstance(document.data, dict):
        reading.faults.append(fault(document.file, 1, "YAML_005", "this is not a map of words to dialogs"))
        return
    reading.interrupts = {code: str(dialog) for code, dialog in document.data.items()}


def _with_made_words(reading: Reading) -> dict[str, Shelf]:
    """All words as written, and those put together for exercises and instruments."""
    shelves = {language: dict(shelf) for language, shelf in reading.shelves.items()}
    for language, shelf in shelves.items():
        _make_exercise_words(reading, language, shelf)
        _make_recorded_words(reading, language, shelf)
        for name, instrument in reading.instruments.items():
            if own := shelf.get(f"instruments/{name}"):
                shared = _shared(reading, language, instruments.SHARED)
                shelf[f"instrument/{name}"] = instrument_words(instrument, own, shared)
    return shelves


def _make_recorded_words(reading: Reading, language: str, shelf: Shelf) -> None:
    around = _shared(reading, language, "coach").get(RECORDED)
    for one in reading.recordings:
        words = reading.drafts[one.dialog].words
        if around is not None and words in shelf and language in (one.language, DEFAULT_LANGUAGE):
            shelf[words] = recorded_words(shelf[words], around, one)


def _make_exercise_words(reading: Reading, language: str, shelf: dict[str, dict[str, Section]]) -> None:
    shared = _shared(reading, language, exercises.SHARED)
    own = {name: shelf[f"exercises/{name}"] for name in reading.exercises if f"exercises/{name}" in shelf}
    names = {name: exercises.name_of(words) for name, words in own.items()}
    reading.exercise_names[language] = names
    for name, words in own.items():
        exercise = reading.exercises[name]
        shelf[f"exercise/{name}"] = exercise_words(exercise, words, shared)
        shelf[f"beside/{name}"] = exercises.beside_words(exercise, names, words, shared)


def _shared(reading: Reading, language: str, words: str) -> dict[str, Section]:
    shelf = reading.shelves[language]
    return shelf.get(words) or reading.shelves.get(DEFAULT_LANGUAGE, {}).get(words, {})
