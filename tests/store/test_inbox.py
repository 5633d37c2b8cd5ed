"""The inbox keeps every update once and gives them out in order."""

from __future__ import annotations

from coachbot.service.records import Changes
from tests.store.house import REAL, House


def test_an_update_comes_back_as_it_went_in(house: House) -> None:
    row = house.update(house.patient(), "my back hurts")
    with house.store.writing() as tx:
        assert tx.add_inbox([row]) == [True]
        assert tx.waiting(now_real=REAL, limit=5) == [row]


def test_an_update_is_stored_once(house: House) -> None:
    record = house.patient()
    first, again = house.update(record, "hello", "u1"), house.update(record, "hello", "u1")
    with house.store.writing() as tx:
        assert tx.add_inbox([first, again]) == [True, False]
    with house.store.writing() as tx:
        assert tx.add_inbox([first, house.update(record, "more", "u2")]) == [False, True]
    assert house.waiting() == ["hello", "more"]


def test_updates_wait_oldest_first_and_no_more_than_asked_for(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.received(mei, "one")
    house.received(bo, "two")
    house.received(mei, "three")
    assert house.waiting() == ["one", "two", "three"]
    assert house.waiting(limit=2) == ["one", "two"]


def test_what_is_done_waits_no_more(house: House) -> None:
    rows = house.received(house.patient(), "one", "two")
    with house.store.writing() as tx:
        tx.save(Changes(done=[rows[0].id]))
    assert house.waiting() == ["two"]


def test_a_row_held_back_keeps_the_patients_later_rows_waiting_but_nobody_elses(house: House) -> None:
    rows = house.received(house.patient("pmei"), "fails", "after it")
    house.received(house.patient("pbo"), "bo")
    with house.store.writing() as tx:
        tx.retry_inbox(rows[0].id, at_real=REAL + 5, first_tried=REAL, attempts=1, error="KeyError in cse/checkin")
    assert house.waiting() == ["bo"]
    assert house.waiting(REAL + 6) == ["fails", "after it", "bo"]


def test_rows_behind_a_failing_one_are_screened_once(house: House) -> None:
    rows = house.received(house.patient("pmei"), "fails", "I want to die")
    house.received(house.patient("pbo"), "bo")
    with house.store.writing() as tx:
        assert tx.held(now_real=REAL) == []
        tx.retry_inbox(rows[0].id, at_real=REAL + 5, first_tried=REAL, attempts=1, error="")
        assert [row.body["text"] for row in tx.held(now_real=REAL)] == ["I want to die"]
        tx.mark_screened([rows[1].id])
        assert tx.held(now_real=REAL) == []
        assert [row.screened for row in tx.waiting(now_real=REAL + 6, limit=9)] == [True, True, False]


def test_a_retried_row_knows_its_attempts(house: House) -> None:
    (row,) = house.received(house.patient(), "fails")
    with house.store.writing() as tx:
        tx.retry_inbox(row.id, at_real=REAL, first_tried=REAL - 3, attempts=2, error="")
        (found,) = tx.waiting(now_real=REAL + 1, limit=1)
    assert (found.attempts, found.first_tried, found.screened) == (2, REAL - 3, True)


def test_a_parked_row_lets_the_later_ones_through(house: House) -> None:
    rows = house.received(house.patient(), "fails", "next")
    with house.store.writing() as tx:
        tx.retry_inbox(rows[0].id, at_real=REAL + 5, first_tried=REAL, attempts=1, error="")
        tx.park_inbox(rows[0].id, error="KeyError")
    assert house.waiting() == ["next"]


def test_a_row_that_does_not_open_is_parked_and_nobody_waits_for_it(house: House) -> None:
    rows = house.received(house.patient(), "damaged", "next")
    with house.store.writing() as tx:
        house.run(tx, "UPDATE inbox SET body = ? WHERE id = ?", bytes(60), rows[0].id)
        assert [row.id for row in tx.waiting(now_real=REAL, limit=9)] == [rows[1].id]
        assert house.run(tx, "SELECT state FROM inbox WHERE id = ?", rows[0].id) == [("parked",)]
