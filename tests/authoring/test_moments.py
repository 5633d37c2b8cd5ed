"""The hard moments of the pack: enough examples, none that danger or a command takes first, and no eager reading."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from coachbot.authoring.pack import Pack
from coachbot.authoring.plain import read_plain
from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.testing.ground import pack_at
from tests.safety import lines
from tests.safety.lexicons import detector

ROOT = Path(__file__).parents[2]
FEWEST = 12
#: What people write in the evening, to a question or out of the blue, and what is nobody's hard moment.
EVERYDAY = (
    "all of it",
    "part of it, then my back hurt",
    "15 minutes",
    "4 before, 5 after",
    "I walked to the shop and back",
    "good evening",
    "not today, the kids were ill",
    "I did the bridge and the clam",
    "the same as yesterday",
    "it was fine",
    "my back is a bit stiff this morning",
    "I slept badly",
    "what is the next exercise?",
    "can we do this at eight?",
    "I was on a walk with a friend",
    "I like the clam best",
    "how long is the session",
    "the pain was about a 4 today",
    "work was long today",
    "I'll do it tomorrow",
)


@cache
def pack() -> Pack:
    return pack_at(ROOT)


@cache
def written() -> dict[str, Any]:
    return read_plain(ROOT / "content/en/moments.yaml")


CODES = [one["code"] for one in read_plain(ROOT / "content/moments.yaml")["moments"]]


@pytest.mark.parametrize("code", CODES)
def test_a_moment_has_enough_examples_of_both_kinds(code: str) -> None:
    assert len(set(written()[code]["meant"])) >= FEWEST
    assert len(set(written()[code]["not_meant"])) >= FEWEST


@pytest.mark.parametrize("code", CODES)
def test_no_example_is_taken_by_danger_or_a_command_first(code: str) -> None:
    phrases = pack().library.phrases_for("en")
    taken = [text for text in written()[code]["meant"] if detector().gravest(text, "en") or interrupt_in(text, phrases)]
    assert taken == []


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_words_are_no_moment(text: str) -> None:
    assert pack().library.moments.read(text, "en") is None


def test_harmless_lines_open_a_moment_only_where_they_tell_of_one() -> None:
    read = pack().library.moments.read
    found = {text: code for text in lines.HARMLESS if (code := read(text, "en")) is not None}
    assert found == {
        "this pain is killing me": "pain_now",
        "how do I bend without hurting myself": "harm",
        "my hands are numb from the cold": "cannot_feel",
        "I want to end the programme": "finish_early",
        "I would like to stop the programme": "finish_early",
        "I feel hopeless about my back": "hopeless",
        "I feel low": "sad",
        "I am sad": "sad",
        "I'm so fed up": "angry",
        "nothing helps": "nothing_helps",
        "my arm is numb when I wake": "cannot_feel",
        "my mother died last year": "loss",
        "my dog died yesterday": "loss",
        "funeral today so no exercise": "loss",
    }


def test_every_talk_of_a_hard_moment_is_met_by_both_arms() -> None:
    dialogs = pack().library.dialogs
    assert [one.code for one in pack().library.moments.of if dialogs[one.dialog].arms] == []
