"""What the coach opens by itself while another talk is open, waits or is long over."""

from __future__ import annotations

from datetime import timedelta

from coachbot.engine import effects as fx
from tests.engine.talks import Talk

ASK = "start: q\nstates:\n  q: {ask: {choice: {name: v, of: [a, b]}}, next: bye}\n  bye: {say: true, end: done}"
SOURCES = {
    "cse/checkin": ASK,
    "common/morning": ASK,
    "sct/session": "keeps: true\n" + ASK,
    "assessment/week_4": "keeps: true\n" + ASK,
}


def talking(*dialogs: str) -> Talk:
    talk = Talk(SOURCES)
    for dialog in dialogs:
        talk.open(dialog)
    return talk


def test_an_unanswered_talk_lapses_when_the_next_one_opens() -> None:
    talk = talking("cse/checkin")
    old = talk.prompt.token
    assert talk.open("common/morning") == ["common/morning q"]
    assert talk.stack == ["common/morning"]
    assert talk.ended == [("cse/checkin", "lapsed")]
    assert talk.press("a", old) == ["coach lapsed"]
    assert talk.place == "common/morning q"


def test_a_kept_talk_rests_below_and_comes_back_to_its_question() -> None:
    talk = talking("sct/session")
    token = talk.prompt.token
    talk.open("common/morning")
    assert talk.stack == ["sct/session", "common/morning"]
    talk.press("a")
    assert (talk.stack, talk.conversation.resting) == (["sct/session"], True)
    assert talk.say("hello again") == ["coach back_here", "sct/session q"]
    assert talk.prompt.token == token


def test_the_button_of_a_talk_that_waits_wakes_it() -> None:
    talk = talking("sct/session")
    token = talk.prompt.token
    talk.open("common/morning")
    assert talk.press("b", token) == ["sct/session bye"]
    assert talk.stack == []
    assert talk.ended == [("common/morning", "lapsed"), ("sct/session", "done")]


def test_waking_one_kept_talk_does_not_lose_another() -> None:
    talk = talking("sct/session")
    token = talk.prompt.token
    talk.open("assessment/week_4")
    assert talk.press("b", token) == ["sct/session bye"]
    assert (talk.stack, talk.conversation.resting) == (["assessment/week_4"], True)
    assert talk.say("go on") == ["coach back_here", "assessment/week_4 q"]


def test_a_kept_talk_is_opened_once_and_taken_up_again() -> None:
    talk = talking("sct/session")
    token = talk.prompt.token
    assert talk.open("sct/session") == ["sct/session q"]
    assert (talk.stack, talk.prompt.token) == (["sct/session"], token)


def test_a_kept_talk_below_another_kept_one_is_brought_to_the_top() -> None:
    talk = talking("sct/session", "assessment/week_4")
    assert talk.open("sct/session") == ["sct/session q"]
    assert talk.stack == ["assessment/week_4", "sct/session"]


def test_yesterdays_unanswered_checkin_does_not_stand_for_todays() -> None:
    talk = talking("cse/checkin")
    old = talk.prompt.token
    assert talk.open("cse/checkin") == ["cse/checkin q"]
    assert talk.prompt.token != old
    assert talk.ended == [("cse/checkin", "lapsed")]


def test_a_reminder_resumes_a_talk_that_stands() -> None:
    talk = talking("sct/session", "common/morning")
    assert talk.open("sct/session", by="remind") == ["sct/session q"]
    assert talk.stack == ["sct/session"]


def test_a_reminder_of_a_talk_that_is_over_opens_it_anew() -> None:
    talk = talking("sct/session")
    talk.press("a")
    assert talk.open("sct/session", by="remind") == ["sct/session q"]


def test_what_is_opened_and_what_ends_is_told_with_its_touchpoint() -> None:
    talk = talking("cse/checkin")
    talk.press("a")
    assert talk.of(fx.Began) == [fx.Began("cse/checkin", "cse/checkin@today", "touchpoint")]
    assert talk.of(fx.Ended) == [fx.Ended("cse/checkin", "cse/checkin@today", "done")]


def test_an_unknown_dialog_is_passed_over() -> None:
    talk = talking()
    assert talk.open("gone/away") == []
    assert talk.ended == [("gone/away", "passed_over")]


# -- nudges -------------------------------------------------------------------------------------------
def test_a_question_of_the_coach_is_nudged_once() -> None:
    talk = talking("cse/checkin")
    assert talk.of(fx.Arm) == [fx.Arm("nag", timedelta(hours=3), talk.prompt.token)]
    assert talk.timer("nag") == ["coach nag_1"]
    assert talk.shown.codes == ("a", "b")
    assert talk.prompt.nagged
    assert talk.timer("nag") == []


def test_a_nudge_for_an_answered_question_does_nothing() -> None:
    talk = talking("cse/checkin")
    token = talk.prompt.token
    talk.press("a")
    assert fx.Disarm("nag") in talk.step
    assert talk.timer("nag", token) == []


def test_what_the_patient_opens_is_not_nudged() -> None:
    talk = Talk(SOURCES)
    talk.open("cse/checkin", by="patient")
    assert talk.of(fx.Arm) == []


def test_the_menu_waits_for_nobody_and_is_not_nudged() -> None:
    talk = Talk(SOURCES, interrupts={"menu": "common/morning"})
    talk.open("common/morning", by="remind")
    assert talk.of(fx.Arm) == []


# -- the end ------------------------------------------------------------------------------------------
def test_closing_ends_everything_without_a_word() -> None:
    talk = talking("sct/session", "assessment/week_4")
    token = talk.prompt.token
    assert talk.close("withdrawn") == []
    assert (talk.stack, talk.place, talk.conversation.resting) == ([], "", False)
    assert talk.ended == [("assessment/week_4", "withdrawn"), ("sct/session", "withdrawn")]
    assert talk.press("a", token) == ["coach lapsed"]


TWO = "keeps: true\n" + ASK.replace("next: bye", "next: r").replace(
    "  bye:", "  r: {ask: {choice: {name: w, of: [c, d]}}, next: bye}\n  bye:"
)


def test_a_talk_left_in_its_middle_is_brought_back_with_a_word_of_its_own() -> None:
    talk = Talk({"sct/session": TWO, "common/morning": ASK})
    talk.open("sct/session")
    talk.press("a")
    talk.open("common/morning")
    assert talk.open("sct/session", by="remind") == ["coach still_here", "sct/session r"]
