"""What somebody types at the terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coachbot.channels.terminal.typed import Ahead, Press, Quit, Text, Typed, Unknown, read_typed

CHOICES = (("ready", "I'm ready"), ("later", "Later today"))


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("2", Press("later", "Later today")),
        ("i'm READY", Press("ready", "I'm ready")),
        ("3", Text("3")),
        ("maybe", Text("maybe")),
        ("", Text("")),
        ("/+1h", Ahead(timedelta(hours=1))),
        ("/+2d", Ahead(timedelta(days=2))),
        ("/20min", Ahead(timedelta(minutes=20))),
        ("/next", Ahead(None)),
        ("/quit", Quit()),
        ("/dance", Unknown("/dance")),
    ],
)
def test_numbers_labels_and_commands_are_understood(line: str, typed: Typed) -> None:
    assert read_typed(line, "choice", CHOICES) == typed


def test_the_numbers_of_several_choices_and_scales_are_left_to_the_coach() -> None:
    assert read_typed("1, 2", "several", CHOICES) == Text("1, 2")
    assert read_typed("1", "scale", (("0", "0"), ("1", "1"))) == Text("1")


def test_a_number_during_a_practice_steers_nothing() -> None:
    assert read_typed("1", "wait", (("pause", "Pause"),)) == Text("1")
    assert read_typed("pause", "wait", (("pause", "Pause"),)) == Press("pause", "Pause")
