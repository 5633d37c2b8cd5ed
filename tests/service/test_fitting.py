"""One message becomes what each channel can show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coachbot.authoring.plain import read_plain
from coachbot.service.fitting import fitted, split, units
from coachbot.service.ports import Capabilities
from tests.conftest import ROOT

WORDS = read_plain(ROOT / "content" / "en" / "channel.yaml")
POOR = Capabilities(buttons=0, media=frozenset(), markup=False, text=200)


def fit(body: dict[str, Any], can: Capabilities = POOR) -> list[dict[str, Any]]:
    return [dict(one) for one in fitted(body, can, lambda: WORDS)]


def question(kind: str = "choice", **more: Any) -> dict[str, Any]:
    choices = [["all", "Yes, all of it"], ["part", "Part of it"]]
    return {"kind": "text", "text": "Did you?", "token": "t", "choices": choices, "ask": {"kind": kind}, **more}


def test_a_message_that_fits_stays_the_very_same() -> None:
    body = question()
    assert fitted(body, Capabilities(), dict)[0] is body


def test_buttons_become_a_numbered_list() -> None:
    (made,) = fit(question())
    assert made["text"].splitlines()[2:4] == ["1. Yes, all of it", "2. Part of it"]
    assert "choices" not in made
    assert made["token"] == "t"


def test_a_label_too_long_for_a_button_makes_a_list_too() -> None:
    (made,) = fit(question(), Capabilities(label=5))
    assert "2. Part of it" in made["text"]


def test_a_scale_tells_its_ends_instead_of_eleven_lines() -> None:
    (made,) = fit(question("scale", ask={"kind": "scale", "low": 0, "high": 10}))
    assert made["text"].endswith("Write a number from 0 to 10.")


def test_a_list_of_several_shows_what_is_chosen_and_no_finishing_button() -> None:
    choices = [["mon", "Mon"], ["tue", "Tue"], ["done", "That's all"]]
    (made,) = fit(question("several", choices=choices, chosen=["tue"]))
    assert "2. Tue (chosen)" in made["text"]
    assert "That's all" not in made["text"]


def test_a_picture_is_told_in_words() -> None:
    (made,) = fit({"kind": "picture", "picture": "exercises/bridge.png", "alt": "Hips up"})
    assert made == {"kind": "text", "text": "[Picture: Hips up]", "alt": "Hips up", "told": "picture"}


def test_marks_go_where_a_channel_shows_none() -> None:
    (made,) = fit({"kind": "text", "text": "Write **help** any time."})
    assert made["text"] == "Write help any time."


def test_only_the_last_piece_of_a_long_question_asks() -> None:
    text = "\n\n".join(["A paragraph that is quite long, of about sixty letters, yes."] * 6)
    *before, last = fit({**question(), "text": text}, Capabilities(text=200))
    assert len(before) >= 1
    assert not any("token" in body or "choices" in body for body in before)
    assert last["choices"]


def test_long_texts_are_cut_between_paragraphs() -> None:
    assert split("One two.\n\nThree four.\n\nFive.", 22) == ["One two.\n\nThree four.", "Five."]


def test_without_a_paragraph_a_sentence_is_kept_whole() -> None:
    assert split("One two three. Four five six. Seven.", 20) == ["One two three.", "Four five six.", "Seven."]


@given(st.text(alphabet=st.sampled_from("ab .\n\U0001f600。"), max_size=200), st.integers(2, 30))
def test_no_letter_is_lost_and_no_piece_is_too_long(text: str, longest: int) -> None:
    pieces = split(text, longest)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < units(piece) <= longest for piece in pieces)


def test_the_words_are_complete() -> None:
    assert set(WORDS) == {
        "choice", "chosen", "ticked", "answered", "one", "several",
            "one_by_letter", "several_by_letter", "scale", "controls", "picture", "audio", "file",
    }  # fmt: skip
    assert Path(ROOT / "content" / "en" / "channel.yaml").is_file()


def test_a_messenger_that_counts_bytes_gets_pieces_of_so_many_bytes() -> None:
    can = Capabilities(text=60, counts_bytes=True)
    pieces = fit({"kind": "text", "text": "你好。" * 20}, can)
    assert len(pieces) > 1
    assert all(len(piece["text"].encode()) <= 60 for piece in pieces)
    assert "".join(piece["text"] for piece in pieces) == "你好。" * 20


def test_letters_stand_before_choices_that_hold_numbers_of_their_own() -> None:
    (made,) = fit(question(choices=[["a0", "Not at all"], ["a1", "Several days"]]))
    assert "A. Not at all\nB. Several days" in made["text"]
    assert made["text"].endswith(WORDS["one_by_letter"])
    assert made["listed"] == [["a0", "Not at all"], ["a1", "Several days"]]


def test_under_a_picture_that_bears_no_words_the_list_is_a_message_of_its_own() -> None:
    can = Capabilities(buttons=0, caption=0)
    body = {**question(), "kind": "picture", "picture": "a.png", "alt": "Hips up"}
    picture, text = fit(body, can)
    assert picture["kind"] == "picture"
    assert not {"token", "listed", "ask"} & set(picture)
    assert text["kind"] == "text"
    assert text["token"] == "t"
    assert "2. Part of it" in text["text"]
