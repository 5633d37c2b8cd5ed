"""Words and formulas: what is shown, what is missing, and what nobody can do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.engine.effects import Text
from coachbot.rendering import (
    LONGEST,
    Bubble,
    FormulaError,
    Section,
    Words,
    WordsError,
    compile_expression,
    render,
)

SCOPE: dict[str, Any] = {
    "did": "part",
    "pain_before": 3,
    "pain_after": 7,
    "skipped": None,
    "days": ("mon", "tue"),
    "minutes": 20.0,
    "patient": {"name": "Mei", "items": "a key like a method"},
    "answered": {"rmdq": None},
}


# -- formulas -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("did == 'part'", True),
        ("pain_after - pain_before >= 3 or pain_after >= 7", True),
        ("pain_before is missing or pain_after is missing", False),
        ("skipped is missing", True),
        ("nowhere is missing", True),
        ("nowhere.at.all is missing", True),
        ("answered.rmdq is missing", True),
        ("answered.rmdq is not missing and answered.rmdq < 7", False),
        ("patient.items", "a key like a method"),
        ("'mon' in days", True),
        ("'sun' not in days", True),
        ("skipped or 5", 5),
        ("skipped|default(4) + 1", 5),
        ("1 if skipped is missing else 2", 1),
        ("days|length", 2),
        ("days[0]", "mon"),
        ("days[9] is missing", True),
        ("1 < pain_before < 5", True),
        ("not (did == 'all')", True),
        ("-pain_before", -3),
        ("pain_after // 2", 3),
        ("pain_after % 2", 1),
        ("'a' ~ pain_before", "a3"),
        ("2.5|round", 3),
        ("'x'|int", 0),
        ("'+44 7700 900123'|digits", "447700900123"),
        ("'Jo, 07700 900123'|digits(8)", "00900123"),
        ("[did, 'b']", ("part", "b")),
        ("did in ['part', 'all']", True),
        ("did in ('all', skipped)", False),
        ("pain_before in []", False),
        ("none", None),
        ("true", True),
    ],
)
def test_a_formula_has_its_value(source: str, value: object) -> None:
    assert compile_expression(source)(SCOPE) == value


def test_a_formula_tells_what_it_reads_and_what_each_of_it_was() -> None:
    formula = compile_expression("patient.name == did or answered.rmdq.score is missing and did in ['a', 'b']")
    assert {name: read(SCOPE) for name, read in formula.reads.items()} == {
        "patient.name": "Mei",
        "did": "part",
        "answered.rmdq.score": None,
    }


@pytest.mark.parametrize(
    "source",
    [
        "did ==", "range(9)", "patient.name.upper()", "2 ** 9", "did is odd", "did|title", "x y", "{{ x }}",
        "[x for x in y]", "",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(source: str) -> None:
    with pytest.raises(FormulaError):
        compile_expression(source)


@pytest.mark.parametrize("source", ["'x' * 9999999", "'%99999999d' % 1", "days * 3"])
def test_texts_can_not_be_multiplied(source: str) -> None:
    with pytest.raises(FormulaError):
        compile_expression(source)(SCOPE)
    with pytest.raises(FormulaError):
        render("{{ " + source + " }}", SCOPE)


@given(st.integers(-20, 20), st.integers(-20, 20), st.booleans())
def test_formulas_and_texts_agree(before: int, after: int, skipped: bool) -> None:
    scope = {"before": None if skipped else before, "after": after}
    source = "'up' if before is not missing and after - before >= 3 else 'gone' if before is missing else 'same'"
    assert render("{{ " + source + " }}", scope) == compile_expression(source)(scope)


# -- texts --------------------------------------------------------------------------------------------------
def test_a_missing_fact_equals_nothing_and_breaks_no_text() -> None:
    words = "{% if alert.kind == 'crisis' %}call{% elif alert.kind != 'crisis' %}wait{% endif %}"
    assert render(words, {"alert": {"kind": None}}) == "wait"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Hello {{ patient.name }}", "Hello Mei"),
        ("{{ minutes }} min", "20 min"),
        ("{{ 2.50 }} and {{ 1 / 3 }}", "2.5 and 0.33"),
        ("{{ days }}", "mon, tue"),
        ("{% if skipped is missing %}none{% else %}some{% endif %}", "none"),
        ("{% if nowhere.at.all is missing %}none{% endif %}", "none"),
        ("{% for day in days %}<{{ day }}>{% endfor %}", "<mon><tue>"),
        ("{{ patient.items }}", "a key like a method"),
    ],
)
def test_a_text_shows(source: str, shown: str) -> None:
    assert render(source, SCOPE) == shown


@pytest.mark.parametrize("source", ["{{ skipped }}", "{{ nowhere }}", "{{ patient.nam }}", "{{ answered.rmdq }}"])
def test_a_missing_value_is_never_shown(source: str) -> None:
    with pytest.raises((WordsError, Exception), match=r"missing|undefined"):
        render(source, SCOPE)


@pytest.mark.parametrize(
    "source",
    [
        "{{ patient.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ did.upper() }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{% include 'x' %}",
    ],
)
def test_nothing_of_python_can_be_reached(source: str) -> None:
    with pytest.raises(Exception, match=r"."):
        render(source, SCOPE)


def test_a_text_is_bounded() -> None:
    long = {"words": "x" * 5000}
    assert len(render("{{ words }}{{ words }}{{ words }}", long)) == LONGEST


# -- words --------------------------------------------------------------------------------------------------
def _words(**texts: str) -> Words:
    sections = {name: Section(name, (text,)) for name, text in texts.items()}
    return Words({"en": {"a/b": sections}})


def _say(words: Words, section: str, language: str = "en", **scope: Any) -> tuple[Bubble, ...]:
    return words.bubbles(language, Text("a/b", section, scope=scope))


def test_a_line_of_dashes_splits_and_a_picture_stands_alone() -> None:
    words = _words(hi="One\n\n---\nTwo\n![A bridge](ex/b.png)\nThree")
    assert _say(words, "hi") == (Bubble("One"), Bubble("Two"), Bubble("", "ex/b.png", "A bridge"), Bubble("Three"))


def test_what_a_patient_typed_can_neither_split_nor_show_a_file() -> None:
    words = _words(hi="You wrote {{ text }}.\n---\nBye")
    typed = "a\n---\nb\n![x](/etc/passwd)\n\x1dc\x1ex\n/etc/passwd\x1f"
    bubbles = _say(words, "hi", text=typed)
    assert len(bubbles) == 2
    assert all(bubble.picture is None for bubble in bubbles)


def test_a_part_left_empty_by_a_condition_is_no_message() -> None:
    words = _words(hi="One\n---\n{% if demo %}Two{% endif %}\n---\nThree")
    assert [bubble.markdown for bubble in _say(words, "hi", demo=False)] == ["One", "Three"]


def test_one_of_several_wordings_is_picked() -> None:
    words = Words({"en": {"a/b": {"hi": Section("hi", ("One", "Two"))}}})
    said = {words.bubbles("en", Text("a/b", "hi", pick=pick))[0].markdown for pick in (0.0, 0.49, 0.5, 0.999, 1.0)}
    assert said == {"One", "Two"}


def test_the_default_language_stands_in_section_by_section() -> None:
    english = {"hi": Section("hi", ("Hello",), (("x", "X"),), again=("Again",)), "bye": Section("bye", ("Bye",))}
    chinese = {"hi": Section("hi", ("你好",), (("x", "叉"),))}
    words = Words({"en": {"a/b": english}, "zh-Hans": {"a/b": chinese}})
    assert words.languages == ("en", "zh-Hans")
    assert _say(words, "hi", "zh-Hans") == (Bubble("你好"),)
    assert _say(words, "bye", "zh-Hans") == (Bubble("Bye"),)
    assert _say(words, "hi", "fr") == (Bubble("Hello"),)
    assert words.labels("zh-Hans", "a/b", "hi") == (("x", "叉"),)
    assert words.has("en", "a/b", "hi", "again")
    assert not words.has("zh-Hans", "a/b", "hi", "again"), "no English in the middle of a Chinese talk"
    assert not words.has("en", "a/b", "nothing")


def test_labels_can_show_values() -> None:
    words = Words({"en": {"a/b": {"hi": Section("hi", ("Which?",), (("x", "At {{ at }}"), ("y", "No")))}}})
    assert words.labels("en", "a/b", "hi", {"at": "19:30"}) == (("x", "At 19:30"), ("y", "No"))


def test_words_that_nobody_wrote_are_named() -> None:
    with pytest.raises(WordsError, match=r"content/en/a/b\.md has no '## nothing'"):
        _say(_words(hi="Hello"), "nothing")


# -- wordings of weeks ----------------------------------------------------------------------------------------
WEEKLY = Words({"en": {"w": {"s": Section("s", ("five", "six", "any"), weeks=((5, 9), (6,), ()))}}})


@pytest.mark.parametrize(("week", "said"), [(5, "five"), (9, "five"), (6, "six"), (7, "any"), (None, "any")])
def test_a_wording_of_the_week_goes_before_those_of_any_week(week: int | None, said: str) -> None:
    for pick in (0.0, 0.5, 0.99):
        text = Text("w", "s", pick=pick, scope={"programme": {"week": week}})
        assert WEEKLY.bubbles("en", text) == (Bubble(said),)


def test_where_no_wording_fits_the_week_any_of_them_is_better_than_none() -> None:
    words = Words({"en": {"w": {"s": Section("s", ("five",), weeks=((5,),))}}})
    assert words.bubbles("en", Text("w", "s", scope={"programme": {"week": 8}})) == (Bubble("five"),)
    assert words.bubbles("en", Text("w", "s")) == (Bubble("five"),)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Welcome back, {{ patient.name }}. It waits.", "Welcome back. It waits."),
        ("Hello {{ patient.name }}.", "Hello."),
        ("{{ patient.name }}, a short one today.", "A short one today."),
        ("It is late. {{ patient.name }}, one word.", "It is late. One word."),
        ("How was it, {{ patient.name }}?", "How was it?"),
    ],
)
def test_before_a_name_is_known_no_gap_is_left_for_it(written: str, read: str) -> None:
    assert render(written, {"patient": {"name": ""}}) == read
    assert "Kim" in render(written, {"patient": {"name": "Kim"}})
