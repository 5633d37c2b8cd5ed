"""Dangers: the follow-up goes on top of everything, once, and what was open waits below."""

from __future__ import annotations

from coachbot.engine import effects as fx
from tests.engine.talks import Talk

CRISIS = """
start: safe
keeps: true
takes: [kind]
states:
  safe:
    ask: {yes_no: {name: safe, required: true}}
    next: {yes: fine, no: fine}
  fine: {say: true, end: done}
"""
LEAVING = CRISIS.replace("end: done", "end: leave")
LIST = """
start: item
keeps: true
states:
  item: {ask: {choice: {name: item, of: [a0, a1, a2]}}, next: after}
  after: {ask: {yes_no: {name: x}}, next: e}
  e: {say: true, end: done}
"""
MENU = "start: m\nstates:\n  m: {ask: {choice: {name: w, of: [enough]}}, end: done}"


def listing(crisis: str = CRISIS) -> Talk:
    checkin = LIST.replace("keeps: true\n", "")
    talk = Talk(
        {"a/list": LIST, "safety/crisis": crisis, "common/menu": MENU, "cse/checkin": checkin},
        safety={"item_9_low": "safety/crisis", "item_9_high": "safety/crisis"},
        dangers={"a/list item": {"a1": "item_9_low", "a2": "item_9_high", "missing": "item_9_low"}},
        interrupts={"menu": "common/menu"},
    )
    talk.open("a/list")
    return talk


def test_a_dangerous_answer_is_kept_and_the_safety_dialog_comes_on_top() -> None:
    talk = listing()
    assert talk.press("a2") == ["safety/crisis safe"]
    assert talk.of(fx.Danger) == [fx.Danger("item_9_high", "a/list", "item", "a2")]
    assert talk.stack == ["a/list", "safety/crisis"]
    assert talk.frames[0].slots["item"] == "a2"
    assert talk.slots == {"kind": "item_9_high"}


def test_the_talk_below_goes_on_behind_the_dangerous_question() -> None:
    talk = listing()
    talk.press("a1")
    assert talk.press("yes") == ["safety/crisis fine", "a/list after"]
    assert talk.stack == ["a/list"]


def test_a_safety_dialog_that_leaves_lets_the_talk_below_rest() -> None:
    talk = listing(LEAVING)
    talk.press("a1")
    talk.press("yes")
    assert (talk.stack, talk.conversation.resting) == (["a/list"], True)
    assert talk.say("go on") == ["a/list after"]


def test_a_harmless_answer_raises_nothing() -> None:
    talk = listing()
    assert talk.press("a0") == ["a/list after"]
    assert talk.of(fx.Danger) == []


def test_the_dangerous_question_asks_once_more_when_skipped_and_then_it_counts() -> None:
    talk = listing()
    assert talk.press("skip") == ["a/list item again"]
    assert talk.of(fx.Danger) == []
    assert talk.press("skip") == ["safety/crisis safe"]
    assert talk.of(fx.Danger) == [fx.Danger("item_9_low", "a/list", "item", "None")]
    assert talk.frames[0].slots["item"] is None


def test_a_skip_after_words_not_understood_is_still_asked_once_more() -> None:
    talk = listing()
    talk.say("qwrtz uiop")
    assert talk.say("skip") == ["a/list item again"]
    assert talk.of(fx.Danger) == []


def test_a_skip_from_the_offer_is_asked_once_more() -> None:
    talk = listing()
    for _ in range(3):
        talk.say("qwrtz uiop")
    talk.press("skip")
    assert talk.place == "a/list item"
    assert talk.of(fx.Danger) == []


# -- concerned ----------------------------------------------------------------------------------------
def test_a_danger_in_words_parks_the_open_question() -> None:
    talk = listing()
    token = talk.prompt.token
    assert talk.concern("crisis", "safety/crisis") == ["safety/crisis safe"]
    assert talk.slots == {"kind": "crisis"}
    assert talk.press("no") == ["safety/crisis fine", "coach back_here", "a/list item"]
    assert talk.prompt.token == token


def test_concerned_twice_does_not_stack() -> None:
    talk = listing()
    talk.concern("crisis", "safety/crisis")
    assert talk.concern("crisis", "safety/crisis") == ["safety/crisis safe"]
    assert talk.stack == ["a/list", "safety/crisis"]


def test_concerned_above_an_interrupt_takes_the_standing_safety_dialog_up_again() -> None:
    talk = listing()
    talk.concern("crisis", "safety/crisis")
    for _ in range(15):
        talk.say("menu")
        assert talk.stack[-1] == "common/menu"
        talk.concern("crisis", "safety/crisis")
        assert talk.stack == ["a/list", "safety/crisis"]
        assert talk.place == "safety/crisis safe"


def test_a_talk_that_opens_meanwhile_does_not_push_the_safety_dialog_away() -> None:
    talk = listing()
    talk.concern("crisis", "safety/crisis")
    talk.open("cse/checkin")
    assert talk.stack == ["a/list", "safety/crisis", "cse/checkin"]
    assert talk.concern("crisis", "safety/crisis") == ["coach back_here", "safety/crisis safe"]
    assert talk.stack == ["a/list", "safety/crisis"]


def test_no_button_from_below_gets_past_a_safety_question() -> None:
    talk = listing()
    token = talk.prompt.token
    talk.concern("crisis", "safety/crisis")
    assert talk.press("a0", token) == ["coach lapsed"]
    assert talk.place == "safety/crisis safe"


LONGER = CRISIS.replace("yes: fine", "yes: company").replace(
    "  fine:", "  company: {ask: {choice: {name: who, of: [alone, someone]}}, next: fine}\n  fine:"
)


def test_new_words_of_danger_put_the_first_question_again() -> None:
    talk = listing(LONGER)
    talk.concern("crisis", "safety/crisis")
    assert talk.press("yes") == ["safety/crisis company"]
    assert talk.concern("crisis", "safety/crisis", anew=True) == ["safety/crisis safe"]
    assert talk.stack == ["a/list", "safety/crisis"]
    assert "safe" not in talk.slots


def test_new_words_at_the_first_question_show_it_once_more() -> None:
    talk = listing(LONGER)
    talk.concern("crisis", "safety/crisis")
    token = talk.prompt.token
    assert talk.concern("crisis", "safety/crisis", anew=True) == ["safety/crisis safe"]
    assert talk.prompt.token == token


def test_a_talk_on_danger_that_waits_below_begins_again_too() -> None:
    talk = listing(LONGER)
    talk.concern("crisis", "safety/crisis")
    talk.press("yes")
    talk.open("cse/checkin")
    assert talk.concern("crisis", "safety/crisis", anew=True) == ["safety/crisis safe"]
    assert talk.stack == ["a/list", "safety/crisis"]


def test_without_new_danger_the_talk_goes_on_where_it_stands() -> None:
    talk = listing(LONGER)
    talk.concern("crisis", "safety/crisis")
    talk.press("yes")
    assert talk.concern("crisis", "safety/crisis") == ["safety/crisis company"]


def test_a_dangerous_answer_puts_the_first_question_of_an_open_talk_again() -> None:
    talk = Talk(
        {"a/list": LIST, "b/list": LIST, "safety/crisis": LONGER},
        safety={"item_9_high": "safety/crisis"},
        dangers={"a/list item": {"a2": "item_9_high"}, "b/list item": {"a2": "item_9_high"}},
    )
    for name in ("a/list", "b/list"):
        talk.open(name)
        assert talk.press("a2") == ["safety/crisis safe"]
        assert talk.press("yes") == ["safety/crisis company"]
    assert talk.stack.count("safety/crisis") == 1


def test_a_danger_out_of_the_blue_opens_its_dialog() -> None:
    talk = Talk({"safety/crisis": CRISIS})
    assert talk.concern("crisis", "safety/crisis") == ["safety/crisis safe"]
    talk.press("yes")
    assert talk.stack == []


def test_a_danger_without_a_dialog_changes_nothing() -> None:
    talk = listing()
    before = talk.conversation
    assert talk.concern("crisis", "safety/none") == []
    assert talk.conversation == before
