"""Every kind of question: how it is asked, answered, asked again, skipped and gone back to."""

from __future__ import annotations

import pytest

from coachbot.engine import effects as fx
from tests.engine.talks import Talk


def asking(ask: str) -> dict[str, str]:
    """A dialog of one question, and one after it."""
    after = "{ask: {yes_no: {name: x}}, end: done}"
    return {"a/b": f"start: q\nstates:\n  q: {{ask: {ask}, next: after}}\n  after: {after}"}


@pytest.mark.parametrize(
    ("ask", "said", "kept"),
    [
        ("{choice: {name: v, of: [all, part]}}", "part", "part"),
        ("{several: {name: v, of: [mon, tue, wed]}}", "mon and wed", ("mon", "wed")),
        ("{yes_no: {name: v}}", "yes", "yes"),
        ("{number: {name: v, min: 1, max: 180, unit: min}}", "1 h 20", 80),
        ("{scale: {name: v, from: 0, to: 10}}", "seven", 7),
        ("{time: {name: v}}", "19:30", "19:30"),
        ("{date: {name: v}}", "yesterday", "2026-03-08"),
        ("{text: {name: v, max: 100}}", "it went well", "it went well"),
    ],
)
def test_every_kind_of_question_keeps_its_answer(ask: str, said: str, kept: object) -> None:
    talk = Talk(asking(ask))
    talk.open("a/b")
    talk.say(said)
    assert talk.place == "a/b after"
    assert talk.slots["v"] == kept


@pytest.mark.parametrize(
    ("ask", "codes"),
    [
        ("{choice: {name: v, of: [all, part]}}", ("all", "part")),
        ("{several: {name: v, of: [mon, tue]}}", ("mon", "tue")),
        ("{yes_no: {name: v}}", ("yes", "no")),
        ("{scale: {name: v, from: 0, to: 3}}", ("0", "1", "2", "3")),
        ("{number: {name: v, min: 1, max: 9}}", ()),
        ("{text: {name: v, max: 100}}", ()),
    ],
)
def test_a_question_offers_its_codes(ask: str, codes: tuple[str, ...]) -> None:
    talk = Talk(asking(ask))
    talk.open("a/b")
    assert talk.shown.codes == codes
    assert talk.shown.token == talk.prompt.token


def test_a_button_of_a_scale_is_a_number() -> None:
    talk = Talk(asking("{scale: {name: v, from: 0, to: 10}}"))
    talk.open("a/b")
    talk.press("4")
    assert talk.slots["v"] == 4


def test_a_code_called_skip_is_an_answer_like_any_other() -> None:
    talk = Talk(asking("{choice: {name: v, of: [skip, stay]}}"))
    talk.open("a/b")
    talk.press("skip")
    assert talk.slots["v"] == "skip"


# -- not understood -----------------------------------------------------------------------------------
SCALE = "{scale: {name: v, from: 0, to: 10}}"


def test_asking_again_goes_from_other_words_to_an_example_to_the_offer() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    token = talk.prompt.token
    assert talk.say("qwrtz uiop") == ["a/b q again"]
    assert talk.say("qwrtz uiop") == ["a/b q example"]
    assert talk.say("qwrtz uiop") == ["coach offer_skip"]
    assert talk.shown.codes == ("skip", "therapist", "try_again")
    assert talk.shown.labels_from == ("coach", "offer_skip")
    assert talk.prompt.token == token


def test_the_offer_can_be_taken_or_turned_down_or_the_question_answered_after_all() -> None:
    def puzzled() -> Talk:
        talk = Talk(asking(SCALE))
        talk.open("a/b")
        for _ in range(3):
            talk.say("qwrtz uiop")
        return talk

    skipped, tried, answered, typed = puzzled(), puzzled(), puzzled(), puzzled()
    skipped.press("skip")
    assert (skipped.place, skipped.slots["v"]) == ("a/b after", None)
    assert tried.press("try_again") == ["a/b q"]
    assert (tried.prompt.mode, tried.prompt.tries) == ("open", 0)
    answered.press("7")
    assert answered.slots["v"] == 7
    typed.say("9")
    assert typed.slots["v"] == 9


def test_the_labels_of_the_question_are_still_understood_after_the_offer() -> None:
    talk = Talk(asking("{choice: {name: v, of: [all_of_it, some]}}"))
    talk.open("a/b")
    for _ in range(3):
        talk.say("qwrtz uiop")
    assert talk.prompt.mode == "offer_skip"
    talk.say("all of it")
    assert talk.slots["v"] == "all_of_it"


def test_the_way_to_a_person_opens_from_the_offer() -> None:
    person = "start: w\nstates:\n  w: {ask: {text: {name: words, max: 99}}, end: done}"
    talk = Talk({**asking(SCALE), "common/therapist": person}, interrupts={"therapist": "common/therapist"})
    talk.open("a/b")
    for _ in range(3):
        talk.say("qwrtz uiop")
    assert talk.press("therapist") == ["common/therapist w"]
    assert talk.say("please call me") == ["coach back_here", "a/b q"]


def test_a_number_outside_is_told_its_limits() -> None:
    talk = Talk(asking("{number: {name: v, min: 1, max: 180, unit: min}}"))
    talk.open("a/b")
    talk.say("500")
    assert talk.shown.text.scope["out_of_range"] is True
    assert (talk.shown.text.scope["low"], talk.shown.text.scope["high"]) == (1, 180)


def test_a_required_question_cannot_be_skipped() -> None:
    talk = Talk(asking("{yes_no: {name: v, required: true}}"))
    talk.open("a/b")
    talk.say("skip")
    assert talk.place == "a/b q"
    assert talk.shown.text.scope["required"] is True
    talk.press("skip")
    talk.press("skip")
    assert talk.prompt.mode == "offer_skip"
    assert talk.shown.codes == ("try_again", "therapist")


def test_an_empty_message_and_an_endless_one_are_told_apart() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    assert talk.say("   ") == ["coach empty"]
    assert talk.say("x" * 64_000) == ["coach too_long"]
    assert talk.prompt.tries == 0


# -- several ------------------------------------------------------------------------------------------
def test_ticks_are_toggled_under_the_same_token_until_done() -> None:
    talk = Talk(asking("{several: {name: v, of: [mon, tue, wed], min: 1, max: 2}}"))
    talk.open("a/b")
    token = talk.prompt.token
    talk.press("wed")
    talk.press("mon")
    assert talk.shown.chosen == ("mon", "wed")
    talk.press("mon")
    assert (talk.shown.chosen, talk.prompt.token) == (("wed",), token)
    talk.press("done")
    assert talk.slots["v"] == ("wed",)


def test_too_few_or_too_many_ticks_are_told() -> None:
    talk = Talk(asking("{several: {name: v, of: [mon, tue, wed], min: 1, max: 2}}"))
    talk.open("a/b")
    talk.press("done")
    assert talk.shown.text.scope["out_of_range"] is True
    for code in ("mon", "tue", "wed"):
        talk.press(code)
    talk.press("done")
    assert (talk.place, talk.shown.text.scope["high"]) == ("a/b q", 2)


def test_none_is_an_answer_and_no_skip() -> None:
    talk = Talk(asking("{several: {name: v, of: [fever, fall]}}"))
    talk.open("a/b")
    talk.press("none")
    assert talk.slots["v"] == ()
    skipped = Talk(asking("{several: {name: v, of: [fever, fall]}}"))
    skipped.open("a/b")
    skipped.press("skip")
    assert skipped.slots["v"] is None


# -- stop inside an answer ------------------------------------------------------------------------------
STOP = "start: s\nstates:\n  s: {say: true, end: leave}"


def stopping() -> Talk:
    sources = {**asking("{choice: {name: v, of: [all, part]}}"), "common/stop": STOP}
    talk = Talk(sources, interrupts={"stop": "common/stop"})
    talk.open("a/b")
    return talk


def test_a_short_text_with_stop_in_it_asks_once() -> None:
    talk = stopping()
    assert talk.say("had to stop") == ["coach confirm_stop"]
    assert talk.shown.codes == ("stop_all", "answer")
    assert talk.press("stop_all") == ["common/stop s"]
    assert talk.ended == [("common/stop", "leave"), ("a/b", "lapsed")]


def test_part_of_my_answer_goes_back_to_the_question() -> None:
    talk = stopping()
    talk.say("had to stop")
    talk.press("answer")
    assert (talk.place, talk.prompt.mode) == ("a/b q", "open")
    talk.press("part")
    assert talk.slots["v"] == "part"


def test_stop_as_a_whole_message_acts_at_once() -> None:
    talk = stopping()
    assert talk.say("STOP!") == ["common/stop s"]
    assert talk.stack == []


def test_stop_said_a_second_time_stops() -> None:
    talk = stopping()
    talk.say("had to stop")
    assert talk.say("stop") == ["common/stop s"]


# -- going back ---------------------------------------------------------------------------------------
def test_back_returns_to_the_question_before_with_the_slots_of_then() -> None:
    talk = Talk(asking("{text: {name: v, max: 50}}"))
    talk.open("a/b")
    talk.say("first words")
    old = talk.prompt.token
    assert talk.say("back") == ["a/b q"]
    assert "v" not in talk.slots
    assert talk.press("yes", old) == ["coach answered_already"]
    talk.say("better words")
    assert talk.slots["v"] == "better words"


def test_back_at_the_first_question_says_so_and_asks_it_again() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    assert talk.say("back") == ["coach back_not_possible", "a/b q"]


# -- what is no text ------------------------------------------------------------------------------------
def test_a_photo_or_a_sticker_keeps_the_question_open() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    assert talk.attach("photo") == ["coach cannot_read_file", "a/b q"]
    assert talk.attach("sticker") == ["coach cannot_read_sticker", "a/b q"]
    talk.say("3")
    assert talk.slots["v"] == 3


def test_a_photo_out_of_the_blue_is_answered_too() -> None:
    assert Talk({}).attach("voice") == ["coach cannot_read_file"]


# -- old buttons ----------------------------------------------------------------------------------------
def test_a_press_on_an_answered_question_changes_nothing_and_says_so() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    old = talk.prompt.token
    talk.press("4")
    before = talk.conversation
    assert talk.press("9", old) == ["coach answered_already"]
    assert talk.conversation.frames == before.frames
    assert talk.conversation.prompt == before.prompt


def test_a_press_on_something_unknown_says_it_is_over() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    assert talk.press("4", "0000000000") == ["coach lapsed"]
    assert talk.press("no_such_code") == ["a/b q again"]
    assert Talk({}).press("x", "0123456789") == ["coach lapsed"]


def test_an_answered_question_gives_its_buttons_back() -> None:
    talk = Talk(asking(SCALE))
    talk.open("a/b")
    token = talk.prompt.token
    talk.press("4")
    assert fx.CloseButtons(token) in talk.effects
