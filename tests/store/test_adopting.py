"""A patient goes from one database into another, whole and readable."""

from __future__ import annotations

from coachbot.service.records import Changes
from tests.store.house import House
from tests.store.test_sealing import SECRET, talkative


def test_a_patient_is_taken_over_with_all_that_was_said(house: House, other_house: House) -> None:
    talkative(house, "pmei")
    other = other_house
    with house.store.reading() as tx:
        packed = tx.packed("pmei")
    with other.store.writing() as tx:
        tx.adopt(packed, site=other.site, account=other.account)
    with house.store.reading() as there, other.store.reading() as here:
        assert here.load(["pmei"])["pmei"].profile == there.load(["pmei"])["pmei"].profile
        for read in ("lines", "diary", "responses", "alerts", "consents", "outbox", "timers_of"):
            assert list(getattr(here, read)("pmei")) == list(getattr(there, read)("pmei")), read
        assert here.find_address(other.account, "chat of pmei") == "pmei"
        assert SECRET in here.load(["pmei"])["pmei"].profile.name


def test_who_was_taken_over_lives_on_there(house: House, other_house: House) -> None:
    record = talkative(house, "pmei")
    other = other_house
    with house.store.reading() as tx:
        packed = tx.packed("pmei")
    with other.store.writing() as tx:
        tx.adopt(packed, site=other.site, account=other.account)
        tx.save(Changes(outbox=[other.message(record, "and on")]))
    assert "and on" in other.ledger(record)
