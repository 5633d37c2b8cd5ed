"""The watch holds nobody up: a few alerts a look, the urgent ones first, and a steady look costs one query."""

from __future__ import annotations

from itertools import count

from coachbot.service.notices import watch
from coachbot.service.records import AlertRow, Changes
from tests.service.notices.conftest import Ward


def test_many_alerts_are_told_a_few_at_a_time_the_urgent_ones_first(ward: Ward) -> None:
    lin, person = ward.hire("Lin"), ward.house.patient()
    ids, now = ward.house.coach.world.ids, ward.house.clock.now()
    rows = [AlertRow(ids.next(), person.id, "flare", "medium", now, {}) for _ in range(2 * watch._AT_ONCE)]
    urgent = AlertRow(ids.next(), person.id, "crisis", "high", now, {}, acknowledge_by=now)
    with ward.house.store.writing() as tx:
        tx.save(Changes(alerts=[*rows, urgent]))
    ward.house.coach.notices._monotonic = lambda: 0.0  # type: ignore[method-assign]
    assert ward.house.coach.notices.work() == watch._AT_ONCE
    assert [one.alert for one in ward.notices(f"alert:{urgent.id}")] == [urgent.id]
    assert ward.house.coach.notices.work() == watch._AT_ONCE
    assert ward.house.coach.notices.work() == 1
    assert ward.house.coach.notices.work() == 0
    assert lin.id


def test_a_slow_look_ends_early_and_the_next_ones_tell_the_rest_once_each(ward: Ward) -> None:
    for name in ("Lin", "Sam", "Ada"):
        ward.hire(name)
    person, ids, now = ward.house.patient(), ward.house.coach.world.ids, ward.house.clock.now()
    rows = [AlertRow(ids.next(), person.id, "flare", "medium", now, {}) for _ in range(3)]
    with ward.house.store.writing() as tx:
        tx.save(Changes(alerts=rows))
    ticks = count(step=2 * watch.SLICE_S)
    ward.house.coach.notices._monotonic = lambda: next(ticks)  # type: ignore[method-assign]
    assert [ward.house.coach.notices.work() for _ in range(4)] == [3, 3, 3, 0]
    assert sorted(one.alert for row in rows for one in ward.notices(f"alert:{row.id}")) == sorted(
        row.id for row in rows for _ in range(3)
    )


def test_what_is_of_low_priority_is_told_to_nobody(ward: Ward) -> None:
    ward.hire("Lin")
    person, now = ward.house.patient(), ward.house.clock.now()
    row = AlertRow(ward.house.coach.world.ids.next(), person.id, "left", "low", now, {})
    with ward.house.store.writing() as tx:
        tx.save(Changes(alerts=[row]))
    assert ward.house.coach.notices.work() == 0
