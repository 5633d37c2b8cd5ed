"""Safety comes first: help at once, an alert with its clock, and a rest that only a clinician ends."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from coachbot.authoring.pack import Pack
from coachbot.engine import effects as fx
from coachbot.engine.asks import Choice, YesNo
from coachbot.errors import EnrolmentError
from coachbot.service import safety
from coachbot.service.records import InboxRow
from tests.service.house import WEDNESDAY, House, Person

CRISIS = "I want to kill myself"
CAUDA = "I can't feel when I pee and my crotch is numb"


def at_item_9(house: House, **progress: object) -> Person:
    """Somebody in front of the last question of the questionnaire on mood."""
    person = house.patient(**progress)
    house.open(person, "instrument/phq9")
    for _ in range(8):
        house.press(person, "a0")
    assert house.place(person) == "instrument/phq9 p9"
    return person


# -- words ------------------------------------------------------------------------------------------------
def test_the_help_comes_before_anything_else_and_staff_are_told(house: House) -> None:
    person = house.patient()
    house.open(person, "cse/checkin")
    said = house.say(person, CRISIS)
    assert said[0] == house.static("crisis")
    assert house.place(person) == "safety/crisis safe_now"
    alert = house.alert(person, "crisis")
    assert alert.priority == "high"
    assert alert.body["words"] == CRISIS
    assert alert.acknowledge_by == house.clock.now() + timedelta(minutes=15)


def test_the_caption_of_a_photo_is_read_too(house: House) -> None:
    person = house.patient()
    said = house.send(person, kind="attachment", attachment="photo", text=CRISIS)
    assert said[0] == house.static("crisis")


def test_a_danger_that_is_written_to_an_open_question_is_no_answer_to_it(house: House) -> None:
    person = house.patient()
    house.open(person, "common/therapist")
    house.say(person, CRISIS)
    assert [alert.kind for alert in house.alerts(person)] == ["crisis"]


@pytest.mark.parametrize("state", ["screening", "active", "treatment_stopped", "finished", "withdrawn"])
def test_it_is_read_in_whatever_state_an_enrolment_is(house: House, state: str) -> None:
    person = house.patient(state=state)
    assert house.say(person, CRISIS)[0] == house.static("crisis")
    assert house.alert(person, "crisis")


def test_the_help_is_given_each_time_and_the_alert_is_joined(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    assert house.say(person, CRISIS)[0] == house.static("crisis")
    assert [alert.kind for alert in house.alerts(person)] == ["crisis"]
    house.travel(timedelta(hours=2))
    house.say(person, CRISIS)
    assert len([alert for alert in house.alerts(person) if alert.kind == "crisis"]) == 2


def test_an_alert_that_nobody_acknowledges_is_escalated(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.press(person, "yes")
    house.travel(timedelta(minutes=16))
    assert house.alert(person, "crisis").escalated_at is not None


def test_an_alert_that_was_seen_is_not_escalated(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.coach.enrolments.acknowledge(house.alert(person, "crisis").id, "Lin")
    house.travel(timedelta(minutes=20))
    assert house.alert(person, "crisis").escalated_at is None
    assert house.progress(person).alert_news["read_by"] == "Lin"


def test_an_alert_that_is_raised_by_silence_stays_escalated(house: House) -> None:
    """Both clocks run out in the same minute: what silence adds must not undo the escalation."""
    person = house.patient()
    house.say(person, CRISIS)
    house.travel(timedelta(minutes=16))
    alert = house.alert(person, "crisis")
    assert (alert.priority, alert.escalated_at is not None) == ("top", True)
    house.travel(timedelta(hours=1))
    assert house.alert(person, "crisis").escalated_at is not None


def test_an_alert_that_is_raised_keeps_what_was_said_and_when_it_opened(house: House) -> None:
    person = house.patient()
    opened = house.clock.now()
    house.say(person, CRISIS)
    house.travel(timedelta(minutes=5))
    house.press(person, "no")
    alert = house.alert(person, "crisis")
    assert (alert.priority, alert.opened_at) == ("top", opened)
    assert CRISIS in alert.body["words"]


def test_an_alert_that_is_raised_is_not_escalated_later_than_it_would_have_been(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.travel(timedelta(minutes=10))
    house.press(person, "no")
    house.travel(timedelta(minutes=6))
    assert house.alert(person, "crisis").escalated_at is not None


def test_silence_after_somebody_has_seen_the_alert_needs_to_be_seen_again(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.coach.enrolments.acknowledge(house.alert(person, "crisis").id, "Lin")
    house.travel(timedelta(minutes=16))
    alert = house.alert(person, "crisis")
    assert (alert.priority, alert.acknowledged_at) == ("top", None)
    house.travel(timedelta(minutes=16))
    assert house.alert(person, "crisis").escalated_at is not None


# -- two dangers in one text -------------------------------------------------------------------------------
def test_every_danger_that_words_tell_has_its_help_and_its_alert(house: House) -> None:
    person = house.patient()
    said = house.say(person, f"{CAUDA}. {CRISIS}")
    assert said[:2] == [house.static("crisis"), house.static("cauda_equina")]
    assert {alert.kind for alert in house.alerts(person)} == {"crisis", "cauda_equina"}
    assert all(CRISIS in alert.body["words"] for alert in house.alerts(person))
    assert house.progress(person).alert_news["kind"] == "crisis"


def test_of_two_dangers_one_is_asked_about_at_a_time_the_gravest_first(house: House) -> None:
    person = house.patient()
    said = house.say(person, f"{CAUDA}. {CRISIS}")
    assert len(said) == 3
    assert house.place(person) == "safety/crisis safe_now"
    house.press(person, "yes")
    house.press(person, "with_someone")
    assert house.place(person) == "safety/cauda_equina since"


def test_the_second_danger_has_a_clock_of_its_own(house: House) -> None:
    person = house.patient()
    house.say(person, f"{CAUDA}. {CRISIS}")
    house.travel(timedelta(minutes=16))
    assert (house.alert(person, "crisis").priority, house.place(person)) == ("top", "safety/crisis safe_now")
    house.travel(timedelta(minutes=50))
    assert person.texts.count(house.static("cauda_equina")) == 2
    assert house.place(person) == "safety/cauda_equina since"


def test_an_unknown_chat_gets_the_help_of_both_dangers(house: House) -> None:
    said = house.say(house.stranger(), f"{CAUDA}. {CRISIS}")
    assert said == [house.static("crisis"), house.static("cauda_equina")]


# -- are you safe? ------------------------------------------------------------------------------------------
def test_no_answer_in_fifteen_minutes_counts_as_not_safe(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.travel(timedelta(minutes=14))
    assert house.alert(person, "crisis").priority == "high"
    house.travel(timedelta(minutes=2))
    alert = house.alert(person, "crisis")
    assert (alert.priority, alert.body["no_answer"]) == ("top", True)
    assert person.texts.count(house.static("crisis")) == 2


def test_an_answer_in_time_leaves_the_priority_as_it_is(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.press(person, "yes")
    house.travel(timedelta(minutes=20))
    assert house.alert(person, "crisis").priority == "high"


def test_not_safe_is_top_priority(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.press(person, "no")
    assert house.alert(person, "crisis").priority == "top"


def test_opening_the_menu_is_no_answer(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.say(person, "menu")
    assert house.place(person) == "common/menu what"
    house.travel(timedelta(minutes=16))
    assert house.alert(person, "crisis").priority == "top"


def test_the_question_from_the_help_menu_has_the_same_clock(house: House) -> None:
    person = house.patient()
    house.say(person, "help")
    house.press(person, "urgent")
    house.press(person, "not_safe")
    assert house.place(person) == "safety/crisis safe_now"
    house.travel(timedelta(minutes=16))
    assert house.alert(person, "crisis").priority == "top"


# -- item 9 -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("code", "priority"), [("a1", "high"), ("a2", "top"), ("a3", "top")])
def test_item_9_helps_asks_and_alerts_whatever_the_sum(house: House, code: str, priority: str) -> None:
    person = at_item_9(house)
    before = len(person.messages)
    house.press(person, code)
    assert person.texts[before] == house.static("crisis")
    assert house.place(person) == "safety/crisis safe_now"
    alert = house.alert(person, "crisis")
    assert alert.priority == priority
    assert alert.body["item"] == f"instrument/phq9/p9={code}"
    assert house.progress(person).safety_hold


@pytest.mark.parametrize("priority", ["medium", "low"])
def test_an_answer_alerts_with_the_priority_of_its_own_rule(house: House, priority: str) -> None:
    """Whatever the danger's own priority is."""
    kinds = {**house.coach.world.item_rules, "item_phq9_p9_high": ("crisis", priority)}
    object.__setattr__(house.coach.world, "item_rules", kinds)
    house.press(at_item_9(house), "a1")
    assert house.alert(house.people[-1], "crisis").priority == priority


def test_item_9_answered_with_not_at_all_opens_nothing(house: House) -> None:
    person = at_item_9(house)
    house.press(person, "a0")
    assert house.alerts(person) == []
    assert house.place(person) == "instrument/phq9 difficulty"


def test_item_9_skipped_asks_once_more_and_then_alerts(house: House) -> None:
    person = at_item_9(house)
    house.press(person, "skip")
    assert house.alerts(person) == []
    assert house.place(person) == "instrument/phq9 p9"
    house.press(person, "skip")
    assert house.alert(person, "crisis").priority == "high"
    assert house.static("crisis_left_open") in person.texts


def test_item_9_skipped_once_and_then_answered_is_an_answer(house: House) -> None:
    person = at_item_9(house)
    house.say(person, "skip")
    house.press(person, "a0")
    assert house.alerts(person) == []


def test_the_answers_are_kept_and_the_list_can_be_finished_afterwards(house: House) -> None:
    person = at_item_9(house)
    house.press(person, "a2")
    house.press(person, "yes")
    house.press(person, "with_someone")
    with house.store.reading() as tx:
        kept = tx.responses(person.id)
    assert [row.body["answers"]["p9"] for row in kept] in ([], [2])
    assert house.alert(person, "crisis").acknowledged_at is None


# -- the rest -------------------------------------------------------------------------------------------------
def in_rest(house: House) -> Person:
    """Somebody whose exercise and education rest."""
    person = house.patient()
    house.say(person, CRISIS)
    house.press(person, "yes")
    house.press(person, "with_someone")
    assert house.progress(person).safety_hold
    return person


def planned(house: House, person: Person) -> list[str]:
    house.travel_to(person, 13, "04:30")
    return sorted(p.removeprefix("touch:") for p in house.timers(person) if p.startswith("touch:"))


def test_the_rest_stops_exercise_and_education_and_brings_one_warm_talk_a_day(house: House) -> None:
    person = in_rest(house)
    assert planned(house, person) == ["safety_checkin"]
    house.travel_to(person, 13, "12:00")
    assert house.place(person) == "safety/daily_checkin how"


def test_only_staff_end_the_rest(house: House) -> None:
    person = in_rest(house)
    for wish in ("go on", "resume", "I feel fine again", "start"):
        house.say(person, wish)
    assert house.progress(person).safety_hold
    house.coach.enrolments.acknowledge(house.alert(person, "crisis").id, "Lin")
    house.coach.enrolments.end_rest(house.enrolment_code(person), "Lin")
    house.settle()
    assert not house.progress(person).safety_hold
    assert planned(house, person) == ["evening", "morning"]


def test_the_rest_is_not_ended_over_the_head_of_an_alert_that_nobody_saw(house: House) -> None:
    person = in_rest(house)
    with pytest.raises(EnrolmentError, match=r"alert \d+ \(crisis\) is not acknowledged; see to it first"):
        house.coach.enrolments.end_rest(house.enrolment_code(person), "Lin")
    assert house.progress(person).safety_hold


def test_nobody_begins_while_a_danger_told_in_the_screening_is_unseen_or_its_rest_lasts(house: House) -> None:
    person = house.patient(state="screening", screening={"outcome": "fit", "reasons": ""})
    code = house.enrolment_code(person)
    house.say(person, CRISIS)
    with pytest.raises(EnrolmentError, match="is not acknowledged"):
        house.coach.enrolments.confirm(code, "Lin")
    house.coach.enrolments.acknowledge(house.alert(person, "crisis").id, "Lin")
    with pytest.raises(EnrolmentError, match="has not been ended"):
        house.coach.enrolments.confirm(code, "Lin")


def test_a_correction_never_closes_the_alert(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.press(person, "yes")
    house.press(person, "misread")
    assert house.alert(person, "crisis").acknowledged_at is None
    assert house.progress(person).safety_hold


def test_a_word_in_the_rest_is_kept_and_answered_warmly(house: House) -> None:
    person = in_rest(house)
    said = house.say(person, "the sun is out")
    assert "Your exercises and messages rest until Lin has been in touch" in said[0]
    assert house.place(person) == ""


def test_what_was_planned_before_does_not_slip_through(house: House) -> None:
    person = house.patient()
    house.touch(person, "evening", "common/evening", hours=12)
    house.put(person, kind="text", text=CRISIS)
    house.settle()
    assert house.opened(person) == []
    house.travel(timedelta(hours=3))
    assert not any(text in person.texts for text in house.opened(person) if "exercise" in text)
    assert house.progress(person).opened.get("evening") is None


def test_a_reminder_of_an_exercise_keeps_quiet_in_the_rest(house: House) -> None:
    person = in_rest(house)
    assert house.open(person, "cse/nudge") == []


def test_an_old_button_of_a_session_does_not_wake_it_in_the_rest(house: House) -> None:
    person = house.patient()
    house.touch(person, "week_3", "cse/lesson_3")
    house.settle()
    token = person.last.token
    house.say(person, CRISIS)
    house.press(person, "yes")
    house.press(person, "with_someone")
    said = house.press(person, "ready", token)
    assert "Your exercises and messages rest" in said[0]
    house.coach.enrolments.acknowledge(house.alert(person, "crisis").id, "Lin")
    house.coach.enrolments.end_rest(house.enrolment_code(person), "Lin")
    house.settle()
    house.press(person, "ready", token)
    assert house.place(person).startswith("cse/lesson_3")


def test_cauda_equina_is_top_priority_at_once(house: House) -> None:
    person = house.patient()
    said = house.say(person, CAUDA)
    assert said[0] == house.static("cauda_equina")
    assert house.alert(person, "cauda_equina").priority == "top"
    assert house.place(person) == "safety/cauda_equina since"


def test_a_message_to_the_therapist_is_passed_on_and_no_danger(house: House) -> None:
    person = house.patient()
    house.say(person, "my therapist")
    house.say(person, "could we talk on Friday?")
    assert sorted(alert.kind for alert in house.alerts(person)) == ["hand_over", "message"]
    assert not house.progress(person).safety_hold


def test_nothing_of_this_needs_a_template(house: House) -> None:
    house.words.bubbles = lambda language, text: _no_template(text)  # type: ignore[method-assign]
    person = house.patient()
    assert house.say(person, CRISIS) == [house.static("crisis")]
    assert house.alert(person, "crisis")


def _no_template(text: fx.Text) -> tuple[()]:
    raise RuntimeError(f"no template can be rendered: {text.section}")


def test_the_menu_opens_no_exercise_in_the_rest_and_says_so(house: House) -> None:
    person = in_rest(house)
    house.say(person, "menu")
    said = house.press(person, "practise")
    assert "The exercises rest until Lin" in said[0]


def test_phq9_is_passed_over_in_the_rest_however_it_would_be_reached(house: House) -> None:
    person = in_rest(house)
    assert house.open(person, "instrument/phq9") == []


def test_an_alert_raised_by_silence_keeps_the_words_and_that_nobody_read_it_in_time(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.travel(timedelta(minutes=20))
    alert = house.alert(person, "crisis")
    assert alert.priority == "top"
    assert alert.body["words"] == CRISIS
    assert alert.body["no_answer"]
    assert alert.escalated_at is not None


def test_an_alert_raised_by_silence_still_escalates(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    opened = house.alert(person, "crisis")
    house.arm(person, "safety_silence", house.clock.now() + timedelta(minutes=5), kind="crisis")
    house.travel(timedelta(minutes=10))
    assert house.alert(person, "crisis").priority == "top"
    assert house.alert(person, "crisis").escalated_at is None
    house.travel(timedelta(minutes=15))
    raised = house.alert(person, "crisis")
    assert raised.id == opened.id
    assert raised.escalated_at is not None


# -- not understood ---------------------------------------------------------------------------------------
UNCLEAR = ("qwrtz uiop", "hmm depends", "asdf jkl", "i want it to stop a bit maybe")


def test_in_a_crisis_an_unclear_answer_gets_the_talk_s_own_words_and_the_numbers_never_an_offer_to_skip(
    house: House,
) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    said = [house.say(person, text)[-1] for text in UNCLEAR]
    site = house.coach.world.site["en"]
    assert not any("For example" in text or "Skip" in text or "that is my fault" in text for text in said)
    assert said[0].startswith("Please tell me just this one thing")
    assert all(str(site["emergency"]) in text and str(site["crisis_line"]) in text for text in said[1:])
    assert all("a person looks" in text for text in said[1:])
    assert house.place(person) == "safety/crisis safe_now"
    assert house.alert(person, "crisis").acknowledged_at is None


def test_every_question_of_a_safety_dialog_has_its_own_words_for_asking_again(house: House) -> None:
    pack = house.coach.world.pack
    lacking = [
        (name, state.name, part)
        for name in sorted(set(pack.library.safety.values()))
        for state in pack.library.dialogs[name].states.values()
        for part in ("again", "example")
        if state.ask is not None and not pack.words.has("en", name, state.section or state.name, part)
    ]
    assert lacking == []


class Reader:
    """A detector that notes what it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def dangers(self, text: str, language: str, offered: object = (), passed_over: object = ()) -> tuple[str, ...]:
        self.read.append(text)
        return ("crisis",) if "die" in text else ()


def test_a_score_alone_is_not_read_for_danger_and_any_word_is() -> None:
    reader = Reader()
    world: Any = SimpleNamespace(watch=reader, rules={}, clock=SimpleNamespace(now=lambda: WEDNESDAY))
    talk = SimpleNamespace(prompt=None, frames=())
    record: Any = SimpleNamespace(profile=SimpleNamespace(language="en"), conversation=talk, enrolment=None)

    def danger(text: str) -> tuple[str, ...]:
        row = InboxRow(1, "p1", 1, "u1", WEDNESDAY, {"kind": "text", "text": text})
        return safety.dangers_in(world, row, record)

    assert [danger(text) for text in ("7", " 10 ", "", "20 min", "I want to die")] == [()] * 4 + [("crisis",)]
    assert reader.read == ["20 min", "I want to die"]


# -- a mere likeness --------------------------------------------------------------------------------------
WORRY = "there is a way out and I think about it"


def test_a_mere_likeness_is_asked_about_and_exercises_go_on(house: House) -> None:
    person = house.patient()
    house.say(person, WORRY)
    assert house.place(person) == "safety/worry thoughts"
    assert not house.record(person).enrolment.progress.safety_hold  # type: ignore[union-attr]


def test_in_a_crisis_talk_a_likeness_opens_no_second_talk(house: House) -> None:
    person = house.patient()
    house.say(person, CRISIS)
    house.say(person, WORRY)
    assert house.place(person) == "safety/crisis safe_now"


def test_in_a_talk_about_warning_signs_a_likeness_is_asked_about_all_the_same(house: House) -> None:
    person = house.patient()
    house.say(person, "I have a fever and night sweats and my back is worse")
    assert house.place(person).startswith("safety/red_flag")
    house.say(person, WORRY)
    assert house.place(person) == "safety/worry thoughts"


def test_pregnancy_told_within_the_hours_after_a_worry_is_still_heard(house: House) -> None:
    person = house.patient()
    house.say(person, WORRY)
    house.say(person, "no, not that")
    house.say(person, f"{WORRY}, and I am pregnant")
    assert house.place(person).startswith("safety/pregnancy")


# -- a worry that nobody answers --------------------------------------------------------------------------
WORRY = "there is a way out and I think about it"


def test_a_worry_without_an_answer_is_told_to_a_person_and_help_is_shown_once(house: House) -> None:
    person = house.patient()
    house.say(person, WORRY)
    before = len(person.messages)
    house.travel(timedelta(minutes=59))
    assert (house.alert(person, "worry").priority, person.texts[before:]) == ("medium", [])
    house.travel(timedelta(minutes=2))
    alert = house.alert(person, "worry")
    assert (alert.priority, alert.body["no_answer"]) == ("high", True)
    assert person.texts[before:] == [house.coach.world.static_for("en", "worry", "silent")]
    assert not house.progress(person).safety_hold
    house.travel(timedelta(hours=3))
    assert len(person.texts[before:]) == 1


def test_a_worry_that_is_answered_is_no_silence(house: House) -> None:
    person = house.patient()
    house.say(person, WORRY)
    house.press(person, "not_so")
    house.travel(timedelta(hours=2))
    assert house.alert(person, "worry").priority == "medium"


def test_a_late_answer_to_a_worry_is_still_taken(house: House) -> None:
    person = house.patient()
    house.say(person, WORRY)
    house.travel(timedelta(hours=2))
    house.say(person, "sometimes")
    assert house.place(person) == "safety/crisis safe_now"


@pytest.mark.parametrize(("clock", "sounds"), [("15:00", True), ("23:30", False)])
def test_silence_to_a_worry_alerts_at_any_hour_and_makes_no_sound_at_night(
    house: House, clock: str, *, sounds: bool
) -> None:
    person = house.patient()
    house.travel_to(person, 11, clock)
    house.say(person, WORRY)
    house.travel(timedelta(minutes=61))
    assert house.alert(person, "worry").priority == "high"
    assert person.last.row.quiet is not sounds


def test_a_second_tap_on_the_same_grave_answer_says_nothing_twice(house: House) -> None:
    person = at_item_9(house)
    token = person.last.token
    house.press(person, "a3")
    house.press(person, "a3", token)
    assert person.texts.count(house.static("crisis")) == 1
    assert house.place(person) == "safety/crisis safe_now"


def test_an_old_button_with_a_graver_answer_is_heard_and_changes_no_answer(house: House) -> None:
    person = at_item_9(house)
    token = person.last.token
    house.press(person, "a0")
    assert house.alerts(person) == []
    house.press(person, "a3", token)
    assert house.alert(person, "crisis").priority == "top"
    assert house.place(person) == "safety/crisis safe_now"
    frame = next(one for one in house.record(person).conversation.frames if one.dialog == "instrument/phq9")
    assert frame.slots["p9"] == "a0"


def test_every_question_on_danger_asks_what_is_so(pack: Pack) -> None:
    """But for the one offer in them: whether a person should be reached."""
    asks = {
        f"{dialog.id}/{state.name}": state.ask
        for dialog in pack.library.dialogs.values()
        if dialog.id.startswith("safety/")
        for state in dialog.states.values()
        if isinstance(state.ask, Choice | YesNo)
    }
    assert len(asks) >= 10
    assert [place for place, ask in asks.items() if not ask.report] == ["safety/daily_checkin/reach"]
