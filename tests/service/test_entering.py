"""Coming in: a code opens an enrolment once; a stranger is told what is needed, and gets help in danger."""

from __future__ import annotations

import pytest

from coachbot.errors import EnrolmentError
from coachbot.service.failing import PATIENCE
from tests.service.house import House, Person


def started(house: House) -> tuple[Person, str]:
    person, code = house.stranger(), house.code()
    house.send(person, kind="start", text=code)
    return person, code


def test_a_code_opens_an_enrolment_in_screening(house: House) -> None:
    person, _ = started(house)
    enrolment = house.record(person).enrolment
    assert enrolment is not None
    assert (enrolment.programme, enrolment.arm, enrolment.state) == ("sct_cse", "combined", "screening")
    assert house.place(person) == "enrol/welcome hello"


def test_a_code_can_be_typed_without_dashes_and_in_small_letters(house: House) -> None:
    person = house.stranger()
    house.say(person, house.code().lower().replace("-", " "))
    assert house.place(person) == "enrol/welcome hello"


@pytest.mark.parametrize("words", ["can you help me here", "Alexander Miller M", "12345678 is my number"])
def test_a_strangers_sentence_as_long_as_a_code_is_none(house: House, words: str) -> None:
    person = house.stranger()
    house.say(person, "hello")
    unknown = house.say(person, "hello")
    assert house.say(person, words) == unknown


def test_a_code_works_once(house: House) -> None:
    _, code = started(house)
    other = house.stranger()
    said = house.send(other, kind="start", text=code)
    assert "This code has been used already" in said[0]
    assert house.record(other).enrolment is None


def test_a_wrong_code_is_told_and_nothing_opens(house: House) -> None:
    person = house.stranger()
    said = house.send(person, kind="start", text="AAAA-BBBB-CCCC-DDDD")
    assert "I don't know this code" in said[0]
    assert house.record(person).enrolment is None


@pytest.mark.parametrize("kind", ["start", "text"])
def test_the_letters_of_a_code_are_no_word_of_danger_with_a_slip(house: House, kind: str) -> None:
    person = house.stranger()
    said = house.send(person, kind=kind, text="PEEJ-D3S9-T5L6-VWW7")
    assert "I don't know this code" in said[0]
    assert house.alerts(person) == []


@pytest.mark.parametrize("words", ["I want to die", "please help, I want to kill myself"])
def test_danger_in_place_of_a_code_is_danger(house: House, words: str) -> None:
    person = house.stranger()
    assert "I don't know this code" not in house.send(person, kind="start", text=words)[0]
    assert [alert.kind for alert in house.alerts(person)] == ["crisis"]


def test_a_stranger_is_told_what_is_needed(house: House) -> None:
    person = house.stranger()
    assert "I need the code from your invitation" in house.say(person, "hello?")[0]
    assert "I need the code from your invitation" in house.send(person, kind="start")[0]
    assert "I need the code from your invitation" in house.send(person, kind="press", token="x", code="y")[0]


def test_a_stranger_in_danger_gets_help_and_staff_hear_of_it(house: House) -> None:
    person = house.stranger()
    assert house.say(person, "I want to kill myself") == [house.static("crisis")]
    assert house.alert(person, "crisis").priority == "high"


def test_opening_the_link_again_comes_back_to_the_open_question(house: House) -> None:
    person, code = started(house)
    question, token = house.place(person), person.last.token
    said = house.send(person, kind="start", text=code)
    assert "arrived empty" not in " ".join(said)
    assert (house.place(person), person.last.token) == (question, token)


def test_opening_the_link_with_nothing_open_is_answered(house: House) -> None:
    person = house.patient()
    assert house.send(person, kind="start", text="AAAA-BBBB-CCCC-DDDD")
    assert house.record(person).enrolment is not None


def test_a_code_is_not_lost_when_the_welcome_fails(house: House) -> None:
    person, code = house.stranger(), house.code()
    house.words.broken.add(("enrol/welcome", "hello"))
    house.send(person, kind="start", text=code)
    assert house.record(person).enrolment is None
    house.words.broken.clear()
    house.clock.seconds += 2
    house.settle()
    assert house.place(person) == "enrol/welcome hello"


def test_a_code_is_not_lost_when_the_turn_was_parked(house: House) -> None:
    person, code = house.stranger(), house.code()
    house.words.broken.add(("enrol/welcome", "hello"))
    house.send(person, kind="start", text=code)
    house.clock.seconds += PATIENCE + 1
    house.settle()
    house.words.broken.clear()
    house.send(person, kind="start", text=code)
    assert house.place(person) == "enrol/welcome hello"


def test_two_people_with_two_codes_are_two_enrolments(house: House) -> None:
    one, _ = started(house)
    two = house.stranger()
    house.send(two, kind="start", text=house.code("exercise"))
    assert house.enrolment_code(one) != house.enrolment_code(two)
    second = house.record(two).enrolment
    assert second is not None
    assert second.arm == "exercise"


def test_staff_set_a_zone_that_the_coach_could_not_work_out(house: House) -> None:
    person = house.patient()
    code = house.enrolment_code(person)
    assert house.coach.enrolments.set_zone(code, "Asia/Tokyo") == "18:00"
    assert house.record(person).profile.zone == "Asia/Tokyo"
    with pytest.raises(EnrolmentError, match="Europe/Berlin"):
        house.coach.enrolments.set_zone(code, "Europe/Belin")
    assert house.record(person).profile.zone == "Asia/Tokyo"


def test_who_ended_a_rest_begins_the_sentence_with_a_capital(house: House) -> None:
    person = house.patient(safety_hold=True)
    house.coach.enrolments.end_rest(house.enrolment_code(person), "the clinic")
    house.settle()
    assert any("Hello Kim. The clinic has ended the rest" in text for text in person.texts)
