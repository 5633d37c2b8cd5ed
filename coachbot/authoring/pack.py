"""A whole pack: every dialog, word, programme and instrument of a folder, read, checked and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from coachbot.authoring.checks import run_checks
from coachbot.authoring.draft import finished, wider_slots
from coachbot.authoring.education import EducationMessage
from coachbot.authoring.exercises import Exercise
from coachbot.authoring.faults import Fault, PackFaults
from coachbot.authoring.pictures import find_picture
from coachbot.authoring.reading import DEFAULT_LANGUAGE, Reading, read_pack
from coachbot.authoring.safety import Safety
from coachbot.engine.model import Library, Moments
from coachbot.instruments import Instrument
from coachbot.programme.model import Programme
from coachbot.rendering import Words


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything a service needs of the authors' work. `root` holds dialogs/ and content/."""

    root: Path
    library: Library
    words: Words
    programmes: Mapping[str, Programme]
    instruments: Mapping[str, Instrument]
    exercises: Mapping[str, Exercise]
    #: Language to the names of its exercises.
    named: Mapping[str, Mapping[str, str]]
    #: In the order in which they are sent.
    education: tuple[EducationMessage, ...]
    #: The rules of each screening as written.
    screenings: Mapping[str, Mapping[str, Any]]
    safety: Safety
    warnings: tuple[Fault, ...] = field(default=())

    def picture(self, language: str, name: str) -> Path | None:
        """The file of a picture named in a text; None if there is none, or if it lies outside the pack."""
        return find_picture(self.root, language, name)

    def exercise_names(self, language: str) -> Mapping[str, str]:
        """Exercise to its name in a language, or in the default one."""
        return self.named.get(language) or self.named.get(DEFAULT_LANGUAGE, {})


def load_pack(root: Path) -> Pack:
    """Load a pack. Raises PackFaults with every error in it."""
    reading = read_pack(root)
    faults = run_checks(reading)
    if any(one.severity == "error" for one in faults):
        raise PackFaults(faults)
    return _compiled(reading, faults)


def check_pack(root: Path, *, beside: bool = False) -> tuple[Fault, ...]:
    """Every error and warning of a pack, sorted by place. `beside`: see `run_checks`."""
    return run_checks(read_pack(root), beside=beside)


def _compiled(reading: Reading, warnings: tuple[Fault, ...]) -> Pack:
    return Pack(
        root=reading.root,
        library=library_of(reading),
        words=reading.words,
        programmes=reading.programmes,
        instruments=reading.instruments,
        exercises=reading.exercises,
        named=reading.exercise_names,
        education=tuple(reading.education),
        screenings=reading.screenings,
        safety=reading.safety,
        warnings=warnings,
    )


def library_of(reading: Reading) -> Library:
    """Every dialog of a reading, compiled."""
    wider = wider_slots(reading.drafts.values())
    finish = partial(finished, drafts=reading.drafts, wider=wider, words=reading.words)
    return Library(
        dialogs={name: finish(draft) for name, draft in reading.drafts.items()},
        phrases=reading.phrases,
        interrupts=reading.interrupts,
        moments=reading.moments.moments if reading.moments is not None else Moments(),
        safety=reading.safety.dialogs,
        default_language=DEFAULT_LANGUAGE,
    )
