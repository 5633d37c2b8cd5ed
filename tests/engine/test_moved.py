"""A dialog is edited while patients stand in it: they are told, the operator is told, and nothing breaks."""

from __future__ import annotations

from dataclasses import replace

from coachbot.engine import effects as fx
from tests.engine.talks import Talk, dialogs_of

OLD = """
start: hello
states:
  hello: {say: true, next: mood}
  mood: {ask: {text: {name: mood, max: 50}}, next: pain}
  pain: {ask: {scale: {name: pain, from: 0, to: 10}}, next: e}
  e: {say: true, end: done}
"""
RENAMED = OLD.replace("mood: {ask", "feeling: {ask").replace("next: mood}", "next: feeling}")
WITHOUT = """
start: hello
states:
  hello: {say: true, next: pain}
  pain: {ask: {scale: {name: pain, from: 0, to: 10}}, next: e}
  e: {say: true, end: done}
"""
CALLER = """
start: c
states:
  c: {call: a/b, next: {done: e, else: f}}
  e: {say: true, end: done}
  f: {say: true, end: done}
"""


def edited(talk: Talk, sources: dict[str, str]) -> Talk:
    talk.library = replace(talk.library, dialogs=dialogs_of(sources))
    return talk


def standing(sources: dict[str, str] | None = None, dialog: str = "a/b") -> Talk:
    talk = Talk(sources or {"a/b": OLD})
    talk.open(dialog)
    return talk


def test_a_renamed_state_takes_the_answer() -> None:
    talk = edited(standing(), {"a/b": "moved: {mood: feeling}\n" + RENAMED})
    assert talk.say("quite fine") == ["coach moved", "a/b feeling", "a/b pain"]
    assert talk.slots["mood"] == "quite fine"
    assert talk.of(fx.Moved) == [fx.Moved("a/b", "mood", "feeling")]


def test_without_a_successor_the_dialog_begins_anew_and_the_answer_answers_nothing_else() -> None:
    talk = edited(standing(), {"a/b": WITHOUT})
    assert talk.say("5 or so") == ["coach moved", "a/b hello", "a/b pain"]
    assert "pain" not in talk.slots
    assert talk.of(fx.Moved) == [fx.Moved("a/b", "mood", "hello")]
    assert talk.say("5") == ["a/b e"]


def test_a_word_above_every_dialog_is_heard_all_the_same() -> None:
    stop = "start: s\nstates:\n  s: {say: true, end: leave}"
    talk = Talk({"a/b": OLD}, interrupts={"stop": "common/stop"})
    talk.open("a/b")
    edited(talk, {"a/b": WITHOUT, "common/stop": stop})
    assert talk.say("stop")[-1] == "common/stop s"
    assert talk.stack == []


def test_a_vanished_dialog_says_so_and_leaves_nothing_behind() -> None:
    talk = edited(standing(), {"c/d": OLD})
    old = talk.prompt.token
    assert talk.press("x") == ["coach moved", "coach lapsed"]
    assert (talk.stack, talk.place) == ([], "")
    assert talk.of(fx.Moved) == [fx.Moved("a/b", "mood", "")]
    assert talk.press("x", old) == ["coach lapsed"]


def test_a_vanished_called_dialog_goes_on_in_its_caller() -> None:
    talk = standing({"a/b": OLD, "c/d": CALLER}, "c/d")
    edited(talk, {"c/d": CALLER})
    assert talk.say("fine")[:2] == ["coach moved", "c/d f"]
    assert talk.ended == [("c/d", "done")]


def test_a_vanished_caller_takes_along_what_it_called() -> None:
    talk = standing({"a/b": OLD, "c/d": CALLER}, "c/d")
    edited(talk, {"a/b": OLD})
    assert talk.press("x") == ["coach moved", "coach lapsed"]
    assert talk.stack == []


def test_a_touchpoint_that_opens_speaks_for_itself() -> None:
    talk = edited(standing(), {"a/b": WITHOUT, "c/d": WITHOUT})
    assert talk.open("c/d") == ["c/d hello", "c/d pain"]
    assert talk.stack == ["c/d"]
    assert talk.of(fx.Moved) == [fx.Moved("a/b", "mood", "hello")]


def test_a_talk_that_waits_is_not_woken_by_an_edit() -> None:
    sources = {"a/b": "keeps: true\n" + OLD, "c/d": WITHOUT}
    talk = standing(sources)
    talk.open("c/d")
    talk.say("4")
    assert talk.conversation.resting
    edited(talk, {"a/b": "keeps: true\n" + WITHOUT, "c/d": WITHOUT})
    assert talk.say("hello") == ["coach moved", "a/b hello", "a/b pain"]


def test_a_choice_that_was_taken_out_is_not_understood_any_more() -> None:
    ask = "start: q\nstates:\n  q: {ask: {choice: {name: v, of: [all, part, none_of_it]}}, end: done}"
    talk = standing({"a/b": ask})
    edited(talk, {"a/b": ask.replace(", none_of_it", "")})
    assert talk.press("none_of_it") == ["a/b q again"]
    assert [code for code, _ in talk.prompt.labels] == ["all", "part"]
    talk.press("all")
    assert talk.ended == [("a/b", "done")]


def test_a_question_that_became_a_statement_is_walked_on() -> None:
    talk = edited(standing(), {"a/b": OLD.replace("mood: {ask: {text: {name: mood, max: 50}}", "mood: {say: true")})
    assert talk.say("fine") == ["coach moved", "a/b mood", "a/b pain"]
    assert "pain" not in talk.slots
