"""The ledger gives out one row a chat, in order, and remembers how each ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coachbot.service.ports import Settlement
from tests.store.house import CLAIMER, NOW, REAL, House


def settle(house: House, row: int, state: str, by: str = CLAIMER, **values: object) -> None:
    with house.store.writing() as tx:
        tx.settle([Settlement(row, state, **values)], by=by, now=NOW)  # type: ignore[arg-type]


def test_a_message_comes_back_as_it_went_in(house: House) -> None:
    record = house.patient()
    expires = NOW + timedelta(hours=3)
    more = {"quiet": True, "token": "t1", "in_place": "i1", "expires_at": expires, "on_doubt": "skip", "turn": 7}
    row = house.message(record, "Hello", **more)
    house.send(row)
    (claimed,) = house.claim()
    assert (claimed.body, claimed.due_at, claimed.quiet, claimed.token) == ({"text": "Hello"}, NOW, True, "t1")
    assert (claimed.in_place, claimed.expires_at, claimed.on_doubt, claimed.turn) == ("i1", expires, "skip", 7)
    assert (claimed.id, claimed.address, claimed.state) == (row.id, record.address.id, "claimed")


def test_a_chat_has_at_most_one_claimed_row_and_the_oldest_goes_first(house: House) -> None:
    record = house.patient()
    house.send(house.message(record, "one"), house.message(record, "two"))
    (first,) = house.claim()
    assert first.body["text"] == "one"
    assert house.claim() == []
    settle(house, first.id, "sent")
    assert house.claimed_texts() == ["two"]


def test_answers_go_before_unprompted_messages(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(house.message(mei, "good morning", lane=1), house.message(bo, "your answer"))
    assert house.claimed_texts(limit=1) == ["your answer"]
    assert house.claimed_texts() == ["good morning"]


def test_an_answer_draws_the_unprompted_message_before_it_along(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(
        house.message(bo, "bo's morning", lane=1),
        house.message(mei, "mei's morning", lane=1),
        house.message(mei, "mei's answer"),
    )
    assert house.claimed_texts(limit=1) == ["mei's morning"]


def test_a_chat_with_many_rows_does_not_keep_others_waiting(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(*(house.message(mei, f"m{n}") for n in range(30)), house.message(bo, "bo"))
    assert house.claimed_texts(limit=2) == ["m0", "bo"]


def test_nothing_goes_out_before_it_is_due(house: House) -> None:
    record = house.patient()
    house.send(house.message(record, "later", due_s=10), house.message(record, "now"))
    (row,) = house.claim()
    assert row.body["text"] == "now"
    settle(house, row.id, "sent")
    assert house.claimed_texts() == []
    assert house.claimed_texts(11) == ["later"]


def test_a_row_to_be_tried_again_keeps_its_chat_waiting_but_no_other(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(house.message(mei, "one"), house.message(mei, "two"))
    (row,) = house.claim()
    settle(house, row.id, "due", reason="flood", retry_at=NOW + timedelta(seconds=30))
    house.send(house.message(bo, "bo"))
    assert house.claimed_texts(5) == ["bo"]
    assert house.claimed_texts(31) == ["one"]


def test_a_message_whose_time_has_passed_expires(house: House) -> None:
    record = house.patient()
    house.send(house.message(record, "breathe in", expires_at=NOW + timedelta(seconds=60)), house.message(record, "b"))
    assert house.claimed_texts(61) == ["b"]
    assert house.ledger(record)["breathe in"] == ("expired", "too late")


def test_a_row_whose_sender_died_is_sent_again_or_skipped_by_its_own_word(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(house.message(mei, "resend me"), house.message(bo, "skip me", on_doubt="skip"))
    house.claim()
    with house.store.writing() as tx:
        assert tx.release_ambiguous(now=NOW, now_real=REAL + 59) == 0
        assert tx.release_ambiguous(now=NOW, now_real=REAL + 61) == 2
    assert house.ledger(bo) == {"skip me": ("failed", "in doubt")}
    assert house.claimed_texts() == ["resend me"]


def test_where_a_repeat_is_dropped_no_message_is_skipped(house: House) -> None:
    mei = house.patient("pmei")
    house.send(house.message(mei, "a broadcast", on_doubt="skip"))
    house.claim()
    with house.store.writing() as tx:
        assert tx.release_ambiguous(now=NOW, now_real=REAL + 61, repeatable=("terminal", "web")) == 1
    assert house.ledger(mei) == {"a broadcast": ("due", "")}
    assert house.claimed_texts() == ["a broadcast"]


def test_a_sender_thought_dead_may_still_tell_how_it_ended(house: House) -> None:
    record = house.patient()
    house.send(house.message(record, "slow"))
    (row,) = house.claim()
    with house.store.writing() as tx:
        tx.release_ambiguous(now=NOW, now_real=REAL + 61)
    settle(house, row.id, "sent", remote_id="m1")
    assert house.claim() == []
    assert house.ledger(record)["slow"] == ("sent", "")


@pytest.mark.parametrize("state", ["sent", "due", "held", "waiting", "failed"])
def test_a_sender_that_was_frozen_says_nothing_of_a_row_that_another_has_claimed_since(
    house: House, state: str
) -> None:
    record = house.patient()
    house.send(house.message(record, "slow"), house.message(record, "next"))
    (row,) = house.claim()
    with house.store.writing() as tx:
        tx.release_ambiguous(now=NOW, now_real=REAL + 61)
        (again,) = tx.claim(now=NOW, now_real=REAL + 61, limit=5, worker="heir", lease_s=60)
    assert again.id == row.id
    settle(house, row.id, state, remote_id="first copy", reason="the frozen one's")
    assert house.claim() == [], "the chat is the heir's"
    settle(house, row.id, "sent", by="heir", remote_id="second copy", reason="in doubt")
    assert house.ledger(record)["slow"] == ("sent", "in doubt")


def test_what_was_written_by_a_clock_that_ran_ahead_is_not_due_the_later_when_it_goes_back(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(house.message(mei, "an answer", turn=7), house.message(bo, "a broadcast"))
    with house.store.writing() as tx:
        assert tx.bring_forward(now=NOW) == 0
        assert tx.bring_forward(now=NOW - timedelta(hours=1)) == 1
    assert house.claimed_texts(-3600) == ["an answer"]
    assert house.claimed_texts() == ["a broadcast"]


def test_what_ended_stays_as_it_ended(house: House) -> None:
    record = house.patient()
    house.send(house.message(record, "x"))
    (row,) = house.claim()
    settle(house, row.id, "failed", reason="blocked by the patient")
    settle(house, row.id, "sent")
    assert house.ledger(record)["x"] == ("failed", "blocked by the patient")


def test_suppressing_stops_unprompted_messages_only(house: House) -> None:
    mei, bo = house.patient("pmei"), house.patient("pbo")
    house.send(house.message(mei, "note", lane=1), house.message(mei, "answer"), house.message(bo, "bo", lane=1))
    with house.store.writing() as tx:
        assert tx.suppress_due("pmei", reason="paused", now=NOW) == 1
    assert house.ledger(mei) == {"note": ("suppressed", "paused"), "answer": ("due", "")}
    assert house.ledger(bo) == {"bo": ("due", "")}


def test_undelivered_counts_what_is_due_now_or_later_or_claimed(house: House) -> None:
    record = house.patient()
    house.send(*(house.message(record, f"m{n}", due_s=n) for n in range(3)))
    (row,) = house.claim()
    with house.store.writing() as tx:
        assert tx.undelivered() == 3
        tx.settle([Settlement(row.id, "sent")], by=CLAIMER, now=NOW)
        assert tx.undelivered() == 2


def test_the_ledger_keeps_every_step_with_its_time(house: House) -> None:
    record = house.patient()
    house.send(house.message(record, "x"))
    (row,) = house.claim(2)
    with house.store.writing() as tx:
        tx.settle([Settlement(row.id, "sent", remote_id="m1")], by=CLAIMER, now=NOW + timedelta(seconds=3))
        (entry,) = tx.outbox(record.id)
    assert (entry["created_at"], entry["claimed_at"]) == (NOW, NOW + timedelta(seconds=2))
    assert (entry["settled_at"], entry["remote_id"], entry["attempts"]) == (NOW + timedelta(seconds=3), "m1", 1)


def test_a_row_that_does_not_open_fails_and_the_next_goes_out(house: House) -> None:
    record = house.patient()
    rows = [house.message(record, "damaged"), house.message(record, "next")]
    house.send(*rows)
    with house.store.writing() as tx:
        house.run(tx, "UPDATE outbox SET body = ? WHERE id = ?", bytes(60), rows[0].id)
    assert house.claim() == []
    assert house.claimed_texts() == ["next"]


def test_the_talk_reads_in_the_order_in_which_it_happened(house: House) -> None:
    record = house.patient()
    house.received(record, "hello")
    house.send(house.message(record, "Good to see you."), house.message(record, "not sent yet", due_s=99))
    (row,) = house.claim(1)
    settle(house, row.id, "sent")
    house.received(record, "bye")
    with house.store.reading() as tx:
        lines = tx.lines(record.id)
        assert [(line.by, line.body["text"]) for line in lines] == [
            ("patient", "hello"), ("coach", "Good to see you."), ("patient", "bye"),
        ]  # fmt: skip
        assert [line.body["text"] for line in tx.lines(record.id, after=lines[0].id, limit=1)] == ["Good to see you."]
        assert [line.body["text"] for line in tx.lines(record.id, limit=2, newest=True)] == ["Good to see you.", "bye"]
        assert [line.body["text"] for line in tx.lines(record.id, before=lines[1].id)] == ["hello"]


def test_a_therapists_words_are_a_persons(house: House) -> None:
    record = house.patient()
    row = house.message(record, "x")
    row.body["by"] = "person"  # type: ignore[index]
    house.send(row)
    settle(house, house.claim()[0].id, "sent")
    with house.store.reading() as tx:
        assert [line.by for line in tx.lines(record.id)] == ["person"]
