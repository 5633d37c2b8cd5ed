"""Processes tell each other that they are there: by rows that an operator sees at any web process."""

from __future__ import annotations

import pytest

from coachbot.service.leases import Leases
from coachbot.service.meter import NoMeter
from coachbot.service.presence import DEAD_AFTER_S, Presence, Seen, Work, read
from coachbot.service.vitals import vitals
from tests.service.house import House


def presence(house: House, name: str, kind: str = "worker") -> Presence:
    return Presence(house.store, name, kind, NoMeter())


def seen(house: House) -> dict[str, Seen]:
    return {one.name: one for one in vitals(house.store, house.clock).processes}


def test_what_a_process_has_done_is_told_to_the_others(house: House) -> None:
    one = presence(house, "worker 1 on here")
    one.shards = lambda: {3, 5}
    one.turn("update", "done", 0.1)
    one.turn("update", "done", 0.1)
    one.sent("telegram", "failed")
    one.say()
    found = seen(house)["worker 1 on here"]
    assert found.work == Work({"update done": 2}, {"telegram failed": 1}, 2)
    assert found.is_alive
    assert found.ago_s < DEAD_AFTER_S


def test_whoever_says_nothing_more_is_dead_and_forgotten_an_hour_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence(house, "worker 1 on here").say()
    with house.store.writing() as tx:
        tx._connection.exec_driver_sql(f"UPDATE process SET seen_real = seen_real - {DEAD_AFTER_S}")
    other = presence(house, "worker 2 on here")
    other.say()
    assert {name: one.is_alive for name, one in seen(house).items()} == {
        "worker 1 on here": False, "worker 2 on here": True
    }  # fmt: skip
    monkeypatch.setattr("coachbot.service.presence.TOLD_FOR_S", DEAD_AFTER_S)
    other.say()
    assert set(seen(house)) == {"worker 2 on here"}


def test_one_that_is_told_to_stop_takes_its_leave(house: House) -> None:
    one = presence(house, "sender 1 on here", "sender")
    one.say()
    one.leave()
    assert seen(house) == {}


def test_leases_are_told_with_their_holders(house: House) -> None:
    Leases(house.store, "worker 1 on here since 7").renew(["chores"])
    ((name, holder, left),) = vitals(house.store, house.clock).leases
    assert (name, holder) == ("chores", "worker 1 on here since 7")
    assert 0 < left <= 10


def test_what_another_version_tells_is_read_as_far_as_it_goes() -> None:
    assert read('{"turns": {"update done": 1}, "weather": "fine"}') == Work({"update done": 1})
