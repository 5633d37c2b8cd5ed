"""Made-up patients live through sixteen weeks, and the page tells it."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from coachbot.errors import CoachbotError
from coachbot.testing import persona as personas
from coachbot.testing.transcript import Life, live_through, page, repeats


@lru_cache(maxsize=2)
def life(arm: str, name: str) -> Life:
    return live_through(arm, personas.load(name))


def test_there_are_four_personas() -> None:
    assert personas.names() == ("busy", "distressed", "doubting", "steady")


def test_an_unknown_persona_is_told_which_there_are() -> None:
    with pytest.raises(CoachbotError, match="busy, distressed, doubting, steady"):
        personas.load("cheerful")


@pytest.mark.slow
def test_a_steady_patient_of_the_exercise_arm_takes_every_lesson_and_assessment() -> None:
    lived = life("exercise", "steady")
    assert lived.state == "finished"
    assert set(lived.attended) == {"cse_1", "cse_2", "cse_3", "cse_4"}
    assert lived.assessments == ("baseline", "week_4", "week_16")


def test_the_page_has_days_hours_buttons_and_the_patients_own_words() -> None:
    text = page(life("exercise", "steady"))
    assert "## Before the start, Tuesday 3 March (day -1)" in text
    assert "## Week 1, Thursday 5 March (day 1)" in text
    assert re.search(r"^### 08:00$", text, re.M)
    assert "*(quiet)*" in text
    assert "**You:** half an hour" in text
    assert "**You:** [Yes, all of it]" in text
    assert "> <picture: " in text


def test_a_list_with_one_more_tick_is_not_told_again() -> None:
    question = "> On which days could you exercise at home"
    assert page(life("exercise", "steady")).count(question) == 1


def test_repeats_names_the_words_of_a_question_that_comes_every_evening() -> None:
    assert any(place == "cse/checkin#pain_before" and n > 5 for n, place, _ in repeats(life("exercise", "steady")))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["steady", "doubting"])
def test_who_tries_everything_takes_all_four_sessions(name: str) -> None:
    assert {f"sct_{n}" for n in (1, 2, 3, 4)} < set(life("combined", name).attended)


@pytest.mark.slow
def test_a_long_practice_is_in_full_once_unless_asked_for() -> None:
    lived = life("combined", "steady")
    assert ", as before)" in page(lived)
    assert len(page(lived, full=True)) > len(page(lived))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_page() -> None:
    assert page(live_through("exercise", personas.load("steady"), seed=1)) == page(life("exercise", "steady"))
