"""Lists in the place of buttons: the signs before the lines, and what is meant by writing one."""

from __future__ import annotations

import pytest

from coachbot.engine.events import Pressed
from coachbot.service.listing import chosen_by_letters, may_be_letters, signs

PLAIN = [["all", "All of it"], ["part", "Part of it"]]
DAYS = [["none", "None"], ["few", "1-3 days"], ["many", "4-7 days"]]
VALUES = [["a0", "Not at all"], ["a1", "Several days"], ["a2", "Nearly every day"]]
ITEMS = [["r7", "An armchair"], ["r8", "Asking others"], ["r9", "Clothes"], ["done", "That's all"], ["none", "None"]]


def asked(choices: list[list[str]], kind: str) -> dict[str, object]:
    return {"listed": choices, "ask": {"kind": kind}}


@pytest.mark.parametrize(
    ("choices", "kind", "first"),
    [(PLAIN, "choice", "1"), (DAYS, "choice", "A"), (VALUES, "choice", "A"), (PLAIN, "", "A"), (PLAIN, "yes_no", "1")],
)
def test_numbers_count_lines_only_where_they_can_mean_nothing_else(
    choices: list[list[str]], kind: str, first: str
) -> None:
    assert signs(choices, kind)[0] == first


@pytest.mark.parametrize(("text", "so"), [
    ("a", True), ("B.", True), ("a, c", True), ("A C", True), ("Ａ、Ｃ", True), ("c)", True),
    ("hi", False), ("ok", False), ("1", False), ("", False), ("a lot", False), ("a " * 90, False),
])  # fmt: skip
def test_letters_alone_are_letters(text: str, so: bool) -> None:
    assert may_be_letters(text) is so


def test_a_letter_is_the_line_it_stands_before() -> None:
    assert chosen_by_letters("b", "t", asked(VALUES, "choice")) == Pressed("t", "a1")
    assert chosen_by_letters("C, a", "t", asked(ITEMS, "several")) == Pressed("t", "r9+r7+")


@pytest.mark.parametrize("text", ["d", "a, b", "a z"])
def test_letters_that_fit_no_line_are_left_to_the_coachs_reading(text: str) -> None:
    assert chosen_by_letters(text, "t", asked(VALUES, "choice")) is None


def test_scales_and_pauses_know_no_letters() -> None:
    assert chosen_by_letters("a", "t", asked(PLAIN, "scale")) is None
    assert chosen_by_letters("a", "t", asked(PLAIN, "wait")) is None
