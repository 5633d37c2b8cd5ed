"""Reading an answer to a choice of several: "Mon, Wed and Fri", "1 3 5", "all except Sunday"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coachbot.engine.answers.folding import plain, spellings, trimmed
from coachbot.engine.answers.fuzzy import clear_winner
from coachbot.engine.answers.lexing import (
    RANGE,
    TIMES,
    UNKNOWN,
    Lexicon,
    Mark,
    entries,
    number_entries,
    valued,
)
from coachbot.engine.answers.options import Option, picked
from coachbot.engine.answers.phrases import Phrases
from coachbot.engine.answers.readings import Answer, OutOfRange, Reading, Unclear
from coachbot.engine.asks import Several

_COMMA_LIST = re.compile(r"(?<=\d)[.,](?=\d)")
#: Kinds: C an option, G a group of days, O ordinal, a all, x nothing, e except, n negation, w filler.
_IGNORED = "w,&p/:~%c"


def read_whole(ask: Several, key: str, phrases: Phrases, chosen: tuple[str, ...]) -> Reading | None:
    """A message that answers as a whole: "done", "all", "none"."""
    for one in spellings(trimmed(key, phrases.polite)):
        if one in phrases.done:
            return counted(ask, set(chosen))
        if one in phrases.all_of:
            return counted(ask, set(ask.of))
        if one in phrases.none or one in phrases.no:
            return counted(ask, set())
    return None


def read_list(
    ask: Several, options: tuple[Option, ...], folded: str, phrases: Phrases, chosen: tuple[str, ...]
) -> Reading:
    """A list of options, added to those already chosen."""
    lexicon = Lexicon(phrases, _entries(ask, options, phrases))
    marks = [mark for mark in lexicon.marks(_COMMA_LIST.sub(" ", folded)) if mark.kind not in _IGNORED]
    codes, fault = _Collector(ask, options, phrases).collect(marks)
    if fault:
        return fault
    return counted(ask, codes | set(chosen))


def counted(ask: Several, codes: set[str]) -> Reading:
    """The codes in the question's order, if their count is allowed."""
    most = len(ask.of) if ask.most is None else ask.most
    if not ask.least <= len(codes) <= most:
        return OutOfRange(len(codes), ask.least, most)
    return Answer(tuple(code for code in ask.of if code in codes))


def _entries(ask: Several, options: tuple[Option, ...], phrases: Phrases) -> Iterator[tuple[str, Mark]]:
    for name, code in _names(options, phrases):
        yield name, Mark("C", name, text=code)
    if not ask.exact:
        for name, code in _alternatives(options, phrases):
            yield name, Mark("C", name, text=code)
        for phrase, group in phrases.day_groups.items():
            if set(group.split()) <= set(ask.of):
                yield phrase, Mark("G", phrase, text=group)
        yield from entries("e", phrases.except_words)
        yield from entries("n", phrases.negations)
        yield from entries("a", phrases.all_of)
    yield from valued("O", phrases.ordinals)
    yield from number_entries(phrases)
    yield from entries(RANGE, phrases.range_words)
    yield from entries("p", phrases.position_words)
    yield from entries("w", phrases.fillers | phrases.polite)


def _names(options: tuple[Option, ...], phrases: Phrases) -> Iterator[tuple[str, str]]:
    codes = {option.code for option in options}
    for option in options:
        yield from ((name, option.code) for name in option.names)
    yield from ((word, code) for word, code in phrases.weekdays.items() if code in codes)
    for code, part in phrases.day_parts.items():
        if code in codes:
            yield from ((word, code) for word in part.words)


def _alternatives(options: tuple[Option, ...], phrases: Phrases) -> Iterator[tuple[str, str]]:
    """Either half of a label that names two things: "jaw" and "neck" for "Jaw or neck"."""
    for option in options:
        for word in phrases.or_words | phrases.and_words:
            first, joined, second = option.label.partition(f" {word} ")
            if joined and " " not in f"{first}{second}":
                yield from ((first, option.code), (second, option.code))


class _Collector:
    """Gathers codes from marks; stops at the first fault."""

    def __init__(self, ask: Several, options: tuple[Option, ...], phrases: Phrases) -> None:
        self._ask, self._options, self._phrases = ask, options, phrases
        self._taken: set[str] = set()
        self._left_out: set[str] | None = None
        #: The last code, and whether a range sign stands after it.
        self._last: str | None = None
        self._open = False

    def collect(self, marks: list[Mark]) -> tuple[set[str], Reading | None]:
        """The codes, or what stands in the way."""
        for mark in marks:
            fault = self._take(mark)
            if fault:
                return set(), fault
        if self._left_out is not None:
            return (self._taken or set(self._ask.of)) - self._left_out, None
        return self._taken, None if self._taken else Unclear("no_match")

    def _take(self, mark: Mark) -> Reading | None:
        if mark.kind == RANGE:
            self._open = self._last is not None
        elif mark.kind == "e":
            self._left_out = set()
        elif mark.kind == "a":
            self._add(self._ask.of)
        elif mark.kind == "G":
            self._add(tuple(mark.text.split()))
        elif mark.kind == "n":
            return Unclear("negation")
        else:
            return self._take_one(mark)
        return None

    def _take_one(self, mark: Mark) -> Reading | None:
        code = self._code(mark)
        if code is None and mark.kind in ("N", "O", TIMES):
            return OutOfRange(mark.number, 1, len(self._ask.of))
        if code is None:
            return Unclear("no_match")
        self._add(self._span(self._last, code) if self._open and self._last else (code,))
        self._last, self._open = code, False
        return None

    def _add(self, codes: tuple[str, ...]) -> None:
        (self._taken if self._left_out is None else self._left_out).update(codes)

    def _code(self, mark: Mark) -> str | None:
        if mark.kind == "C":
            return mark.text
        if mark.kind in ("N", "O"):
            return picked(self._options, mark, self._ask.exact)
        if mark.kind != UNKNOWN or self._ask.exact:
            return None
        known = ((code, name) for name, code in _names(self._options, self._phrases))
        return clear_winner(plain(mark.raw), known)

    def _span(self, first: str, last: str) -> tuple[str, ...]:
        start, end = self._ask.of.index(first), self._ask.of.index(last)
        if start <= end:
            return self._ask.of[start : end + 1]
        return self._ask.of[start:] + self._ask.of[: end + 1]
