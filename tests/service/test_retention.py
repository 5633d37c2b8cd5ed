"""What a clinic keeps for a time only goes on its day, not before, and never over somebody's head."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import build_world
from coachbot.errors import SettingsError
from coachbot.service.clock import RealClock
from coachbot.service.retention import Retention, ended_at, retention_from
from coachbot.testing.ground import open_in
from tests.conftest import ROOT
from tests.service.house import House, Person

WORDS = "marmalade helicopter"


def keeping(house: House, **days: int) -> Retention:
    return Retention(replace(house.coach.world, retention=days), house.store)


def gone(house: House, *, apply: bool = True, **days: int) -> dict[str, dict[str, int]]:
    """What went: kind to its rows."""
    removals = [one for found in keeping(house, **days).walk(apply=apply) for one in found]
    return {removal.kind: dict(removal.rows) for removal in removals}


def later(house: House, **ahead: float) -> None:
    house.clock.hold(house.clock.now() + timedelta(**ahead))
    house.clock.seconds += timedelta(**ahead).total_seconds()


@pytest.fixture
def kim(house: House) -> Person:
    """Somebody who has talked, got a picture, and left."""
    person = house.patient()
    house.say(person, WORDS)
    house.say(person, "my progress")
    house.coach.enrolments.withdraw(house.enrolment_code(person))
    house.settle()
    return person


# -- when ---------------------------------------------------------------------------------------------
def test_a_patient_who_left_has_ended_then_whatever_they_write_afterwards(house: House, kim: Person) -> None:
    left = house.clock.now()
    later(house, days=3)
    house.say(kim, "hello?")
    assert ended_at(house.coach.world, house.record(kim), house.clock.now()) == left


def test_an_active_enrolment_ends_with_its_last_window(house: House) -> None:
    person = house.patient()
    programme = house.coach.world.pack.programmes["sct_cse"]
    days = max(programme.weeks * 7, *(assessment.closes for assessment in programme.assessments))
    assert ended_at(house.coach.world, house.record(person), house.clock.now()) is None
    later(house, days=days + 1)
    end = ended_at(house.coach.world, house.record(person), house.clock.now())
    assert end is not None
    assert (end.date() - house.record(person).enrolment.anchor).days == days + 1  # type: ignore[union-attr,operator]


def test_things_go_on_the_day_and_not_before(house: House, kim: Person) -> None:
    later(house, days=29, hours=23)
    assert gone(house, media=30) == {}
    later(house, hours=1)
    assert gone(house, media=30) == {"media": {"media": 1}}
    assert gone(house, media=30) == {}


def test_nothing_goes_of_somebody_who_is_under_treatment(house: House) -> None:
    person = house.patient()
    house.say(person, WORDS)
    later(house, days=10)
    assert gone(house, talk=1, messages=1, media=1, contact=1, everything=1) == {}
    assert house.record(person)


def test_without_rules_nothing_goes(house: House, kim: Person) -> None:
    later(house, days=10_000)
    assert gone(house) == {}
    assert not house.coach.retaining.begin()


# -- what ---------------------------------------------------------------------------------------------
def test_a_dry_run_says_the_same_and_removes_nothing(house: House, kim: Person) -> None:
    later(house, days=400)
    rules = {"talk": 365, "messages": 365, "media": 90, "contact": 365}
    said = gone(house, apply=False, **rules)
    assert set(said) == set(rules)
    assert gone(house, apply=False, **rules) == said
    assert gone(house, **rules) == said
    assert gone(house, **rules) == {}


def test_the_talk_goes_and_the_answers_stay(house: House, kim: Person) -> None:
    later(house, days=1)
    with house.store.reading() as tx:
        before = (tx.responses(kim.id), tx.diary(kim.id), tx.consents(kim.id))
    gone(house, talk=1)
    with house.store.reading() as tx:
        assert [line for line in tx.lines(kim.id) if line.by == "patient"] == []
        assert tx.outbox(kim.id)
        assert (tx.responses(kim.id), tx.diary(kim.id), tx.consents(kim.id)) == before
    assert house.record(kim).conversation.frames == ()
    assert house.record(kim).profile.name == "Kim"


def test_after_the_contact_data_nobody_finds_the_patient_and_the_code_stays(house: House, kim: Person) -> None:
    code = house.enrolment_code(kim)
    with house.store.writing() as tx:
        tx.add_device("a hash", kim.id, at_real=0.0)
    later(house, days=1)
    assert gone(house, contact=1) == {"contact": {"address": 1, "device": 1, "profile": 1}}
    with house.store.reading() as tx:
        assert tx.find_address(house.desk.account, kim.chat) is None
        assert tx.device("a hash") is None
        record = tx.load([kim.id])[kim.id]
    assert (record.profile.name, record.profile.phone, record.address.chat) == ("", "", "")
    assert record.enrolment is not None
    assert (record.enrolment.code, record.enrolment.progress.unreachable) == (code, True)


def test_who_comes_back_after_their_contact_data_went_is_a_stranger(house: House, kim: Person) -> None:
    old = kim.id
    later(house, days=1)
    gone(house, contact=1)
    kim.id = ""
    house.say(kim, "it's me again")
    assert house.record(kim).id != old


def test_everything_is_an_erasure(house: House, kim: Person) -> None:
    later(house, days=1)
    assert gone(house, everything=1, talk=1) == {"everything": {"patient": 1}}
    with house.store.reading() as tx:
        assert tx.load([kim.id]) == {}


def test_strangers_go_counted_from_their_first_word_and_patients_stay(house: House, kim: Person) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.store, "_real", house.clock.real)
        passer, other = house.stranger(), house.patient()
        house.say(passer, "hello?")
        later(house, days=30, hours=1)
        late = house.stranger()
        house.say(late, "hello?")
    assert gone(house, strangers=30) == {"strangers": {"patient": 1}}
    with house.store.reading() as tx:
        assert passer.id not in tx.load([house.record(late).id, other.id])
        assert set(tx.load([late.id, other.id, kim.id])) == {late.id, other.id, kim.id}


def test_what_went_is_in_no_file_and_stands_in_the_audit(house: House, kim: Person, tmp_path: Path) -> None:
    later(house, days=1)
    with house.store.reading() as tx:
        sealed = [row[0] for row in tx._cursor.execute("SELECT body FROM inbox WHERE patient = ?", (kim.id,))]
    assert any(sealed[0] in file.read_bytes() for file in tmp_path.rglob("coachbot.db*"))
    gone(house, talk=1)
    house.store.close()
    assert not any(body in file.read_bytes() for body in sealed for file in tmp_path.rglob("coachbot.db*"))
    house.store = open_in(tmp_path)
    with house.store.reading() as tx:
        line = tx.audit(subject=kim.id)[0]
    assert (line.action, line.detail.split()[0]) == ("retention", "talk")


# -- not over anybody's head --------------------------------------------------------------------------
def test_an_alert_that_nobody_has_seen_keeps_everything(house: House) -> None:
    person = house.patient()
    house.say(person, "I want to kill myself")
    house.coach.enrolments.withdraw(house.enrolment_code(person))
    later(house, days=400)
    assert gone(house, talk=1, everything=1) == {}
    for alert in house.alerts(person):
        house.coach.enrolments.acknowledge(alert.id, "Lin")
    assert set(gone(house, talk=1)) == {"talk"}


# -- the daily round ----------------------------------------------------------------------------------
def test_the_engine_makes_one_round_a_day_in_slices(house: House, kim: Person) -> None:
    retention = keeping(house, media=30)
    assert retention.begin()
    rounds(retention)
    assert not retention.begin()
    later(house, days=31)
    assert retention.begin()
    rounds(retention)
    assert gone(house, media=30) == {}
    assert not retention.begin()


def rounds(retention: Retention) -> None:
    while retention.work():
        pass


def test_many_patients_are_walked_through_slice_by_slice(house: House) -> None:
    people = [house.patient(state="withdrawn") for _ in range(45)]
    later(house, days=2)
    slices = list(keeping(house, contact=1).walk(apply=True))
    assert [len(found) for found in slices] == [20, 20, 5]
    assert {removal.patient for found in slices for removal in found} == {person.id for person in people}


# -- the rules ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "no list of days"),
        ({"talks": 3}, "knows no 'talks'"),
        ({"talk": 0}, "1 or more"),
        ({"talk": True}, "1 or more"),
        ({"talk": "a year"}, "1 or more"),
    ],
)
def test_rules_that_are_not_understood_are_one_clear_line(data: object, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        retention_from(data, "site.yaml")


def test_the_rules_are_the_clinics_own(pack: Pack, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text((ROOT / "tests" / "site.yaml").read_text("utf-8") + "\nretention: {talk: 365}\n", "utf-8")
    assert build_world(pack, RealClock(), {}).retention == {}
    assert build_world(pack, RealClock(), {}, site=site).retention == {"talk": 365}
