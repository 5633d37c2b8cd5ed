"""The words of one language that reading needs, compiled from `content/<language>/phrases.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from coachbot.engine.answers.folding import plain

#: The words that stand above every dialog; each needs at least one phrase.
INTERRUPTS = (
    "stop", "pause", "help", "menu", "back", "later", "therapist", "my_data", "bad_day", "fewer", "resume",
    "progress", "doctor_page", "settings",
)  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Words: TypeAlias = frozenset[str]
T = TypeVar("T")


class PhrasesError(ValueError):
    """A phrases file that can't be used; its text and `faults` list everything that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([f"phrases.yaml has {len(self.faults)} fault(s):", *self.faults]))


@dataclass(frozen=True, slots=True)
class Unit:
    """Spellings of a unit, worth `factor` of the unit asked for."""

    words: Words
    factor: float
    #: What a bare number after it is worth ("1 h 20": 1 minute each); 0 if nothing can follow.
    then: float = 0.0


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of the day: its words, from when to when (minutes after midnight), and its usual time."""

    words: Words
    start: int
    end: int
    usual: int

    def has(self, minute: int) -> bool:
        """True if the minute of the day lies in it; a part may run over midnight."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


#: How each part of the file is written; a part not named here is a list of phrases.
_SHAPES = {
    "interrupts": "interrupts", "waiting": "phrase_codes", "meanings": "meanings", "openings": "meanings",
    "numbers": "numbers", "multipliers": "numbers", "fractions": "numbers", "ordinals": "numbers", "units": "units",
    "named_times": "times", "day_parts": "day_parts", "weekdays": "weekdays", "day_groups": "phrase_codes",
    "months": "numbers", "relative_days": "numbers", "thousands": "raw", "clock": "clock", "day_first": "flag",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """Everything a language's `phrases.yaml` says; every phrase already in its plain form.

    Compared by identity, so that lexicons built from it can be remembered.
    """

    yes: Words
    no: Words
    #: Consent more than a report ("ok", "fine"): a yes to a yes-or-no question or to "I'm ready".
    agree: Words
    #: The yes and the no that a sentence may begin with ("yes, twice"), unlike "right" or "I am".
    yes_opens: Words
    no_opens: Words
    #: Said to pass a question, even where own words are asked for.
    skip: Words
    #: "Don't know": a skip everywhere but in a free text, where it is an answer.
    dont_know: Words
    #: Ends a choice of several.
    done: Words
    #: Nothing, zero.
    none: Words
    all_of: Words
    #: A word that makes the opposite of what follows; guards every guess.
    negations: Words
    #: Short texts with one of these ask once before anything stops.
    stop_words: Words
    #: Whole message to interrupt code.
    interrupts: Mapping[str, str]
    #: The interrupts that stay commands where own words are asked for; the others are answers there ("back", "wait").
    commands_in_text: Words = frozenset()
    #: How an answer is said in other words, where a choice offers one of its codes: "sort of" is `part`.
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: How a sentence begins that is such an answer, whatever follows: "I had to stop after three, it hurt" is `part`.
    openings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: A yes that is none ("I guess so"): the option that says "not sure", where there is one.
    hedges: Words = frozenset()
    #: What is said during a quiet stretch: phrase to code.
    waiting: Mapping[str, str] = field(default_factory=dict)
    #: Said before one's name ("my name is"), and before the name one would like to be called by ("call me").
    name_openings: Words = frozenset()
    name_wishes: Words = frozenset()
    #: Takes back a yes or no that came before ("yes, but").
    contrasts: Words = frozenset()
    polite: Words = frozenset()
    #: Words that carry no choice of their own ("the", "it was").
    fillers: Words = frozenset()
    #: The bottom and the top of a scale that starts at 0.
    lowest: Words = frozenset()
    highest: Words = frozenset()
    approximations: Words = frozenset()
    comparisons: Words = frozenset()
    except_words: Words = frozenset()
    and_words: Words = frozenset()
    or_words: Words = frozenset()
    #: Makes a range of the "and" that follows ("between 20 and 30").
    between: Words = frozenset()
    range_words: Words = frozenset()
    out_of: Words = frozenset()
    #: What a scale is counted in ("7 points"); beats a unit spelt the same.
    points: Words = frozenset()
    minus: Words = frozenset()
    #: Said before the number of a choice.
    position_words: Words = frozenset()
    #: An article that counts as one before a unit ("an hour").
    ones: Words = frozenset()
    #: What is counted in numbers that are not the answer ("3 sets" where minutes are asked for).
    counted: Words = frozenset()
    numbers: Mapping[str, float] = field(default_factory=dict)
    multipliers: Mapping[str, float] = field(default_factory=dict)
    fractions: Mapping[str, float] = field(default_factory=dict)
    #: -1 is the last one.
    ordinals: Mapping[str, float] = field(default_factory=dict)
    ordinal_suffixes: Words = frozenset()
    thousands: Words = frozenset()
    units: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)
    #: 12: a bare "7:30" may be morning or evening. 24: it is read as written.
    clock: int = 24
    am: Words = frozenset()
    pm: Words = frozenset()
    oclock: Words = frozenset()
    half_past: Words = frozenset()
    half_before: Words = frozenset()
    past: Words = frozenset()
    to: Words = frozenset()
    #: "noon" to minutes after midnight.
    named_times: Mapping[str, int] = field(default_factory=dict)
    day_parts: Mapping[str, DayPart] = field(default_factory=dict)
    weekdays: Mapping[str, str] = field(default_factory=dict)
    #: "weekdays" to the codes it stands for.
    day_groups: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, float] = field(default_factory=dict)
    relative_days: Mapping[str, float] = field(default_factory=dict)
    day_first: bool = True
    last: Words = frozenset()
    next: Words = frozenset()
    this: Words = frozenset()
    ago: Words = frozenset()
    ahead: Words = frozenset()


@lru_cache(maxsize=64)
def without_consent(phrases: Phrases) -> Phrases:
    """The same words but for those of consent ("ok", "fine"), for a question that asks what is so."""
    return replace(phrases, agree=frozenset())


def phrases_from(data: Mapping[str, Any]) -> Phrases:
    """Compile the mapping of a phrases file. Raises `PhrasesError` with every fault at once.

    The first spelling wins where a phrase stands twice in one table.
    """
    if not isinstance(data, Mapping):
        raise PhrasesError(["the file: must be a mapping of names to phrases."])
    compiler = _Compiler()
    known = {one.name: one for one in fields(Phrases)}
    for key in data:
        if key not in known:
            compiler.unknown(str(key), known)
    values = {}
    for name, one in known.items():
        if name in data:
            values[name] = compiler.compile(name, data[name])
        elif one.default is MISSING and one.default_factory is MISSING:
            compiler.fault(name, "is missing. Give a list of phrases.")
    compiler.contradictions(values)
    if compiler.faults:
        raise PhrasesError(compiler.faults)
    return Phrases(**values)


class _Compiler:
    """Turns the parts of a phrases file into tables and collects what is wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, place: str, message: str) -> None:
        self.faults.append(f"{place}: {message}")

    def unknown(self, key: str, known: Iterable[str]) -> None:
        near = get_close_matches(key, list(known), n=1)
        cure = f" Did you mean '{near[0]}'?" if near else " (A bare yes or no may need quotes.)"
        self.fault(key, f"is not a known name.{cure}")

    def compile(self, name: str, value: object) -> Any:
        """One part of the file in its compiled form."""
        made: Callable[[str, object], Any] = getattr(self, f"_{_SHAPES.get(name, 'words')}")
        return made(name, value)

    def _words(self, place: str, value: object) -> Words:
        return frozenset(self._list(place, value))

    def _list(self, place: str, value: object) -> list[str]:
        if not isinstance(value, list | tuple):
            self.fault(place, "must be a list of phrases.")
            return []
        return [key for i, one in enumerate(value) if (key := self._phrase(f"{place}.{i}", one))]

    def _phrase(self, place: str, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.fault(place, f"{value!r} is not a phrase. Put it in quotes.")
            return ""
        key = plain(str(value))
        if not key:
            self.fault(place, "is empty.")
        return key

    def _raw(self, place: str, value: object) -> Words:
        if isinstance(value, list) and all(isinstance(one, str) and len(one) == 1 for one in value):
            return frozenset(value)
        self.fault(place, "must be a list of single characters in quotes.")
        return frozenset()

    def _table(self, place: str, value: object, read_key: Callable[[str, str], T | None]) -> Mapping[str, T]:
        """Phrase to meaning, from a mapping of meanings to phrases."""
        found: dict[str, T] = {}
        for key, phrases in self._mapping(place, value).items():
            meaning = read_key(f"{place}.{key}", str(key))
            for phrase in self._list(f"{place}.{key}", phrases):
                if meaning is not None:
                    found.setdefault(phrase, meaning)
        return MappingProxyType(found)

    def _mapping(self, place: str, value: object) -> Mapping[Any, Any]:
        if isinstance(value, Mapping):
            return value
        self.fault(place, "must be a mapping.")
        return {}

    def _phrase_codes(self, place: str, value: object) -> Mapping[str, str]:
        return self._table(place, value, lambda _, key: key)

    def _meanings(self, place: str, value: object) -> Mapping[str, tuple[str, ...]]:
        """Phrase to all the codes that it may stand for."""
        found: dict[str, tuple[str, ...]] = {}
        for code, phrases in self._mapping(place, value).items():
            for phrase in self._list(f"{place}.{code}", phrases):
                found[phrase] = (*found.get(phrase, ()), str(code))
        return MappingProxyType(found)

    def _numbers(self, place: str, value: object) -> Mapping[str, float]:
        return self._table(place, value, self._number)

    def _times(self, place: str, value: object) -> Mapping[str, int]:
        return self._table(place, value, self._minute)

    def _number(self, place: str, value: object) -> float | None:
        try:
            return float(str(value))
        except ValueError:
            self.fault(place, f"'{value}' is not a number.")
            return None

    def _minute(self, place: str, value: object) -> int | None:
        hour, _, minute = str(value).partition(":")
        if hour.isdecimal() and minute.isdecimal() and int(hour) <= 24 and int(minute) < 60:
            return int(hour) * 60 + int(minute)
        self.fault(place, f"'{value}' is not a time. Write it like \"07:30\", in quotes.")
        return None

    def _weekdays(self, place: str, value: object) -> Mapping[str, str]:
        return self._coded(place, value, WEEKDAYS)

    def _interrupts(self, place: str, value: object) -> Mapping[str, str]:
        return self._coded(place, value, INTERRUPTS)

    def _coded(self, place: str, value: object, codes: tuple[str, ...]) -> Mapping[str, str]:
        given = self._mapping(place, value)
        for code in codes:
            if not given.get(code):
                self.fault(f"{place}.{code}", "is missing. Give at least one phrase.")
        seen: dict[str, str] = {}
        for code, phrases in given.items():
            if code not in codes:
                self.fault(f"{place}.{code}", f"is not one of {', '.join(codes)}.")
            for phrase in self._list(f"{place}.{code}", phrases):
                if seen.setdefault(phrase, code) != code:
                    self.fault(f"{place}.{code}", f"'{phrase}' already means {seen[phrase]}.")
        return MappingProxyType(seen)

    def _units(self, place: str, value: object) -> Mapping[str, tuple[Unit, ...]]:
        found = {}
        for code, rows in self._mapping(place, value).items():
            listed = rows if isinstance(rows, list) else [rows]
            found[str(code)] = tuple(
                self._unit(f"{place}.{code}.{i}", self._mapping(f"{place}.{code}.{i}", row))
                for i, row in enumerate(listed)
            )
        return MappingProxyType(found)

    def _unit(self, place: str, row: Mapping[str, Any]) -> Unit:
        words = self._words(f"{place}.words", row.get("words"))
        factor = self._number(f"{place}.factor", row.get("factor", 1))
        then = self._number(f"{place}.then", row.get("then", 0))
        return Unit(words, factor or 1.0, then or 0.0)

    def _day_parts(self, place: str, value: object) -> Mapping[str, DayPart]:
        found = {}
        for code, row in self._mapping(place, value).items():
            at = f"{place}.{code}"
            given = self._mapping(at, row)
            words = self._words(f"{at}.words", given.get("words"))
            times = [self._minute(f"{at}.{key}", given.get(key)) for key in ("from", "to", "usual")]
            start, end, usual = (one or 0 for one in times)
            found[str(code)] = DayPart(words, start, end, usual)
        return MappingProxyType(found)

    def _clock(self, place: str, value: object) -> int:
        if value in (12, 24) and isinstance(value, int):
            return value
        self.fault(place, "must be 12 or 24.")
        return 24

    def _flag(self, place: str, value: object) -> bool:
        if isinstance(value, bool):
            return value
        self.fault(place, "must be true or false.")
        return True

    def contradictions(self, values: Mapping[str, Any]) -> None:
        """One phrase must not mean two things that lead to different ends."""
        self._apart(values, "no", ("yes", "agree", "yes_opens", "done", "all_of"))
        self._apart(values, "no_opens", ("yes", "agree", "yes_opens"))
        self._apart(values, "yes", ("skip", "dont_know", "none"))
        self._apart(values, "agree", ("skip", "dont_know", "none"))
        self._apart(values, "interrupts", ("yes", "agree", "no", "skip", "dont_know", "done", "none", "all_of"))

    def _apart(self, values: Mapping[str, Any], name: str, others: tuple[str, ...]) -> None:
        for other in others:
            for phrase in sorted(set(values.get(name, ())) & set(values.get(other, ()))):
                self.fault(name, f"'{phrase}' stands under {other} too. Keep one.")
