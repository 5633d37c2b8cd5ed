"""Reading the Markdown of words: a `##` per state, `### or`, `### in weeks 5 9`, `### again`, `### example`, and
the choices.

The choices are the last list of a section whose items all read `- code: label`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from coachbot.authoring.faults import Fault, fault
from coachbot.rendering import Section

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_CHOICE = re.compile(r"^[-*][ \t]+([a-z0-9][a-z0-9_]*):(?:[ \t]+(.*))?$")
_ITEM = re.compile(r"^[-*][ \t]+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PARTS = ("or", "again", "example")
_WEEKS = re.compile(r"^in weeks?((?:[ ,]+[0-9]{1,3})+)$")

#: A line of a file and its number.
_Line = tuple[int, str]


@dataclass(slots=True)
class _Part:
    kind: str
    line: int
    lines: list[_Line] = field(default_factory=list)
    #: The weeks of the programme in which this wording is used; none: in any.
    weeks: tuple[int, ...] = ()


@dataclass(slots=True)
class _Open:
    name: str
    line: int
    parts: list[_Part]


def read_words(file: str, source: str) -> tuple[dict[str, Section], tuple[Fault, ...]]:
    """The sections of a words file by name, and what is wrong with it."""
    reading = _Reading(file)
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)
    for number, line in enumerate(text.split("\n"), 1):
        reading.take(number, line.rstrip())
    return reading.close(), tuple(reading.faults)


class _Reading:
    """One pass over the lines of a file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._open: list[_Open] = []

    def take(self, number: int, line: str) -> None:
        heading = _HEADING.match(line) if line.startswith("#") else None
        if heading is None:
            self._text(number, line)
        elif len(heading[1]) == 2:
            self._section(number, heading[2])
        elif len(heading[1]) == 3:
            self._part(number, heading[2])
        elif self._open:
            self._fault(number, "WORDS_012", f"'{line}' is a heading of no known kind.")

    def close(self) -> dict[str, Section]:
        return {one.name: self._closed(one) for one in self._open}

    def _text(self, number: int, line: str) -> None:
        if self._open:
            self._open[-1].parts[-1].lines.append((number, line))
        elif line.strip():
            self._fault(number, "WORDS_012", "this text belongs to no state.")
            self._open.append(_Open("", number, [_Part("text", number)]))

    def _section(self, number: int, name: str) -> None:
        if any(one.name == name for one in self._open):
            self._fault(number, "WORDS_011", f"'## {name}' stands here twice.")
        self._open.append(_Open(name, number, [_Part("text", number)]))

    def _part(self, number: int, kind: str) -> None:
        weeks = tuple(int(one) for one in re.findall(r"[0-9]+", found[1])) if (found := _WEEKS.match(kind)) else ()
        if not self._open or (kind not in _PARTS and not weeks):
            self._fault(number, "WORDS_012", f"'### {kind}' is not known here.")
        if self._open:
            self._open[-1].parts.append(_Part("text" if weeks or kind == "or" else kind, number, weeks=weeks))

    def _fault(self, line: int, code: str, message: str) -> None:
        self.faults.append(fault(self.file, line, code, message))

    def _closed(self, open_: _Open) -> Section:
        labels: list[tuple[int, str, str]] = []
        for part in open_.parts:
            if part.kind == "text":
                part.lines, found = _without_choices(part.lines)
                labels = found or labels
        texts = [part for part in open_.parts if part.kind == "text" and _body(part)]
        return Section(
            open_.name,
            tuple(_body(part) for part in texts),
            tuple((code, label) for _, code, label in labels),
            again=_of_kind(open_, "again"),
            example=_of_kind(open_, "example"),
            line=open_.line,
            text_lines=tuple(_first(part) for part in texts),
            label_lines=tuple(line for line, _, _ in labels),
            weeks=tuple(part.weeks for part in texts) if any(part.weeks for part in texts) else (),
        )


def _of_kind(open_: _Open, kind: str) -> tuple[str, ...]:
    return tuple(_body(part) for part in open_.parts if part.kind == kind and _body(part))


def _body(part: _Part) -> str:
    return "\n".join(line for _, line in part.lines).strip()


def _first(part: _Part) -> int:
    return next((number for number, line in part.lines if line), part.line)


def _without_choices(lines: list[_Line]) -> tuple[list[_Line], list[tuple[int, str, str]]]:
    """The lines without the last list, and its choices, if that list is one of choices."""
    start, end = _last_list(lines)
    choices = []
    for number, line in lines[start:end]:
        if not line:
            continue
        found = _CHOICE.match(line)
        if found is None:
            return lines, []
        choices.append((number, found[1], (found[2] or "").strip()))
    return lines[:start] + lines[end:], choices


def _last_list(lines: list[_Line]) -> tuple[int, int]:
    """Where the last list begins and ends; blank lines between items belong to it, another bullet ends it."""
    items = [place for place, (_, line) in enumerate(lines) if _ITEM.match(line)]
    if not items:
        return len(lines), len(lines)
    start = end = items[-1]
    bullet = lines[end][1][0]
    for place in reversed(range(start + 1)):
        if _ITEM.match(lines[place][1]) and lines[place][1][0] == bullet:
            start = place
        elif lines[place][1]:
            break
    return start, end + 1
