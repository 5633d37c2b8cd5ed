"""The page of a round: its answers go past the talk, act on danger at once, and are asked in one place only."""

from __future__ import annotations

from coachbot.engine import effects as fx
from coachbot.engine.events import Filled, RoundFilled
from coachbot.engine.model import NO_SHEET, Sheet
from tests.engine.talks import Talk

ROUND = """
start: ready
keeps: true
states:
  ready: {ask: {choice: {name: ready, of: [here, later]}}, next: {here: one, else: one}}
  one: {call: instrument/one, next: two}
  two: {call: instrument/two, next: finished}
  finished: {say: true, end: done}
"""
LIST = """
start: intro
states:
  intro: {say: true, next: a}
  a: {ask: {choice: {name: a, of: [a0, a1, a2]}}, next: b}
  b: {ask: {choice: {name: b, of: [a0, a1, a2]}}, next: done}
  done: {say: true, end: done}
"""
CRISIS = """
start: safe
keeps: true
states:
  safe: {ask: {yes_no: {name: safe, required: true}}, next: {yes: fine, no: fine}}
  fine: {say: true, end: leave}
"""
CHECKIN = "start: did\nstates:\n  did: {ask: {yes_no: {name: well}}, next: e}\n  e: {say: true, end: done}"


def round_of_two() -> Talk:
    talk = Talk(
        {"assessment/r": ROUND, "instrument/one": LIST, "instrument/two": LIST, "safety/crisis": CRISIS,
         "cse/checkin": CHECKIN},
        safety={"item_9_low": "safety/crisis"},
        dangers={"instrument/two b": {"a1": "item_9_low", "missing": "item_9_low"}},
    )  # fmt: skip
    talk.open("assessment/r")
    return talk


def fill(talk: Talk, instrument: str, state: str, value: str | None = "a0", done: tuple[str, ...] = ()) -> list[str]:
    return talk.do(Filled("assessment/r", instrument, state, value, done))


def sheet(talk: Talk) -> Sheet:
    return talk.conversation.sheets.get("assessment/r", NO_SHEET)


def test_an_answer_on_the_page_says_nothing_in_the_talk_and_moves_nothing() -> None:
    talk = round_of_two()
    assert fill(talk, "one", "b", "a2") == []
    assert talk.place == "assessment/r ready"
    assert sheet(talk).answers == {"one": {"b": "a2"}}


def test_what_the_page_has_is_not_asked_in_the_talk() -> None:
    talk = round_of_two()
    fill(talk, "one", "a", "a1")
    assert talk.press("here") == ["instrument/one intro", "instrument/one b"]
    talk.press("a2")
    assert talk.of(fx.Respond)[0].answers == {"a": "a1", "b": "a2"}


def test_a_questionnaire_that_is_finished_on_the_page_is_passed_over_whole() -> None:
    talk = round_of_two()
    fill(talk, "one", "a")
    fill(talk, "one", "b", None)
    fill(talk, "one", "")
    assert [(one.instrument, one.answers, one.round) for one in talk.of(fx.Respond)] == [
        ("one", {"a": "a0", "b": None}, "assessment/r")
    ]
    assert talk.press("here") == ["instrument/two intro", "instrument/two a"]


def test_a_questionnaire_with_an_open_question_is_not_finished() -> None:
    talk = round_of_two()
    fill(talk, "one", "a")
    fill(talk, "one", "")
    assert (talk.of(fx.Respond), sheet(talk).done) == ([], ())


def test_the_page_can_correct_its_own_answer_until_it_is_finished() -> None:
    talk = round_of_two()
    fill(talk, "one", "a", "a0")
    fill(talk, "one", "a", "a2")
    fill(talk, "one", "b")
    fill(talk, "one", "")
    fill(talk, "one", "a", "a1")
    assert talk.of(fx.Respond)[0].answers["a"] == "a2"
    assert talk.of(fx.Repeated) == [fx.Repeated("one", "a", "a1", "page")]


def test_what_the_talk_has_counts_and_the_page_s_answer_is_kept_beside_it() -> None:
    talk = round_of_two()
    talk.press("here")
    talk.press("a1")
    fill(talk, "one", "a", "a0")
    assert talk.of(fx.Repeated) == [fx.Repeated("one", "a", "a0", "page")]
    fill(talk, "one", "b", "a2")
    fill(talk, "one", "")
    assert talk.of(fx.Respond)[0].answers == {"a": "a1", "b": "a2"}


def test_a_question_that_the_talk_has_open_closes_when_the_page_answers_it() -> None:
    talk = round_of_two()
    talk.press("here")
    token = talk.prompt.token
    assert fill(talk, "one", "a", "a2") == []
    assert talk.conversation.prompt is None
    assert talk.press("a0", token) == ["coach answered_on_page"]
    assert talk.of(fx.Repeated) == [fx.Repeated("one", "a", "a0", "talk")]
    assert talk.say("go on") == ["instrument/one b"]


def test_a_question_that_waits_below_another_talk_is_not_asked_again_either() -> None:
    talk = round_of_two()
    talk.press("here")
    talk.open("cse/checkin")
    fill(talk, "one", "a", "a2")
    assert talk.place == "cse/checkin did"
    talk.press("yes")
    assert talk.say("go on") == ["instrument/one b"]


def test_a_dangerous_answer_on_the_page_opens_the_safety_talk() -> None:
    talk = round_of_two()
    assert fill(talk, "two", "b", "a1") == ["safety/crisis safe"]
    assert talk.of(fx.Danger) == [fx.Danger("item_9_low", "instrument/two", "b", "a1")]
    assert talk.stack == ["assessment/r", "safety/crisis"]


def test_a_dangerous_question_left_out_is_asked_once_more_and_then_it_counts() -> None:
    talk = round_of_two()
    assert fill(talk, "two", "b", None) == []
    assert (sheet(talk).again, sheet(talk).answers) == (("two.b",), {})
    assert fill(talk, "two", "b", None) == ["safety/crisis safe"]
    assert sheet(talk).answers["two"]["b"] is None


def test_the_talk_comes_to_its_last_words_when_nothing_is_left() -> None:
    talk = round_of_two()
    for instrument in ("one", "two"):
        for state in ("a", "b", ""):
            fill(talk, instrument, state)
    assert talk.do(RoundFilled("assessment/r")) == ["assessment/r ready"]
    assert talk.press("here") == ["assessment/r finished"]
    assert len(talk.of(fx.Respond)) == 2
    assert talk.stack == []


def test_another_talk_that_is_open_comes_back_after_the_last_words() -> None:
    talk = round_of_two()
    talk.open("cse/checkin")
    for instrument in ("one", "two"):
        for state in ("a", "b", ""):
            fill(talk, instrument, state)
    talk.do(RoundFilled("assessment/r"))
    assert talk.press("here") == ["assessment/r finished", "coach back_here", "cse/checkin did"]
    assert talk.stack == ["cse/checkin"]


def test_what_was_finished_in_the_talk_before_the_page_began_stays_finished() -> None:
    talk = round_of_two()
    fill(talk, "two", "a", done=("one",))
    assert talk.press("here") == ["instrument/two intro", "instrument/two b"]


def test_an_unknown_questionnaire_or_question_changes_nothing() -> None:
    talk = round_of_two()
    assert fill(talk, "three", "a") + fill(talk, "one", "z") == []
    assert sheet(talk) == NO_SHEET
