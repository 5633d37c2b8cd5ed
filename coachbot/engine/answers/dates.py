"""Reading a date against the patient's today: "yesterday", "7 March", "07/03", "last Monday", "3 days ago".

Without a year, the nearest such day counts. "Next Friday" is the first Friday after today, "last Friday" the
last before it; a bare weekday that is not today is asked again, as is a week or a month without a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from coachbot.engine.answers.lexing import Lexicon, Mark, entries, kinds, number_entries, valued, without
from coachbot.engine.answers.phrases import WEEKDAYS, Phrases
from coachbot.engine.answers.readings import Answer, Reading, Unclear

#: Kinds: R relative day, D weekday, M month, l last, x next, s this, a ago, i in, U days or weeks, A article.
_DATE = re.compile(r"D?(?P<first>N)[r/]?(?P<second>[NM])(?:[r/]?(?P<year>N))?|D?(?P<month>M)(?P<day>N)(?P<after>N)?")
_FAR = 400 * 366
_YEARS = range(1900, 2201)


def read_day(folded: str, phrases: Phrases, today: date) -> Reading:
    """The date as "2026-03-07"."""
    marks = without(_taken_apart(_lexicon(phrases).marks(folded)), "_,~&:p")
    row = kinds(marks)
    if "n" in row:
        return Unclear("negation")
    if "o" in row or row.count("R") > 1:
        return Unclear("two_values")
    return _relative(row, marks, today) or _calendar(row, marks, phrases, today)


def _relative(row: str, marks: list[Mark], today: date) -> Reading | None:
    if row in ("R", "RD", "DR"):
        return Answer(_moved(today, marks[row.index("R")].number))
    if row in ("AUa", "NUa", "iAU", "iNU"):
        count = next((mark.number for mark in marks if mark.kind == "N"), 1.0)
        days = count * next(mark.number for mark in marks if mark.kind == "U")
        if days != int(days) or days > _FAR:
            return Unclear("no_day")
        return Answer(_moved(today, -days if row.endswith("a") else days))
    if row in ("D", "lD", "xD", "sD"):
        return _weekday(row[:-1], WEEKDAYS.index(marks[-1].text), today)
    return None


def _moved(today: date, days: float) -> str:
    try:
        return (today + timedelta(days=int(days))).isoformat()
    except OverflowError:
        return today.isoformat()


def _weekday(which: str, weekday: int, today: date) -> Reading:
    ahead = (weekday - today.weekday()) % 7
    if which == "l":
        return Answer(_moved(today, ahead - 7))
    if which == "x":
        return Answer(_moved(today, ahead or 7))
    if which == "s":
        return Answer(_moved(today, weekday - today.weekday()))
    return Unclear("which_week") if ahead else Answer(today.isoformat())


def _calendar(row: str, marks: list[Mark], phrases: Phrases, today: date) -> Reading:
    match = _DATE.fullmatch(row)
    if not match:
        return _no_date(row)
    if match["month"]:
        day, month = marks[match.start("day")].number, marks[match.start("month")].number
        year = marks[match.start("after")] if match["after"] else None
        return _built(day, month, year, today)
    first, second = marks[match.start("first")], marks[match.start("second")]
    third = marks[match.start("year")] if match["year"] else None
    if first.number >= 1000 and third:
        return _built(third.number, second.number, first, today)
    if first.number >= 1000 and match["second"] == "M":
        return Unclear("no_day")
    if match["second"] == "M" and first.number > 31:
        return Unclear("no_such_date")
    return _two(first, second, third, phrases.day_first or second.kind == "M", today)


def _two(first: Mark, second: Mark, year: Mark | None, day_first: bool, today: date) -> Reading:
    """Day and month in the order of the language, or the other way round where that is impossible."""
    day, month = (first.number, second.number) if day_first else (second.number, first.number)
    if month > 12 and second.kind != "M":
        day, month = month, day
    return _built(day, month, year, today)


def _no_date(row: str) -> Unclear:
    if re.fullmatch(r"D?MN?|[lxs]?U|N|NU|[lxs]M", row):
        return Unclear("no_day")
    return Unclear("two_values" if "r" in row or row.count("N") > 2 or row.count("D") > 1 else "no_date")


def _built(day: float, month: float, year: Mark | None, today: date) -> Reading:
    if year is None and day > 31:
        return Unclear("no_day")
    years = [_full_year(year, today)] if year else [today.year - 1, today.year, today.year + 1]
    found = [one for one in (_date(a_year, month, day) for a_year in years) if one]
    if not found:
        return Unclear("no_such_date")
    return Answer(min(found, key=lambda one: (abs((one - today).days), one)).isoformat())


def _date(year: float, month: float, day: float) -> date | None:
    if year not in _YEARS or month != int(month) or day != int(day):
        return None
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def _full_year(year: Mark, today: date) -> float:
    """A year of two digits lies at most ten years ahead, else in the past."""
    if year.number >= 100:
        return year.number
    full = today.year - today.year % 100 + year.number
    return full - 100 if full > today.year + 10 else full


def _taken_apart(marks: list[Mark]) -> Iterator[Mark]:
    """The numbers in "07.03.2026" and "20260307", and 7 for "7th"."""
    for i, mark in enumerate(marks):
        parts = [one for one in re.split("[.,]", mark.raw) if one.isdigit()]
        if len(mark.raw) == 8 and mark.raw.isdigit():
            parts = [mark.raw[:4], mark.raw[4:6], mark.raw[6:]]
        if mark.kind in "N_" and 1 < len(parts) <= 3 and len(mark.raw) <= 10:
            yield from (Mark("N", one, number=float(one)) for one in parts)
        elif mark.kind == "O":
            yield Mark("N", mark.raw, number=mark.number)
        elif not (mark.kind == "t" and i and marks[i - 1].kind == "N"):
            yield mark


@lru_cache(maxsize=32)
def _lexicon(phrases: Phrases) -> Lexicon:
    return Lexicon(phrases, _entries(phrases))


def _entries(phrases: Phrases) -> Iterator[tuple[str, Mark]]:
    yield from valued("R", phrases.relative_days)
    yield from ((word, Mark("D", word, text=code)) for word, code in phrases.weekdays.items())
    yield from valued("M", phrases.months)
    yield from valued("O", {word: value for word, value in phrases.ordinals.items() if value > 0})
    yield from number_entries(phrases)
    yield from entries("t", phrases.ordinal_suffixes)
    yield from entries("l", phrases.last)
    yield from entries("x", phrases.next)
    yield from entries("s", phrases.this)
    yield from entries("a", phrases.ago)
    yield from entries("i", phrases.ahead)
    yield from entries("A", phrases.ones)
    for unit in phrases.units.get("days", ()):
        yield from ((word, Mark("U", word, number=unit.factor)) for word in unit.words)
    yield from entries("n", phrases.negations)
    yield from entries("~", phrases.approximations)
    yield from entries("o", phrases.or_words)
