"""Whatever is typed: no exception, a legal value, bounded time."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachbot.engine.answers.phrases import phrases_from
from coachbot.engine.answers.read import read
from coachbot.engine.answers.readings import Answer, OutOfRange, Reading
from coachbot.engine.asks import Ask, Choice, Day, FreeText, Number, Scale, Several, TimeOfDay, Wait, YesNo

from .conftest import ROOT, TODAY
from .conftest import _english as english_phrases

LABELS = {"a": "Yes, all of it", "b": "Not today", "c": "4-6 days", "0": "No pain"}
ASKS: tuple[Ask, ...] = (
    Choice("c", ("a", "b", "c")),
    Choice("c", ("v0", "v1", "v2"), exact=True),
    Several("s", ("mon", "tue", "a", "b"), least=1, most=3),
    Several("s", ("a", "b"), exact=True),
    YesNo("y"),
    Number("n", 1, 180, "min", whole=True),
    Number("n", None, None, None, whole=False),
    Number("n", 30, 250, "kg", whole=False),
    Scale("p", 0, 10),
    Scale("p", -5, 5, exact=True),
    TimeOfDay("at"),
    TimeOfDay("evening"),
    Day("on"),
    FreeText("t", longest=50),
    Wait(20),
)
_PIECES = """
    half past quarter to seven 7 7.30 19h30 pm am 1/2 ½ and a an hour h min 20 - / : , . % ~ not no yes stop
    ago in 3 days week last next monday March 2026-03-07 7th twenty hundred thousand out of 10 or between
    except none done the second one minus -3 1,3,5 99999999 ５ ٣ 七 十 👍 🔟 😢 don't can't all of it back
"""
PIECES = (*_PIECES.split(), "\u200f")


def _legal(ask: Ask, reading: Reading) -> bool:
    if not isinstance(reading, Answer):
        return not isinstance(reading, OutOfRange) or reading.value == reading.value
    value = reading.value
    match ask:
        case Choice():
            return value in ask.of
        case Several():
            return isinstance(value, tuple) and set(value) <= set(ask.of) and len(value) >= ask.least
        case YesNo():
            return value in ("yes", "no")
        case Number():
            return isinstance(value, int | float) and (ask.low is None or value >= ask.low)
        case Scale():
            return isinstance(value, int) and ask.low <= value <= ask.high
        case TimeOfDay():
            return isinstance(value, str) and len(value) == 5 and value[:2] < "24" and value[3:] < "60"
        case Day():
            return isinstance(value, str) and bool(date.fromisoformat(value))
        case FreeText():
            return isinstance(value, str) and 0 < len(value) <= ask.longest
    return isinstance(value, str)


def _reading(ask: Ask, text: str) -> Reading:
    return read(ask, text, labels=LABELS, phrases=english_phrases(), today=TODAY, chosen=())


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=500))
def test_any_characters(text: str) -> None:
    for ask in ASKS:
        assert _legal(ask, _reading(ask, text))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9), st.sampled_from((" ", "", ", ")))
def test_any_row_of_meaningful_pieces(pieces: list[str], between: str) -> None:
    for ask in ASKS:
        assert _legal(ask, _reading(ask, between.join(pieces)))


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=1439).filter(lambda minute: minute // 60 not in (10, 11)))
def test_every_clear_time_is_read_back(minute: int) -> None:
    text = f"{minute // 60:02d}:{minute % 60:02d}"
    assert _reading(TimeOfDay("at"), text) == Answer(text)


@settings(max_examples=50, deadline=None)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)))
def test_every_iso_date_is_read_back(day: date) -> None:
    assert _reading(Day("on"), day.isoformat()) == Answer(day.isoformat())


LONG = {
    "letters": "a" * 65_536,
    "digits": "9" * 65_536,
    "spaces": " " * 65_536,
    "story": "I had to stop after three, it hurt. " * 1_800,
    "polite": "please " * 56,
    "fillers": "the a it " * 44,
    "numbers": "7 " * 199,
    "halves": "half an hour and " * 23,
    "multipliers": "hundred thousand " * 23,
    "emoji": "👍🏽" * 199,
    "combining": "a" + "\u0301" * 390,
    "expanding": "\ufdfa" * 399,
    "direction": "\u202e" * 65_536,
    "surrogate": "\ud800" * 399,
    "negations": "not no never " * 30,
    "chinese": "一百二十" * 99,
    "dashes": "-" * 399,
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_bounded_time(name: str) -> None:
    _reading(ASKS[0], "warm up")
    for ask in ASKS:
        start = time.process_time()
        reading = _reading(ask, LONG[name])
        assert time.process_time() - start < 2, ask  # what grows with the square takes minutes
        assert _legal(ask, reading)


def test_phrases_alone_decide(english: Any) -> None:
    """The reader holds no English: with the phrases of no language, English means nothing."""
    bare: dict[str, Any] = {
        name: []
        for name in (
            *("yes", "no", "agree", "yes_opens", "no_opens", "skip", "dont_know", "done", "none", "all_of"),
            *("negations", "stop_words"),
        )
    }
    bare["interrupts"] = {code: [f"x{i}"] for i, code in enumerate(sorted(set(english.interrupts.values())))}
    phrases = phrases_from(bare)
    for ask in ASKS:
        if not isinstance(ask, FreeText):
            for text in ("yeah", "six", "yesterday", "noon", "stop", "skip", "half an hour"):
                assert not isinstance(read(ask, text, labels={}, phrases=phrases, today=TODAY), Answer)


def test_the_pack_ships_english() -> None:
    assert (ROOT / "content/en/phrases.yaml").is_file()
