"""By which ways somebody is told: chosen, checked, taken away."""

from __future__ import annotations

import pytest

from coachbot.errors import StaffError
from coachbot.service.ports import Capabilities
from coachbot.service.records import Update
from coachbot.service.staff.records import StaffRow
from coachbot.service.staff.ways import CHAT_S
from tests.service.notices.conftest import MakeWard, Ward
from tests.service.notices.conftest import make_ward as make_ward
from tests.service.notices.conftest import ward as ward


def test_a_code_makes_a_chat_a_members_own_once(ward: Ward) -> None:
    lin = ward.hire("Lin")
    assert ward.told(lin)[0].startswith("This chat is yours now, Lin.")
    assert [way.kind for way in ward.rooms.ways.of(lin.id)] == ["chat"]
    kai = ward.hire("Kai", way="")
    code = ward.rooms.ways.chat_code(kai.id, 0)
    ward.writes(kai, code)
    assert len(ward.rooms.ways.of(kai.id)) == 1
    stranger = ward.house.stranger()
    ward.house.say(stranger, code)
    assert len(ward.rooms.ways.of(kai.id)) == 1


def _only_patients_read_the_web_chat(ward: Ward) -> None:
    world = ward.house.coach.world
    object.__setattr__(world, "capabilities", {"webchat": Capabilities(staff_chats=False)})


def test_a_chat_that_no_member_can_open_is_not_linked_and_the_code_stays_good(ward: Ward) -> None:
    lin = ward.hire("Lin", way="")
    code = ward.rooms.ways.chat_code(lin.id, 0)
    before = ward.house.coach.world.capabilities
    _only_patients_read_the_web_chat(ward)
    ward.writes(lin, code, kind="start")
    assert ward.rooms.ways.of(lin.id) == []
    object.__setattr__(ward.house.coach.world, "capabilities", before)
    ward.house.say(ward.house.stranger(), "hello")
    kai_chat = Update(ward.house.desk.account, "webchat", "another", "u1", "start", code)
    ward.takes(lin, kai_chat)
    assert [way.channel for way in ward.rooms.ways.of(lin.id)] == ["webchat"]


def test_a_chat_that_no_member_can_open_is_no_way_and_another_is_told(ward: Ward) -> None:
    lin, kai = ward.hire("Lin"), ward.hire("Kai", way="email")
    person = ward.house.patient()
    with ward.house.store.writing() as tx:
        tx.put_care(person.id, [lin.id])
    before = len(ward.told(lin))
    _only_patients_read_the_web_chat(ward)
    ward.house.say(person, "i want to kill myself")
    ward.carry()
    assert len(ward.told(lin)) == before
    assert len(ward.told(kai)) == 1


def test_a_code_grows_old(ward: Ward) -> None:
    lin = ward.hire("Lin", way="")
    code = ward.rooms.ways.chat_code(lin.id, 0)
    ward.house.clock.seconds += CHAT_S + 1
    ward.writes(lin, code)
    assert ward.rooms.ways.of(lin.id) == []


def test_a_newer_code_ends_the_older(ward: Ward) -> None:
    lin = ward.hire("Lin", way="")
    old, _ = ward.rooms.ways.chat_code(lin.id, 0), ward.rooms.ways.chat_code(lin.id, 0)
    ward.writes(lin, old)
    assert ward.rooms.ways.of(lin.id) == []


def test_a_patients_chat_stays_a_patients(ward: Ward) -> None:
    lin, person = ward.hire("Lin", way=""), ward.house.patient()
    ward.house.say(person, ward.rooms.ways.chat_code(lin.id, 0))
    assert ward.rooms.ways.of(lin.id) == []
    assert ward.house.say(person, "menu")


def test_what_is_written_in_a_members_chat_makes_no_patient(ward: Ward) -> None:
    lin = ward.hire("Lin")
    assert ward.writes(lin, "hello") == [ward.house.coach.wording.say("unknown")]
    with ward.house.store.reading() as tx:
        assert tx.find_address(ward.house.desk.account, f"staff-{lin.id}") is None


def test_the_same_update_twice_is_answered_once(ward: Ward) -> None:
    lin = ward.hire("Lin")
    update = Update(ward.house.desk.account, "webchat", f"staff-{lin.id}", "twice", "text", "hello")
    assert len(ward.takes(lin, update)) == 1
    assert ward.takes(lin, update) == []


def test_off_says_goodbye_and_tells_nothing_more(ward: Ward) -> None:
    lin = ward.hire("Lin")
    assert ward.writes(lin, "/off") == [ward.house.coach.wording.say("off")]
    assert ward.rooms.ways.of(lin.id) == []
    assert "way.off" in ward.actions()


def test_a_closed_account_is_told_nothing_and_can_do_nothing(ward: Ward) -> None:
    lin, _ = ward.hire("Lin"), ward.hire("Ada", "admin")
    ward.rooms.doors.change(lin.id, active=False)
    person = ward.house.patient()
    ward.house.say(person, "i want to kill myself")
    ward.carry()
    assert len(ward.told(lin)) == 1
    assert ward.presses(lin, f"seen{ward.house.alert(person, 'crisis').id}") == []
    assert ward.house.alert(person, "crisis").acknowledged_at is None


def test_a_lost_phone_takes_the_chats_away(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.rooms.ways.add_email(lin.id, "lin@clinic.example", 0)
    ward.rooms.doors.begin_again(lin.id)
    assert [way.kind for way in ward.rooms.ways.of(lin.id)] == ["email"]


@pytest.mark.parametrize("address", ["lin", "a@b c", "a@b\nBcc: x@y", "", "<a@b>", "a@b,c@d"])
def test_what_is_no_mailbox_is_refused(ward: Ward, address: str) -> None:
    lin = ward.hire("Lin", way="")
    with pytest.raises(StaffError, match="no e-mail address"):
        ward.rooms.ways.add_email(lin.id, address, 0)


@pytest.mark.parametrize(
    "address",
    [
        "http://clinic.example/x", "ftp://clinic.example", "https://", "https://u:p@clinic.example", "http://10.0.0.1/",
        "https://clinic.example:99999/", "x",
    ],
)  # fmt: skip
def test_what_is_no_safe_webhook_is_refused(ward: Ward, address: str) -> None:
    with pytest.raises(StaffError, match="webhook"):
        ward.rooms.ways.add_webhook(address, 0, staff=ward.hire("Lin", way="").id)


def test_nobody_presses_for_a_patient_of_somebody_else(ward: Ward) -> None:
    lin, kai = ward.hire("Lin"), ward.hire("Kai")
    person = ward.house.patient()
    with ward.house.store.writing() as tx:
        tx.put_care(person.id, [lin.id])
    ward.house.say(person, "i want to kill myself")
    ward.carry()
    alert = ward.house.alert(person, "crisis")
    assert ward.presses(kai, f"seen{alert.id}") == [ward.house.coach.wording.say("not_yours")]
    assert ward.presses(kai, "seen0") == [ward.house.coach.wording.say("not_yours")]
    assert ward.house.alert(person, "crisis").acknowledged_at is None
    assert "refused" in ward.actions()


@pytest.mark.parametrize("role", ["researcher", "author"])
def test_who_does_not_treat_acknowledges_nothing(make_ward: MakeWard, role: str) -> None:
    ward = make_ward()
    blind: StaffRow = ward.hire("Res", role)  # type: ignore[arg-type]
    person = ward.house.patient()
    ward.house.say(person, "i want to kill myself")
    ward.presses(blind, f"seen{ward.house.alert(person, 'crisis').id}")
    assert ward.house.alert(person, "crisis").acknowledged_at is None
