"""Which state follows which: answers, guards, calls and their results, slots and how long they live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from coachbot.engine import effects as fx
from coachbot.engine.events import Opened, Pressed
from coachbot.engine.step import EngineFault, step
from tests.engine.talks import FACTS, NOW, Talk

ASKED = """
start: did
states:
  did:
    ask: {choice: {name: did, of: [all, part]}}
    next: {all: praise, part: half}
  praise: {say: true, end: done}
  half: {say: true, end: half_done}
"""


def test_an_answer_leads_on_and_the_end_is_told() -> None:
    talk = Talk({"a/b": ASKED})
    assert talk.open("a/b") == ["a/b did"]
    assert talk.press("all") == ["a/b praise"]
    assert talk.ended == [("a/b", "done")]
    assert talk.conversation.frames == ()
    assert talk.conversation.prompt is None


def test_a_typed_answer_leads_on_like_a_button() -> None:
    talk = Talk({"a/b": ASKED})
    talk.open("a/b")
    assert talk.say("Part") == ["a/b half"]
    assert talk.ended == [("a/b", "half_done")]


def test_a_skip_without_else_leaves_the_dialog_as_skipped() -> None:
    talk = Talk({"a/b": ASKED})
    talk.open("a/b")
    assert talk.say("skip") == []
    assert talk.ended == [("a/b", "skipped")]


def test_a_skip_goes_the_way_of_else_and_leaves_the_doing_out() -> None:
    source = """
start: did
states:
  did:
    ask: {choice: {name: did, of: [all, part]}}
    do: [{award: practice}]
    next: {all: good, else: fine}
  good: {say: true, end: done}
  fine: {say: true, end: done}
"""
    talk = Talk({"a/b": source})
    talk.open("a/b")
    assert talk.press("skip") == ["a/b fine"]
    assert talk.acts == []
    again = Talk({"a/b": source})
    again.open("a/b")
    again.press("part")
    assert again.acts == [("award", {"award": "practice"})]


def test_guards_are_tried_in_order_and_a_missing_slot_is_missing() -> None:
    source = """
start: pain
states:
  pain:
    ask: {scale: {name: pain, from: 0, to: 10}}
    next:
      - {when: pain is missing, go: unknown}
      - {when: "pain >= 7", go: much}
      - {when: "pain >= 3", go: some}
      - {else: little}
  unknown: {say: true, end: done}
  much: {say: true, end: done}
  some: {say: true, end: done}
  little: {say: true, end: done}
"""
    for said, expected in (("10", "much"), ("7", "much"), ("6", "some"), ("2", "little"), ("skip", "unknown")):
        talk = Talk({"a/b": source})
        talk.open("a/b")
        assert talk.say(said) == [f"a/b {expected}"]


def test_of_the_guards_those_are_told_that_were_asked_up_to_the_way_that_was_taken() -> None:
    source = """
start: pain
states:
  pain:
    ask: {scale: {name: pain, from: 0, to: 10}}
    next:
      - {when: "pain >= 9", go: much}
      - {when: "pain >= 5 and diary.cse == 0", go: some}
      - {when: "pain >= 3", go: some}
      - {else: little}
  much: {say: true, end: done}
  some: {say: true, end: done}
  little: {say: true, end: done}
"""
    asked = ("pain >= 9", "pain >= 5 and diary.cse == 0", "pain >= 3")
    for pain, to, guards in (("9", "much", 1), ("6", "some", 2), ("4", "some", 3), ("1", "little", 3)):
        talk = Talk({"a/b": source})
        talk.open("a/b")
        before = talk.conversation
        (chose,) = step(talk.library, before, Pressed(talk.prompt.token, pain), now=NOW, rng=talk.rng).chose
        assert (chose.to, chose.guards) == (to, asked[:guards])
        assert chose.values == {"pain": int(pain)} | ({"diary.cse": 0} if guards > 1 else {})


def test_facts_that_are_handed_in_stand_in_the_place_of_the_conversations_own_and_do_not_stay() -> None:
    calls = "start: c\nstates:\n  c: {call: c/d, next: {skipped: passed, else: met}}\n"
    calls += "  passed: {say: true, end: done}\n  met: {say: true, end: done}"
    talk = Talk({"a/b": calls, "c/d": "start: x\narms: [exercise]\nstates:\n  x: {say: true, end: done}"})
    facts = {**FACTS, "programme": {"arm": "exercise"}}
    outcome = step(talk.library, talk.conversation, Opened("a/b", "patient"), now=NOW, rng=talk.rng, facts=facts)
    said = [effect.text.section for effect in outcome.effects if isinstance(effect, fx.Say)]
    assert said == ["x", "met"]  # the other arm's dialog was met
    assert outcome.conversation.facts == talk.conversation.facts


# -- calls --------------------------------------------------------------------------------------------
CALLER = """
start: call
states:
  call: {call: {dialog: c/d, with: {mood: "'low'"}}, next: {good: good, bad: bad, skipped: passed, else: other}}
  good: {say: true, end: done}
  bad: {say: true, end: done}
  passed: {say: true, end: done}
  other: {say: true, end: done}
"""
CALLED = """
start: how
takes: [mood]
gives: [words]
states:
  how:
    ask: {text: {name: words, max: 50}}
    next: [{when: words is missing, go: ill}, {when: words == mood, go: ill}, {else: well}]
  well: {end: good}
  ill: {end: bad}
"""


def test_a_called_dialog_takes_slots_gives_slots_and_hands_back_its_result() -> None:
    staying = "good: {say: true, next: stay}\n  stay: {ask: {yes_no: {name: x}}, end: done}"
    talk = Talk({"a/b": CALLER.replace("good: {say: true, end: done}", staying), "c/d": CALLED})
    assert talk.open("a/b") == ["c/d how"]
    assert talk.stack == ["a/b", "c/d"]
    assert talk.slots["mood"] == "low"
    assert talk.say("all is well") == ["a/b good", "a/b stay"]
    assert talk.slots["words"] == "all is well"
    assert talk.ended == []


def test_what_a_called_dialog_does_not_give_stays_with_it() -> None:
    caller = CALLER.replace("bad: {say: true, end: done}", "bad: {ask: {yes_no: {name: x}}, end: done}")
    talk = Talk({"a/b": caller, "c/d": CALLED.replace("gives: [words]\n", "")})
    talk.open("a/b")
    assert talk.say("low") == ["a/b bad"]
    assert "words" not in talk.slots
    assert "mood" not in talk.slots


def test_a_dialog_of_another_arm_is_passed_over() -> None:
    sources = {"a/b": CALLER, "c/d": "arms: [combined]\n" + CALLED}
    talk = Talk(sources, arm="exercise")
    assert talk.open("a/b") == ["a/b passed"]
    assert talk.open("c/d") == []
    assert talk.ended[-1] == ("c/d", "passed_over")
    assert Talk(sources, arm="combined").open("a/b") == ["c/d how"]


def test_a_fact_can_name_the_dialog_that_is_called() -> None:
    source = """
start: message
states:
  message: {call: {in: c/, by: today.education}, next: {done: read, else: nothing}}
  read: {say: true, end: done}
  nothing: {say: true, end: done}
"""
    sources = {"a/b": source, "c/pain": "start: m\nstates:\n  m: {say: true, end: done}"}
    today = {"date": "2026-03-09", "education": "pain"}
    assert Talk(sources, today=today).open("a/b") == ["c/pain m", "a/b read"]
    assert Talk(sources).open("a/b") == ["a/b nothing"]


# -- slots --------------------------------------------------------------------------------------------
SCOPES = """
start: ask
slots:
  goal: {type: text, scope: programme}
  first: {type: text, scope: always}
states:
  ask: {ask: {text: {name: goal, max: 50}}, do: [{set: {first: goal, here: goal}}], next: stay}
  stay: {ask: {yes_no: {name: x}}, end: done}
"""


def test_slots_live_as_long_as_their_scope_says() -> None:
    talk = Talk({"a/b": SCOPES})
    talk.open("a/b")
    talk.say("walk to the lake")
    assert talk.slots == {"here": "walk to the lake"}
    assert talk.conversation.programme_slots == {"goal": "walk to the lake"}
    assert talk.conversation.always_slots == {"first": "walk to the lake"}
    talk.press("yes")
    talk.open("a/b")
    assert talk.slots == {}
    assert talk.shown.text.scope["goal"] == "walk to the lake"
    assert talk.shown.text.scope["here"] is None


def test_a_function_of_the_library_fills_its_slots() -> None:
    source = """
start: where
states:
  where: {ask: {text: {name: where, max: 50}}, do: [{guess_zone: {from: where}}], next: stay}
  stay: {ask: {yes_no: {name: x}}, end: done}
"""
    talk = Talk({"a/b": source})
    guessed = {"guess_zone": lambda words, now: {"zone": f"Zone/{words}"}}
    talk.library = replace(talk.library, functions=guessed)
    talk.open("a/b")
    talk.say("Berlin")
    assert talk.slots["zone"] == "Zone/Berlin"
    assert talk.slots["zone_city"] is None
    assert talk.acts == []


# -- doing --------------------------------------------------------------------------------------------
def test_an_action_takes_its_slots_along() -> None:
    source = """
start: minutes
states:
  minutes: {ask: {number: {name: minutes, min: 1, max: 90, unit: min}}, next: record}
  record: {do: [{set: {did: "'part'"}}, {record_practice: {kind: cse, done: did}}], end: done}
"""
    talk = Talk({"a/b": source})
    talk.open("a/b")
    talk.say("20")
    assert talk.acts == [("record_practice", {"minutes": 20, "kind": "cse", "done": "part"})]
    act = talk.of(fx.Act)[0]
    assert (act.dialog, act.touchpoint) == ("a/b", "a/b@today")


def test_what_was_counted_can_be_named_in_the_same_step() -> None:
    def foresee(effect: fx.Act | fx.Respond) -> Mapping[str, Any]:
        return {**FACTS, "diary": {"cse": 1}}

    source = """
start: record
states:
  record: {do: [{award: practice}], next: [{when: "diary.cse == 1", go: first}, {else: other}]}
  first: {say: true, end: done}
  other: {say: true, end: done}
"""
    talk = Talk({"a/b": source}, foresee=foresee)
    assert talk.open("a/b") == ["a/b first"]
    assert talk.of(fx.Say)[0].text.scope["diary"] == {"cse": 1}


# -- limits -------------------------------------------------------------------------------------------
def test_a_circle_without_a_question_is_a_fault_and_changes_nothing() -> None:
    talk = Talk({"a/b": "start: x\nstates:\n  x: {say: true, next: y}\n  y: {say: true, next: x}"})
    with pytest.raises(EngineFault, match="more than 100 states"):
        talk.open("a/b")
    assert talk.conversation.frames == ()


def test_a_dialog_that_calls_itself_is_a_fault() -> None:
    talk = Talk({"a/b": "start: x\nstates:\n  x: {call: a/b, end: done}"})
    with pytest.raises(EngineFault, match="more than 20 dialogs"):
        talk.open("a/b")


def test_the_same_step_twice_is_the_same() -> None:
    one, two = Talk({"a/b": ASKED}), Talk({"a/b": ASKED})
    for talk in (one, two):
        talk.open("a/b")
        talk.say("all")
    assert one.effects == two.effects
    assert one.conversation == two.conversation


# -- instruments --------------------------------------------------------------------------------------
def instrument() -> Talk:
    """A list of two questions that hands its answers in, called from a talk that keeps."""
    caller = "start: c\nkeeps: true\nstates:\n  c: {call: list/one, next: e}\n  e: {say: true, end: done}"
    items = "start: i1\nstates:\n"
    items += "  i1: {ask: {choice: {name: i1, of: [a0, a1]}}, next: i2}\n"
    items += "  i2: {ask: {choice: {name: i2, of: [a0, a1]}}, next: e}\n  e: {end: done}"
    talk = Talk({"a/b": caller, "list/one": items})
    dialogs = dict(talk.library.dialogs)
    dialogs["list/one"] = replace(dialogs["list/one"], id="instrument/one", origin="instrument")
    talk.library = replace(talk.library, dialogs={**dialogs, "instrument/one": dialogs["list/one"]})
    talk.open("a/b")
    return talk


def test_an_instrument_hands_in_its_answers_the_skipped_one_as_missing() -> None:
    talk = instrument()
    talk.press("a1")
    talk.press("skip")
    assert talk.of(fx.Respond) == [fx.Respond("one", {"i1": "a1", "i2": None}, "done")]


def test_an_instrument_that_is_cut_off_hands_in_what_it_has() -> None:
    talk = instrument()
    talk.press("a1")
    talk.close("withdrawn")
    assert talk.of(fx.Respond) == [fx.Respond("one", {"i1": "a1"}, "withdrawn")]
