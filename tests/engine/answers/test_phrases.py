"""The phrases file: everything wrong with it is told at once, and the shipped one is whole."""

from __future__ import annotations

from typing import Any

import pytest

from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.answers.phrases import INTERRUPTS, Phrases, PhrasesError, phrases_from

_LISTS = ("yes", "no", "agree", "yes_opens", "no_opens", "skip", "dont_know", "done", "none", "all_of")
SMALL: dict[str, Any] = {
    **{name: [f"{name} word"] for name in _LISTS},
    "negations": ["not"],
    "stop_words": ["halt"],
    "interrupts": {code: [f"{code} it"] for code in INTERRUPTS},
}


def test_a_small_file_is_enough() -> None:
    assert phrases_from(SMALL).yes == {"yes word"}


def test_all_faults_are_told_at_once() -> None:
    wrong = {
        **SMALL,
        "yess": ["x"],
        "yes": [True],
        "no": "nope",
        "numbers": {"many": ["lots"]},
        "named_times": {"noonish": ["noon"]},
        "weekdays": {"mon": ["monday"]},
        "clock": 13,
        "day_first": "maybe",
        "thousands": [",,"],
        "interrupts": {**SMALL["interrupts"], "back": ["stop it"], "sing": ["la"]},
    }
    del wrong["none"]
    with pytest.raises(PhrasesError) as caught:
        phrases_from(wrong)
    text = "\n".join(caught.value.faults)
    for part in (
        "yess: is not a known name. Did you mean 'yes'?",
        "yes.0: True is not a phrase",
        "no: must be a list",
        "numbers.many: 'many' is not a number",
        "named_times.noonish",
        "weekdays.tue: is missing",
        "clock: must be 12 or 24",
        "day_first",
        "thousands",
        "interrupts.back: 'stop it' already means stop",
        "interrupts.sing: is not one of",
        "none: is missing",
    ):
        assert part in text


def test_a_word_that_means_two_things_is_a_fault() -> None:
    with pytest.raises(PhrasesError, match="'same' stands under yes too"):
        phrases_from({**SMALL, "yes": ["same"], "no": ["same"]})
    with pytest.raises(PhrasesError, match="'stop it' stands under skip too"):
        phrases_from({**SMALL, "skip": ["Stop it!"]})


def test_something_else_than_a_mapping_is_a_fault() -> None:
    with pytest.raises(PhrasesError, match="must be a mapping"):
        phrases_from(["yes"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("stop", "stop"),
        ("STOP.", "stop"),
        ("Please stop", "stop"),
        ("stop, thank you", "stop"),
        ("stoppppp", "stop"),
        ("can you please stop", "stop"),
        ("ｓｔｏｐ", "stop"),
        ("I want to stop", "stop"),
        ("stop sending me messages", "stop"),
        ("leave me alone", "stop"),
        ("pause", "pause"),
        ("hang on...", "pause"),
        ("help!", "help"),
        ("??", "help"),
        ("/menu", "menu"),
        ("go back please", "back"),
        ("later", "later"),
        ("not now, I'm busy", None),
        ("I'm busy", "later"),
        ("can I talk to my therapist", "therapist"),
        ("/my_data", "my_data"),
        ("delete my data", "my_data"),
        ("It's a bad day", "bad_day"),
        ("fewer messages please", "fewer"),
        ("I'm back", "resume"),
        ("how am I doing?", "progress"),
        ("I had to stop after three, it hurt", None),
        ("back pain", None),
        ("please", None),
        ("", None),
    ],
)
def test_whole_message_interrupts(english: Phrases, text: str, code: str | None) -> None:
    assert interrupt_in(text, english) == code


def test_every_interrupt_can_be_said_in_english(english: Phrases) -> None:
    assert set(english.interrupts.values()) == set(INTERRUPTS)
