"""Words that stand above every dialog: they go on top of the open question and come back to it."""

from __future__ import annotations

from dataclasses import replace

from coachbot.engine import effects as fx
from tests.engine.talks import Talk

CHECKIN = """
start: did
states:
  did: {ask: {choice: {name: did, of: [all, part]}}, next: bye}
  bye: {say: true, end: done}
"""
MENU = """
start: m
states:
  m: {ask: {choice: {name: w, of: [pain, enough]}}, next: {pain: n, else: n}}
  n: {end: done}
"""
SOURCES = {
    "cse/checkin": CHECKIN,
    "sct/session": "keeps: true\n" + CHECKIN,
    "common/menu": MENU,
    "common/later": "start: n\nstates:\n  n: {say: true, do: [{remind: {dialog: common/pick_up, in: 3 h}}], end: leave}",  # noqa: E501
    "common/pick_up": "start: h\nstates:\n  h: {say: true, end: done}",
}
WORDS = {"menu": "common/menu", "later": "common/later"}


def talking(dialog: str = "cse/checkin") -> Talk:
    talk = Talk(SOURCES, interrupts=WORDS)
    talk.open(dialog)
    return talk


def test_an_interrupt_comes_back_to_the_open_question_under_the_same_token() -> None:
    talk = talking()
    token = talk.prompt.token
    assert talk.say("Menu!") == ["common/menu m"]
    assert talk.stack == ["cse/checkin", "common/menu"]
    assert talk.press("enough") == ["coach back_here", "cse/checkin did"]
    assert talk.prompt.token == token
    assert talk.press("all") == ["cse/checkin bye"]


def test_a_word_that_is_a_choice_of_the_open_question_is_an_answer() -> None:
    talk = talking()
    talk.say("menu")
    assert talk.say("pain") == ["coach back_here", "cse/checkin did"]


def test_an_interrupt_replaces_an_open_interrupt() -> None:
    talk = talking()
    talk.say("menu")
    assert talk.say("menu") == ["common/menu m"]
    assert talk.stack == ["cse/checkin", "common/menu"]
    assert talk.ended == [("common/menu", "left")]


def test_leave_ends_what_was_open() -> None:
    talk = talking()
    assert talk.say("later") == ["common/later n"]
    assert talk.stack == []
    assert talk.ended == [("common/later", "leave"), ("cse/checkin", "lapsed")]


def test_leave_lets_a_kept_talk_rest_at_its_question() -> None:
    talk = talking("sct/session")
    token = talk.prompt.token
    talk.say("later")
    assert (talk.stack, talk.conversation.resting, talk.place) == (["sct/session"], True, "")
    assert talk.say("here I am") == ["coach back_here", "sct/session did"]
    assert talk.prompt.token == token


def test_a_reminder_asked_for_in_an_interrupt_opens_the_talk_below_it() -> None:
    talk = talking("sct/session")
    talk.say("later")
    assert talk.acts == [("remind", {"dialog": "sct/session", "in": "3 h"})]
    assert talk.open("sct/session", by="remind") == ["sct/session did"]


def test_a_reminder_without_a_talk_below_opens_what_it_says() -> None:
    talk = Talk(SOURCES, interrupts=WORDS)
    talk.say("later")
    assert talk.acts == [("remind", {"dialog": "common/pick_up", "in": "3 h"})]


def test_an_interrupt_out_of_the_blue_ends_with_nothing_open() -> None:
    talk = Talk(SOURCES, interrupts=WORDS)
    assert talk.say("menu") == ["common/menu m"]
    talk.press("enough")
    assert (talk.stack, talk.conversation.resting) == ([], False)


def test_any_other_word_out_of_the_blue_is_kept_kindly_and_the_menu_opens() -> None:
    talk = Talk(SOURCES, interrupts=WORDS)
    assert talk.say("lovely weather") == ["coach nothing_open", "common/menu m"]


def test_an_interrupt_without_a_dialog_asks_the_question_again() -> None:
    talk = Talk(SOURCES, interrupts={"help": "common/gone"})
    talk.open("cse/checkin")
    assert talk.say("help") == ["coach nothing_open", "cse/checkin did"]


def test_an_interrupt_inside_a_called_dialog_comes_back_into_it() -> None:
    caller = "start: c\nstates:\n  c: {call: cse/checkin, next: {done: e, else: e}}\n  e: {say: true, end: done}"
    talk = Talk({**SOURCES, "common/evening": caller}, interrupts=WORDS)
    talk.open("common/evening")
    talk.say("menu")
    assert talk.stack == ["common/evening", "cse/checkin", "common/menu"]
    assert talk.press("enough") == ["coach back_here", "cse/checkin did"]
    assert talk.press("all") == ["cse/checkin bye", "common/evening e"]


def test_the_question_below_an_interrupt_can_be_answered_by_its_button() -> None:
    talk = talking()
    token = talk.prompt.token
    talk.say("menu")
    assert talk.press("part", token) == ["cse/checkin bye"]
    assert talk.stack == []


def test_an_interrupt_takes_the_nudge_away_and_coming_back_sets_it_again() -> None:
    talk = talking()
    token = talk.prompt.token
    talk.say("menu")
    assert fx.Disarm("nag") in talk.step
    talk.press("enough")
    assert [(one.purpose, one.token) for one in talk.of(fx.Arm)] == [("nag", token), ("nag", token)]


def test_in_a_clinicians_rest_an_interrupt_does_not_bring_a_resting_talk_back() -> None:
    talk = talking("sct/session")
    talk.library = replace(talk.library, rests=("sct/",))
    talk.conversation = replace(talk.conversation, facts={**talk.conversation.facts, "safety": {"hold": True}})
    talk.say("menu")
    assert talk.press("enough") == []
    assert talk.stack == ["sct/session"]
    assert talk.conversation.prompt is None
