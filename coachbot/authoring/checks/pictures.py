"""Pictures: each one named in a text is there and says what one sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.pictures import find_picture
from coachbot.authoring.recordings import PLACEHOLDER
from coachbot.rendering import Section

_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(([^)\n]*)\)")


def check_pictures(context: Context) -> Iterator[Fault]:
    """Pictures that are missing or have no description."""
    for language, shelf in context.reading.shelves.items():
        for path, sections in shelf.items():
            for section in sections.values():
                yield from _section(context, language, f"content/{language}/{path}.md", section)


def _section(context: Context, language: str, file: str, section: Section) -> Iterator[Fault]:
    for place, text in enumerate(section.texts):
        if "![" not in text:
            continue
        first = section.text_lines[place] if place < len(section.text_lines) else section.line
        for found in _PICTURE.finditer(text):
            line = first + text.count("\n", 0, found.start())
            if (
                f"({found[2].strip()})" != PLACEHOLDER
                and find_picture(context.reading.root, language, found[2].strip()) is None
            ):
                yield fault(file, line, "PICTURE_001", f"the picture '{found[2]}' is not there")
            if not found[1].strip():
                yield fault(file, line, "PICTURE_002", f"the picture '{found[2]}' has no description")
