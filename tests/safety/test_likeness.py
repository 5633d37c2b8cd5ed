"""Likeness: a second reading that has learned from lines."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachbot.authoring.pack import Pack
from coachbot.safety import Likeness, likeness_from
from coachbot.safety.likeness import PASSAGE, SPARE, passages, signs_of, words_of
from coachbot.testing.ground import pack_at

ROOT = Path(__file__).parents[2]
SMALL = {"weights": {"gone": [3000, 0], "numb": [0, 4000], "holiday": [-3000, 0]}, "bias": [-1000, -1000]}


def small(**changes: object) -> Likeness:
    return likeness_from({**SMALL, "readings": [["crisis", 0, 1500], ["worry", 0, 0], ["numb", 1, 0]], **changes})


@cache
def pack() -> Pack:
    return pack_at(ROOT)


def learned() -> Likeness:
    return pack().safety.likeness["en"]


def test_of_one_subject_the_first_reading_that_fits_is_taken() -> None:
    assert small().finds("gone") == (("crisis", "gone"),)


def test_what_is_weaker_is_read_as_the_lesser_kind() -> None:
    weaker = small(weights={"gone": [2000, 0]})
    assert weaker.finds("gone") == (("worry", "gone"),)


def test_two_subjects_are_found_side_by_side() -> None:
    found = small(bias=[0, 0]).finds("gone and numb")
    assert [kind for kind, _ in found] == ["crisis", "numb"]


def test_words_may_speak_against_a_danger() -> None:
    assert small().finds("gone on holiday") == ()


def test_half_a_sentence_counts_in_a_long_message() -> None:
    chatter = "we had soup and then my sister rang about the garden and the new fence " * 8
    assert small(bias=[-1000, -1000]).finds(f"{chatter} gone {chatter}")[0][0] == "crisis"


@pytest.mark.parametrize("text", ["", " ", "...", "\u200b"])
def test_nothing_is_found_in_nothing(text: str) -> None:
    assert small(bias=[9000, 9000]).finds(text) == ()


@pytest.mark.parametrize("word", ["no", "ache", "pain", "help", "ouch", "my back aches"])
def test_saying_it_again_makes_it_no_graver(word: str) -> None:
    assert learned().finds(word) == learned().finds(f"{word} " * 60) == ()


@given(st.integers(0, 400))
def test_the_passages_cover_every_word(length: int) -> None:
    covered = {place for start, stop in passages(length) for place in range(start, stop)}
    assert covered == set(range(length))
    assert all(stop - start <= PASSAGE + SPARE for start, stop in passages(length))


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    learned().finds(text)
    assert len(signs_of(words_of(text))) == len(words_of(text))


def test_numbers_are_one_word() -> None:
    assert words_of("took 40 of them. 3 left") == ["took", "0", "of", "them", "|", "0", "left"]


@pytest.mark.parametrize(
    "data",
    [{}, {**SMALL}, {**SMALL, "readings": [["crisis", 7, 0]]}, {**SMALL, "readings": [], "bias": [1]}, {"weights": []}],
)
def test_another_file_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"make likeness|each subject"):
        likeness_from(data)


def test_no_button_of_an_everyday_talk_sounds_like_danger() -> None:
    everyday = ("sct/", "cse/", "common/", "enrol/", "practices/", "education/")
    words = pack().words
    labels = {
        label
        for path in words.paths("en")
        if path.startswith(everyday) and path not in ("common/flare", "common/flare_help", "common/changes")
        for section in words.sections("en", path).values()
        for _, label in section.labels
        if "{" not in label
    }
    assert len(labels) > 500
    assert {label: learned().finds(label) for label in labels if learned().finds(label)} == {}


def test_the_file_is_one_sign_a_line_so_that_a_change_can_be_read() -> None:
    text = (ROOT / "content" / "en" / "safety" / "likeness.json").read_text("utf-8")
    assert text.count("\n") > len(json.loads(text)["weights"])
