"""A name and a number are taken out of the sentence around them."""

from __future__ import annotations

from typing import Any

import pytest

from coachbot.engine.answers.readings import Answer, Interrupt, NothingToKeep, Skip, Unclear
from coachbot.engine.asks import FreeText

NAME = FreeText("name", 60, required=True, means="name")
PHONE = FreeText("phone", 40, means="phone")
KEPT = FreeText("least", 200, means="kept")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is Bob but call me bobby", "bobby"),
        ("call me Bobby please", "Bobby"),
        ("Hi, I'm Mei.", "Mei"),
        ("I am Juan de la Cruz", "Juan de la Cruz"),
        ("My name is Anne-Marie, and I live in Leeds", "Anne-Marie"),
        ("Bob", "Bob"),
        ("Dr. Smith", "Dr. Smith"),
        ("Will", "Will"),
        ("call me", "call me"),
        ("李伟", "李伟"),
        ("I'm", "I'm"),
        ("...", "..."),
    ],
)
def test_a_name_is_taken_without_the_sentence_around_it(reads: Any, text: str, name: str) -> None:
    assert reads(NAME, text) == Answer(name)


@pytest.mark.parametrize(
    "text", ["none of your buisness", "None of your business!", "no", "rather not", "I don't have a phone", "skip"]
)
def test_who_refuses_a_number_is_not_asked_again(reads: Any, text: str) -> None:
    assert reads(PHONE, text) == Skip()


@pytest.mark.parametrize("text", ["Maria", "why?", "what for", "ask my wife", "12"])
def test_what_nobody_can_dial_is_no_number_and_no_refusal(reads: Any, text: str) -> None:
    assert reads(PHONE, text) == Unclear("no_phone")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0761 / 123 45", "0761 / 123 45"),
        ("it's 0761 / 123 45", "0761 / 123 45"),
        ("oh sorry. +44 7700 900123", "+44 7700 900123"),
        ("mine is (0761) 12345, after six please", "(0761) 12345, after six please"),
    ],
)
def test_a_number_is_kept_as_it_was_written_without_the_words_before_it(reads: Any, text: str, number: str) -> None:
    assert reads(PHONE, text) == Answer(number)


def test_a_command_stays_one_where_a_number_is_asked_for(reads: Any) -> None:
    assert reads(PHONE, "help") == Interrupt("help")


@pytest.mark.parametrize(
    "text",
    ["Nothing, probably.", "nothing", "none, I guess", "No.", "I don't know", "not sure", "nothing really", "Nope"],
)
def test_an_answer_that_there_is_nothing_is_not_kept_to_be_quoted(reads: Any, text: str) -> None:
    assert reads(KEPT, text) == NothingToKeep()
    assert reads(FreeText("words", 200), text) == Answer(text)


@pytest.mark.parametrize(
    "text",
    [
        "Not much.",
        "Nothing but the cat and camel",
        "no bread, no bus: I walk",
        "One bridge",
        "to the letter box",
        "skip it all",
    ],
)
def test_a_small_plan_is_kept_as_it_was_written(reads: Any, text: str) -> None:
    assert reads(KEPT, text) == Answer(text)
