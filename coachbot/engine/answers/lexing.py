"""A folded text as a row of marks (number, unit, "half", "to", ...), by the longest phrase that fits.

Each mark's kind is one letter, so that a reader can match a row of marks with a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from coachbot.engine.answers.folding import tokens
from coachbot.engine.answers.phrases import Phrases

NUMBER, TIMES, UNKNOWN, MINUS, AND, RANGE = "N", "*", "_", "m", "&", "r"
#: Symbols that mean the same in every language; a phrase file may give them another meaning.
_SYMBOLS = {
    "-": RANGE, "~": "~", "<": "c", ">": "c", "+": AND, "&": AND, "/": "/", ":": ":", "%": "%",
    ",": ",", ";": ",", "#": "p",
}  # fmt: skip
#: Numbers with more characters than this are telephone numbers and accidents.
_LONGEST_NUMBER = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """One meaningful piece of a text."""

    kind: str
    #: What was written; digits for a number that was written in digits.
    raw: str
    number: float = 0.0
    #: For a unit: what a bare number after it is worth.
    then: float = 0.0
    text: str = ""

    @property
    def digits(self) -> bool:
        """True for a number written in digits."""
        return self.kind == NUMBER and self.raw[-1:].isdigit()


class Lexicon:
    """Phrases and the marks they stand for; the first meaning given to a phrase wins."""

    __slots__ = ("_entries", "_longest", "_phrases")

    def __init__(self, phrases: Phrases, entries: Iterable[tuple[str, Mark]]) -> None:
        self._phrases = phrases
        self._entries: dict[tuple[str, ...], Mark] = {}
        for phrase, mark in entries:
            self._entries.setdefault(tuple(phrase.split(" ")), mark)
        self._longest = max(map(len, self._entries), default=1)

    def marks(self, folded: str) -> list[Mark]:
        """The marks of a folded text, number words composed and signs applied."""
        return list(_signed(_composed(list(self._raw_marks(tokens(folded))))))

    def _raw_marks(self, row: list[str]) -> Iterator[Mark]:
        at = 0
        previous = ""
        while at < len(row):
            size, found = self._longest_at(row, at)
            for mark in found or self._single(row[at], previous):
                previous = mark.kind
                yield mark
            at += size

    def _longest_at(self, row: list[str], at: int) -> tuple[int, list[Mark]]:
        for size in range(min(self._longest, len(row) - at), 0, -1):
            mark = self._entries.get(tuple(row[at : at + size]))
            if mark:
                return size, [replace(mark, raw=" ".join(row[at : at + size]))]
        return 1, []

    def _single(self, token: str, previous: str) -> list[Mark]:
        if token in _SYMBOLS:
            return [Mark(_SYMBOLS[token], token)]
        if not token[-1].isdigit():
            return [Mark(UNKNOWN, token)]
        if token[0] == "-" and previous == NUMBER:
            return [Mark(RANGE, "-"), self._literal(token[1:])]
        return [self._literal(token)]

    def _literal(self, token: str) -> Mark:
        value = literal(token, self._phrases)
        return Mark(UNKNOWN if value is None else NUMBER, token, number=value or 0.0)


def literal(raw: str, phrases: Phrases) -> float | None:
    """The value of digits such as "7", "7,5", "-3" or "5,000"; None for lists, dates and endless numbers."""
    if len(raw) > _LONGEST_NUMBER:
        return None
    for separator in phrases.thousands:
        if re.fullmatch(rf"-?[1-9]\d{{0,2}}(?:{re.escape(separator)}\d{{3}})+", raw):
            return float(raw.replace(separator, ""))
    if re.fullmatch(r"-?\d+(?:[.,]\d+)?", raw):
        return float(raw.replace(",", "."))
    return None


def entries(kind: str, phrases: Iterable[str]) -> Iterator[tuple[str, Mark]]:
    """Lexicon entries of one kind."""
    return ((phrase, Mark(kind, phrase)) for phrase in phrases)


def valued(kind: str, phrases: Mapping[str, float]) -> Iterator[tuple[str, Mark]]:
    """Lexicon entries of one kind that carry a number."""
    return ((phrase, Mark(kind, phrase, number=value)) for phrase, value in phrases.items())


def number_entries(phrases: Phrases) -> Iterator[tuple[str, Mark]]:
    """Entries that every reader of numbers needs."""
    yield from valued(TIMES, phrases.multipliers)
    yield from valued(NUMBER, phrases.numbers)
    yield from entries(MINUS, phrases.minus)
    yield from entries(AND, phrases.and_words)


def kinds(marks: Iterable[Mark]) -> str:
    """The kinds of marks as one string, for regular expressions."""
    return "".join(mark.kind for mark in marks)


def without(marks: Iterable[Mark], unwanted: str) -> list[Mark]:
    """The marks that are of no unwanted kind."""
    return [mark for mark in marks if mark.kind not in unwanted]


def _composed(marks: list[Mark]) -> Iterator[Mark]:
    """Number words put together: "one hundred and twenty", "twenty-five", 二十五."""
    run: list[Mark] = []
    for i, mark in enumerate(marks):
        following = marks[i + 1 : i + 2]
        if mark.kind in (NUMBER, TIMES) and not mark.digits:
            run.append(mark)
        elif mark.digits and following and following[0].kind == TIMES:
            yield from _numbers(run)
            run = [mark]
        elif not _joins(run, mark, following):
            yield from _numbers(run)
            run = []
            yield mark
    yield from _numbers(run)


def _joins(run: list[Mark], mark: Mark, following: list[Mark]) -> bool:
    """True for the "and" of "one hundred and two" and the dash of "twenty-one"."""
    if not run or not following or following[0].kind != NUMBER or following[0].digits:
        return False
    if mark.kind == AND:
        return run[-1].kind == TIMES and run[-1].number > following[0].number
    return mark.raw == "-" and _is_tens(run[-1].number) and following[0].number < 10


def _is_tens(value: float) -> bool:
    return value >= 20 and value % 10 == 0


def _numbers(run: list[Mark]) -> Iterator[Mark]:
    """The numbers in a row of number words."""
    total, current, limit = 0.0, -1.0, float("inf")
    for mark in run:
        if mark.kind == TIMES:
            grows = current < 0 and 0 < total < 1e9 and mark.number > limit
            total = total * mark.number if grows else total + (current if current >= 0 else 1) * mark.number
            current, limit = -1.0, mark.number
        elif current < 0 and mark.number < limit:
            current = mark.number
        elif _is_tens(current) and 0 < mark.number < 10:
            current += mark.number
        else:
            yield Mark(NUMBER, "", number=total + max(current, 0))
            total, current, limit = 0.0, mark.number, float("inf")
    if run:
        yield Mark(NUMBER, run[0].raw if len(run) == 1 else "", number=total + max(current, 0))


def _signed(marks: Iterable[Mark]) -> Iterator[Mark]:
    """The sign of "minus three" put into its number."""
    held: Mark | None = None
    for mark in marks:
        if held and mark.kind == NUMBER:
            yield replace(mark, number=-mark.number)
            held = None
            continue
        if held:
            yield held
        held = mark if mark.kind == MINUS else None
        if not held:
            yield mark
    if held:
        yield held
