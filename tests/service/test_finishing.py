"""The last day: in a trial the guess is stored before anything is told, and only what the programme allows is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.errors import EnrolmentError
from tests.service.house import House, Person

FINISH = "common/finish"


@contextmanager
def trial(folder: Path, pack: Pack, *, tells: bool = False, offers: bool = False) -> Iterator[House]:
    """A coach whose programme is a trial."""
    programme = replace(pack.programmes["sct_cse"], trial=True, tells_allocation=tells, offers_other=offers)
    built = House(folder, replace(pack, programmes={"sct_cse": programme}))
    yield built
    built.store.close()


def at_the_guess(house: House, arm: str) -> Person:
    """Somebody who has said goodbye to all but the study's last question."""
    person = house.patient(arm)
    house.touch(person, "finish", FINISH)
    house.settle()
    house.press(person, "ready")
    for answer in ("some", "stiff", "walk"):
        house.press(person, answer)
    house.say(person, "nobody")
    assert house.place(person) == "common/finish guess"
    return person


def guesses(house: House, person: Person) -> list[dict[str, object]]:
    with house.store.reading() as tx:
        return [dict(row.body["answers"]) for row in tx.responses(person.id) if row.instrument == "blinding"]


@pytest.mark.parametrize("arm", ["combined", "exercise"])
def test_the_guess_and_how_sure_are_stored_and_nothing_is_told(tmp_path: Path, pack: Pack, arm: str) -> None:
    with trial(tmp_path, pack) as house:
        person = at_the_guess(house, arm)
        house.press(person, "exercises_and_more")
        told = house.press(person, "7")
        assert guesses(house, person) == [{"guess": "exercises_and_more", "sure": 7}]
        assert "may not tell you" in told[0]
        assert not any("You were in" in text for text in person.texts)


def test_not_knowing_is_a_guess_too_and_skipping_is_none(tmp_path: Path, pack: Pack) -> None:
    with trial(tmp_path, pack) as house:
        one, other = at_the_guess(house, "exercise"), at_the_guess(house, "combined")
        house.press(one, "no_idea")
        house.say(other, "skip")
        assert guesses(house, one) == [{"guess": "no_idea"}]
        assert guesses(house, other) == []


def test_the_allocation_is_told_where_the_programme_allows_it(tmp_path: Path, pack: Pack) -> None:
    with trial(tmp_path, pack, tells=True) as house:
        one, other = at_the_guess(house, "exercise"), at_the_guess(house, "combined")
        assert "the exercises alone" in house.press(one, "no_idea")[0]
        assert "a second part" in house.press(other, "no_idea")[0]
        assert house.alerts(one) == []
        assert house.place(one) == ""


def test_the_other_part_is_offered_where_the_programme_allows_it(tmp_path: Path, pack: Pack) -> None:
    with trial(tmp_path, pack, tells=True, offers=True) as house:
        person = at_the_guess(house, "exercise")
        house.press(person, "no_idea")
        house.press(person, "yes")
        assert house.alert(person, "other_programme_wanted").priority == "low"


def test_outside_a_trial_nobody_is_asked_to_guess(house: House) -> None:
    person = house.patient()
    house.touch(person, "finish", FINISH)
    house.settle()
    house.say(person, "skip")
    assert "guess" not in house.place(person)


def test_only_what_was_told_can_be_cleared(house: House) -> None:
    person = house.patient()
    house.say(person, "I'm pregnant")
    assert house.progress(person).conditions == ("pregnancy",)
    with pytest.raises(EnrolmentError, match=r"'fracture' was not told; there is: pregnancy"):
        house.coach.enrolments.clear(house.enrolment_code(person), "fracture", "Lin")
    house.coach.enrolments.clear(house.enrolment_code(person), "pregnancy", "Lin")
    assert house.progress(person).conditions == ()
