"""Timers, diaries, answers, alerts and the rest come back as they went in; a group is all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from coachbot.errors import StoreError
from coachbot.service.ports import Invitation
from coachbot.service.records import (
    AlertRow,
    Changes,
    ConsentRow,
    DiaryRow,
    Incident,
    MediaRow,
    PlanRow,
    ResponseRow,
    TimerRow,
)
from tests.store.house import NOW, REAL, House

DAY = date(2026, 3, 7)


# -- timers -------------------------------------------------------------------------------------------
def timer(patient: str, purpose: str, due_s: float, **body: object) -> TimerRow:
    return TimerRow(patient, purpose, NOW + timedelta(seconds=due_s), "tok", body)


def test_timers_come_due_in_order(house: House) -> None:
    house.patient("pmei")
    house.patient("pbo")
    rows = [
        timer("pmei", "nag", 20),
        timer("pbo", "plan", 10),
        timer("pmei", "touch:evening", 30, dialog="cse/checkin"),
    ]
    with house.store.writing() as tx:
        tx.put_timers(rows)
        assert tx.due_timers(NOW, 9) == []
        assert tx.due_timers(NOW + timedelta(seconds=25), 9) == [rows[1], rows[0]]
        assert tx.due_timers(NOW + timedelta(seconds=25), 1) == [rows[1]]
        assert tx.next_timer() == rows[1]
        assert tx.next_timer("pmei") == rows[0]
        assert tx.next_timer("nobody") is None
        assert tx.timers_of("pmei") == [rows[0], rows[2]]


def test_a_turn_arms_anew_and_disarms(house: House) -> None:
    house.patient("pmei")
    later = timer("pmei", "plan", 500)
    with house.store.writing() as tx:
        tx.put_timers([timer("pmei", "nag", 20), timer("pmei", "plan", 10)])
        tx.save(Changes(timers={("pmei", "nag"): None, ("pmei", "plan"): later}))
        assert tx.timers_of("pmei") == [later]


def test_timers_are_dropped_by_how_their_purpose_begins(house: House) -> None:
    house.patient("pmei")
    with house.store.writing() as tx:
        tx.put_timers([timer("pmei", name, 1) for name in ("touch:a", "touch:b", "touch", "t_uch:c")])
        tx.drop_timers("pmei", "touch:")
        assert [row.purpose for row in tx.timers_of("pmei")] == ["t_uch:c", "touch"]


# -- what is told -------------------------------------------------------------------------------------
def test_diary_answers_consents_and_plans_come_back_as_they_went_in(house: House) -> None:
    house.patient("pmei")
    entry = DiaryRow(house.ids.next(), "pmei", DAY, "cse", NOW, {"done": "part", "minutes": 12, "pain_after": 4})
    answers = ResponseRow(house.ids.next(), "pmei", "phq9", "baseline", DAY, NOW, {"answers": {"q9": 1, "q8": None}})
    consent = ConsentRow(house.ids.next(), "pmei", "v3", True, NOW, {"words": "common/consent@v3"})
    plan = PlanRow("pmei", DAY, {"why": ["missed 3"]})
    changed = PlanRow("pmei", DAY, {"why": ["paused"]})
    with house.store.writing() as tx:
        tx.save(Changes(diary=[entry], responses=[answers], consents=[consent], plans=[plan]))
        tx.save(Changes(plans=[changed, PlanRow("pmei", DAY + timedelta(days=9), {})]))
        assert tx.diary("pmei") == [entry]
        assert tx.responses("pmei") == [answers]
        assert tx.plans("pmei", DAY, DAY) == [changed]
        (found,) = tx.consents("pmei")
    assert (found["version"], found["given"], found["at"]) == ("v3", True, NOW)
    assert found["body"] == {"words": "common/consent@v3"}


def test_an_alert_is_opened_and_acknowledged(house: House) -> None:
    house.patient("pmei")
    house.patient("pbo")
    alert = AlertRow(house.ids.next(), "pmei", "item_9", "high", NOW, {"words": "no way out"}, NOW + timedelta(hours=1))
    other = AlertRow(house.ids.next(), "pbo", "withdrew", "low", NOW, {})
    read = replace(alert, acknowledged_at=NOW, acknowledged_by="dr", body={"words": "no way out", "note": "called"})
    with house.store.writing() as tx:
        tx.save(Changes(alerts=[alert, other]))
        assert tx.alerts(open_only=True) == [alert, other]
        tx.update_alert(read)
        assert tx.alerts(open_only=True) == [other]
        assert tx.alerts("pmei") == [read]
        assert tx.alerts("pmei", open_only=True) == []
        tx.save(Changes(alerts=[replace(other, acknowledged_at=NOW, acknowledged_by="dr")]))
        assert tx.alerts(open_only=True) == []


def test_incidents_are_told_newest_first(house: House) -> None:
    rows = [Incident(house.ids.next(), NOW, "parked", patient, "cse/checkin.minutes") for patient in ("pmei", "")]
    with house.store.writing() as tx:
        tx.save(Changes(incidents=rows))
        assert tx.incidents() == rows[::-1]
        assert tx.incidents(1) == rows[1:]


def test_a_picture_is_given_to_its_own_patient_only(house: House) -> None:
    house.patient("pmei")
    house.patient("pbo")
    row = MediaRow(house.ids.next(), "pmei", "progress.png", "image/png", b"\x89PNG...", NOW)
    with house.store.writing() as tx:
        tx.add_media(row)
        assert tx.media("pmei", row.id) == row
        assert tx.media("pbo", row.id) is None


# -- codes, devices, settings -------------------------------------------------------------------------
def test_an_invitation_opens_once_and_not_too_late(house: House) -> None:
    invitation = Invitation("sct_cse", "combined", house.site, "first group")
    with house.store.writing() as tx:
        tx.add_invitation("h1", invitation, REAL + 10)
        tx.add_invitation("h2", invitation, REAL - 10)
        assert tx.take_invitation("unknown", "pmei", now_real=REAL) is None
        assert tx.take_invitation("h2", "pmei", now_real=REAL) is None
        assert tx.take_invitation("h1", "pmei", now_real=REAL) == invitation
        assert tx.take_invitation("h1", "pmei", now_real=REAL) == invitation
        assert tx.take_invitation("h1", "pbo", now_real=REAL) == replace(invitation, used_at=REAL)


def test_a_link_lets_one_device_in(house: House) -> None:
    house.patient("pmei")
    with house.store.writing() as tx:
        tx.add_link("l1", "pmei", expires_real=REAL + 10)
        tx.add_link("l2", "pmei", expires_real=REAL - 10)
        assert tx.take_link("l2", now_real=REAL) is None
        assert tx.take_link("l1", now_real=REAL) == "pmei"
        assert tx.take_link("l1", now_real=REAL) is None
        tx.add_device("d1", "pmei", at_real=REAL)
        assert tx.device("d1") == "pmei"
        assert tx.device("d2") is None


def test_settings_are_kept(house: House) -> None:
    with house.store.writing() as tx:
        assert tx.setting("clock") is None
        tx.put_setting("clock", "1")
        tx.put_setting("clock", "2")
        assert tx.setting("clock") == "2"


# -- all or nothing -----------------------------------------------------------------------------------
def test_an_error_in_a_group_rolls_all_of_it_back(house: House) -> None:
    record = house.patient("pmei")
    (row,) = house.received(record, "hello")
    broken = house.message(replace(record, id="nobody"), "x")
    changes = Changes(turns=[house.turn(record)], conversations={"pmei": record}, done=[row.id], outbox=[broken])
    with house.store.writing() as tx:
        tx.put_timers([timer("pmei", "nag", 1)])
    changes.timers[("pmei", "nag")] = None
    with pytest.raises(StoreError, match="'nobody' is not in the database"), house.store.writing() as tx:
        tx.save(changes)
    with house.store.reading() as tx:
        assert tx.timers_of("pmei") == [timer("pmei", "nag", 1)]
    assert house.waiting() == ["hello"]


def test_a_row_of_a_stranger_rolls_all_back_when_the_group_ends(house: House) -> None:
    record = house.patient("pmei")
    (row,) = house.received(record, "hello")
    stranger = replace(house.turn(record), patient="nobody")
    with pytest.raises(Exception, match=r"(?i)foreign key"), house.store.writing() as tx:
        tx.save(Changes(turns=[stranger], done=[row.id]))
    assert house.waiting() == ["hello"]
    house.received(record, "still works")
    assert house.waiting() == ["hello", "still works"]


def test_reading_refuses_to_write_and_sees_a_snapshot(house: House) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"), house.store.reading() as tx:
        tx.put_setting("x", "y")
    with house.store.reading() as old:
        assert old.setting("x") is None
        with house.store.writing() as tx:
            tx.put_setting("x", "y")
        assert old.setting("x") is None
    with house.store.reading() as tx:
        assert tx.setting("x") == "y"


def test_a_thread_opens_one_writing_transaction_at_a_time(house: House) -> None:
    with house.store.writing(), pytest.raises(StoreError, match="open already"), house.store.writing():
        pass


def test_several_threads_write_in_turn(house: House) -> None:
    from concurrent.futures import ThreadPoolExecutor

    record = house.patient("pmei")

    def write(number: int) -> None:
        house.received(record, f"m{number}")
        house.load("pmei")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))
    assert len(house.waiting(limit=100)) == 60
