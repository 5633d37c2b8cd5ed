"""Facts: worked out when they are first asked for, of the moment and the record they were made for."""

from coachbot.authoring.facts import ANSWERED, FACTS, SINGLE
from coachbot.engine.changing import changed
from coachbot.service.facts import facts_of
from coachbot.service.records import Tally
from tests.service.house import House


def test_every_group_that_authors_may_name_is_there(house: House) -> None:
    person = house.patient()
    facts = facts_of(house.coach.world, house.record(person), house.clock.now())
    assert set(facts) == {*FACTS, *SINGLE, ANSWERED}
    for group, keys in FACTS.items():
        assert {key for key, sure in keys.items() if sure} <= set(facts[group]), group


def test_facts_stay_those_of_their_moment(house: House) -> None:
    record = house.record(house.patient())
    before = facts_of(house.coach.world, record, house.clock.now())
    assert record.enrolment is not None
    later = changed(record, enrolment=changed(record.enrolment, tally=Tally(cse=7)))
    after = facts_of(house.coach.world, later, house.clock.now())
    assert (before["diary"]["cse"], after["diary"]["cse"]) == (0, 7)
    assert before["diary"] is before["diary"]


def test_a_group_that_nobody_knows_is_not_there(house: House) -> None:
    facts = facts_of(house.coach.world, house.record(house.patient()), house.clock.now())
    assert facts.get("weather") is None
    assert "weather" not in facts
