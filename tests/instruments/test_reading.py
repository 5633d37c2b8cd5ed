"""Reading an instrument: a good one passes, each fault is named with its place and its cure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coachbot.instruments import InstrumentFault, instrument_from

from .conftest import Data, shipped_data


def test_the_smallest_good_instrument_is_read(small: Data) -> None:
    read = instrument_from(small)
    assert [item.code for item in read.items] == ["q1", "q2", "q3", "aside"]
    assert read.score("total").items == ("q1", "q2", "q3")
    assert read.watched


def test_an_item_takes_the_recall_of_its_instrument_unless_it_has_its_own(small: Data) -> None:
    small["items"][1]["recall"] = "now"
    read = instrument_from(small)
    assert [item.recall for item in read.items] == ["today", "now", "today", "today"]


def test_what_is_not_said_to_be_unconfirmed_counts_as_confirmed(small: Data) -> None:
    small["change"][0]["confirmed"] = False
    read = instrument_from(small)
    assert read.score("total").missing.source.confirmed
    assert not read.change[0].source.confirmed


def _set(*keys: str | int, to: object) -> Callable[[Data], None]:
    def spoil(data: Data) -> None:
        place: Any = data
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return spoil


def _drop(*keys: str | int) -> Callable[[Data], None]:
    def spoil(data: Data) -> None:
        place: Any = data
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return spoil


FAULTS = {
    "a missing title": (_drop("title"), "title", "a text is missing", "Write title:"),
    "an unknown key": (_set("tittle", to="x"), "tittle", "not known", "Did you mean 'title'?"),
    "a number instead of a text": (_set("recall", to=3), "recall", "3 is not a text", "Write recall:"),
    "minutes that are no number": (
        _set("minutes", to="two"),
        "minutes",
        "not a whole number",
        "whole number",
    ),
    "a truth instead of a number": (
        _set("minutes", to=True),
        "minutes",
        "not a whole number",
        "whole number",
    ),
    "no time at all": (_set("minutes", to=0), "minutes", "at least a minute", "from 1"),
    "an unknown layout": (
        _set("layout", to="tick"),
        "layout",
        "'tick' is not one of",
        "Did you mean 'ticks'?",
    ),
    "no items": (_set("items", to=[]), "items", "is not a list", "a list below it"),
    "an item that is no group of keys": (_set("items", 1, to="q2"), "items.1", "group of keys", "below it"),
    "a duplicate item code": (_set("items", 1, "code", to="q1"), "items.1.code", "comes twice", "own code"),
    "a code in capitals": (
        _set("items", 1, "code", to="Q2"),
        "items.1.code",
        "can't be a code",
        "lower case",
    ),
    "a code the templates take": (_set("items", 1, "code", to="not"), "items.1.code", "can't be", "template"),
    "a LOINC code with a wrong digit": (
        _set("items", 0, "loinc", to="44250-8"),
        "items.0.loinc",
        "no LOINC code",
        "loinc.org",
    ),
    "an odd LOINC answer list": (_set("loinc_answers", to="358"), "loinc_answers", "no LOINC", "LL358-3"),
    "a range of one value": (
        _set("items", 0, "anchors", to=[{"code": "x", "value": 1}]),
        "items.0",
        "range is 1 to 1",
        "two different",
    ),
    "two anchors of one value": (
        _set("items", 0, "anchors", to=[{"code": c, "value": v} for c, v in zip("xyz", (0, 2, 2), strict=True)]),
        "items.0.anchors",
        "same value",
        "own value",
    ),
    "a duplicate anchor code": (
        _set("anchors", 1, "code", to="a0"),
        "anchors.1.code",
        "comes twice",
        "own code",
    ),
    "likert without anchors": (_drop("anchors"), "anchors", "need anchors", "Add anchors"),
    "pages without ticks": (_set("per_page", to=6), "per_page", "only ticks", "Remove it"),
    "an item in no score": (
        _set("scores", 0, "items", to=["q1", "q3"]),
        "items.1",
        "'q2' is in no score",
        "scored: false",
    ),
    "a score naming an unknown item": (
        _set("scores", 0, "items", to=["q1", "q2", "q4"]),
        "scores.0.items.2",
        "'q4' is no item",
        "Use one of",
    ),
    "a score naming an unscored item": (
        _set("scores", 0, "items", to=["q1", "q2", "q3", "aside"]),
        "scores.0.items.3",
        "not scored",
        "Take it out",
    ),
    "a score naming an item twice": (
        _set("scores", 0, "items", to=["q1", "q2", "q3", "q3"]),
        "scores.0.items.3",
        "comes twice",
        "once",
    ),
    "a score without items": (_set("scores", 0, "items", to=[]), "scores.0.items", "no items", "items: all"),
    "a reversal of a missing item": (
        _set("scores", 0, "reverse", to=["q9"]),
        "scores.0.reverse.0",
        "no item of this score",
        "Use one of",
    ),
    "an unknown method": (
        _set("scores", 0, "method", to="add"),
        "scores.0.method",
        "not one of",
        "Use one of",
    ),
    "a value of three items": (_set("scores", 0, "method", to="value"), "scores.0.method", "one item", "sum"),
    "a wrong range of a score": (
        _set("scores", 0, "high", to=9),
        "scores.0.high",
        "reach 6",
        "Write high: 6",
    ),
    "a score out of nothing": (
        _set("scores", 0, "missing", "allow", to=3),
        "scores.0.missing.allow",
        "out of nothing",
        "fewer",
    ),
    "no rule for missing answers": (
        _drop("scores", 0, "missing"),
        "scores.0.missing",
        "missing",
        "keys of missing",
    ),
    "a rule without its source": (
        _drop("scores", 0, "missing", "source"),
        "scores.0.missing.source",
        "missing",
        "Write source:",
    ),
    "a confirmation that is a word": (
        _set("change", 0, "confirmed", to="no"),
        "change.0.confirmed",
        "not true or false",
        "confirmed: false",
    ),
    "a gap between bands": (
        _set("scores", 0, "bands", "of", 1, "low", to=4),
        "scores.0.bands.of.1.low",
        "a gap",
        "Write low: 3",
    ),
    "an overlap of bands": (
        _set("scores", 0, "bands", "of", 1, "low", to=2),
        "scores.0.bands.of.1.low",
        "an overlap",
        "Write low: 3",
    ),
    "bands that start late": (
        _set("scores", 0, "bands", "of", 0, "low", to=1),
        "scores.0.bands.of.0.low",
        "does not start",
        "low: 0",
    ),
    "bands that end early": (
        _set("scores", 0, "bands", "of", 1, "high", to=5),
        "scores.0.bands.of.1.high",
        "does not end",
        "high: 6",
    ),
    "a band upside down": (
        _set("scores", 0, "bands", "of", 0, to={"code": "light", "low": 0, "high": -1}),
        "scores.0.bands.of.0",
        "down to -1",
        "Swap",
    ),
    "a duplicate band": (
        _set("scores", 0, "bands", "of", 1, "code", to="light"),
        "scores.0.bands.of.1.code",
        "comes twice",
        "own",
    ),
    "a change of an unknown score": (
        _set("change", 0, "score", to="totl"),
        "change.0.score",
        "no score",
        "'total'",
    ),
    "a change of nothing": (_set("change", 0, "points", to=0), "change.0.points", "too small", "above 0"),
    "half a rule for low starts": (_set("change", 0, "low_start", to=7), "change.0", "go together", "both"),
    "danger at an unknown item": (
        _set("safety", 0, "item", to="q5"),
        "safety.0.item",
        "no item",
        "Use one of",
    ),
    "danger beyond the range": (_set("safety", 0, "at_least", to=3), "safety.0.at_least", "never", "up to 2"),
    "danger at every answer": (_set("safety", 0, "at_least", to=0), "safety.0.at_least", "always", "above 0"),
    "danger of no kind": (_drop("safety", 0, "kind"), "safety.0.kind", "missing", "Write kind:"),
    "danger without its value": (
        _drop("safety", 0, "at_least"),
        "safety.0.at_least",
        "value or",
        "one of the two",
    ),
    "asking again after an answer": (
        _set("safety", 0, "ask_again", to=1),
        "safety.0.ask_again",
        "skipped",
        "skipped: true",
    ),
    "official wording without origin": (_drop("official"), "official", "without its origin", "wording: own"),
    "official wording without version": (
        _drop("official", "version"),
        "official.version",
        "missing",
        "version:",
    ),
    "an item that is silent on danger": (
        _drop("items", 0, "safety"),
        "items.0",
        "nothing says whether an answer can be a danger",
        "Write safety:",
    ),
    "an unknown word on danger": (
        _set("items", 0, "safety", to="no"),
        "items.0.safety",
        "'no' is not one of",
        "Did you mean 'none'?",
    ),
    "a rule announced and not written": (
        _set("items", 0, "safety", to="rules"),
        "items.0.safety",
        "no rule is about 'q1'",
        "or write none",
    ),
    "a rule written and not announced": (
        _set("items", 1, "safety", to="none"),
        "items.1.safety",
        "a rule is about 'q2'",
        "Write safety: rules",
    ),
    "a number read like words": (
        _set("items", 0, "safety", to="read"),
        "items.0.safety",
        "free text is read",
        "safety: read for",
    ),
    "words that are not read": (
        _set("items", 3, to={"code": "aside", "kind": "text", "safety": "none"}),
        "items.3.safety",
        "free text is read",
        "safety: read for",
    ),
    "words that can hold nothing": (
        _set("items", 3, to={"code": "aside", "kind": "text", "longest": 0, "safety": "read"}),
        "items.3.longest",
        "no character",
        "from 1",
    ),
    "a choice of one": (
        _set("items", 3, to={"code": "aside", "kind": "several", "of": ["x"], "safety": "none"}),
        "items.3.of",
        "nothing to choose",
        "two codes",
    ),
    "an item about nothing": (
        _set("items", 0, "about", to="aside"),
        "items.0.about",
        "no text that is kept",
        "asked_once: true",
    ),
    "a number without its range": (
        _set("items", 3, to={"code": "aside", "kind": "number", "safety": "none"}),
        "items.3.range",
        "is missing",
        "keys of range",
    ),
    "a number upside down": (
        _set("items", 3, to={"code": "aside", "kind": "number", "range": {"low": 9, "high": 1}, "safety": "none"}),
        "items.3",
        "range is 9 to 1",
        "two different",
    ),
    "a key of another kind of item": (
        _set("items", 0, "longest", to=9),
        "items.0.longest",
        "not known here",
        "Use one of",
    ),
    "a span nobody can count": (
        _set("recall", to="past_weeks"),
        "recall",
        "no recall period",
        "Did you mean 'past_week'?",
    ),
    "an unknown time to ask": (_set("after", to="end"), "after", "'end' is not one of", "any_time"),
    "reversal without its example": (_drop("vectors", 3), "vectors", "no example for reversed", "by hand"),
    "own wording with an origin": (_set("wording", to="own"), "official", "no official origin", "Remove it"),
    "no licence": (_drop("licence"), "licence", "missing", "keys of licence"),
    "no examples": (_drop("vectors"), "vectors", "floor, ceiling, mixed, reversed, missing", "by hand"),
    "no example of missing answers": (_drop("vectors", 4), "vectors", "no example for missing", "by hand"),
    "an example that comes out otherwise": (
        _set("vectors", 2, "scores", "total", to=4),
        "vectors.2.scores.total",
        "as 3, not 4",
        "Correct",
    ),
    "an example in another band": (
        _set("vectors", 2, "bands", "total", to="light"),
        "vectors.2.bands.total",
        "as heavy, not light",
        "Correct",
    ),
    "an example without its score": (
        _set("vectors", 2, to={"case": "mixed", "answers": {"q1": 1, "q2": 0, "q3": 0}, "scores": {}}),
        "vectors.2.scores",
        "'total' is not given",
        "Add total: 3",
    ),
    "an example with an impossible answer": (
        _set("vectors", 2, "answers", "q1", to=7),
        "vectors.2.answers",
        "outside 0 to 2",
        "Correct the example",
    ),
    "an example of an unknown score": (
        _set("vectors", 2, "scores", "sum", to=3),
        "vectors.2.scores.sum",
        "is no score",
        "total",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_place_and_its_cure(small: Data, name: str) -> None:
    spoil, path, message, cure = FAULTS[name]
    spoil(small)
    with pytest.raises(InstrumentFault) as caught:
        instrument_from(small)
    found = [fault for fault in caught.value.faults if fault.path == path]
    assert len(found) == 1, caught.value
    assert message in found[0].message
    assert cure in found[0].cure


def test_all_faults_come_at_once(small: Data) -> None:
    del small["title"]
    small["items"][1]["code"] = "q1"
    small["change"][0]["points"] = -1
    with pytest.raises(InstrumentFault) as caught:
        instrument_from(small)
    paths = [fault.path for fault in caught.value.faults]
    assert {"title", "items.1.code", "change.0.points"} <= set(paths)
    assert str(caught.value).startswith("Instrument 'small' has ")


def test_an_empty_file_is_refused_with_every_key_it_lacks() -> None:
    with pytest.raises(InstrumentFault) as caught:
        instrument_from({})
    paths = {fault.path for fault in caught.value.faults}
    assert {"instrument", "title", "items", "scores", "layout", "licence", "wording", "vectors"} <= paths


def test_ticks_need_pages_and_count_from_0_to_1(small: Data) -> None:
    small["layout"] = "ticks"
    del small["anchors"]
    with pytest.raises(InstrumentFault) as caught:
        instrument_from(small)
    assert "per_page" in {fault.path for fault in caught.value.faults}
    assert "scores.0.high" in {fault.path for fault in caught.value.faults}  # three ticks reach 3, not 6


def test_a_scale_needs_its_range(small: Data) -> None:
    small["layout"] = "scale"
    del small["anchors"]
    with pytest.raises(InstrumentFault) as caught:
        instrument_from(small)
    assert "range" in {fault.path for fault in caught.value.faults}


# -- value sets -------------------------------------------------------------------------------------------
VALUE_SET = ("scores", 0, "value_set")
VALUE_FAULTS = {
    "a loss too few": (_set(*VALUE_SET, "of", "pain", to=[0.1, 0.2, 0.3]), "3 losses for 4 answers"),
    "an item left out": (_drop(*VALUE_SET, "of", "pain"), "0 losses for 4 answers"),
    "an unknown item": (_set(*VALUE_SET, "of", "sleep", to=[0.1, 0.2, 0.3, 0.4]), "'sleep' is no item"),
    "a worse answer that costs less": (_set(*VALUE_SET, "of", "pain", to=[0.4, 0.2, 0.3, 0.5]), "takes away less"),
    "losses that are no numbers": (_set(*VALUE_SET, "of", "pain", to=["a"]), "a list of numbers"),
    "a wrong lowest value": (_set("scores", 0, "low", to=-0.6), "its value set reaches -0.758"),
    "an index without a value set": (_drop(*VALUE_SET), "index and value_set go together"),
    "a value set beside a sum": (_set("scores", 0, "method", to="sum"), "index and value_set go together"),
    "a missing answer allowed": (_set("scores", 0, "missing", "allow", to=1), "no reversed and no missing"),
}


@pytest.mark.parametrize("name", VALUE_FAULTS)
def test_a_value_set_that_does_not_fit_is_named(name: str) -> None:
    spoil, message = VALUE_FAULTS[name]
    data = shipped_data("eq5d5l")
    spoil(data)
    with pytest.raises(InstrumentFault) as caught:
        instrument_from(data)
    assert message in str(caught.value)
