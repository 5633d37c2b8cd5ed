"""Reading a time of day: "half past seven", "7.30pm", "19h30", "quarter to eight", "noon"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from coachbot.engine.answers.folding import fold
from coachbot.engine.answers.lexing import (
    RANGE,
    Lexicon,
    Mark,
    entries,
    kinds,
    number_entries,
    valued,
    without,
)
from coachbot.engine.answers.phrases import DayPart, Phrases
from coachbot.engine.answers.readings import Answer, Reading, Unclear
from coachbot.engine.asks import TimeOfDay

#: Kinds: T named time, H o'clock, K half past, L half before, Q quarter (minutes), > past, < to, M minutes,
#: A am, P pm, D part of the day, X a duration.
_IGNORED = "_~c,&w."
_HOUR = r"(?P<hour>N)H?"
_PATTERNS = tuple(
    re.compile(one)
    for one in (
        r"(?P<hour>N)(?P<colon>:)(?P<minute>N)(?::N)?H?",
        r"(?P<hour>N)H(?P<minute>N)M?",
        r"(?P<hour>N)H?(?P<quarter>Q)M?",
        r"(?P<hour>N)H?(?P<half>K)",
        _HOUR,
        r"(?P<hour>N)(?P<spaced>N)",
        rf"(?P<half>K){_HOUR}",
        rf"(?P<before>L){_HOUR}",
        rf"(?P<quarter>[QN])(?P<marked>M)?(?P<past>>){_HOUR}",
        rf"(?P<quarter>[QN])(?P<marked>M)?(?P<to><){_HOUR}",
    )
)
#: "Half past midnight", "ten to noon"; and what such words would be if they were said otherwise.
_BESIDE = re.compile(r"(?:K|[QN]M?(?:>|(?P<to><)))T")
_NEAR = frozenset("NQKL<>")
_DOTTED = re.compile(r"(\d{1,2})[.,](\d{2})")
_TIGHT = re.compile(r"(\d{1,2})(\d{2})")


@dataclass(frozen=True, slots=True)
class _Clock:
    """Hour and minute as said; `certain` if they can only be meant on the 24-hour clock."""

    hour: int
    minute: int
    certain: bool

    @property
    def exists(self) -> bool:
        return 0 <= self.hour < 24 and 0 <= self.minute < 60


def read_time(ask: TimeOfDay, folded: str, phrases: Phrases) -> Reading:
    """The time as "19:30"; "am_or_pm" where the 12-hour clock leaves it open."""
    marks = without(_lexicon(phrases).marks(folded), _IGNORED)
    row = kinds(marks)
    if "n" in row:
        return Unclear("negation")
    if "T" in row:
        return _named(marks)
    part = next((phrases.day_parts[mark.text] for mark in marks if mark.kind == "D"), None)
    half = "A" if "A" in row else "P" if "P" in row else ""
    core = list(_digits(without(marks, "DAP")))
    if not core and part:
        return Answer(_iso(part.usual))
    clock = _clock(core, phrases)
    if isinstance(clock, Unclear):
        return clock
    return _placed(clock, half, part, _hint(ask, phrases))


def possible_times(text: str, phrases: Phrases) -> tuple[time, ...]:
    """Every time of day that the text may mean: both halves of the day where it leaves that open; else none."""
    ask, folded = TimeOfDay("clock"), fold(text)
    ways = [folded, *(f"{folded} {half}" for half in (*sorted(phrases.am)[:1], *sorted(phrases.pm)[:1]))]
    readings = [read_time(ask, way, phrases) for way in ways]
    if isinstance(readings[0], Answer):
        readings = readings[:1]
    return tuple(time.fromisoformat(str(one.value)) for one in readings if isinstance(one, Answer))


def _named(marks: list[Mark]) -> Reading:
    """Noon or midnight, or so many minutes before or after it."""
    named = {mark.number for mark in marks if mark.kind == "T"}
    row = kinds(marks).lstrip("<>")
    beside = _BESIDE.fullmatch(row)
    if len(named) > 1 or (beside is None and not _NEAR.isdisjoint(row)):
        return Unclear("two_values")
    minute = int(named.pop())
    if beside is not None:
        first = next(mark for mark in marks if mark.kind in "KQN")
        away = 30 if first.kind == "K" else first.number
        minute += int(-away if beside["to"] else away)
    return Answer(_iso(minute % (24 * 60)))


def _clock(core: list[Mark], phrases: Phrases) -> _Clock | Unclear:
    while core and core[0].kind in "<>":
        core = core[1:]
    row = kinds(core)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(row)
        if match:
            found = _said(match, core, phrases)
            return found if isinstance(found, Unclear) or found.exists else Unclear("no_such_time")
    return Unclear("two_values" if row.count("N") > 1 else "no_time")


def _said(match: re.Match[str], core: list[Mark], phrases: Phrases) -> _Clock | Unclear:
    names = match.groupdict()
    hour_mark = core[match.start("hour")]
    hour = hour_mark.number
    spoken = any(names.get(one) for one in ("half", "before", "past", "to", "spaced"))
    written = hour_mark.digits and not spoken
    minute = _minutes(names, match, core)
    if (names.get("spaced") and minute < 10) or hour != int(hour) or minute != int(minute):
        return Unclear("two_values")
    if names.get("to") or names.get("before"):
        if names.get("to") and _may_be_range(match, core):
            return Unclear("two_values")
        hour, minute = (hour - 1 if hour > 0 else 23), 60 - minute
    led = hour_mark.raw.startswith("0") and len(hour_mark.raw) > 1
    certain = hour > 12 or hour == 0 or (written and (led or phrases.clock == 24))
    return _Clock(int(hour), int(minute) % 60 if minute == 60 else int(minute), certain)


def _minutes(names: dict[str, str | None], match: re.Match[str], core: list[Mark]) -> float:
    if names.get("half") or names.get("before"):
        return 30.0
    for group in ("minute", "quarter", "spaced"):
        if names.get(group):
            return core[match.start(group)].number
    return 0.0


def _may_be_range(match: re.Match[str], core: list[Mark]) -> bool:
    """True for "7 to 8" in digits, which is a range; "ten to eight" and "10 to 8" are times."""
    first, hour = core[match.start("quarter")], core[match.start("hour")]
    if not first.digits or match["marked"]:
        return False
    return first.number % 5 != 0 or first.number <= hour.number


def _placed(clock: _Clock, half: str, part: DayPart | None, hint: DayPart | None) -> Reading:
    if half:
        return _by_half(clock, half)
    both = {clock.hour} if clock.certain else {clock.hour % 12, clock.hour % 12 + 12}
    minutes = sorted(hour * 60 + clock.minute for hour in both)
    if part:
        fitting = [one for one in minutes if part.has(one)]
        return Answer(_iso(fitting[0])) if len(fitting) == 1 else Unclear("am_or_pm")
    if len(minutes) == 1:
        return Answer(_iso(minutes[0]))
    fitting = [one for one in minutes if hint and hint.has(one)]
    if len(fitting) == 1:
        return Answer(_iso(fitting[0]))
    return Answer(_iso(minutes[1])) if clock.hour == 12 else Unclear("am_or_pm")


def _by_half(clock: _Clock, half: str) -> Reading:
    if clock.hour > 12:
        return Answer(_iso(clock.hour * 60 + clock.minute)) if half == "P" else Unclear("no_such_time")
    return Answer(_iso((clock.hour % 12 + (12 if half == "P" else 0)) * 60 + clock.minute))


def _hint(ask: TimeOfDay, phrases: Phrases) -> DayPart | None:
    """The part of the day in the question's name: `evening`, `morning_note`."""
    return next((phrases.day_parts[one] for one in ask.name.split("_") if one in phrases.day_parts), None)


def _digits(marks: list[Mark]) -> Iterator[Mark]:
    """Numbers written "7.30", "1930" or "730" taken apart."""
    tight = sum(mark.kind == "N" for mark in marks) == 1
    for mark in marks:
        match = _DOTTED.fullmatch(mark.raw) or (_TIGHT.fullmatch(mark.raw) if tight else None)
        if mark.kind == "N" and match:
            yield Mark("N", match[1], number=float(match[1]))
            yield Mark(":", ":")
            yield Mark("N", match[2], number=float(match[2]))
        else:
            yield mark


def _iso(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


@lru_cache(maxsize=32)
def _lexicon(phrases: Phrases) -> Lexicon:
    return Lexicon(phrases, _entries(phrases))


def _entries(phrases: Phrases) -> Iterator[tuple[str, Mark]]:
    yield from valued("T", dict(phrases.named_times))
    yield from entries("L", phrases.half_before)
    yield from entries("K", phrases.half_past)
    yield from valued("Q", {word: 60 * value for word, value in phrases.fractions.items()})
    yield from entries(">", phrases.past)
    yield from entries("<", phrases.to)
    yield from entries("H", phrases.oclock)
    yield from entries("A", phrases.am)
    yield from entries("P", phrases.pm)
    for code, part in phrases.day_parts.items():
        yield from ((word, Mark("D", word, text=code)) for word in part.words)
    for unit in phrases.units.get("min", ()):
        yield from entries("M" if unit.factor == 1 else "X", unit.words)
    yield from entries("~", phrases.approximations)
    yield from entries("n", phrases.negations)
    yield from number_entries(phrases)
    yield from entries("o", phrases.or_words)
    yield from entries(RANGE, phrases.range_words)
    yield from entries("w", phrases.fillers - phrases.pm - phrases.am)
