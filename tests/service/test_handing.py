"""A person in the talk: whoever waits for their word is not forgotten when none comes any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.service.house import House, Person

LIN = (7, "Dr Lin")


def in_the_talk(house: House, day: int = 11, clock: str = "10:00") -> Person:
    """Somebody asks for a person, who comes and writes a word."""
    person = house.patient()
    house.travel_to(person, day, clock)
    house.say(person, "talk to my therapist")
    house.travel(timedelta(minutes=1))
    house.coach.enrolments.take_over(person.id, *LIN)
    house.coach.enrolments.write(person.id, *LIN, "Hello Kim, what is it?")
    house.settle()
    return person


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


def test_an_answer_left_lying_becomes_a_message_that_escalates_after_the_usual_patience(house: House) -> None:
    person = in_the_talk(house)
    house.travel(timedelta(minutes=39))
    house.say(person, "it pulls in my leg")
    house.travel(timedelta(hours=2, minutes=21))
    message = house.alert(person, "message")
    assert (message.body["to"], message.acknowledged_at, message.escalated_at) == ("Dr Lin", None, None)
    assert message.acknowledge_by == berlin(11, 13, 40)
    house.travel(timedelta(minutes=40))
    assert house.alert(person, "message").escalated_at == berlin(11, 13, 40)


def test_what_counts_is_the_first_word_without_an_answer_not_the_last(house: House) -> None:
    person = in_the_talk(house)
    for _ in range(3):
        house.travel(timedelta(minutes=50))
        house.say(person, "are you there?")
    house.travel(timedelta(minutes=31))
    assert house.alert(person, "message").acknowledge_by == berlin(11, 13, 51)


def test_a_word_of_the_person_ends_the_waiting(house: House) -> None:
    person = in_the_talk(house)
    house.say(person, "it pulls in my leg")
    house.coach.enrolments.write(person.id, *LIN, "Leave it out until Friday.")
    house.settle()
    house.travel(timedelta(hours=4))
    assert house.alerts(person) == []


def test_in_the_evening_it_waits_for_the_next_hours_of_duty(house: House) -> None:
    person = in_the_talk(house, 11, "16:00")
    house.say(person, "it pulls in my leg")
    house.travel(timedelta(hours=4))
    assert house.alert(person, "message").acknowledge_by == berlin(12, 9)


def test_finishing_is_a_persons_own_word_and_opens_nothing(house: House) -> None:
    person = in_the_talk(house)
    house.say(person, "thank you")
    house.coach.enrolments.hand_back(person.id)
    house.travel(timedelta(hours=4))
    assert house.alerts(person) == []
