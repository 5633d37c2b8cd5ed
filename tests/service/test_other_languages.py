"""Nobody tells of danger in a language that the coach cannot read and hears nothing of that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.service.house import House

GERMAN = "Ich will nicht mehr leben"


@pytest.mark.parametrize("text", [GERMAN, "我不想活了"])
def test_it_is_told_that_only_english_is_read_and_where_help_is(house: House, text: str) -> None:
    person = house.patient()
    house.open(person, "cse/checkin")
    said = house.say(person, text)
    site = house.coach.world.site["en"]
    assert "only English" in said[0]
    assert all(str(site[name]) in said[0] for name in ("emergency", "crisis_line", "phone", "reads_when"))
    assert len(said) > 1, "the open question is asked again"


def test_it_is_told_once_a_day(house: House) -> None:
    person = house.patient()
    assert "only English" in house.say(person, GERMAN)[0]
    assert not any("only English" in text for text in house.say(person, GERMAN))
    house.travel(timedelta(days=1))
    assert "only English" in house.say(person, GERMAN)[0]


@pytest.mark.parametrize("state", ["screening", "active", "treatment_stopped", "finished", "withdrawn"])
def test_it_is_told_in_whatever_state_an_enrolment_is(house: House, state: str) -> None:
    assert "only English" in house.say(house.patient(state=state), GERMAN)[0]


def test_a_rest_after_a_danger_tells_it_too(house: House) -> None:
    assert "only English" in house.say(house.patient(safety_hold=True), GERMAN)[0]


def test_a_text_in_own_words_is_kept_all_the_same(house: House) -> None:
    person = house.patient()
    house.open(person, "common/therapist")
    before = house.place(person)
    house.say(person, GERMAN)
    assert house.place(person) != before
