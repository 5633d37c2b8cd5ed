"""The texts for staff: every one that the coach asks for, and no field that it does not fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import Formatter
from typing import Any

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.plain import read_plain
from coachbot.authoring.reading import DEFAULT_LANGUAGE
from coachbot.authoring.staff_texts import FILE, TEXTS


def check_staff(context: Context) -> Iterator[Fault]:
    """Faults of the texts for staff; a pack without the file has none."""
    file = f"content/{DEFAULT_LANGUAGE}/{FILE}"
    path = context.reading.root / file
    if not path.is_file():
        return
    written, lines = read_plain(path), path.read_text("utf-8").split("\n")
    for key in sorted(TEXTS.keys() - written.keys()):
        yield fault(file, 1, "WORDS_017", f"'{key}' is missing")
    for key, text in written.items():
        line = next((number for number, one in enumerate(lines, 1) if one.startswith(f"{key}:")), 1)
        yield from (fault(file, line, "WORDS_017", what) for what in _faults(key, text))


def _faults(key: str, text: Any) -> Iterator[str]:
    if key not in TEXTS:
        near = get_close_matches(key, TEXTS, 1, 0.6)
        yield f"nobody asks for '{key}'" + (f"; did you mean '{near[0]}'?" if near else "")
        return
    try:
        fields = {name for _, name, _, _ in Formatter().parse(str(text)) if name is not None}
    except ValueError as error:
        yield f"'{key}' can't be filled in: {error}"
        return
    for name in sorted(fields - TEXTS[key]):
        yield f"'{key}' holds {{{name}}}; {_known(TEXTS, key)}"


def _known(texts: Mapping[str, frozenset[str]], key: str) -> str:
    names = ", ".join(f"{{{name}}}" for name in sorted(texts[key]))
    return f"there is {names}" if names else "nothing is filled in there"
