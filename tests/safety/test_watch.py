"""Both readings of danger together."""

from __future__ import annotations

from coachbot.safety import Watch, detector_from, likeness_from
from tests.safety.lexicons import ORDER, small

LIKE = likeness_from({"weights": {"farewell": [3000]}, "bias": [-1000], "readings": [["worry", 0, 0]]})


def watch() -> Watch:
    return Watch(detector_from({"en": small()}, ORDER), {"en": LIKE}, (*ORDER, "worry"))


def test_a_text_without_a_word_of_danger_may_still_resemble_it() -> None:
    assert watch().gravest("a farewell", "en") == "worry"


def test_nothing_like_danger_is_nothing() -> None:
    assert watch().gravest("a walk", "en") is None


def test_the_gravest_of_both_readings_counts() -> None:
    assert watch().gravest("farewell, I want to die", "en") == "crisis"
    assert [one.kind for one in watch().all("farewell, I want to die", "en")] == ["crisis", "worry"]


def test_an_answer_that_the_question_offers_is_an_answer() -> None:
    assert watch().gravest("A farewell.", "en", offered=["a farewell", "none of these"]) is None


def test_words_of_danger_are_found_in_an_offered_answer_too() -> None:
    assert watch().gravest("I want to die", "en", offered=["I want to die"]) == "crisis"


def test_what_is_passed_over_hides_nothing_else() -> None:
    hushed = {"worry"}.__contains__
    assert watch().gravest("a farewell", "en", passed_over=hushed) is None
    assert watch().gravest("a farewell, and a fever", "en", passed_over=hushed) == "red_flag"
    assert watch().gravest("farewell, im pregnant", "en", passed_over=hushed) == "pregnancy"


def test_every_kind_that_words_tell_is_a_danger_the_gravest_first() -> None:
    assert watch().dangers("a fever, im pregnant, I want to die", "en") == ("crisis", "red_flag", "pregnancy")


def test_a_likeness_is_no_second_danger() -> None:
    assert watch().dangers("farewell, I want to die", "en") == ("crisis",)
    assert watch().dangers("a farewell, and a fever", "en") == ("red_flag",)
    assert watch().dangers("a farewell", "en") == ("worry",)


def test_a_harmless_text_holds_no_danger() -> None:
    assert watch().dangers("a walk", "en") == ()


def test_what_was_an_offered_answer_or_passed_over_once_is_danger_when_said_again() -> None:
    eyes = watch()
    assert eyes.gravest("a farewell", "en", offered=["a farewell"]) is None
    assert eyes.gravest("a farewell", "en", passed_over={"worry"}.__contains__) is None
    assert eyes.gravest("a farewell", "en") == "worry"
