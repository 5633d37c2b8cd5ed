"""Whether a message is the one that was expected."""

from __future__ import annotations

import pytest

from coachbot.testing.matcher import find_label, fits, missing_labels

LABELS = (("all", "Yes, all of it"), ("part", "Part of it"), ("not_today", "Not today"))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("Did you*", "Did you get to it?"),
        ("*self-compassion*", "It is about **self-compassion**, and\nnothing else"),
        ("how was it before you started?", "How was it **before** you\n\nstarted?"),
        ("I'm here", "I’m here"),
        ("see [the page]", "see \\[the page\\]"),
        ("call the clinic (555)", "call [the clinic](tel:555)"),
        ("*", ""),
    ],
)
def test_markdown_case_and_white_space_do_not_count(pattern: str, message: str) -> None:
    assert fits(pattern, message)


@pytest.mark.parametrize(("pattern", "message"), [("Did you", "Did you get to it?"), ("*pain", "painful"), ("", "a")])
def test_the_whole_message_must_fit(pattern: str, message: str) -> None:
    assert not fits(pattern, message)


def test_a_button_is_found_by_label_code_beginning_or_part() -> None:
    assert find_label("Part of it", LABELS) == "part"
    assert find_label("not_today", LABELS) == "not_today"
    assert find_label("yes", LABELS) == "all"
    assert find_label("all of it", LABELS) == "all"


def test_a_button_that_could_be_two_is_none() -> None:
    assert find_label("of it", LABELS) is None
    assert find_label("nothing", LABELS) is None


def test_ten_is_not_one() -> None:
    scale = tuple((str(n), str(n)) for n in range(11))
    assert find_label("1", scale) == "1"
    assert find_label("10", scale) == "10"


def test_all_wanted_labels_must_be_there() -> None:
    assert missing_labels(("Yes", "Later"), LABELS) == ("Later",)
