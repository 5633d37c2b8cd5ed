"""What an instrument is: frozen data, without texts and without calculation.

The words a patient reads stand elsewhere (content/<language>/instruments/<id>.md) and are joined by code,
so that scores survive a change of language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

Layout = Literal["likert", "scale", "ticks"]
Method = Literal["sum", "mean", "value", "index"]
Higher = Literal["worse", "better"]
WordingKind = Literal["own", "official"]
Priority = Literal["low", "medium", "high", "top"]
#: `value`: a whole number behind anchors, a scale or a tick. The others are stored and never scored.
ItemKind = Literal["value", "text", "number", "several"]
#: Whether an answer can be a danger. `none`: no answer is. `rules`: the file's safety rules say which.
#: `read`: the patient's own words, read for danger like every free text.
ItemSafety = Literal["none", "rules", "read"]
#: From when on it can be asked: any time, once the programme has begun, or once its last session is over.
After = Literal["any_time", "start", "last_session"]
#: What an item can be answered with, as it is stored; None is a skipped item.
Answer = int | float | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, and whether somebody has looked it up there."""

    #: Citation, short enough to print beside the figure.
    text: str
    #: False: remembered or our own proposal; a clinician has to confirm it before a site relies on it.
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Anchor:
    """One answer that can be chosen."""

    code: str
    value: int


@dataclass(frozen=True, slots=True)
class Item:
    """One question or statement of an instrument."""

    code: str
    #: LOINC code of the question, if one is known.
    loinc: str | None
    #: Lowest and highest value of an answer, both included.
    low: int
    high: int
    #: False for an item that is asked and stored, but belongs to no score.
    scored: bool
    #: The answers to choose from; empty for a plain number scale and for ticks.
    anchors: tuple[Anchor, ...]
    #: The span the question is about: `today`, `two_weeks`, `past_week`, `now`, ...
    recall: str
    safety: ItemSafety = "none"
    kind: ItemKind = "value"
    #: For `text`: the most characters that are kept.
    longest: int = 0
    #: For `text`: the answer is kept for the whole programme, asked for once and taken up again later.
    asked_once: bool = False
    #: Code of the kept text that this item is about: without that answer it is not asked.
    about: str | None = None
    #: For `number`: min, kg, cm, years, days, times or None.
    unit: str | None = None
    #: For `several`: the codes that can be chosen.
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A named part of a score's range, from `low` to `high`, both included."""

    low: float
    high: float
    code: str
    source: Source


@dataclass(frozen=True, slots=True)
class MissingRule:
    """How many items may lack an answer before there is no score at all.

    Up to `allow` missing items, the mean of the answered ones stands in for them (prorating).
    """

    allow: int
    source: Source


@dataclass(frozen=True, slots=True)
class ValueSet:
    """What each answer takes from full health (1) in the preferences of one country's people."""

    #: By item: what the answers above the lowest one take away, in the order of their values.
    losses: Mapping[str, tuple[float, ...]]
    source: Source


@dataclass(frozen=True, slots=True)
class Score:
    """A number made of items."""

    code: str
    loinc: str | None
    #: Codes of the items, in reading order.
    items: tuple[str, ...]
    #: `value` is the one item's own value; `index` is 1 less what the value set takes for each answer.
    method: Method
    #: Codes of the items that count the other way round (low + high - value).
    reverse: tuple[str, ...]
    low: float
    high: float
    missing: MissingRule
    bands: tuple[Band, ...]
    higher_is: Higher
    #: Only, and always, with the method `index`.
    value_set: ValueSet | None = None


@dataclass(frozen=True, slots=True)
class SmallestChange:
    """The smallest change of a score that people notice as a change."""

    score: str
    #: In points of the score.
    points: float
    #: For those who start below `low_start`, this share of the start (in percent) is already an
    #: improvement. A worsening is always judged by `points`. Both are given, or neither.
    low_start: float | None
    low_percent: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """An answer that a person must hear of, whatever the total. Read item by item, never at the end."""

    item: str
    #: What it points to, e.g. `self_harm`; the site's crisis text goes by this code.
    kind: str
    priority: Priority
    #: The rule holds from this value on; None for a rule about a skipped item.
    at_least: int | None
    #: For a skipped item: how often the question is asked again, kindly, before the rule holds.
    ask_again: int
    source: Source

    @property
    def about_skipping(self) -> bool:
        """Whether the rule is about leaving the item out, not about an answer."""
        return self.at_least is None


@dataclass(frozen=True, slots=True)
class Licence:
    """Who allows the use of the instrument, and on what terms."""

    terms: str
    granted_by: str
    source: Source


@dataclass(frozen=True, slots=True)
class Official:
    """The published wording that a site has the right to show."""

    source: str
    version: str
    licence: str
    #: The languages it is installed in; everywhere else the wording is the project's own. Empty: all of them.
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """A worked example that the instrument must score as written: a test that travels with the data."""

    #: `floor`, `ceiling`, `mixed`, `reversed` or `missing`.
    case: str
    answers: Mapping[str, int | None]
    scores: Mapping[str, float | None]
    #: Codes of the bands expected for some of the scores.
    bands: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire, complete and checked (see `reading.instrument_from`)."""

    id: str
    #: Its clinical name, for staff; never shown to patients.
    title: str
    #: LOINC code of the whole panel and of its answer list, if known.
    loinc: str | None
    loinc_answers: str | None
    #: Time it takes, in minutes.
    minutes: int
    recall: str
    #: `likert`: one item a message, with anchors. `scale`: one number a message. `ticks`: several
    #: statements a message, ticked or not (1 or 0).
    layout: Layout
    #: Statements shown at a time, for `ticks`; else None.
    per_page: int | None
    anchors: tuple[Anchor, ...]
    items: tuple[Item, ...]
    scores: tuple[Score, ...]
    change: tuple[SmallestChange, ...]
    safety: tuple[SafetyRule, ...]
    licence: Licence
    wording: WordingKind
    #: Only, and always, with `wording: official`.
    official: Official | None
    vectors: tuple[Vector, ...]
    #: Only patients of these arms ever meet it; empty means everybody.
    arms: tuple[str, ...] = ()
    after: After = "any_time"

    def wording_in(self, language: str) -> WordingKind:
        """Whose sentences a patient of this language is asked in."""
        official = self.official
        return "own" if official is None or (official.languages and language not in official.languages) else "official"

    @property
    def watched(self) -> bool:
        """Whether it may be opened only while a reader of alerts is on duty."""
        return bool(self.safety)

    def item(self, code: str) -> Item:
        """The item of this code; KeyError if there is none."""
        return _named(code, self.items, self.id)

    def score(self, code: str) -> Score:
        """The score of this code; KeyError if there is none."""
        return _named(code, self.scores, self.id)


_Coded = TypeVar("_Coded", Item, Score)


def _named(code: str, things: tuple[_Coded, ...], owner: str) -> _Coded:
    for thing in things:
        if thing.code == code:
            return thing
    known = ", ".join(thing.code for thing in things)
    raise KeyError(f"{owner} has no '{code}'. Use one of: {known}.")
