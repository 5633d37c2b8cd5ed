"""The choices of an open question as a patient may name them: label, code, number, "the second"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from coachbot.engine.answers.folding import fold, label_key
from coachbot.engine.answers.lexing import (
    NUMBER,
    Lexicon,
    Mark,
    entries,
    kinds,
    number_entries,
    valued,
    without,
)
from coachbot.engine.answers.phrases import Phrases

_VALUE = re.compile(r"[a-z]*_?(\d+)")
_PAUSE = re.compile(r"[,.;:!?()，。、！？；：–—]")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: its code and, in plain form, its label and its code."""

    code: str
    label: str
    key: str
    #: The label up to its first comma or full stop ("yes" of "Yes, all of it").
    opening: str
    #: The label without an aside in brackets ("start" of "Start (6 minutes)").
    bare: str
    #: What stands between its commas and full stops ("no" and "or not sure" of "No, or not sure").
    parts: tuple[str, ...]
    #: Literal numbers in the label ("4-6 days": 4, 6).
    numbers: tuple[float, ...]

    @property
    def names(self) -> tuple[str, str]:
        """The ways to name it, the label first."""
        return self.label, self.key


def options_of(of: tuple[str, ...], labels: Mapping[str, str]) -> tuple[Option, ...]:
    """The options in order; a code without a label is its own."""
    return tuple(_option(code, labels.get(code, code)) for code in of)


@lru_cache(maxsize=8192)
def _option(code: str, label: str) -> Option:
    numbers = tuple(float(one.replace(",", ".")) for one in _DIGITS.findall(fold(label))[:4])
    parts = tuple(label_key(part) for part in _PAUSE.split(label.strip()))
    bare = label_key(_ASIDE.sub("", label)) or label_key(label)
    return Option(code, label_key(label), label_key(code), parts[0], bare, parts, numbers)


def named(options: tuple[Option, ...], key: str) -> str | None:
    """The code of the option that the text names exactly; labels before codes, spaces forgiven."""
    for names in ("label", "bare", "key"):
        for option in options:
            if key and getattr(option, names) == key:
                return option.code
    tight = key.replace(" ", "")
    same = {one.code for one in options if tight in (one.label.replace(" ", ""), one.key.replace(" ", ""))}
    return same.pop() if len(same) == 1 else None


@lru_cache(maxsize=32)
def _position_lexicon(phrases: Phrases) -> Lexicon:
    def all_entries() -> Iterator[tuple[str, Mark]]:
        yield from valued("O", phrases.ordinals)
        yield from number_entries(phrases)
        yield from entries("p", phrases.position_words)
        yield from entries("w", phrases.polite)
        for units in phrases.units.values():
            for unit in units:
                yield from entries("U", unit.words)

    return Lexicon(phrases, all_entries())


def position(folded: str, phrases: Phrases) -> Mark | None:
    """The number (kind N; a unit after it is its `text`) or ordinal (kind O) that the text is, if nothing else."""
    marks = without(_position_lexicon(phrases).marks(folded), "pw,")
    if kinds(marks) in ("ON", "O") and (len(marks) == 1 or not marks[1].digits):
        return marks[0]
    if kinds(marks) == "NU":
        return replace(marks[0], text=marks[1].raw)
    return marks[0] if kinds(marks) == NUMBER else None


def picked(options: tuple[Option, ...], mark: Mark, exact: bool = False) -> str | None:
    """The code that a number or an ordinal picks.

    A number is the value where all codes carry one (`a0` ... `a3`), the label's number where labels hold
    numbers ("10 minutes", "4-6 days"), else the position in the list. Where only some labels hold numbers, a
    bare number that is none of them is the position as well. An ordinal is always the position.
    """
    if mark.kind == "O":
        return at_position(options, mark.number)
    values = values_of(options)
    if values:
        return values.get(mark.number)
    bare = not exact and not mark.text
    if all(not one.numbers for one in options) or (bare and _means_position(options, mark.number)):
        return at_position(options, mark.number)
    return _by_label(options, mark.number, exact)


def at_position(options: tuple[Option, ...], number: float) -> str | None:
    """The code at a position from 1; -1 is the last."""
    if number == -1:
        return options[-1].code if options else None
    whole = int(number) if 1 <= number <= len(options) and number == int(number) else 0
    return options[whole - 1].code if whole else None


def counts_positions(options: tuple[Option, ...]) -> bool:
    """True if a bare number means a position in the list."""
    return not values_of(options) and not any(option.numbers for option in options)


def values_of(options: tuple[Option, ...]) -> dict[float, str]:
    """Number to code, if every code carries its own number; else empty."""
    found = {}
    for option in options:
        match = _VALUE.fullmatch(option.code)
        if not match:
            return {}
        found[float(match[1])] = option.code
    return found if len(found) == len(options) else {}


def _means_position(options: tuple[Option, ...], number: float) -> bool:
    """True if some labels hold no number, and those that do hold another one."""
    held = [number for option in options for number in option.numbers]
    return any(not one.numbers for one in options) and number not in held and _by_label(options, number, False) is None


def _by_label(options: tuple[Option, ...], number: float, exact: bool) -> str | None:
    same = [one.code for one in options if one.numbers == (number,)]
    if not same and not exact:
        pairs = [one for one in options if len(one.numbers) == 2]
        same = [one.code for one in pairs if one.numbers[0] <= number <= one.numbers[1]]
    return same[0] if len(same) == 1 else None
