"""What waits, counted: by channel and priority, with the age of the oldest, and quickly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coachbot.service.ids import IdSource, first_id_at
from coachbot.service.records import AlertRow, Changes, Incident, TimerRow
from coachbot.service.vitals import AlertPile, Pile
from coachbot.store import vitals as queries
from tests.store.house import NOW, REAL, House


def test_nothing_waits_in_an_empty_house(house: House) -> None:
    with house.store.reading() as tx:
        assert tx.outbox_due(NOW) == {}
        assert tx.outbox_shut() == {}
        assert tx.open_alerts(NOW) == {}
        assert tx.inbox_waiting() == tx.timers_due(NOW) == Pile()
        assert tx.outbox_claimed() == tx.incidents_since("parked", 0) == 0


def test_messages_are_counted_by_channel_from_when_they_were_due(house: House) -> None:
    mei = house.patient()
    house.send(house.message(mei, "early", due_s=-60), house.message(mei, "unasked", lane=1))
    house.send(house.message(mei, "tomorrow", due_s=86_400))
    with house.store.reading() as tx:
        assert tx.outbox_due(NOW) == {"web": Pile(2, NOW - timedelta(seconds=60))}
    house.claim()
    with house.store.reading() as tx:
        assert tx.outbox_due(NOW)["web"].count == 1
        assert tx.outbox_claimed() == 1


def test_updates_that_wait_are_counted_until_they_are_done(house: House) -> None:
    (row,) = house.received(house.patient(), "hello")
    with house.store.reading() as tx:
        assert tx.inbox_waiting() == Pile(1, NOW)
    with house.store.writing() as tx:
        tx.save(Changes(done=[row.id]))
    with house.store.reading() as tx:
        assert tx.inbox_waiting() == Pile()


def test_only_timers_that_were_due_by_then_count(house: House) -> None:
    mei = house.patient()
    with house.store.writing() as tx:
        tx.put_timers([TimerRow(mei.id, "plan", NOW), TimerRow(mei.id, "wait", NOW + timedelta(seconds=1))])
    with house.store.reading() as tx:
        assert tx.timers_due(NOW) == Pile(1, NOW)
        assert tx.timers_due(NOW - timedelta(seconds=1)) == Pile()


def test_alerts_are_told_by_priority_with_those_that_are_late(house: House) -> None:
    mei = house.patient()
    due = {"acknowledge_by": NOW + timedelta(minutes=15)}
    rows = [
        AlertRow(house.ids.next(), mei.id, "crisis", "top", NOW, {}, escalated_at=NOW, **due),
        AlertRow(house.ids.next(), mei.id, "crisis", "top", NOW + timedelta(minutes=1), {}),
        AlertRow(house.ids.next(), mei.id, "crisis", "top", NOW, {}, acknowledged_at=NOW, **due),
        AlertRow(house.ids.next(), mei.id, "unreachable", "low", NOW, {}),
    ]
    with house.store.writing() as tx:
        tx.save(Changes(alerts=rows))
    with house.store.reading() as tx:
        assert tx.open_alerts(NOW) == {"top": AlertPile(Pile(2, NOW), 0, 1), "low": AlertPile(Pile(1, NOW), 0, 0)}
        assert tx.open_alerts(NOW + timedelta(hours=1))["top"].late == 1


def test_incidents_are_counted_from_an_id_on(house: House) -> None:
    early, late = house.ids.next(), house.ids.next()
    with house.store.writing() as tx:
        rows = [Incident(early, NOW, "parked", "pmei", ""), Incident(late, NOW, "parked", "pmei", "")]
        tx.save(Changes(incidents=[*rows, Incident(house.ids.next(), NOW, "moved", "pmei", "")]))
    with house.store.reading() as tx:
        assert tx.incidents_since("parked", early) == 2
        assert tx.incidents_since("parked", late) == 1


def test_ids_of_a_moment_are_greater_than_all_given_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: int(REAL * 1e9))
    given = IdSource().next()
    assert first_id_at(REAL) <= given < first_id_at(REAL + 1)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (queries._OUTBOX_DUE, "ix_outbox_due"),
        (queries._OUTBOX_SHUT, "ix_outbox_due"),
        (queries._OUTBOX_CLAIMED, "ix_outbox_claimed"),
        (queries._INBOX_WAITING, "ix_inbox_waiting"),
        (queries._TIMERS_DUE, "ix_timer_due"),
        (queries._OPEN_ALERTS, "ix_alert_open"),
        (queries._INCIDENTS_SINCE, "INTEGER PRIMARY KEY (rowid>?)"),
    ],
)
def test_every_count_goes_by_an_index(sqlite_house: House, query: queries.Statement, index: str) -> None:
    with sqlite_house.store.reading() as tx:
        sql, names = query.sql(tx._dialect)
        plan = tx._cursor.execute(f"EXPLAIN QUERY PLAN {sql}", tuple(0 for _ in names)).fetchall()
    assert any(index in row[-1] for row in plan), plan
    assert not [row[-1] for row in plan if row[-1].startswith("SCAN") and "INDEX" not in row[-1]]
