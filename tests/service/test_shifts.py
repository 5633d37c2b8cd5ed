"""A worker's share: shards, taken by whoever is there, each by one worker at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from coachbot.service.ids import IdSource, new_patient_id
from coachbot.service.records import TimerRow
from coachbot.service.shards import SHARDS, Reach, mask_of, shard_of
from coachbot.service.shifts import AT_ONCE, Shift
from coachbot.store import SqlStore
from coachbot.testing.ground import open_in
from tests.service.house import House, Person, failing_save


@pytest.fixture
def second(postgres_house: House) -> Iterator[SqlStore]:
    """The same database as another worker has it."""
    store = open_in(postgres_house.folder, postgres_house.database)
    yield store
    store.close()


def shift(house: House) -> Shift:
    return Shift(house.coach.turns, house.store, house.clock)


def waits(house: House, person: Person) -> None:
    """An update is stored, and nobody has taken it."""
    house.put(person, kind="text", text="menu")


def states(house: House) -> list[str]:
    with house.store.reading() as tx:
        return [row[0] for row in tx._connection.exec_driver_sql("SELECT state FROM inbox ORDER BY id")]


# -- shards -------------------------------------------------------------------------------------------
def test_patients_spread_over_all_shards() -> None:
    counts = [0] * SHARDS
    for _ in range(SHARDS * 100):
        counts[shard_of(new_patient_id())] += 1
    assert min(counts) > 40
    assert max(counts) < 200


@pytest.mark.parametrize("shards", [[], [0], [63], [0, 5, 63], list(range(SHARDS))])
def test_a_mask_has_a_bit_for_each_shard_and_fits_a_signed_number(shards: list[int]) -> None:
    mask = mask_of(shards)
    assert -(2**63) <= mask < 2**63
    assert [shard for shard in range(SHARDS) if mask >> shard & 1] == shards


# -- work ---------------------------------------------------------------------------------------------
def test_a_look_finds_what_waits_without_any_bell(house: House) -> None:
    person = house.patient()
    waits(house, person)
    mine = shift(house)
    assert mine.work() == 0, "nobody has rung, and it has not looked"
    mine.look()
    assert mine.work() == 1
    assert states(house) == ["done"]


def test_a_bell_for_the_patients_shard_is_enough(house: House) -> None:
    person = house.patient()
    waits(house, person)
    mine = shift(house)
    mine.ring([(shard_of(person.id) + 1) % SHARDS])
    assert mine.work() == 0, "that was another shard"
    mine.ring([shard_of(person.id)])
    assert mine.work() == 1


def test_bells_that_ring_twice_or_for_nothing_make_no_second_turn(house: House) -> None:
    person = house.patient()
    waits(house, person)
    mine = shift(house)
    for _ in range(3):
        for shard in range(SHARDS):
            mine.ring([shard])
        while mine.work():
            pass
    with house.store.reading() as tx:
        assert tx._connection.exec_driver_sql("SELECT count(*) FROM turn WHERE inbox > 0").fetchone() == (1,)
    assert not mine.is_wanted


def test_more_shards_than_one_group_takes_are_all_worked_through(house: House) -> None:
    people = [house.patient() for _ in range(AT_ONCE * 2)]
    for person in people:
        waits(house, person)
    mine = shift(house)
    mine.look()
    while mine.work():
        pass
    assert states(house) == ["done"] * len(people)


def test_a_group_that_was_not_full_is_not_looked_for_again(house: House) -> None:
    people = [house.patient() for _ in range(2)]
    mine = shift(house)
    for person in people:
        waits(house, person)
    mine.ring([shard_of(person.id) for person in people])
    assert mine.work() == 2
    assert not mine.is_wanted
    waits(house, people[0])
    mine.ring([shard_of(people[0].id)])
    assert mine.work() == 1, "who rings later is heard"


def test_a_full_group_leaves_its_shards_wanted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coachbot.service.shifts.GROUP", 1)
    person = house.patient()
    waits(house, person)
    waits(house, person)
    mine = shift(house)
    mine.ring([shard_of(person.id)])
    assert (mine.work(), mine.is_wanted) == (1, True)
    assert (mine.work(), mine.work(), mine.is_wanted) == (1, 0, False)


def test_timers_of_a_shard_fire_in_it(house: House) -> None:
    person = house.patient()
    with house.store.writing() as tx:
        tx.drop_timers(person.id, "")
        tx.put_timers([TimerRow(person.id, "crash:1", house.clock.now())])
    mine = shift(house)
    mine.look()
    assert mine.work() == 1
    with house.store.reading() as tx:
        assert tx.timers_of(person.id) == []


def test_while_answers_are_late_the_coach_does_not_write_first(house: House) -> None:
    person = house.patient()
    with house.store.writing() as tx:
        tx.drop_timers(person.id, "")
        tx.put_timers([TimerRow(person.id, one, house.clock.now()) for one in ("nag", "touch:x", "crash:1")])
    waits(house, person)
    house.clock.hold(house.clock.now() + timedelta(seconds=5))
    mine = shift(house)
    mine.look()
    assert mine.is_late
    assert mine.work() == 2, "the answer, and the timer by which it would not write first"
    with house.store.reading() as tx:
        assert {timer.purpose for timer in tx.timers_of(person.id)} >= {"nag", "touch:x"}
    with house.store.writing() as tx:
        tx.drop_timers(person.id, "touch:")  # it stands for nothing that a programme has
    mine.look()
    assert not mine.is_late
    while mine.work():
        pass
    with house.store.reading() as tx:
        assert "nag" not in {timer.purpose for timer in tx.timers_of(person.id)}


@pytest.mark.postgres
def test_a_shard_that_another_worker_holds_is_left_to_it(postgres_house: House, second: SqlStore) -> None:
    house = postgres_house
    person = house.patient()
    waits(house, person)
    mine = shift(house)
    mine.look()
    with second.writing() as other:
        assert other.take_shards([shard_of(person.id)], 1) == [shard_of(person.id)]
        assert mine.work() == 0
        assert mine.is_wanted, "it asks again"
    assert mine.work() == 1


@pytest.mark.postgres
def test_two_workers_hold_different_shards_at_the_same_time(postgres_house: House, second: SqlStore) -> None:
    with postgres_house.store.writing() as one, second.writing() as other:
        mine = one.take_shards(range(SHARDS), AT_ONCE)
        theirs = other.take_shards(range(SHARDS), AT_ONCE)
    assert len(mine) == len(theirs) == AT_ONCE
    assert not set(mine) & set(theirs)


def test_a_turn_whose_rows_cannot_be_written_is_set_aside_by_its_worker(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, other = house.patient(), house.patient()
    waits(house, person)
    waits(house, other)
    with failing_save(monkeypatch, lambda changes: any(turn.patient == person.id for turn in changes.turns)):
        mine = shift(house)
        mine.look()
        while mine.work():
            pass
    assert sorted(states(house)) == ["done", "waiting"]


def test_a_group_within_no_shard_takes_nothing(house: House) -> None:
    waits(house, house.patient())
    assert house.coach.turns.drain(reach=Reach(())) == 0


def test_turns_happen_once_with_the_queue_stopped_and_with_every_job_doubled_or_late(house: House) -> None:
    """Stopped: nobody hears, the looks find all. Doubled and late: every shard rings again after its turns."""
    people = [house.patient() for _ in range(6)]
    worker = Shift(house.coach.turns, house.store, house.clock)

    def work() -> None:
        while worker.work():
            pass

    for person in people[:3]:  # stopped
        waits(house, person)
    worker.look()
    work()
    for person in people[3:]:  # doubled
        waits(house, person)
        worker.ring([shard_of(person.id)])
        worker.ring([shard_of(person.id)])
        work()
        worker.ring([shard_of(person.id)])
        work()
    for shard in range(SHARDS):  # late
        worker.ring([shard])
    work()
    with house.store.reading() as tx:
        found = tx._connection.exec_driver_sql(
            "SELECT i.state, count(t.id) FROM inbox i LEFT JOIN turn t ON t.inbox = i.id GROUP BY i.id"
        ).all()
    assert [tuple(row) for row in found] == [("done", 1)] * len(people)


# -- ids ----------------------------------------------------------------------------------------------
def test_ids_of_a_worker_with_a_slow_clock_are_greater_than_what_was_there() -> None:
    ahead, slow = IdSource(3), IdSource(2)
    far = ahead.next() + (3_600_000 << 22)
    slow.rise_above(far)
    ids = [slow.next() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert ids[0] > far
    assert {(one >> 12) & 1023 for one in ids} == {2}
