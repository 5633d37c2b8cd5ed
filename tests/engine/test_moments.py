"""Hard moments: a text that no open question can read opens the talk that answers it, and the question comes back."""

from __future__ import annotations

from dataclasses import replace

from coachbot.engine.model import Moment, Moments
from tests.engine.talks import Talk

MOMENT = """
start: m
states:
  m: {ask: {choice: {name: w, of: [tell, enough]}}, next: {tell: n, else: n}}
  n: {end: done}
"""
SOURCES = {
    "cse/checkin": """
start: did
states:
  did: {ask: {choice: {name: did, of: [all, part]}}, next: words}
  words: {ask: {text: {name: words, max: 200}}, next: bye}
  bye: {say: true, end: done}
""",
    "sct/harsh": "start: s\nstates:\n  s: {ask: {text: {name: words, max: 200}}, next: n}\n  n: {say: true, end: done}",
    "cse/plan": """
start: least
states:
  least: {ask: {text: {name: least, max: 200, as: kept}}, next: [{when: least is missing, go: bye}, {else: kept}]}
  kept: {say: true, next: bye}
  bye: {say: true, end: done}
""",
    "sct/own": """
start: s
states:
  s: {ask: {text: {name: words, max: 200, as: kept}}, next: [{when: words is missing, go: n}, {else: kept}]}
  kept: {say: true, next: n}
  n: {end: done}
""",
    "practice/calm": "minutes: 1\nlines: [{one: 20}, {two: 20}]\nshort: [one]\nquiet: 20",
    "safety/crisis": "start: s\nstates:\n  s: {ask: {yes_no: {name: safe}}, next: n}\n  n: {end: leave}",
    "common/leave": "start: s\nstates:\n  s: {ask: {choice: {name: x, of: [a, b]}}, next: n}\n  n: {end: done}",
    "hard/grave": MOMENT,
    "hard/light": MOMENT,
    "hard/one_arm": "arms: [combined]\n" + MOMENT,
}
TELLS = {"all of it": "light", "hopeless": "grave", "silly": "light", "lonely": "one_arm"}
MOMENTS = Moments(
    (
        Moment("grave", "hard/grave", after_text=True),
        Moment("light", "hard/light", not_kept=True),
        Moment("one_arm", "hard/one_arm"),
    ),
    lambda text, language: next((code for word, code in TELLS.items() if word in text.lower()), None),
    never_in=("common/leave",),
    never_after=("sct/",),
)


def talking(dialog: str = "cse/checkin", *, arm: str = "combined") -> Talk:
    talk = Talk(SOURCES, safety={"crisis": "safety/crisis"}, arm=arm)
    talk.library = replace(talk.library, moments=MOMENTS)
    if dialog:
        talk.open(dialog)
    return talk


def test_an_unread_text_opens_its_moment_and_the_question_comes_back() -> None:
    talk = talking()
    token = talk.prompt.token
    assert talk.say("it is all hopeless") == ["hard/grave m"]
    assert talk.press("enough") == ["coach back_here", "cse/checkin did"]
    assert talk.prompt.token == token
    assert talk.prompt.tries == 0


def test_what_the_open_question_can_read_is_its_answer() -> None:
    talk = talking()
    assert talk.say("all of it") == ["cse/checkin words"]


def test_an_unread_text_that_is_no_moment_is_answered_as_ever() -> None:
    talk = talking()
    assert talk.say("qwertz uiop")[0] == "cse/checkin did again"


def test_a_moment_is_heard_while_nothing_is_open() -> None:
    talk = talking("")
    assert talk.say("this feels silly") == ["hard/light m"]
    talk.press("enough")
    assert talk.stack == []


def test_a_text_asked_for_is_the_answer_and_a_grave_moment_follows_it() -> None:
    talk = talking()
    talk.press("all")
    assert talk.say("I feel hopeless") == ["cse/checkin bye", "hard/grave m"]
    assert talk.ended == [("cse/checkin", "done")]


def test_no_moment_follows_where_harsh_words_were_asked_for() -> None:
    talk = talking("sct/harsh")
    assert talk.say("you are hopeless") == ["sct/harsh n"]


def test_a_light_moment_never_follows_an_answer_in_own_words() -> None:
    talk = talking()
    talk.press("all")
    assert talk.say("I felt silly") == ["cse/checkin bye"]


def test_a_practice_waits_for_the_moment() -> None:
    talk = talking("practice/calm")
    assert talk.say("this is silly") == ["hard/light m"]
    assert talk.press("enough")[0] == "coach back_here"
    assert talk.place == "practice/calm one"


def test_a_talk_of_danger_is_never_left_for_a_moment() -> None:
    talk = talking()
    talk.concern("crisis", "safety/crisis")
    talk.say("it is hopeless")
    assert talk.stack == ["cse/checkin", "safety/crisis"]


def test_where_no_moment_is_read_the_text_is_not_understood() -> None:
    talk = talking("common/leave")
    talk.say("it is hopeless")
    assert talk.stack == ["common/leave"]


def test_in_a_moment_only_a_graver_one_is_heard() -> None:
    talk = talking()
    talk.say("how silly")
    assert talk.say("and hopeless") == ["hard/grave m"]
    assert talk.stack == ["cse/checkin", "hard/grave"]
    talk.say("silly, I know")
    assert talk.stack == ["cse/checkin", "hard/grave"]


def test_a_moment_of_another_arm_is_not_met() -> None:
    talk = talking(arm="exercise")
    talk.say("I am lonely")
    assert talk.stack == ["cse/checkin"]


def test_a_guessed_wish_to_stop_gives_way_to_a_moment() -> None:
    talk = talking()
    assert talk.say("giving up, hopeless") == ["hard/grave m"]


def test_what_tells_that_it_is_pointless_is_not_kept_as_a_plan_and_is_talked_about() -> None:
    talk = talking("cse/plan")
    assert talk.say("silly, all this") == ["cse/plan bye", "hard/light m"]


def test_a_plan_of_nothing_is_taken_as_such() -> None:
    talk = talking("cse/plan")
    assert talk.say("Nothing, probably.") == ["coach nothing_to_keep", "cse/plan bye"]


def test_a_plan_is_kept_and_so_is_a_moment_that_may_stand_in_one() -> None:
    assert talking("cse/plan").say("one bridge") == ["cse/plan kept", "cse/plan bye"]
    assert talking("cse/plan").say("lonely bridges") == ["cse/plan kept", "cse/plan bye"]


def test_where_harsh_words_are_asked_for_they_are_kept() -> None:
    assert talking("sct/own").say("silly me") == ["sct/own kept"]
