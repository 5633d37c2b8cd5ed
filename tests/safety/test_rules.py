"""The reading rules: order, idioms, denials, negations, languages."""

from __future__ import annotations

import pytest

from coachbot.safety import Detector, Finding, detector_from, misread
from tests.safety.lexicons import ORDER, detector, small


@pytest.fixture
def little() -> Detector:
    return detector_from({"en": small()}, ORDER)


def test_the_gravest_kind_is_the_first_of_the_order(little: Detector) -> None:
    text = "I'm pregnant, fever, numbness between my legs, I want to die"
    assert little.gravest(text, "en") == "crisis"
    assert [find.kind for find in little.all(text, "en")] == list(ORDER)


def test_another_order_puts_another_kind_first() -> None:
    little = detector_from({"en": small()}, tuple(reversed(ORDER)))
    assert little.gravest("fever, and I want to die", "en") == "red_flag"


def test_a_find_tells_its_kind_and_words(little: Detector) -> None:
    assert little.all("Doc, I WANT to die!", "en") == (Finding("crisis", "want to die"),)


def test_the_same_words_twice_are_one_find(little: Detector) -> None:
    assert len(little.all("want to die, want to die", "en")) == 1


def test_an_idiom_clears_itself_and_nothing_else(little: Detector) -> None:
    assert little.gravest("dying of boredom", "en") is None
    assert little.gravest("dying of boredom and I want to die", "en") == "crisis"
    assert little.gravest("dying of pain", "en") == "crisis"


def test_a_find_that_is_longer_than_the_idiom_stays() -> None:
    data = small(harmless=["die to get away"])
    assert detector_from({"en": data}, ORDER).gravest("I want to die to get away", "en") == "crisis"


def test_an_idiom_does_not_reach_over_the_end_of_a_thought(little: Detector) -> None:
    assert little.gravest("Dying of. Boredom", "en") == "crisis"


def test_what_an_entry_shuts_out_is_shut_out_in_the_same_thought_only() -> None:
    little = detector_from({"en": small(crisis={"direct": ["/cant go on(?! my walk)/"]})}, ORDER)
    assert little.gravest("I can't go on my walk", "en") is None
    assert little.gravest("I can't go on. My walk was bad.", "en") == "crisis"


def test_a_danger_reaches_over_the_end_of_a_thought(little: Detector) -> None:
    assert little.gravest("I want\nto. Die", "en") == "crisis"


def test_a_denial_clears_a_crisis_only_as_it_stands_in_the_list(little: Detector) -> None:
    assert little.gravest("I don't want to die", "en") is None
    assert little.gravest("no want to die", "en") == "crisis"
    assert little.gravest("I don't. want to die", "en") == "crisis"


def test_a_denial_followed_by_but_denies_nothing(little: Detector) -> None:
    assert little.gravest("I don't want to die, but", "en") == "crisis"


def test_a_denial_of_one_wish_does_not_deny_the_next(little: Detector) -> None:
    assert little.gravest("I don't want to die. Or yes, I want to die.", "en") == "crisis"


def test_no_directly_before_clears_the_body_kinds(little: Detector) -> None:
    assert little.gravest("no fever", "en") is None
    assert little.gravest("no new numbness between my legs", "en") is None


def test_no_as_an_answer_of_its_own_clears_nothing(little: Detector) -> None:
    assert little.gravest("No, numb between my legs", "en") == "cauda_equina"
    assert little.gravest("no\nfever", "en") == "red_flag"


def test_no_carries_over_or_and_not_over_but(little: Detector) -> None:
    assert little.gravest("no numbness or tingling between my legs", "en") is None
    assert little.gravest("no numbness but tingling between my legs", "en") == "cauda_equina"


def test_a_find_inside_a_negated_one_is_still_looked_at(little: Detector) -> None:
    assert little.gravest("no numbness, yet numb between my legs", "en") == "cauda_equina"


def test_only_whole_words_count(little: Detector) -> None:
    assert little.gravest("feverish", "en") is None
    assert little.gravest("I want to diet", "en") is None


def test_a_patient_of_another_language_is_read_in_every_language() -> None:
    german = small(
        language="de",
        crisis={"direct": ["ich möchte nicht mehr leben", "/(will|möchte) (nur )?sterben/"]},
        harmless=None,
        denied=None,
    )
    both = detector_from({"de": german, "en": small()}, ORDER)
    assert both.gravest("I want to die", "de") == "crisis"
    assert both.gravest("Ich möchte nicht mehr leben", "en") == "crisis"
    assert both.gravest("will nur sterben", "xx") == "crisis"
    assert both.gravest("Ich MO\u0308CHTE sterben", "de") == "crisis"


def test_finds_of_the_patients_language_come_first() -> None:
    german = small(language="de", crisis={"direct": ["sterben"]})
    both = detector_from({"en": small(), "de": german}, ORDER)
    text = "want to die, sterben"
    assert [find.phrase for find in both.all(text, "de")] == ["sterben", "want to die"]
    assert [find.phrase for find in both.all(text, "en")] == ["want to die", "sterben"]


def test_a_language_without_spaces_is_read_too() -> None:
    chinese = small(
        language="zh-Hans",
        crisis={"direct": ["我想死", "/不想(再)?活(了|下去)/", "/(自杀|轻生)/"]},
        harmless=["笑死"],
        denied=["/(没有|不)想自杀/"],
    )
    both = detector_from({"zh-Hans": chinese, "en": small()}, ORDER)
    for text in ("今天我想死了", "真的不想再活下去。", "我 想 死", "昨晚想自杀", "want to die啊", "我想死ok"):
        assert both.gravest(text, "zh-Hans") == "crisis", text
    for text in ("我没有想自杀", "今天很累", "我想睡"):
        assert both.gravest(text, "zh-Hans") is None, text


def test_without_any_kind_nothing_is_found() -> None:
    assert detector_from({}, ()).gravest("I want to die", "en") is None


@pytest.mark.parametrize("text", ["", " ", "\n", "???", "\u200b", "\ud800", "0", "a" * 100_000])
def test_empty_and_strange_texts_hold_no_danger(text: str) -> None:
    assert detector().all(text, "en") == ()


def test_a_misread_example_names_its_line() -> None:
    data = small(examples={"crisis": ["I want to live"], "nothing": ["want to die"]})
    found = misread(detector_from({"en": data}, ORDER), {"en": data})
    assert [(one.path, one.expected, one.found) for one in found] == [
        ("en.examples.crisis.0", "crisis", "nothing"),
        ("en.examples.nothing.0", "nothing", "crisis"),
    ]
