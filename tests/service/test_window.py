"""A messenger that takes few messages after a patient's word, and none long after it: what is sent, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coachbot.errors import DeliveryError
from coachbot.service.records import InboxRow, OutboxRow, PatientRecord
from tests.service.test_sender import Bench
from tests.store.house import NOW, House

NARROW = {"window_hours": 48.0, "burst": 5, "templates": frozenset({"session"})}
WAITS = ("due", "outside the service window")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.store.close()


class Talk(Bench):
    """One patient at a messenger with a narrow window."""

    def __init__(self, house: House, **can: Any) -> None:
        super().__init__(house, **{**NARROW, **can})
        self.mei = house.patient()

    def hear(self, text: str = "hello") -> None:
        """The patient writes, and what waited is let go, as a turn does it."""
        row = InboxRow(self.house.ids.next(), self.mei.id, self.house.account, text, self.clock.now(), {"text": text})
        with self.house.store.writing() as tx:
            tx.add_inbox([replace(row, update_id=str(row.id))])
            tx.release(self.mei.id, now=self.clock.now())

    def later(self, **time: float) -> None:
        self.clock.hold(self.clock.now() + timedelta(**time))

    def send(self, *texts: str, **values: Any) -> list[OutboxRow]:
        rows = [self._row(self.mei, text, **values) for text in texts]
        self.house.send(*rows)
        self.drain()
        return rows

    def _row(self, record: PatientRecord, text: str, kind: str = "", **values: Any) -> OutboxRow:
        row = self.house.message(record, text, **values)
        body = {**row.body, **({"touchpoint": kind} if kind else {})}
        return replace(row, body=body, due_at=self.clock.now())

    def states(self) -> dict[str, tuple[str, str]]:
        return dict(self.house.ledger(self.mei))


@pytest.fixture
def talk(house: House) -> Talk:
    return Talk(house)


def test_five_messages_go_out_and_the_fifth_says_that_more_is_to_come(talk: Talk) -> None:
    talk.hear()
    talk.send(*"abcdefg")
    assert talk.messenger.texts == list("abcde")
    assert [row.last_for_now for row in talk.messenger.rows] == [False] * 4 + [True]
    assert talk.states()["f"] == WAITS


def test_the_rest_goes_out_before_the_answer_to_the_next_word(talk: Talk) -> None:
    talk.hear()
    talk.send(*"abcdefg")
    talk.hear("go on")
    talk.send("answer")
    assert talk.messenger.texts == [*"abcdefg", "answer"]


def test_words_in_one_and_the_same_moment_open_the_window_each_time(talk: Talk) -> None:
    for number in range(4):
        talk.hear()
        talk.send(*(f"{number}{letter}" for letter in "abcde"))
    assert len(talk.messenger.texts) == 20


def test_exactly_five_messages_say_nothing_of_more(talk: Talk) -> None:
    talk.hear()
    talk.send(*"abcde")
    assert not any(row.last_for_now for row in talk.messenger.rows)


def test_the_fifth_message_of_a_guided_practice_says_how_it_goes_on(talk: Talk) -> None:
    talk.hear()
    for number in range(5):
        row = talk._row(talk.mei, str(number))
        talk.house.send(replace(row, body={**row.body, "ask": {"kind": "wait"}}))
        talk.drain()
    assert [row.last_for_now for row in talk.messenger.rows] == [False] * 4 + [True]


@pytest.mark.parametrize(("hours", "sent"), [(47.9, True), (48.0, False), (200, False)])
def test_after_two_days_of_silence_a_message_waits(talk: Talk, hours: float, sent: bool) -> None:
    talk.hear()
    talk.later(hours=hours)
    talk.send("note", lane=1)
    assert (talk.messenger.texts == ["note"]) is sent
    assert talk.states()["note"][0] == ("sent" if sent else "due")
    talk.hear()
    talk.drain()
    assert talk.messenger.texts == ["note"]


def test_somebody_who_has_never_written_gets_nothing(talk: Talk) -> None:
    talk.send("note")
    assert talk.messenger.texts == []


def test_a_waiting_row_expires_as_rows_do(talk: Talk) -> None:
    talk.send("note", lane=1, expires_at=NOW + timedelta(hours=3))
    talk.later(hours=3)
    talk.drain()
    talk.hear()
    talk.drain()
    assert talk.states()["note"][0] == "expired"
    assert talk.messenger.texts == []


def test_a_template_rings_once_for_a_touchpoint_and_its_words_wait(talk: Talk) -> None:
    talk.send("ready?", "really?", kind="session", lane=1, turn=7)
    assert [(row.body["text"], row.rings) for row in talk.messenger.rows] == [("ready?", "session")]
    talk.hear()
    talk.drain()
    assert [(row.body["text"], row.rings) for row in talk.messenger.rows[1:]] == [("ready?", ""), ("really?", "")]


def test_a_kind_without_a_template_only_waits(talk: Talk) -> None:
    talk.send("note", kind="note", lane=1)
    assert talk.messenger.rows == []
    assert talk.states()["note"] == WAITS


def test_a_ring_does_not_count_among_the_five(talk: Talk) -> None:
    talk.send("ready?", kind="session", lane=1, turn=7)
    talk.hear()
    talk.send(*"abcd")
    assert talk.messenger.texts == ["ready?", "ready?", *"abcd"]


def test_a_template_that_is_refused_loses_no_message_and_is_not_tried_again(talk: Talk) -> None:
    talk.messenger.faults["ready?"] = [DeliveryError("40037 invalid template_id", permanent=True)]
    talk.send("ready?", "really?", kind="session", lane=1, turn=7)
    assert talk.messenger.texts == []
    talk.hear()
    talk.drain()
    assert talk.messenger.texts == ["ready?", "really?"]


def test_the_messengers_own_word_goes_before_our_count(talk: Talk) -> None:
    talk.hear()
    talk.messenger.faults["note"] = [DeliveryError("45047 out of response count limit", permanent=False, window=True)]
    talk.send("note", "more", kind="session", lane=1, turn=7)
    assert [(row.body["text"], row.rings) for row in talk.messenger.rows[:1]] == [("note", "session")]


def test_a_row_that_waits_keeps_no_other_chat_and_no_answer_waiting(talk: Talk, house: House) -> None:
    talk.send("note", lane=1)
    bo = house.patient("pbo")
    row = InboxRow(house.ids.next(), bo.id, house.account, "bo", NOW, {"text": "hello"})
    with house.store.writing() as tx:
        tx.add_inbox([row])
    house.send(talk._row(bo, "for bo"))
    talk.drain()
    assert talk.messenger.texts == ["for bo"]


def test_what_is_put_off_lets_the_help_go_first(talk: Talk, house: House) -> None:
    talk.hear()
    house.send(*(talk._row(talk.mei, text) for text in "abc"))
    with house.store.writing() as tx:
        assert tx.put_off(talk.mei.id) == 3
    talk.send("help")
    assert talk.messenger.texts == ["help"]
    talk.hear()
    talk.drain()
    assert talk.messenger.texts == ["help", *"abc"]


def test_a_messenger_without_a_window_knows_none_of_this(house: House) -> None:
    bench = Bench(house)
    mei = house.patient()
    house.send(*(house.message(mei, str(number)) for number in range(12)))
    bench.drain()
    assert len(bench.messenger.texts) == 12
