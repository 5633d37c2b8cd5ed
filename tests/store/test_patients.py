"""Patients come back from the store as they went in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from coachbot.engine.model import Conversation, Frame, Passed, Prompt
from coachbot.errors import StoreError
from coachbot.service.records import Address, Changes, Enrolment, Profile, Progress, Tally
from tests.store.house import NOW, House


def conversation(patient: str) -> Conversation:
    prompt = Prompt("tok1", "cse/checkin", "minutes", NOW, labels=(("a", "Yes, all of it"), ("b", "No")), tries=1)
    parked = Prompt("tok0", "sct/one", "feel", NOW, chosen=("x",), mode="paused", held="hm", nagged=True)
    frames = (
        Frame("sct/one", "v9", "feel", "touchpoint", {"how": None, "many": ("a", "b")}, "s1@2026-03-07", parked=parked),
        Frame("cse/checkin", "v1", "minutes", "call", {"did": "all"}, None, (Passed("did_you", {}),), 1.5),
    )
    return Conversation(
        patient, frames, prompt, {"goal": "walk to the park"}, {"seen": True}, (("t1", "answered"),), resting=True
    )


def test_a_new_patient_has_an_empty_conversation_and_no_enrolment(house: House) -> None:
    record = house.patient("pmei", name="Mei", zone="Asia/Shanghai", practice_days=("tue", "sun"))
    assert record.profile == Profile(name="Mei", zone="Asia/Shanghai", practice_days=("tue", "sun"))
    assert record.conversation == Conversation("pmei")
    assert (record.enrolment, record.last_heard, record.site) == (None, None, house.site)
    assert record.address.chat == "chat of pmei"


def test_a_conversation_comes_back_as_it_went_in(house: House) -> None:
    record = replace(house.patient(), conversation=conversation("pmei"), last_heard=NOW)
    assert house.saved(Changes(conversations={"pmei": record}), "pmei") == record


def test_the_revision_of_a_conversation_rises_with_every_turn(house: House) -> None:
    record = house.patient()
    for _ in range(3):
        changes = Changes(turns=[house.turn(record)], conversations={"pmei": record})
        house.saved(changes, "pmei")
    with house.store.reading() as tx:
        found = house.run(tx, "SELECT revision, updated_at FROM conversation")
    assert found == [(3, int(NOW.timestamp() * 1_000_000))]


def test_an_enrolment_comes_back_with_its_tally_and_progress(house: House) -> None:
    tally = Tally(cse=3, minutes=95, awards={"practice": 2})
    progress = Progress(attended=("sct_1",), opened={"morning": "2026-03-07"}, silent_until="told")
    enrolment = Enrolment(house.ids.next(), "sct_cse", "combined", "active", date(2026, 3, 7), tally, progress, "AB-CD")
    record = replace(house.patient(), enrolment=enrolment)
    assert house.save_record(record).enrolment == enrolment


def test_saving_an_enrolment_again_keeps_its_id(house: House) -> None:
    record = house.enrolled(house.patient(), code="AB-CD")
    assert record.enrolment is not None
    changed = replace(record, enrolment=replace(record.enrolment, id=house.ids.next(), state="finished"))
    again = house.save_record(changed).enrolment
    assert again == replace(record.enrolment, state="finished")


def test_a_changed_profile_is_kept(house: House) -> None:
    record = house.patient(name="Mei")
    changed = replace(record, profile=replace(record.profile, name="Mei Lin", dial="less"))
    assert house.saved(Changes(profiles={"pmei": changed}), "pmei").profile.dial == "less"


def test_one_query_loads_many_and_leaves_out_strangers(house: House) -> None:
    names = [f"p{number}" for number in range(70)]
    for name in names:
        house.patient(name, name=name.upper())
    with house.store.reading() as tx:
        found = tx.load([*names, "nobody", names[0]])
    assert {record.profile.name for record in found.values()} == {name.upper() for name in names}


def test_a_chat_is_found_by_account_and_name(house: House) -> None:
    house.patient("pmei")
    with house.store.reading() as tx:
        assert tx.find_address(house.account, "chat of pmei") == "pmei"
        assert tx.find_address(house.account, "another chat") is None
        assert tx.find_address(house.account + 1, "chat of pmei") is None


def test_two_patients_cannot_share_a_chat(house: House) -> None:
    house.patient("pmei")
    same = Address(house.ids.next(), house.account, "web", "chat of pmei")
    with pytest.raises(Exception, match=r"(?i)unique"), house.store.writing() as tx:
        tx.add_patient("pbo", site=house.site, address=same, profile=Profile())
    with house.store.reading() as tx:
        assert tx.load(["pbo"]) == {}


def test_the_newest_address_is_where_the_coach_writes(house: House) -> None:
    record = house.patient("pmei")
    newer = Address(house.ids.next(), house.account, "web", "her new phone")
    with house.store.writing() as tx:
        tx.add_address("pmei", newer)
        assert tx.load(["pmei"])["pmei"].address == newer
        assert tx.addresses([record.address.id, newer.id, 5]) == {record.address.id: record.address, newer.id: newer}


def test_sites_and_accounts_are_made_once(house: House) -> None:
    with house.store.writing() as tx:
        assert tx.site("main") == house.site
        assert tx.account("web", "main", house.site) == house.account
        assert tx.account("telegram", "main", house.site) != house.account


def test_an_unknown_site_is_refused_in_one_line(house: House) -> None:
    with pytest.raises(StoreError, match="site 77 is not in the database"), house.store.writing() as tx:
        tx.account("web", "other", 77)


def test_enrolments_are_listed_without_anything_personal(house: House) -> None:
    house.enrolled(house.patient("pmei"), code="AB-CD", anchor=date(2026, 3, 7))
    with house.store.reading() as tx:
        (brief,) = tx.enrolments()
        assert (brief.patient, brief.code, brief.anchor) == ("pmei", "AB-CD", date(2026, 3, 7))
        assert tx.patient_of_code("AB-CD") == "pmei"
        assert tx.patient_of_code("XX-XX") is None


def test_a_naive_moment_is_refused(house: House) -> None:
    record = replace(house.patient(), last_heard=NOW.replace(tzinfo=None))
    with pytest.raises(TypeError), house.store.writing() as tx:
        tx.save(Changes(conversations={"pmei": record}))


def test_moments_keep_their_microseconds(house: House) -> None:
    heard = NOW + timedelta(microseconds=123_457)
    record = replace(house.patient(), last_heard=heard)
    assert house.saved(Changes(conversations={"pmei": record}), "pmei").last_heard == heard
