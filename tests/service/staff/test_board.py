"""The lists: what changed is seen at once, who is erased is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coachbot.service.records import Changes, TimerRow
from coachbot.service.staff.board import Board, Brief
from coachbot.service.staff.chart import Charts
from coachbot.service.staff.records import StaffRow
from tests.service.house import House

ADMIN = StaffRow(1, "Ada", "admin")


def brief(board: Board, patient: str) -> Brief | None:
    return next((b for b in board.everybody() if b.patient == patient), None)


def found(board: Board, search: str) -> list[str]:
    return [row.brief.patient for row in board.patients(ADMIN, search=search).rows]


def test_a_change_of_the_patient_is_seen_at_once(house: House) -> None:
    board, person = Board(house.store, house.coach.world), house.patient()
    before = brief(board, person.id)
    assert before is not None
    assert not before.resting
    house.say(person, "i want to kill myself")
    after = brief(board, person.id)
    assert after is not None
    assert after.resting


def test_a_change_by_staff_is_seen_at_once(house: House) -> None:
    board, person = Board(house.store, house.coach.world), house.patient()
    assert brief(board, person.id)
    house.coach.enrolments.pause(house.enrolment_code(person), 7, "Lin")
    after = brief(board, person.id)
    assert after is not None
    assert after.paused


def test_time_alone_makes_a_patient_silent(house: House) -> None:
    board, person = Board(house.store, house.coach.world), house.patient()
    house.clock.hold(house.clock.now() + timedelta(days=3))
    after = brief(board, person.id)
    assert after is not None
    assert (after.silent, after.is_silent) == (3, True)


def test_who_paused_or_asked_for_silence_is_not_called_silent(house: House) -> None:
    board = Board(house.store, house.coach.world)
    quiet = [house.patient(paused_from="2026-03-01"), house.patient(silent_until="told")]
    house.clock.hold(house.clock.now() + timedelta(days=9))
    assert not [b for b in board.everybody() if b.is_silent]
    assert len(quiet) == len(board.everybody())


def test_the_lists_of_a_very_large_clinic_are_not_opened_beforehand(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, opened = Board(house.store, house.coach.world), []
    monkeypatch.setattr(board, "everybody", lambda: opened.append(1))
    house.patient()
    board.look_ahead()
    monkeypatch.setattr("coachbot.service.staff.board._LOOKED_AHEAD", 0)
    board.look_ahead()
    assert opened == [1]


def test_an_erased_patient_is_in_no_list(house: House) -> None:
    board, person = Board(house.store, house.coach.world), house.patient()
    assert found(board, "kim") == [person.id]
    with house.store.writing() as tx:
        tx.erase(person.id)
    assert found(board, "kim") == []
    assert found(board, "") == []
    assert board._known == {}, "nor in memory"


def test_names_are_found_without_their_accents(house: House) -> None:
    board, person = Board(house.store, house.coach.world), house.patient()
    house.say(person, "menu")
    with house.store.writing() as tx:
        record = tx.load([person.id])[person.id]
        named = replace(record, profile=replace(record.profile, name="Sof\u00eda Mu\u00f1oz"))
        tx.save(Changes(conversations={person.id: named}, profiles={person.id: named}))
    assert found(board, "munoz sof") == [person.id]
    assert found(board, "kim") == []


def test_what_the_next_day_will_bring_is_told_though_no_timer_stands_yet(house: House) -> None:
    board, person = Board(house.store, house.coach.world), house.patient()
    with house.store.reading() as tx:
        assert not [timer for timer in tx.timers_of(person.id) if timer.purpose.startswith("touch:")]
    soon = [(timer.purpose, timer.due_at.hour) for timer, _ in board.today(ADMIN).soon]
    chart = Charts(house.store, house.coach.world).of(person.id)
    assert chart is not None
    first = next(day for day in chart.ahead if day.planned).planned[0]
    assert soon[0] == (f"touch:{first.id}", first.due.hour)
    coming = board.patients(ADMIN).rows[0].next
    assert coming is not None
    assert (coming.purpose, coming.due_at) == (f"touch:{first.id}", first.due)


def test_ones_own_patients_are_found_behind_those_of_many_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coachbot.service.staff.board._MOST_SOON", 2)
    board, mine = Board(house.store, house.coach.world), house.patient()
    lin, others = StaffRow(2, "Lin", "therapist"), [house.patient() for _ in range(5)]
    now = house.clock.now()
    with house.store.writing() as tx:
        tx.put_staff(StaffRow(3, "Kai", "therapist"))
        for other in others:
            tx.put_care(other.id, [3])
        tx.put_timers(
            [TimerRow(one.id, "touch:evening", now + timedelta(hours=1)) for one in others]
            + [TimerRow(mine.id, "touch:evening", now + timedelta(hours=2))]
        )
    soon = board.today(lin).soon
    assert [(timer.patient, timer.purpose) for timer, _ in soon][:1] == [(mine.id, "touch:evening")]
    assert {timer.patient for timer, _ in soon} == {mine.id}
