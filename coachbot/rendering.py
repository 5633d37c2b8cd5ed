"""Words: what a patient reads, in every language, rendered in a sandbox and bounded.

`Words` holds the words of a pack; a text is chosen, rendered and split into messages (`Bubble`). A text
without formulas is split once and returned as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2.environment import Template

from coachbot.engine.effects import Text
from coachbot.engine.model import EMPTY, Scope
from coachbot.formulas import (
    FILTERS,
    TESTS,
    TEXT_NODES,
    Formula,
    FormulaError,
    WordsError,
    compile_expression,
    compile_text,
    is_missing,
    parse_text,
)

__all__ = [
    "FILTERS",
    "LONGEST",
    "SOUNDS",
    "TESTS",
    "TEXT_NODES",
    "Bubble",
    "Formula",
    "FormulaError",
    "Section",
    "Shelf",
    "Words",
    "WordsError",
    "bubbles_of",
    "compile_expression",
    "has_formulas",
    "is_missing",
    "mark",
    "parse_text",
    "render",
    "split",
]

#: Endings of what is heard. Named like a picture, such a file is played.
SOUNDS = (".mp3", ".m4a", ".ogg")
#: Longest text that one section can become, in characters; what is longer is cut.
LONGEST = 8_000

# Control characters that stand for `---` and pictures while a text is rendered, so that no value a patient
# typed can split a message or show a file.
_CUT, _PICTURE, _PICTURE_END = "\x1d", "\x1e", "\x1f"
_PICTURE_LINE = re.compile(r"^!\[([^\]\n]*)\]\(([^)\s]+)\)[ \t]*$", re.MULTILINE)
_CUT_LINE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_PARTS = re.compile(f"{_CUT}|{_PICTURE}([^{_PICTURE_END}]*){_PICTURE_END}")
_BLANK_LINES = re.compile(r"\n[ \t]*\n[\s]*\n")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the patient sees it: light Markdown, or a picture (or a sound) with its description."""

    markdown: str
    picture: str | None = None
    alt: str = ""

    @property
    def sounds(self) -> bool:
        """Is the file one to be heard?"""
        return bool(self.picture and self.picture.lower().endswith(SOUNDS))


@dataclass(frozen=True, slots=True)
class Section:
    """One `##` of a words file."""

    name: str
    #: The wordings of the text, one or more, with `---` and pictures in them.
    texts: tuple[str, ...]
    #: Code and label of each choice, in order.
    labels: tuple[tuple[str, str], ...] = ()
    again: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    #: Where it stands, for messages.
    line: int = 0
    #: First line of each of `texts`, and of each label.
    text_lines: tuple[int, ...] = ()
    label_lines: tuple[int, ...] = ()
    #: For each of `texts` the weeks of the programme in which it is used (none: any); empty if all fit always.
    weeks: tuple[tuple[int, ...], ...] = ()

    def part(self, part: str) -> tuple[str, ...]:
        """The wordings of `text`, `again` or `example`."""
        return self.again if part == "again" else self.example if part == "example" else self.texts


#: Path of the words (`cse/checkin`) to its sections, by name.
Shelf = Mapping[str, Mapping[str, Section]]


def split(rendered: str) -> tuple[Bubble, ...]:
    """The messages of a rendered text; `mark` was applied to its source before rendering."""
    bubbles: list[Bubble] = []
    at = 0
    for found in _PARTS.finditer(rendered):
        _add(bubbles, rendered[at : found.start()])
        if found.group(1) is not None:
            alt, _, picture = found.group(1).partition("\n")
            bubbles.append(Bubble("", picture, alt))
        at = found.end()
    _add(bubbles, rendered[at:])
    return tuple(bubbles)


#: Stands for a name that is not known yet, until the text is rendered; and where a text begins with it.
_GAP = "\ue000"
_GAP_AT_START = re.compile(rf"(?:(?<=^)|(?<=\n)|(?<=[.!?] )){_GAP}, (\w)")
_GAP_WITHIN = re.compile(rf",? ?{_GAP}")


def mark(source: str) -> str:
    """A source in which `---` lines and pictures are control characters that values can't contain."""
    if "---" not in source and "![" not in source:
        return source
    cut = _CUT_LINE.sub(_CUT, source)
    return _PICTURE_LINE.sub(lambda m: f"{_PICTURE}{m[1]}\n{m[2]}{_PICTURE_END}", cut)


def has_formulas(source: str) -> bool:
    """Whether a text has anything for Jinja2 to do."""
    return "{{" in source or "{%" in source or "{#" in source


def _add(bubbles: list[Bubble], text: str) -> None:
    if stripped := text.strip():
        bubbles.append(Bubble(_BLANK_LINES.sub("\n\n", stripped)))


class _Wording:
    """One text. Fixed ones are split once; others are compiled when first shown, and kept."""

    __slots__ = ("_fixed", "_source", "_template")

    def __init__(self, source: str) -> None:
        self._source = mark(source)
        self._fixed = None if has_formulas(source) else split(self._source)
        self._template: Template | None = None

    def bubbles(self, scope: Scope) -> tuple[Bubble, ...]:
        return self._fixed if self._fixed is not None else split(self.text(scope))

    def text(self, scope: Scope) -> str:
        if self._fixed is not None:
            return self._source
        template = self._template or self.compile()
        nameless = _is_nameless(scope)
        context = template.new_context(_with_gap(scope) if nameless else scope, shared=True)  # type: ignore[arg-type]
        text = _bounded(template.root_render_func(context))
        return _close_gaps(text) if nameless else text

    def compile(self) -> Template:
        """The template, compiled at the latest when it is first shown."""
        self._template = compile_text(self._source)
        return self._template

    @property
    def is_fixed(self) -> bool:
        """Whether there is nothing to render."""
        return self._fixed is not None


def _is_nameless(scope: Scope) -> bool:
    """Is this for a patient who has not told a name yet?"""
    patient = scope.get("patient")
    return isinstance(patient, Mapping) and patient.get("name") == ""


def _with_gap(scope: Scope) -> dict[str, object]:
    return {**scope, "patient": {**scope["patient"], "name": _GAP}}


def _close_gaps(text: str) -> str:
    """The text without the name and what led up to it: "Welcome back, NAME." becomes "Welcome back."."""
    opened = _GAP_AT_START.sub(lambda found: found[1].upper(), text)
    return _GAP_WITHIN.sub("", opened)


def _bounded(pieces: Iterable[str]) -> str:
    text, size = [], 0
    for piece in pieces:
        text.append(piece)
        size += len(piece)
        if size > LONGEST:
            break
    return "".join(text)[:LONGEST]


@lru_cache(maxsize=64)
def _kept(source: str) -> _Wording:
    return _Wording(source)


def render(source: str, scope: Scope) -> str:
    """One text that is no message of a pack; its template is kept while it is in use."""
    return _kept(source).text(scope)


def bubbles_of(source: str, scope: Scope) -> tuple[Bubble, ...]:
    """The messages of one text that is no part of a pack; its template is kept while it is in use."""
    return _kept(source).bubbles(scope)


class _Worded:
    """A section ready to be shown."""

    __slots__ = ("_bound", "_unbound", "fixed", "labels", "parts")

    def __init__(self, section: Section) -> None:
        self.parts = {
            part: tuple(_Wording(source) for source in section.part(part)) for part in ("text", "again", "example")
        }
        bound = list(zip(self.parts["text"], section.weeks or ((),) * len(section.texts), strict=True))
        #: Week of the programme to the wordings of its own; and those for every other week.
        self._bound: dict[int | None, tuple[_Wording, ...]] = {
            week: tuple(wording for wording, weeks in bound if week in weeks)
            for week in {week for _, weeks in bound for week in weeks}
        }
        self._unbound = tuple(wording for wording, weeks in bound if not weeks) or self.parts["text"]
        self.labels = tuple((code, label, _label(label)) for code, label in section.labels)
        #: The labels as they stand, if none has a formula.
        self.fixed = section.labels if all(wording is None for _, _, wording in self.labels) else None

    def fitting(self, part: str, scope: Scope) -> tuple[_Wording, ...]:
        """The wordings of a part that fit the week: its own ones, else those of any week, else all."""
        if part != "text":
            return self.parts.get(part) or ()
        if not self._bound:
            return self._unbound
        return self._bound.get((scope.get("programme") or {}).get("week")) or self._unbound


def _label(label: str) -> _Wording | None:
    return _Wording(label) if has_formulas(label) else None


class Words:
    """All words of all languages. Where a language lacks a section, the default language stands in."""

    def __init__(self, shelves: Mapping[str, Shelf], default_language: str = "en") -> None:
        self.default_language = default_language
        self.languages = tuple(sorted(shelves))
        self._ready: dict[tuple[str, str, str], _Worded] = {}
        self._shelves = {language: dict(shelf) for language, shelf in shelves.items()}

    def bubbles(self, language: str, text: Text) -> tuple[Bubble, ...]:
        """The messages of a text, in order. Raises WordsError where no language has it."""
        worded = self._worded(language, text.words, text.section)
        wordings = worded.fitting(text.part, text.scope) if worded else ()
        if not wordings:
            raise WordsError(self._lack(language, text.words, text.section, text.part))
        chosen = wordings[min(int(text.pick * len(wordings)), len(wordings) - 1)]
        return chosen.bubbles(text.scope)

    def labels(self, language: str, words: str, section: str, scope: Scope = EMPTY) -> tuple[tuple[str, str], ...]:
        """Code and label of every choice of a section, in the order written."""
        worded = self._worded(language, words, section)
        if worded is None:
            return ()
        if worded.fixed is not None:
            return worded.fixed
        return tuple(
            (code, wording.text(scope).strip() if wording else label) for code, label, wording in worded.labels
        )

    def has(self, language: str, words: str, section: str, part: str = "text") -> bool:
        """Whether the section that would be shown in this language has the part."""
        worded = self._worded(language, words, section)
        return worded is not None and bool(worded.parts.get(part))

    def section(self, language: str, words: str, section: str) -> Section | None:
        """The section as written in this very language, or None."""
        return self._shelves.get(language, {}).get(words, {}).get(section)

    def sections(self, language: str, words: str) -> Mapping[str, Section]:
        """All sections of one words file in this very language; empty if there is no such file."""
        return self._shelves.get(language, {}).get(words, {})

    def paths(self, language: str) -> Iterable[str]:
        """The paths of all words of a language."""
        return self._shelves.get(language, {}).keys()

    def compile_all(self) -> None:
        """Compile every text now, so that no turn has to (about 0.2 s for a whole pack)."""
        for language, shelf in self._shelves.items():
            for words, sections in shelf.items():
                for section in sections:
                    self._compile(language, words, section)

    def _compile(self, language: str, words: str, section: str) -> None:
        worded = self._worded(language, words, section)
        for wordings in worded.parts.values() if worded else ():
            for wording in wordings:
                if not wording.is_fixed:
                    wording.compile()

    def _worded(self, language: str, words: str, section: str) -> _Worded | None:
        found = self._ready.get((language, words, section))
        if found is None:
            written = self.section(language, words, section)
            written = written or self.section(self.default_language, words, section)
            if written is None:
                return None
            found = self._ready[language, words, section] = _Worded(written)
        return found

    def _lack(self, language: str, words: str, section: str, part: str) -> str:
        where = f"content/{language or self.default_language}/{words}.md"
        wanted = f"'## {section}'" if part == "text" else f"'### {part}' under '## {section}'"
        return f"{where} has no {wanted}, nor has the default language. Write it there."
