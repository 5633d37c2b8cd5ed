"""The lexicons of the pack, and small ones for the tests to spoil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from coachbot.authoring.yaml_reader import read_yaml
from coachbot.safety import Detector, detector_from
from coachbot.safety.detector import Detector as Built
from coachbot.safety.lexicon import Entry, Lexicon, LexiconReader

ORDER = ("crisis", "cauda_equina", "red_flag", "pregnancy")
_FILES = sorted((Path(__file__).parents[2] / "content").glob("*/safety/lexicon.yaml"))


@cache
def lexicons() -> Mapping[str, Mapping[str, Any]]:
    """The lexicons of the pack by language."""
    return {file.parts[-3]: read_yaml(str(file), file.read_text(encoding="utf-8"))[0].data for file in _FILES}


@cache
def detector() -> Detector:
    """The detector of the pack."""
    return detector_from(lexicons(), ORDER)


@cache
def read_lexicons() -> tuple[Lexicon, ...]:
    """The lexicons of the pack as entries."""
    return tuple(LexiconReader(language, ORDER).read(data) for language, data in lexicons().items())


@cache
def unfiltered_detector() -> Detector:
    """The same words without any prefilter: every entry is searched for in every text."""
    return Built([_without_slots(lexicon) for lexicon in read_lexicons()], ORDER)


def _without_slots(lexicon: Lexicon) -> Lexicon:
    return replace(
        lexicon,
        dangers={kind: _bare(entries) for kind, entries in lexicon.dangers.items()},
        harmless=_bare(lexicon.harmless),
        denied=_bare(lexicon.denied),
    )


def _bare(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(replace(entry, slots=()) for entry in entries)


def small(**changes: Any) -> dict[str, Any]:
    """A small lexicon without a fault; None takes a key away."""
    data: dict[str, Any] = {
        "language": "en",
        "harmless": ["dying of boredom"],
        "denied": ["/(dont|do not) want to die/"],
        "doubts": ["but"],
        "negations": {"words": ["no"], "between": ["new"], "joins": ["or"]},
        "crisis": {"direct": ["want to die", "/dying of \\w+/"]},
        "cauda_equina": {"saddle": ["/(numb|numbness|tingling)( \\w+){0,4} between my legs/"]},
        "red_flag": {"fever": ["fever"]},
        "pregnancy": {"told": ["im pregnant"]},
    }
    data.update(changes)
    return {key: value for key, value in data.items() if value is not None}
