"""Staff are told of alerts: by whom, when, in which order, and never what a patient wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coachbot.service.notices.records import Notice
from coachbot.store.transaction import SqlTransaction
from tests.service.house import Person
from tests.service.notices.conftest import Ward

WORDS = "i want to kill myself"
LATE = timedelta(minutes=16)


def in_danger(ward: Ward, *carers: int) -> Person:
    person = ward.house.patient()
    with ward.house.store.writing() as tx:
        tx.put_care(person.id, carers)
    ward.house.say(person, WORDS)
    ward.carry()
    return person


def test_whoever_treats_the_patient_is_told_with_urgency_pseudonym_and_link(ward: Ward) -> None:
    lin, other = ward.hire("Lin"), ward.hire("Other")
    person = in_danger(ward, lin.id)
    code = ward.house.enrolment_code(person)
    text = ward.told(lin)[-1]
    assert text.startswith(f"Please look (look soon): {code}. Seen by 10:15")
    assert text.endswith("/staff/today")
    assert len(ward.told(other)) == 1  # that the chat is theirs


def test_no_word_name_or_diagnosis_of_the_patient_goes_out(ward: Ward) -> None:
    ward.hire("Lin")
    in_danger(ward)
    ward.house.travel(LATE)
    ward.carry()
    for _, notice in ward.carrier.arrived:
        said = str(dict(notice.body)).lower()
        assert not [word for word in ("kill", "crisis", "suicid", "harm", "cauda", "flag") if word in said]
        assert "Kim" not in str(notice.body.get("event"))


def test_a_patient_of_nobody_is_told_to_everybody_who_treats_and_to_no_other(ward: Ward) -> None:
    lin, admin = ward.hire("Lin"), ward.hire("Ada", "admin")
    blind = [ward.hire("Res", "researcher"), ward.hire("Aut", "author")]
    in_danger(ward)
    assert [len(ward.told(one)) for one in (lin, admin, *blind)] == [2, 2, 1, 1]


def test_where_the_therapist_has_no_way_everybody_who_treats_is_told_at_once(ward: Ward) -> None:
    lin, other = ward.hire("Lin", way=""), ward.hire("Other")
    in_danger(ward, lin.id)
    assert len(ward.told(other)) == 2


def test_when_nobody_has_seen_it_in_time_the_next_is_told_with_phone_numbers(ward: Ward) -> None:
    lin, roe, other = ward.hire("Lin"), ward.hire("dr roe"), ward.hire("Other")
    person = in_danger(ward, lin.id)
    ward.house.travel(LATE)
    ward.carry()
    code = ward.house.enrolment_code(person)
    told = ward.told(roe)[-1]
    assert told.startswith(f"Nobody has said yet that they have seen {code}")
    assert told.endswith("To ring: Dr Roe, 555 0102; Kim, 555 0101.")
    assert len(ward.told(other)) == 1


def test_in_the_end_everybody_who_treats_is_told(ward: Ward) -> None:
    lin, roe, other = ward.hire("Lin"), ward.hire("Dr Roe"), ward.hire("Other")
    in_danger(ward, lin.id)
    for _ in range(3):
        ward.house.travel(LATE)
        ward.carry()
    assert [ward.told(one)[-1].startswith("Still nobody has seen") for one in (lin, roe, other)] == [True] * 3


def test_an_alert_that_was_seen_goes_no_further_and_the_others_learn_who_has(ward: Ward) -> None:
    lin, kai, roe = ward.hire("Lin"), ward.hire("Kai"), ward.hire("Dr Roe")
    person = in_danger(ward, lin.id, kai.id)
    ward.house.press(person, "yes")
    alert = ward.house.alert(person, "crisis")
    said = ward.presses(lin, f"seen{alert.id}")
    assert said == ["Written down: seen by you at 10:00."]
    assert ward.house.alert(person, "crisis").acknowledged_by == "Lin"
    assert ward.told(kai)[-1] == f"Lin has seen {ward.house.enrolment_code(person)}."
    ward.house.travel(LATE * 2)
    ward.carry()
    assert len(ward.told(roe)) == 1
    assert ward.actions()[-1] == "patient.acknowledge"


def test_a_graver_danger_in_the_same_hour_is_told_anew(ward: Ward) -> None:
    lin = ward.hire("Lin")
    person = in_danger(ward, lin.id)
    ward.house.press(person, "no")
    ward.carry()
    assert ward.house.alert(person, "crisis").priority == "top"
    assert ward.told(lin)[-1].startswith("Graver than before, please look (look now)")


@pytest.mark.parametrize(("hour", "count"), [(12, 3), (20, 1)])
def test_what_is_not_urgent_waits_for_the_duty_hours(ward: Ward, hour: int, count: int) -> None:
    lin, person = ward.hire("Lin"), ward.house.patient()
    ward.house.travel(timedelta(hours=hour - 10))
    ward.house.say(person, "my therapist")
    ward.house.say(person, "please ring me")
    ward.carry()
    assert {alert.priority for alert in ward.house.alerts(person)} == {"medium"}
    assert len(ward.told(lin)) == count
    ward.house.travel(timedelta(hours=16))
    ward.carry()
    assert len(ward.told(lin)) == 3


def test_looking_twice_tells_nobody_twice_also_after_a_new_start(ward: Ward) -> None:
    lin = ward.hire("Lin")
    in_danger(ward)
    ward.house.coach.notices._known.clear()
    assert ward.carry() == 0
    assert len(ward.told(lin)) == 2


def test_a_watch_whose_write_failed_tells_the_next_time(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    lin, person = ward.hire("Lin"), ward.house.patient()

    def full(tx: SqlTransaction, rows: list[Notice]) -> int:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(SqlTransaction, "add_notices", full)
        ward.house.say(person, WORDS)
        with pytest.raises(OSError, match="disk is full"):
            ward.carry()
    ward.carry()
    assert len(ward.told(lin)) == 2


def test_nothing_old_floods_a_new_way_but_what_is_urgent_is_told(ward: Ward) -> None:
    person = in_danger(ward)
    ward.house.travel(timedelta(minutes=1))
    lin = ward.hire("Lin")
    ward.carry()
    assert [text[:11] for text in ward.told(lin)] == ["This chat i", "Please look"]
    assert ward.house.alert(person, "crisis").acknowledged_at is None


def test_of_an_erased_patient_no_notice_is_left(ward: Ward) -> None:
    ward.hire("Lin")
    person = in_danger(ward)
    with ward.house.store.writing() as tx:
        tx.erase(person.id)
    assert [notice.subject[:5] for notice in ward.notices()] == ["talk:"]
