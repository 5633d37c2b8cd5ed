"""What is PostgreSQL's own: locks between processes, connections that break, a server that is not there."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coachbot.errors import StoreBusy, StoreError, StoreLost
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.records import AlertRow, Changes, TimerRow
from coachbot.store import SqlStore, is_made, open_store
from coachbot.store.columns import micros
from coachbot.store.outbox import _NEXT
from coachbot.store.statements import LONGEST
from tests import postgres
from tests.store.house import NOW, REAL, House

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(postgres_house: House) -> House:
    return postgres_house


@pytest.fixture
def second(house: House) -> Iterator[SqlStore]:
    """The same database as another process has it."""
    store = house.opened()
    yield store
    store.close()


def end_connections(house: House) -> None:
    """The server hangs up on everybody, as it does when it is stopped."""
    postgres.run(
        postgres.needed(),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{house.url.rpartition('/')[2]}' AND pid <> pg_backend_pid()",
    )


@contextmanager
def in_a_thread() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(1)
    yield pool
    pool.shutdown()


def waits(house: House, work: Future[Any]) -> None:
    """The work waits for a lock."""
    for _ in range(200):
        with house.store.reading() as tx:
            if house.run(
                tx, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                assert not work.done()
                return
    raise AssertionError("nobody waits")


# -- several processes --------------------------------------------------------------------------------
def test_two_processes_change_one_patient_after_each_other(house: House, second: SqlStore) -> None:
    house.enrolled(house.patient())

    def count_up(store: SqlStore) -> None:
        with store.writing() as tx:
            record = tx.load(["pmei"])["pmei"]
            assert record.enrolment is not None
            tally = replace(record.enrolment.tally, cse=record.enrolment.tally.cse + 1)
            changed = replace(record, enrolment=replace(record.enrolment, tally=tally))
            tx.save(Changes(conversations={"pmei": changed}, enrolments={"pmei": changed}))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda n: [count_up((house.store, second)[n % 2]) for _ in range(20)], range(2)))
    found = house.load("pmei").enrolment
    assert found is not None
    assert found.tally.cse == 40


def test_groups_of_patients_in_any_order_never_wait_for_each_other(house: House, second: SqlStore) -> None:
    names = [f"p{number:03}" for number in range(2 * LONGEST)]
    for name in names:
        house.patient(name)

    def touch(store: SqlStore, order: list[str]) -> None:
        for _ in range(5):
            with store.writing() as tx:
                records = tx.load(order)
                tx.save(Changes(conversations=dict(records)))

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(touch, house.store, names), pool.submit(touch, second, names[::-1])]
    assert [one.exception() for one in done] == [None, None]


def test_an_update_comes_in_while_a_turn_of_the_patient_is_under_way(house: House, second: SqlStore) -> None:
    record = house.patient()
    with house.store.writing() as tx:
        tx.load(["pmei"])
        with second.writing() as other:
            assert other.find_addresses(house.account, ["chat of pmei"]) == {"chat of pmei": "pmei"}
            assert other.add_inbox([house.update(record, "meanwhile")]) == [True]
    assert house.waiting() == ["meanwhile"]


def test_what_comes_in_while_a_patient_is_erased_finds_a_stranger(house: House, second: SqlStore) -> None:
    house.patient()

    def find() -> object:
        with second.writing() as tx:
            return tx.find_addresses(house.account, ["chat of pmei"])

    with in_a_thread() as pool:
        with house.store.writing() as tx:
            tx.erase("pmei")
            found = pool.submit(find)
            waits(house, found)
        assert found.result(5) == {}


def test_nothing_is_added_to_a_patient_who_was_erased_by_another_process(house: House, second: SqlStore) -> None:
    record = house.patient()
    with second.writing() as tx:
        assert list(tx.load(["pmei"])) == ["pmei"]
    with house.store.writing() as tx:
        tx.erase("pmei")
    with pytest.raises(StoreError, match="was erased"), second.writing() as tx:
        tx.save(Changes(outbox=[house.message(record, "still there?")]))
    with pytest.raises(StoreError, match="was erased"), second.writing() as tx:
        tx.put_timers([TimerRow("pmei", "nag", NOW)])


@pytest.mark.parametrize("take", ["waiting", "due_timers", "claim"])
def test_one_process_takes_work_while_the_others_wait(house: House, second: SqlStore, take: str) -> None:
    def work(tx: Any) -> object:
        if take == "claim":
            return tx.claim(now=NOW, now_real=REAL, limit=5, worker="other", lease_s=60)
        return tx.waiting(now_real=REAL, limit=5) if take == "waiting" else tx.due_timers(NOW, 5)

    def other() -> list[object]:
        with second.writing() as tx:
            return list(work(tx))  # type: ignore[call-overload, no-any-return]

    record = house.patient()
    (row,) = house.received(record, "hello")
    house.send(house.message(record, "hello"))
    with house.store.writing() as tx:
        tx.put_timers([TimerRow("pmei", "nag", NOW)])
    with in_a_thread() as pool:
        with house.store.writing() as tx:
            work(tx)
            found = pool.submit(other)
            waits(house, found)
            tx.save(Changes(done=[row.id], timers={("pmei", "nag"): None}))
        assert found.result(5) == []


def test_an_alert_is_seen_by_one_process_while_the_other_raises_it(house: House, second: SqlStore) -> None:
    house.patient()
    alert = AlertRow(house.ids.next(), "pmei", "item_9", "high", NOW, {})
    with house.store.writing() as tx:
        tx.save(Changes(alerts=[alert]))

    def acknowledge() -> None:
        with second.writing() as tx:
            (found,) = tx.alerts("pmei")
            tx.update_alert(replace(found, acknowledged_at=NOW, acknowledged_by="dr"))

    with in_a_thread() as pool:
        with house.store.writing() as tx:
            (found,) = tx.alerts(open_only=True)
            seen = pool.submit(acknowledge)
            waits(house, seen)
            tx.update_alert(replace(found, escalated_at=NOW))
        seen.result(5)
    with house.store.reading() as tx:
        assert tx.alerts("pmei") == [replace(alert, escalated_at=NOW, acknowledged_at=NOW, acknowledged_by="dr")]


def test_a_broadcast_that_is_paused_by_another_process_stays_paused(house: House, second: SqlStore) -> None:
    one = Broadcast(house.ids.next(), 1, "sending", "walks", {"en": "Hello"})
    with house.store.writing() as tx:
        tx.put_broadcast(one)

    def pause() -> None:
        with second.writing() as tx:
            found = tx.broadcast(one.id)
            assert found is not None
            tx.put_broadcast(replace(found, state="paused"))

    with in_a_thread() as pool:
        with house.store.writing() as tx:
            found = tx.broadcast(one.id)
            assert found is not None
            paused = pool.submit(pause)
            waits(house, paused)
            tx.put_broadcast(replace(found, cursor=7))
        paused.result(5)
    with house.store.reading() as tx:
        assert tx.broadcast(one.id) == replace(one, state="paused", cursor=7)


def test_the_audit_of_two_processes_is_one_chain(house: House, second: SqlStore) -> None:
    def tell(store: SqlStore) -> None:
        for _ in range(10):
            with store.writing() as tx:
                tx.add_audit(at=1.0, staff=1, action="saw", subject="pmei", detail="")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tell, (house.store, second)))
    with house.store.reading() as tx:
        assert tx.audit_faults() == (20, [])


def test_a_lock_that_is_held_too_long_is_told_in_one_line(house: House, second: SqlStore, monkeypatch: Any) -> None:
    house.patient()
    with second.writing() as tx:
        house.run(tx, "SET LOCAL lock_timeout = 50")
        with house.store.writing() as holder:
            holder.load(["pmei"])
            with pytest.raises(StoreBusy, match="another program holds the same rows"), second_goes_on(second, tx):
                tx.load(["pmei"])


@contextmanager
def second_goes_on(store: SqlStore, tx: Any) -> Iterator[None]:
    """What the store makes of a fault in its transaction."""
    try:
        yield
    except Exception as error:
        known = store._database.failure(error)
        tx._connection.rollback()
        assert known is not None
        raise known from None


# -- how much is looked at ------------------------------------------------------------------------------
def rows_looked_at(node: dict[str, Any]) -> int:
    """By a query as the server has carried it out, in all its parts."""
    counted = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    own = sum(int(node.get(name, 0)) for name in counted)
    return own * int(node["Actual Loops"]) + sum(rows_looked_at(part) for part in node.get("Plans", ()))


@pytest.mark.parametrize("told", [False, True], ids=["before the server counts", "once it has counted"])
def test_a_claim_looks_at_the_chats_it_takes_however_many_wait(house: House, told: bool) -> None:
    records = [house.patient(f"p{number}") for number in range(40)]
    for _ in range(30):
        house.send(*(house.message(record, "good morning") for record in records))
    if told:
        postgres.run(house.url, "ANALYZE outbox")
    values = {"now": micros(NOW), "which": 0, "many": 10}
    with house.store.reading() as tx:
        sql, names = _NEXT.sql(tx._dialect)
        ((found,),) = house.run(tx, f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *(values[name] for name in names))
    assert rows_looked_at(found[0]["Plan"]) < 200


# -- erasure ------------------------------------------------------------------------------------------
def test_the_servers_statistics_keep_no_patients_key(house: House) -> None:
    for number in range(20):
        house.patient(f"p{number}")
    postgres.run(house.url, "ANALYZE")
    with house.store.reading() as tx:
        known = house.run(tx, "SELECT attname FROM pg_stats WHERE tablename = 'patient_key'")
    assert known
    assert ("wrapped",) not in known


# -- one engine ---------------------------------------------------------------------------------------
def test_a_second_engine_on_the_same_database_is_refused_wherever_it_runs(house: House) -> None:
    engine = house.opened(engine=True)
    told = rf"an engine runs on this database already \(coachbot engine {os.getpid()} on .+\); stop it first"
    with pytest.raises(StoreError, match=told):
        house.opened(engine=True)
    house.opened().close()
    engine.close()
    house.opened(engine=True).close()


def test_an_engine_that_was_cut_off_writes_nothing_once_another_has_taken_over(house: House) -> None:
    engine = house.opened(engine=True)
    end_connections(house)
    other = house.opened(engine=True)
    with pytest.raises(StoreLost, match="an engine runs on this database already"), engine.writing() as tx:
        tx.put_setting("x", "y")
    other.close()
    with engine.writing() as tx:
        tx.put_setting("x", "y")
    engine.close()


# -- connections that break ---------------------------------------------------------------------------
def test_a_connection_that_broke_at_rest_is_replaced_unseen(house: House) -> None:
    house.patient()
    house.load("pmei")
    end_connections(house)
    assert house.load("pmei").id == "pmei"
    house.patient("pbo")


@pytest.mark.parametrize("last", [False, True])
def test_a_connection_that_breaks_in_the_middle_is_told_and_nothing_is_half_done(house: House, last: bool) -> None:
    record = house.patient()

    def write() -> None:
        with house.store.writing() as tx:
            tx.add_inbox([house.update(record, "lost")])
            end_connections(house)
            if not last:  # else the commit meets it
                tx.waiting(now_real=REAL, limit=5)

    with pytest.raises(StoreLost, match="the connection to the database broke"):
        write()
    assert house.waiting() == []
    house.received(record, "again")
    assert house.waiting() == ["again"]


def test_a_reader_whose_connection_breaks_is_told_and_the_next_one_reads(house: House) -> None:
    house.patient()

    def read() -> None:
        with house.store.reading() as tx:
            tx.setting("x")
            end_connections(house)
            tx.setting("x")

    with pytest.raises(StoreLost):
        read()
    assert house.load("pmei").id == "pmei"


def test_a_statement_that_failed_unminded_does_not_pass_for_a_commit(house: House) -> None:
    def write() -> None:
        with house.store.writing() as tx:
            tx.put_setting("x", "y")
            with suppress(Exception):
                tx._cursor.execute("SELECT 1 / 0")

    with pytest.raises(StoreError, match="a statement of this transaction failed"):
        write()
    with house.store.reading() as tx:
        assert tx.setting("x") is None


# -- a place that does not fit ------------------------------------------------------------------------
def refused(url: str, folder: Path) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url, keys_path=folder / "keys.json")
    assert "\n" not in str(caught.value)
    assert not (folder / "keys.json").exists()
    return str(caught.value)


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql://me:secret@127.0.0.1:{port}/coach"
    told = refused(url, tmp_path)
    assert "the server does not answer" in told
    assert "postgresql://me:***@" in told
    assert "secret" not in told
    with pytest.raises(StoreError, match="the server does not answer"):
        is_made(url)


def test_a_database_or_user_that_is_not_there_is_told_with_its_cure(tmp_path: Path) -> None:
    assert "make it with createdb" in refused(postgres.url_of("no_such_database"), tmp_path)
    stranger = postgres.url_of("postgres").replace("postgres@", "nobody_here:secret@")
    assert "look at the user and the password" in refused(stranger, tmp_path)


def test_a_wrong_password_is_told_with_its_cure() -> None:
    from coachbot.store.postgres import _told

    said = 'connection failed: FATAL:  password authentication failed for user "me"'
    assert _told(said, "").endswith("look at the user and the password of COACHBOT_DATABASE (or of ~/.pgpass)")


def test_a_database_in_another_encoding_is_refused(tmp_path: Path) -> None:
    name = f"coachbot_{os.getpid()}_latin"
    postgres.run(postgres.needed(), f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        assert "encoding is LATIN1" in refused(postgres.url_of(name), tmp_path)
    finally:
        postgres.run(postgres.needed(), f"DROP DATABASE {name}")


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with postgres.database() as url:
        postgres.run(url, "CREATE TABLE recipes (name text)")
        assert "belongs to another program" in refused(url, tmp_path)
        assert {row[1] for row in postgres.catalogue(url)} == {"recipes"}


def test_a_user_who_may_not_make_tables_is_told(tmp_path: Path) -> None:
    name = f"coachbot_guest_{os.getpid()}"
    with postgres.database() as url:
        postgres.run(url, f"CREATE ROLE {name} LOGIN", "REVOKE CREATE ON SCHEMA public FROM public")
        try:
            assert "make it the owner" in refused(url.replace("postgres@", f"{name}@"), tmp_path)
        finally:
            postgres.run(url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_without_the_driver_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'coachbot[postgres]'" in refused("postgresql://me@127.0.0.1/coach", tmp_path)


def test_two_that_open_an_empty_database_at_once_make_it_once(tmp_path: Path) -> None:
    with postgres.database() as url, ThreadPoolExecutor(2) as pool:
        open_store(url, keys_path=tmp_path / "keys.json").close()
        stores = list(pool.map(lambda _: open_store(url, keys_path=tmp_path / "keys.json"), range(2)))
        assert [store.close() for store in stores] == [None, None]


def test_a_commit_is_as_sure_as_the_setting_says(house: House) -> None:
    for synchronous, wanted in (("FULL", "on"), ("OFF", "off")):
        store = open_store(house.url, keys_path=house.keys, synchronous=synchronous)  # type: ignore[arg-type]
        with store.writing() as tx:
            assert house.run(tx, "SHOW synchronous_commit") == [(wanted,)]
        store.close()
