"""The examples of a lexicon, played against it: what each line must find, and what must find nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coachbot.safety.detector import Detector

#: The list of lines in which nothing may be found.
NOTHING = "nothing"


class Misread(NamedTuple):
    """An example that is not read as its author says."""

    #: Language, kind and number of the line: `en.examples.crisis.3`.
    path: str
    line: str
    expected: str
    found: str


def misread(detector: Detector, lexicons: Mapping[str, Mapping[str, object]]) -> tuple[Misread, ...]:
    """Every example that is read otherwise than its author says."""
    return tuple(
        Misread(path, line, expected, found)
        for language, data in lexicons.items()
        for path, expected, line in _examples(language, data)
        if (found := detector.gravest(line, language) or NOTHING) != expected
    )


def _examples(language: str, data: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    examples = data.get("examples")
    if not isinstance(examples, Mapping):
        return
    for expected, lines in examples.items():
        for number, line in enumerate(lines if isinstance(lines, list) else ()):
            yield f"{language}.examples.{expected}.{number}", str(expected), str(line)
