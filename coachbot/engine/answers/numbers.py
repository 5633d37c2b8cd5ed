"""Reading numbers with units ("1 h 20", "an hour and a half", "20-30") and scales ("about six", "6/10").

A range typed for a number ("20-30 minutes") is read as its middle; for a scale, for "six or seven" and for a
whole count whose middle is none, the coach asks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import floor

from coachbot.engine.answers.folding import trimmed
from coachbot.engine.answers.lexing import (
    AND,
    NUMBER,
    RANGE,
    Lexicon,
    Mark,
    entries,
    kinds,
    number_entries,
    valued,
    without,
)
from coachbot.engine.answers.phrases import Phrases
from coachbot.engine.answers.readings import Answer, Halfway, OutOfRange, Reading, Unclear
from coachbot.engine.asks import Number, Scale

#: Kinds: N number, F fraction, A article, U unit, V unit after which a bare number counts ("1 h 20"),
#: X something else that is counted, Y "times" (2 x 15 is asked again). An amount is one quantity in these.
_AMOUNT = re.compile(
    r"(?:(?P<whole>N)(?:&?A?(?P<part>F)(?!A?[UV]?N))?|A?(?P<piece>F)A?|(?P<one>A)(?=[UVX]))"
    r"(?P<unit>[UVX])?"
    r"(?:(?<=[UV])&?A?(?P<more_part>F)|(?<=V)&?(?P<more>N)(?![UVXF:/])|(?<=[UV])&?(?P<rest>N)(?P<rest_unit>[UV]))?"
)
_SIX_AND_A_HALF = re.compile(r"N(?:A?(?P<part>F)|N/N)")
_CLOCK = re.compile(r"N:N")
#: Words around a bare number; more of them tell a story that may count anything.
_LONGEST_STORY = 15


def whole_word(ask: Number | Scale, key: str, phrases: Phrases) -> Reading | None:
    """A message without any digit that means a number: "none", "no pain", "the worst"."""
    forms = {key, trimmed(key, phrases.polite), trimmed(key, phrases.polite | phrases.fillers)}
    if forms & phrases.none:
        return within(0, ask)
    if isinstance(ask, Scale) and ask.low == 0:
        if forms & phrases.lowest:
            return Answer(0)
        return Answer(ask.high) if forms & phrases.highest else None
    return None


def within(value: float, ask: Number | Scale) -> Reading:
    """The answer, if it lies within the limits of the question."""
    value = int(value) if value == int(value) else value
    if (ask.low is not None and value < ask.low) or (ask.high is not None and value > ask.high):
        return OutOfRange(value, ask.low, ask.high)
    return Answer(value)


def read_exact_scale(ask: Scale, folded: str, phrases: Phrases) -> Reading | None:
    """A number and nothing else ("6", "six", "6/10", "about 6"), as an instrument's item needs it."""
    marks = without(_scale_lexicon(phrases).marks(folded), "~,&")
    return _scaled(ask, marks) if kinds(marks) in ("N", "N/N") else _with_fraction(ask, marks)


def read_scale(ask: Scale, folded: str, phrases: Phrases) -> Reading:
    """A number somewhere in a short text; several different ones are asked again."""
    marks = without(_scale_lexicon(phrases).marks(folded), "~,&b" + ("%" if ask.high == 100 else ""))
    row = kinds(marks)
    fault = _with_fraction(ask, marks) or _hindrance(row) or (Unclear("not_whole") if "F" in row else None)
    if fault:
        return fault
    found = [marks[m.start() : m.end()] for m in re.finditer(r"N(?:/N|[XY%])?", row)]
    own = [one for one in found if one[-1].kind not in "XY%"]
    if not own:
        return Unclear("other_unit" if found else "no_number")
    readings = {_scaled(ask, one) for one in own}
    clear = len(readings) == 1 and row.count("_") <= _LONGEST_STORY
    return readings.pop() if clear else Unclear("two_values")


def read_number(ask: Number, folded: str, phrases: Phrases) -> Reading:
    """One amount in the unit of the question, or a range of them."""
    marks = without(_lexicon(phrases, ask.unit).marks(folded), "~,%")
    marks = list(_slashes(_between(_clock_times(marks) if ask.unit == "min" else marks)))
    row = kinds(marks)
    fault = _hindrance(row)
    if fault:
        return fault
    found = list(_AMOUNT.finditer(row))
    own = [one for one in found if one["unit"] != "X"]
    if not own:
        return Unclear("other_unit" if found else "no_number")
    if "Y" in row or any(_climbs(one, marks) for one in own):
        return Unclear("two_values")
    return _from_amounts(ask, own, marks, row)


def _from_amounts(ask: Number, own: list[re.Match[str]], marks: list[Mark], row: str) -> Reading:
    if _is_range(own, row):
        return _middle(ask, own, marks)
    values = {_amount(one, marks) for one in own}
    if len(values) > 1 or (not any(one["unit"] for one in own) and row.count("_") > _LONGEST_STORY):
        return Unclear("two_values")
    converted = any(mark.kind in "UV" and mark.number != 1 for mark in marks)
    return _whole_within(ask, values.pop(), converted)


def _whole_within(ask: Number, value: float, converted: bool) -> Reading:
    """A converted value ("176 lb") is rounded; one that was written as a fraction is asked again."""
    if converted:
        value = float(floor(value + 0.5)) if ask.whole else round(value, 2)
    if ask.whole and value != int(value):
        return _halfway(ask, value)
    return within(value, ask)


def _halfway(ask: Number | Scale, value: float) -> Reading:
    """The two whole answers beside a value; a value outside the limits is no answer at all."""
    if isinstance(within(value, ask), OutOfRange):
        return Unclear("not_whole")
    return Halfway(floor(value), floor(value) + 1)


def _with_fraction(ask: Scale, marks: list[Mark]) -> Reading | None:
    """ "Six and a half", "6 1/2" on a scale of whole numbers, and nothing else."""
    found = _SIX_AND_A_HALF.fullmatch(kinds(marks))
    if found is None:
        return None
    part = marks[-1].number if found["part"] else marks[1].number / (marks[3].number or 1)
    return _halfway(ask, marks[0].number + part) if 0 < part < 1 else None


def _is_range(own: list[re.Match[str]], row: str) -> bool:
    return len(own) == 2 and row[own[0].end() : own[1].start()] == RANGE


def _middle(ask: Number, own: list[re.Match[str]], marks: list[Mark]) -> Reading:
    """The middle of "20-30"; the unit after the second number is the unit of both."""
    first, second = _amount(own[0], marks), _amount(own[1], marks)
    if own[1]["unit"] and not own[0]["unit"]:
        first *= marks[own[1].start("unit")].number
    middle = (first + second) / 2
    if ask.whole and ask.unit == "min":
        middle = float(int(middle + 0.5))
    return Unclear("two_values") if ask.whole and middle != int(middle) else within(round(middle, 2), ask)


def _amount(match: re.Match[str], marks: list[Mark]) -> float:
    """The amount in the unit of the question."""

    def of(group: str, otherwise: float = 0.0) -> float:
        return marks[match.start(group)].number if match[group] else otherwise

    value = of("whole") + of("part") + of("piece") + (1.0 if match["one"] else 0.0)
    unit = marks[match.start("unit")] if match["unit"] else None
    factor, then = (unit.number, unit.then) if unit else (1.0, 0.0)
    value = value * factor + of("more_part") * factor + of("more") * then
    return round(value + of("rest") * of("rest_unit"), 6)


def _climbs(match: re.Match[str], marks: list[Mark]) -> bool:
    """True for "20 minutes and 30 minutes": two amounts, not one in a larger and a smaller unit."""
    if not match["rest_unit"]:
        return False
    return marks[match.start("rest_unit")].number >= marks[match.start("unit")].number


def _between(marks: list[Mark]) -> list[Mark]:
    """The "and" after "between" as a range."""
    if "b" not in kinds(marks):
        return marks
    return [replace(one, kind=RANGE) if one.kind == AND else one for one in marks if one.kind != "b"]


def _hindrance(row: str) -> Unclear | None:
    if "n" in row:
        return Unclear("negation")
    return Unclear("compared") if "c" in row else None


def _scaled(ask: Scale, marks: list[Mark]) -> Reading:
    value = marks[0].number
    if len(marks) > 1 and marks[-1].kind == NUMBER and marks[-1].number != ask.high:
        return Unclear("other_scale")
    return within(value, ask) if value == int(value) else _halfway(ask, value)


def _clock_times(marks: list[Mark]) -> list[Mark]:
    """A duration written "1:20" as 80 minutes."""
    match = _CLOCK.search(kinds(marks))
    if not match:
        return marks
    hours, minutes = marks[match.start()], marks[match.end() - 1]
    value = replace(hours, number=hours.number * 60 + minutes.number)
    return [*marks[: match.start()], value, *marks[match.end() :]]


def _slashes(marks: list[Mark]) -> Iterator[Mark]:
    """Fractions written "1/2" as one mark."""
    row, at = kinds(marks), 0
    while at < len(marks):
        if row.startswith("N/N", at) and 0 < marks[at].number < marks[at + 2].number <= 4:
            yield Mark("F", "", number=marks[at].number / marks[at + 2].number)
            at += 3
        else:
            yield marks[at]
            at += 1


@lru_cache(maxsize=256)
def _lexicon(phrases: Phrases, unit: str | None) -> Lexicon:
    foreign = _foreign(phrases, unit is not None)
    return Lexicon(phrases, [*_own_units(phrases, unit), *_common(phrases), *foreign])


@lru_cache(maxsize=32)
def _scale_lexicon(phrases: Phrases) -> Lexicon:
    out_of = entries("/", phrases.out_of)
    points = entries("~", phrases.points)
    return Lexicon(phrases, [*points, *out_of, *_common(phrases), *_foreign(phrases, True)])


def _common(phrases: Phrases) -> Iterator[tuple[str, Mark]]:
    yield from entries("~", phrases.approximations)
    yield from entries("c", phrases.comparisons)
    yield from valued("F", phrases.fractions)
    yield from number_entries(phrases)
    yield from valued("N", dict.fromkeys(phrases.none - phrases.negations, 0.0))
    yield from entries("A", phrases.ones)
    yield from entries("n", phrases.negations)
    yield from entries("b", phrases.between)
    yield from entries(RANGE, phrases.range_words)
    yield from entries("o", phrases.or_words)


def _own_units(phrases: Phrases, code: str | None) -> Iterator[tuple[str, Mark]]:
    for unit in phrases.units.get(code or "", ()):
        mark = Mark("V" if unit.then else "U", "", number=unit.factor, then=unit.then)
        yield from ((word, mark) for word in unit.words)


def _foreign(phrases: Phrases, known: bool) -> Iterator[tuple[str, Mark]]:
    """Units of other questions: their numbers are not the answer."""
    if not known:
        return
    for unit in phrases.units.get("times", ()):
        yield from entries("Y", unit.words)
    for units in phrases.units.values():
        for unit in units:
            yield from entries("X", unit.words)
    yield from entries("X", phrases.counted | phrases.am | phrases.pm | phrases.oclock)
