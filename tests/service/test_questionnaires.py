"""Questionnaires that ask for more than numbers: own words kept and taken up again, minus signs, several answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coachbot.service.records import ResponseRow
from tests.service.house import House, Person


def responses(house: House, person: Person) -> list[ResponseRow]:
    with house.store.reading() as tx:
        return list(tx.responses(person.id))


def answers(house: House, person: Person) -> dict[str, Any]:
    return dict(responses(house, person)[-1].body["answers"])


def test_activities_are_asked_for_once_and_rated_again_later(house: House) -> None:
    person = house.patient()
    house.open(person, "instrument/psfs")
    for word in ("carrying the shopping", "sitting through a film", "skip", "3", "6"):
        house.say(person, word)
    assert house.place(person) == ""
    assert responses(house, person)[-1].body["scores"] == {"average": 4.5}

    house.travel(timedelta(days=28))
    person.messages.clear()
    house.open(person, "instrument/psfs")
    assert house.place(person) == "instrument/psfs psfs_activity_3"  # only the one not named yet
    house.say(person, "skip")
    assert "carrying the shopping" in person.last.text
    house.say(person, "7")
    assert "sitting through a film" in person.last.text
    house.say(person, "8")
    found = answers(house, person)
    assert (found["psfs_activity_1"], found["able_1"], found["able_2"]) == ("carrying the shopping", 7, 8)
    assert found["able_3"] is None
    assert responses(house, person)[-1].body["scores"] == {"average": 7.5}


@pytest.mark.parametrize(("said", "stored"), [("-2", -2), ("minus two", -2), ("−3", -3), ("4", 4), ("0", 0)])
def test_a_minus_is_read_as_worse(house: House, said: str, stored: int) -> None:
    person = house.patient()
    house.open(person, "instrument/gpe")
    house.say(person, said)
    assert answers(house, person) == {"effect": stored}


@pytest.mark.parametrize("said", ["-6", "7", "2.5", "much better than -2, maybe 3"])
def test_what_is_off_the_scale_or_could_be_two_things_is_asked_again(house: House, said: str) -> None:
    person = house.patient()
    house.open(person, "instrument/gpe")
    house.say(person, said)
    assert house.place(person) == "instrument/gpe effect"
    assert responses(house, person) == []


def test_a_cause_in_own_words_is_kept_and_read_for_danger(house: House) -> None:
    person = house.patient()
    house.open(person, "instrument/bipq")
    for _ in range(8):
        house.say(person, "5")
    house.say(person, "I don't want to live like this any more, I want to die")
    assert house.alert(person, "crisis").priority == "high"
    assert person.texts.count(house.static("crisis")) == 1


def test_a_form_keeps_numbers_codes_and_several_answers(house: House) -> None:
    person = house.patient()
    house.open(person, "instrument/baseline_zheng")
    house.say(person, "41")
    house.press(person, "female")
    house.press(person, "sitting")
    house.say(person, "170 cm")
    house.say(person, "skip")
    house.press(person, "higher")
    house.press(person, "massage")
    house.press(person, "exercise")
    house.press(person, "done")
    house.say(person, "asthma")
    assert house.place(person) == ""
    assert answers(house, person) == {
        "age": 41, "sex": 1, "work": 1, "height": 170, "weight": None, "education": 4,
        "treatments": ["massage", "exercise"], "history": "asthma",
    }  # fmt: skip
    assert responses(house, person)[-1].body["scores"] == {}


def test_the_other_arm_never_meets_the_words_of_one_arm(house: House) -> None:
    exercise, combined = house.patient("exercise"), house.patient("combined")
    house.open(exercise, "instrument/scs_sf")
    house.open(combined, "instrument/scs_sf")
    assert exercise.messages == []
    assert house.place(combined) == "instrument/scs_sf s1"
