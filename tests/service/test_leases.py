"""Leases of processes that share an installation: one at a time, and another one soon after its holder is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from coachbot.service.leases import LASTS_S, Leases, lease_of
from coachbot.service.pacing import Pace
from coachbot.service.records import Address, Changes, OutboxRow, Profile, Update
from coachbot.service.sender import Sender
from coachbot.service.writer import InlineWriter
from coachbot.store.transaction import SqlTransaction
from coachbot.testing.ground import open_in
from tests.service.house import House


@dataclass
class Steady:
    """A clock that never goes back."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_of_two_processes_one_holds_a_lease(house: House) -> None:
    one, other = Leases(house.store, "one"), Leases(house.store, "other")
    assert one.renew(["chores"]) == {"chores"}
    assert other.renew(["chores"]) == set()
    assert (one.holds("chores"), other.holds("chores")) == (True, False)
    assert one.renew(["chores"]) == set(), "it held it before"
    one.give_up()
    assert other.renew(["chores"]) == {"chores"}


def test_whoever_was_frozen_knows_that_it_holds_nothing_any_more(house: House) -> None:
    clock = Steady()
    one = Leases(house.store, "one", clock)
    one.renew(["chores"])
    clock.now += LASTS_S
    assert not one.holds("chores")


def test_a_lease_of_somebody_who_says_nothing_any_more_is_taken_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, heir = Leases(house.store, "dead"), Leases(house.store, "heir")
    monkeypatch.setattr("coachbot.service.leases.LASTS_S", -1.0)
    dead.renew(["post"])
    monkeypatch.undo()
    assert heir.renew(["post"]) == {"post"}
    assert dead.renew(["post"]) == set()


def sender(house: House, *, mine: bool) -> Sender:
    accounts = [house.desk.account] if mine else []
    return Sender(
        house.store, house.clock, {"webchat": house.channel}, InlineWriter(), name="mine" if mine else "other",
        pace=Pace(), mine=lambda: accounts,
    )  # fmt: skip


def test_a_sender_without_the_account_sends_nothing(house: House) -> None:
    person = house.patient()
    house.put(person, kind="text", text="menu")
    assert house.coach.turns.drain() == 1
    assert asyncio.run(sender(house, mine=False).drain()) == 0
    assert person.messages == []
    assert asyncio.run(sender(house, mine=True).drain()) > 0
    assert person.messages


def test_a_sender_holds_back_what_nobody_asked_for_while_answers_are_late(house: House) -> None:
    person = house.patient()
    record = house.record(person)
    rows = [
        OutboxRow(house.coach.world.ids.next(), person.id, record.address.id, {"kind": "text", "text": text},
                  house.clock.now(), lane=lane)
        for text, lane in (("a reminder", 1), ("later", 1))
    ]  # fmt: skip
    with house.store.writing() as tx:
        tx.save(Changes(outbox=rows))
    one = sender(house, mine=True)
    one.unasked_waits = True
    assert asyncio.run(one.drain()) == 0
    one.unasked_waits = False
    assert asyncio.run(one.drain()) == 2


def test_whoever_takes_an_account_over_sends_what_another_had_claimed(house: House) -> None:
    person = house.patient()
    house.put(person, kind="text", text="menu")
    house.coach.turns.drain()
    dead = sender(house, mine=True)
    dead._name = "dead"
    assert dead.claim()
    heir = sender(house, mine=True)
    assert asyncio.run(heir.drain()) == 0, "the chat is closed by the claim"
    assert heir.take_over([house.desk.account]) == 1
    assert asyncio.run(heir.drain()) > 0
    assert person.messages


def test_a_sender_that_lost_the_account_while_a_row_waited_for_its_turn_does_not_send_it(house: House) -> None:
    person = house.patient()
    house.put(person, kind="text", text="menu")
    house.coach.turns.drain()
    frozen, heir = sender(house, mine=True), sender(house, mine=True)
    frozen._name, held = "frozen", [house.desk.account]
    frozen._mine = lambda: held
    claimed = frozen.claim()

    async def wakes_up() -> None:
        held.clear()  # its leases ended while it was frozen
        assert [(await frozen._deliver(one)).state for one in claimed] == ["held"] * len(claimed)

    asyncio.run(wakes_up())
    assert person.messages == []
    heir.take_over([house.desk.account])
    assert asyncio.run(heir.drain()) > 0
    assert len(person.texts) == len(set(person.texts))


def test_the_lease_of_an_account_has_its_number() -> None:
    assert lease_of(7) == "account:7"


@pytest.mark.postgres
def test_two_processes_let_the_same_newcomer_in_and_both_words_count(
    postgres_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = postgres_house
    other, place = open_in(house.folder, house.database), Address(1, house.desk.account, "webchat", "a new chat")
    real, first = SqlTransaction.find_addresses, iter(["once"])

    def find(tx: SqlTransaction, account: int, chats: Iterable[str]) -> Mapping[str, str]:
        found = real(tx, account, chats)
        if next(first, None):  # after this one has looked, the other one is quicker
            with other.writing() as quicker:
                quicker.add_patient("pquick", site=house.coach.site, address=place, profile=Profile())
        return found

    monkeypatch.setattr(SqlTransaction, "find_addresses", find)
    future: Future[bool] = Future()
    update = Update(house.desk.account, "webchat", "a new chat", "u1", "text", "hello")
    house.coach.inbox.store_all([(update, future)])
    assert future.result() is True
    with house.store.reading() as tx:
        assert [row.patient for row in tx.waiting(now_real=house.clock.real(), limit=5)] == ["pquick"]
    other.close()
