"""Guided practices: quiet stretches that end by themselves, and that the patient can pause, slow down or end."""

from __future__ import annotations

from datetime import timedelta

from coachbot.engine import effects as fx
from tests.engine.talks import Talk

REST = "lines: [{one: 20}, {two: 30}, {three: 40}]\nshort: [one, three]"
LESSON = """
start: practice
states:
  practice: {call: practice/rest, next: {done: good, stopped: fine, else: other}}
  good: {say: true, end: done}
  fine: {say: true, next: stay}
  other: {say: true, end: done}
  stay: {ask: {yes_no: {name: x}}, end: done}
"""
SOURCES = {"practice/rest": REST, "a/b": LESSON}


def practising(**more: str) -> Talk:
    talk = Talk({**SOURCES, **more}, interrupts={"menu": "common/menu", "stop": "common/stop"})
    talk.open("a/b")
    return talk


def armed(talk: Talk) -> list[tuple[str, float]]:
    return [(one.purpose, one.after.total_seconds()) for one in talk.step if isinstance(one, fx.Arm)]


def test_line_follows_line_when_its_quiet_is_over() -> None:
    talk = practising()
    assert talk.heard == ["practices/rest one"]
    assert armed(talk) == [("wait", 20)]
    assert talk.timer("wait") == ["practices/rest two"]
    assert talk.timer("wait") == ["practices/rest three"]
    assert talk.timer("wait") == ["a/b good"]
    assert talk.ended == [("a/b", "done")]


def test_the_short_version_leaves_lines_out() -> None:
    talk = Talk(SOURCES)
    talk.open("practice/rest_short")
    assert talk.timer("wait") == ["practices/rest three"]


def test_a_timer_of_another_line_does_nothing() -> None:
    talk = practising()
    old = talk.prompt.token
    talk.timer("wait")
    assert talk.timer("wait", old) == []
    assert talk.place == "practice/rest two"


def test_a_pause_waits_until_the_patient_goes_on() -> None:
    talk = practising()
    assert talk.press("pause") == ["coach wait_paused"]
    assert fx.Disarm("wait") in talk.step
    assert talk.timer("wait") == []
    assert talk.say("what a day") == ["coach wait_paused"]
    assert talk.press("go_on") == ["coach wait_resumed"]
    assert (talk.place, armed(talk)) == ("practice/rest one", [("wait", 20)])


def test_going_on_can_be_said() -> None:
    talk = practising()
    talk.say("pause")
    assert talk.prompt.mode == "paused"
    talk.say("go on")
    assert (talk.prompt.mode, talk.place) == ("open", "practice/rest one")


def test_a_second_press_on_go_on_ends_nothing() -> None:
    talk = practising()
    talk.press("pause")
    talk.press("go_on")
    assert talk.press("go_on") == ["coach wait_heard"]
    assert talk.place == "practice/rest one"


def test_slower_makes_the_following_lines_longer_up_to_a_limit() -> None:
    talk = practising()
    assert talk.press("slower") == ["coach wait_slower"]
    talk.timer("wait")
    assert armed(talk) == [("wait", 45)]
    for _ in range(9):
        talk.press("slower")
    talk.timer("wait")
    assert armed(talk) == [("wait", 40 * 3.4)]


def test_next_goes_on_at_once() -> None:
    talk = practising()
    assert talk.say("next") == ["practices/rest two"]
    assert fx.Disarm("wait") in talk.step


def test_the_next_button_leaves_the_quiet_out_and_nothing_has_to_be_typed() -> None:
    talk = practising()
    assert talk.shown.codes == ("pause", "slower", "next", "end")
    assert talk.press("next") == ["practices/rest two"]
    assert fx.Disarm("wait") in talk.step
    assert armed(talk) == [("wait", 30)]


def test_the_end_button_and_the_word_stop_end_the_practice_only() -> None:
    for end in (lambda talk: talk.press("end"), lambda talk: talk.say("stop")):
        talk = practising(**{"common/stop": "start: s\nstates:\n  s: {say: true, end: leave}"})
        assert end(talk) == ["a/b fine", "a/b stay"]
        assert talk.stack == ["a/b"]
        assert talk.ended == []


def test_stop_while_it_is_paused_ends_the_practice_too() -> None:
    talk = practising(**{"common/stop": "start: s\nstates:\n  s: {say: true, end: leave}"})
    talk.press("pause")
    assert talk.say("stop") == ["a/b fine", "a/b stay"]


def test_words_in_the_quiet_are_heard_and_change_nothing() -> None:
    talk = practising()
    assert talk.say("my back is warm now") == ["coach wait_heard"]
    assert talk.attach("photo") == ["coach cannot_read_file"]
    assert talk.place == "practice/rest one"


def test_an_interrupt_in_the_quiet_stops_the_clock_and_comes_back_to_the_line() -> None:
    menu = "start: m\nstates:\n  m: {ask: {choice: {name: w, of: [a]}}, end: done}"
    talk = practising(**{"common/menu": menu})
    token = talk.prompt.token
    assert talk.say("menu") == ["common/menu m"]
    assert fx.Disarm("wait") in talk.step
    assert talk.timer("wait", token) == []
    assert talk.press("a") == ["coach back_here", "practices/rest one"]
    assert armed(talk) == [("wait", 20)]
    assert talk.prompt.token == token


def test_the_lines_of_a_practice_make_no_sound() -> None:
    talk = practising()
    assert talk.shown.quiet


def test_a_wait_in_a_dialog_keeps_its_own_pace() -> None:
    source = "start: w\nstates:\n  w: {ask: {wait: {minutes: 2}}, next: e}\n  e: {say: true, end: done}"
    talk = Talk({"a/b": source})
    talk.open("a/b")
    assert talk.of(fx.Arm)[0].after == timedelta(minutes=2)


def test_slower_slows_the_waits_of_a_dialog_too() -> None:
    wait = "ask: {wait: {seconds: 20}}"
    source = f"start: w\nstates:\n  w: {{{wait}, next: v}}\n  v: {{{wait}, end: done}}"
    talk = Talk({"a/b": source})
    talk.open("a/b")
    talk.press("slower")
    talk.timer("wait")
    assert armed(talk) == [("wait", 30)]
