"""The database does not answer for a while: nothing is lost, nobody is blamed, and all goes on by itself."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from coachbot.errors import StoreLost
from coachbot.service import sender as sending
from coachbot.service import writer as writing
from coachbot.service.records import Update
from coachbot.service.writer import WriterThread
from coachbot.store import SqlStore
from tests import postgres
from tests.service.house import House, Person


@contextmanager
def outage(monkeypatch: pytest.MonkeyPatch, times: int, *, committed: bool = False) -> Iterator[list[int]]:
    """The next writing transactions fail: before anything is written, or after the commit, unheard."""
    real, left = SqlStore.writing, [times]

    @contextmanager
    def fails(store: SqlStore) -> Iterator[Any]:
        if left[0] and not committed:
            left[0] -= 1
            raise StoreLost("the connection to the database broke")
        with real(store) as tx:
            yield tx
        if left[0]:
            left[0] -= 1
            raise StoreLost("the connection to the database broke")

    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "writing", fails)
        yield left


@contextmanager
def thread(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriterThread]:
    """The writer as the engine runs it, but for a shorter pause."""
    monkeypatch.setattr(writing, "_PAUSE_S", 0.01)
    coach = house.coach
    writer = WriterThread(coach.inbox.store_all, coach.turns.drain, lambda: None)
    writer.start()
    yield writer
    writer.stop()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def update(house: House, person: Person, name: str) -> Update:
    return Update(house.desk.account, "webchat", person.chat, name, "text", text="hello")


def states(house: House) -> list[tuple[str, int]]:
    with house.store.reading() as tx:
        return [tuple(row) for row in tx._connection.exec_driver_sql("SELECT state, attempts FROM inbox ORDER BY id")]


def test_a_turn_that_the_database_did_not_take_is_taken_again_and_not_blamed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = house.patient()
    with thread(house, monkeypatch) as writer:
        assert writer.receive(update(house, person, "u1")).result(5)
        until(lambda: states(house) == [("done", 0)])
        with outage(monkeypatch, 7) as left:
            writer.wake()
            until(lambda: not left[0])
        house.put(person, kind="text", text="again")
        with outage(monkeypatch, 7):
            writer.wake()
            until(lambda: states(house) == [("done", 0), ("done", 0)])


def test_an_update_is_stored_by_the_second_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = house.patient()
    for committed in (False, True):
        future: Future[bool] = Future()
        with outage(monkeypatch, 1, committed=committed):
            house.coach.inbox.store_all([(update(house, person, f"u{committed}"), future)])
        assert future.result() is not committed  # known already: the first try had stored it
    assert len(states(house)) == 2


def test_an_update_that_could_not_be_stored_is_not_acknowledged(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, future = house.patient(), Future[bool]()
    with outage(monkeypatch, 2):
        house.coach.inbox.store_all([(update(house, person, "u1"), future)])
    with pytest.raises(StoreLost):
        future.result()
    assert states(house) == []


def test_a_job_of_the_staff_is_told_and_later_ones_are_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with thread(house, monkeypatch) as writer:
        with outage(monkeypatch, 1), pytest.raises(StoreLost):
            writer.submit(lambda: house.code()).result(5)
        assert writer.submit(lambda: house.code()).result(5)


def test_a_job_is_done_though_the_turns_before_it_could_not_be(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_PAUSE_S", 0.01)
    faults = [StoreLost("away"), StoreLost("away")]

    def drain() -> int:
        if faults:
            raise faults.pop()
        return 0

    writer = WriterThread(house.coach.inbox.store_all, drain, lambda: None)
    job = writer.submit(lambda: "done")
    writer.start()
    assert job.result(5) == "done"
    until(lambda: not faults)
    writer.stop()


def test_the_writer_stops_though_the_database_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def drain() -> int:
        raise StoreLost("away")

    writer = WriterThread(house.coach.inbox.store_all, drain, lambda: None)
    writer.start()
    until(lambda: writer._away)
    writer.stop()
    assert not writer._thread.is_alive()


def test_how_a_sending_ended_is_written_down_when_the_database_answers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = house.patient()
    house.put(person, kind="text", text="help")
    house.work()
    sender = house.coach.sender
    left: list[list[int]] = []

    async def run() -> None:
        deliver = house.channel.deliver

        async def then_away(*arguments: Any) -> str:
            remote = await deliver(*arguments)
            if not left:
                left.append(away.enter_context(outage(monkeypatch, 2)))
            return remote

        monkeypatch.setattr(house.channel, "deliver", then_away)
        with pytest.raises(StoreLost):
            await sender.drain()
        await sender.drain()

    with ExitStack() as away:
        asyncio.run(run())
    with house.store.reading() as tx:
        assert {row["state"] for row in tx.outbox(person.id)} == {"sent"}
    texts = person.texts
    assert len(texts) == len(set(texts)) > 0


def test_rows_claimed_as_the_connection_broke_go_out_when_their_lease_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = house.patient()
    house.put(person, kind="text", text="help")
    house.work()
    sender = house.coach.sender

    async def run() -> None:
        with outage(monkeypatch, 1, committed=True):
            task = asyncio.create_task(sender.run(idle_s=0.01))
            while sender._lost_at is None:
                await asyncio.sleep(0.001)
        assert person.texts == []
        house.clock.seconds += sending.LEASE_S + 1
        while not person.texts:
            await asyncio.sleep(0.001)
        task.cancel()

    asyncio.run(asyncio.wait_for(run(), 20))


@pytest.mark.postgres
@pytest.mark.slow
def test_a_server_that_hangs_up_again_and_again_loses_nothing_and_doubles_nothing(
    postgres_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, number = postgres_house, 60
    people = [house.patient() for _ in range(5)]
    with thread(house, monkeypatch) as writer:
        for place in range(number):
            if place % 6 == 0:
                hang_up()
            one = update(house, people[place % 5], f"u{place}")
            while not stored(writer, one):  # a messenger sends again what was not acknowledged
                pass
        until(lambda: [state for state, _ in states(house)] == ["done"] * number)
    with house.store.reading() as tx:
        turns = tx._connection.exec_driver_sql("SELECT count(*), count(DISTINCT inbox) FROM turn").fetchall()
    assert list(map(tuple, turns)) == [(number, number)]
    assert house.incidents() == []


def hang_up() -> None:
    postgres.run(
        postgres.needed(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname LIKE 'coachbot\\_{os.getpid()}\\_%' AND pid <> pg_backend_pid()",
    )


def stored(writer: WriterThread, one: Update) -> bool:
    try:
        writer.receive(one).result(10)
    except StoreLost:
        return False
    return True


def most_pages(house: House, pages: int) -> None:
    """The database may not grow beyond so many pages: what it then says is what it says on a full disk."""
    with house.store.writing() as tx:
        tx._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_nothing_is_acknowledged_that_is_not_stored_and_all_goes_on_with_room(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house, person, told = sqlite_house, sqlite_house.patient(), "x" * 3_000
    most_pages(house, 1)  # as many as there are
    with thread(house, monkeypatch) as writer:
        stored, refused = 0, ""
        while not refused:
            one = replace(update(house, person, f"u{stored}"), text=told)
            try:
                assert writer.receive(one).result(10)
                stored += 1
            except StoreLost as error:
                refused = str(error)
        assert "the disk is full; make room" in refused
        most_pages(house, 1_000_000)
        assert writer.receive(one).result(10)  # the messenger brings it again
        until(lambda: states(house) == [("done", 0)] * (stored + 1))
    assert all(record.exc_info is None for record in caplog.records), "one line, and no traceback"
