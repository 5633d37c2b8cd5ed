"""Shards, leases and claims in the database, and the roles of processes that work together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coachbot.errors import StoreError, StoreLost
from coachbot.service.ids import new_patient_id
from coachbot.service.records import TimerRow
from coachbot.service.shards import SHARDS, shard_of
from coachbot.store import SqlStore
from tests.store.house import NOW, REAL, House


@pytest.fixture
def second(postgres_house: House) -> Iterator[SqlStore]:
    store = postgres_house.opened()
    yield store
    store.close()


def test_a_shard_is_the_same_in_the_database_and_outside(house: House) -> None:
    names = [new_patient_id() for _ in range(100)] + ["pmei", "p", "x7"]
    for name in names:
        house.received(house.patient(name), "hello")
    for shard in range(SHARDS):
        with house.store.writing() as tx:
            found = {row.patient for row in tx.waiting(now_real=REAL, limit=1000, shards=[shard])}
        assert found == {name for name in names if shard_of(name) == shard}


def test_a_look_names_the_shards_with_something_to_do(house: House) -> None:
    house.received(house.patient("pa1"), "hello")
    house.patient("pb2")
    with house.store.writing() as tx:
        tx.put_timers([TimerRow("pb2", "nag", NOW)])
    with house.store.reading() as tx:
        assert tx.unfinished_shards(NOW) == ([shard_of("pa1")], [shard_of("pb2")])


def test_timers_are_taken_by_their_shard(house: House) -> None:
    house.patient("pa1")
    house.patient("pb2")
    with house.store.writing() as tx:
        tx.put_timers([TimerRow("pa1", "nag", NOW), TimerRow("pb2", "nag", NOW)])
        assert [row.patient for row in tx.due_timers(NOW, 10, [shard_of("pb2")])] == ["pb2"]


def test_the_newest_id_is_that_of_the_outbox(house: House) -> None:
    with house.store.reading() as tx:
        assert tx.newest_id() == 0
    message = house.message(house.patient(), "hello")
    house.send(message)
    with house.store.reading() as tx:
        assert tx.newest_id() == message.id


# -- leases -------------------------------------------------------------------------------------------
def test_a_lease_is_one_processs_until_it_ends_or_is_given_up(house: House) -> None:
    with house.store.writing() as tx:
        assert tx.hold_lease("account:1", "one", 60)
        assert not tx.hold_lease("account:1", "other", 60)
        assert tx.hold_lease("account:2", "other", 60)
        assert tx.hold_lease("account:1", "one", 60), "it holds it longer"
    with house.store.writing() as tx:
        tx.give_up_leases("one")
        assert tx.hold_lease("account:1", "other", 60)


def test_a_lease_that_was_not_held_longer_is_free(house: House) -> None:
    with house.store.writing() as tx:
        assert tx.hold_lease("account:1", "one", -1)
        assert tx.hold_lease("account:1", "other", 60)
        assert not tx.hold_lease("account:1", "one", 60)


# -- claims -------------------------------------------------------------------------------------------
def test_a_sender_claims_rows_of_its_accounts_alone(house: House) -> None:
    house.send(house.message(house.patient(), "hello"))

    def claim(*only: int) -> int:
        with house.store.writing() as tx:
            return len(tx.claim(now=NOW, now_real=REAL, limit=5, worker="one", lease_s=60, only=only))

    assert claim() == 0
    assert claim(house.account + 1, house.account + 2, house.account + 3) == 0
    assert claim(house.account, house.account + 1, house.account + 2) == 1


def test_what_another_sender_had_claimed_is_freed_by_its_own_word(house: House) -> None:
    mei, kim = house.patient("pmei"), house.patient("pkim")
    house.send(house.message(mei, "an answer"), house.message(kim, "a reminder", on_doubt="skip"))
    with house.store.writing() as tx:
        assert len(tx.claim(now=NOW, now_real=REAL, limit=5, worker="dead", lease_s=60)) == 2
        assert tx.release_claims([house.account], but="dead", now=NOW) == 0
        assert tx.release_claims([house.account + 1], but="alive", now=NOW) == 0
        assert tx.release_claims([house.account], but="alive", now=NOW) == 2
    with house.store.reading() as tx:
        assert [(row["state"], row["reason"]) for row in tx.outbox("pmei")] == [("due", "in doubt")]
        assert [(row["state"], row["reason"]) for row in tx.outbox("pkim")] == [("failed", "in doubt")]


def test_where_a_repeat_is_dropped_what_another_had_claimed_is_sent_again(house: House) -> None:
    house.send(house.message(house.patient("pkim"), "a reminder", on_doubt="skip"))
    with house.store.writing() as tx:
        assert len(tx.claim(now=NOW, now_real=REAL, limit=5, worker="dead", lease_s=60)) == 1
        assert tx.release_claims([house.account], but="alive", now=NOW, repeatable=("web",)) == 1
    with house.store.reading() as tx:
        assert [(row["state"], row["reason"]) for row in tx.outbox("pkim")] == [("due", "")]


# -- roles --------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_processes_that_work_together_keep_an_engine_out(postgres_house: House) -> None:
    house = postgres_house
    one, other = house.opened(shared=True), house.opened(shared=True)
    with pytest.raises(StoreError, match="several processes work on this database"):
        house.opened(engine=True)
    one.close()
    other.close()
    engine = house.opened(engine=True)
    with pytest.raises(StoreError, match="an engine runs on this database already"):
        house.opened(shared=True)
    engine.close()


@pytest.mark.postgres
def test_each_of_them_has_a_number_of_its_own(postgres_house: House) -> None:
    house = postgres_house
    stores = [house.opened(shared=True) for _ in range(3)]
    numbers: list[int] = []
    for store in stores:
        store.number_to(numbers.append)
    assert sorted(numbers) == [1, 2, 3]
    stores[numbers.index(2)].close()
    late = house.opened(shared=True)
    late.number_to(numbers.append)
    assert numbers[-1] == 2
    for store in (*stores, late):
        store.close()


@pytest.mark.postgres
def test_one_that_is_frozen_inside_a_transaction_loses_its_shards(
    postgres_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coachbot.store.postgres._FROZEN_MS", 100)
    house = postgres_house
    frozen = house.opened(shared=True)
    taken: list[int] = []

    def freeze() -> None:
        with frozen.writing() as tx:
            tx.take_shards([7], 1)
            while not taken:
                with house.store.writing() as other:
                    taken.extend(other.take_shards([7], 1))
            tx.newest_id()

    with pytest.raises(StoreLost):
        freeze()
    with frozen.writing() as tx:
        assert tx.take_shards([7], 1) == [7], "it goes on with a new connection"
    frozen.close()


def test_a_file_has_one_engine_and_no_workers(sqlite_house: House) -> None:
    with pytest.raises(StoreError, match="on PostgreSQL only"):
        sqlite_house.opened(shared=True)


# -- erasure by another process -----------------------------------------------------------------------
@pytest.mark.postgres
def test_whoever_was_erased_elsewhere_is_forgotten_here(postgres_house: House, second: SqlStore) -> None:
    house = postgres_house
    house.patient()
    with second.reading() as tx:
        assert tx.load(["pmei"])
    with house.store.writing() as tx:
        tx.erase("pmei")
    with second.reading() as tx:
        erased = tx.erased_since(REAL - 1)
    assert erased == [("pmei", REAL)]
    second.forget(patient for patient, _ in erased)
    assert second._keys.ciphers.get("pmei") is None
    assert second._keys.opened._held == {}
