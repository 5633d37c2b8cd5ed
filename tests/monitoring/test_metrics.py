"""The metrics: each counted where it happens, told in the docs, and with nobody in them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from coachbot.monitoring.metrics import Metrics
from coachbot.service import turns
from coachbot.service.presence import DEAD_AFTER_S, Seen, Work
from coachbot.service.vitals import LAST_BACKUP, AlertPile, Pile, Vitals, vitals
from coachbot.testing.script import Role
from coachbot.testing.stage import Stage
from tests.conftest import ROOT
from tests.service.house import House, Person

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)
PAGE = ROOT / "docs" / "monitoring.md"


def read(metrics: Metrics) -> dict[str, float]:
    """Sample to value, as `name{label="value"}`."""
    found = {}
    for family in text_string_to_metric_families(metrics.page().decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def watched(now: Vitals, **channels: dict[str, str]) -> Metrics:
    metrics = Metrics()
    metrics.watch(lambda: now, channels=lambda: channels, size=lambda: 4096, real=lambda: 1_000_000.0)
    return metrics


# -- what is counted in the database ------------------------------------------------------------------
def test_what_waits_is_told_with_the_age_of_the_oldest() -> None:
    now = Vitals(
        NOW,
        outbox={"telegram": Pile(7, AN_HOUR_AGO)},
        shut={"wechat": 3},
        inbox=Pile(2, NOW - timedelta(seconds=5)),
        timers=Pile(1, AN_HOUR_AGO),
        alerts={"top": AlertPile(Pile(1, AN_HOUR_AGO), 1, 1)},
        parked=4,
        backup_at=1_000_000.0 - 86_400,
    )
    told = read(watched(now, telegram={"clinic": "ok", "old": "refused"}, webchat={"default": "ok"}))
    assert told['coachbot_outbox{channel="telegram"}'] == 7
    assert told['coachbot_outbox_oldest_seconds{channel="telegram"}'] == 3600
    assert told['coachbot_outbox{channel="webchat"}'] == 0
    assert told['coachbot_outbox_shut{channel="wechat"}'] == 3
    assert told["coachbot_inbox"] == 2
    assert told["coachbot_inbox_oldest_seconds"] == 5
    assert told["coachbot_timers_overdue"] == 1
    assert told['coachbot_alerts{priority="top"}'] == told['coachbot_alerts_late{priority="top"}'] == 1
    assert told['coachbot_alerts{priority="high"}'] == 0
    assert told["coachbot_parked"] == 4
    assert told["coachbot_backup_age_seconds"] == 86_400
    assert told["coachbot_database_bytes"] == 4096
    assert told['coachbot_channel_up{account="clinic",channel="telegram"}'] == 1
    assert told['coachbot_channel_up{account="old",channel="telegram"}'] == 0


def test_each_process_is_told_with_when_it_was_seen_and_a_dead_one_is_not_counted() -> None:
    processes = (
        Seen("worker 7 on a", "worker", 1.5, Work({"update done": 5}, shards=16)),
        Seen("worker 8 on a", "worker", DEAD_AFTER_S + 1),
        Seen("sender 9 on a", "sender", 0.5, Work(sends={"telegram sent": 3})),
        Seen("web 5 on a", "web", 0.5),
    )
    leases = (("chores", "worker 7 on a since 17", 4.0), ("account:1", "sender 6 on a since 11", -60.0))
    told = read(watched(Vitals(NOW, processes=processes, leases=leases)))
    assert told['coachbot_processes{kind="worker"}'] == told['coachbot_processes{kind="web"}'] == 1
    assert told['coachbot_process_seen_seconds{kind="worker",process="worker 8 on a"}'] == DEAD_AFTER_S + 1
    assert told['coachbot_process_shards{process="worker 7 on a"}'] == 16
    assert told['coachbot_process_turns_total{cause="update",outcome="done",process="worker 7 on a"}'] == 5
    assert told['coachbot_process_sends_total{channel="telegram",outcome="sent",process="sender 9 on a"}'] == 3
    assert told['coachbot_lease_held{lease="chores",process="worker 7 on a"}'] == 1
    assert told['coachbot_lease_held{lease="account:1",process="sender 6 on a"}'] == 0


def test_one_process_alone_tells_of_no_others() -> None:
    assert not [name for name in read(watched(Vitals(NOW))) if "process" in name or "lease" in name]


def test_a_backup_that_was_never_made_has_no_age() -> None:
    assert "coachbot_backup_age_seconds" not in read(watched(Vitals(NOW)))


def test_the_vitals_are_those_of_the_store(house: House) -> None:
    person = house.patient()
    house.put(person, kind="text", text="hello")
    house.arm(person, "wait", NOW - timedelta(minutes=5))
    with house.store.writing() as tx:
        tx.put_setting(LAST_BACKUP, "123.5")
    found = vitals(house.store, house.clock)
    assert found.inbox.count == found.timers.count == 1
    assert found.backup_at == 123.5
    house.settle()
    assert vitals(house.store, house.clock).inbox == vitals(house.store, house.clock).timers == Pile()


# -- what is counted as it happens --------------------------------------------------------------------
class Counting:
    """A coach whose meter is read."""

    def __init__(self, house: House) -> None:
        self.metrics = Metrics()
        self.house = house
        house.coach.turns._meter = house.coach.sender._meter = self.metrics

    def turns(self, cause: str, outcome: str) -> float:
        return read(self.metrics)[f'coachbot_turns_total{{cause="{cause}",outcome="{outcome}"}}']


@pytest.fixture
def counting(house: House) -> Counting:
    return Counting(house)


def test_an_answered_update_is_one_turn_and_its_messages_are_sends(counting: Counting) -> None:
    counting.house.say(counting.house.patient(), "menu")
    assert counting.turns("update", "done") == 1
    told = read(counting.metrics)
    assert told['coachbot_sends_total{channel="webchat",outcome="sent"}'] >= 1
    assert told['coachbot_turn_seconds_count{cause="update"}'] == 1


def test_the_seconds_are_those_that_the_patient_waited(counting: Counting) -> None:
    person = counting.house.patient()
    counting.house.put(person, kind="text", text="menu")
    counting.house.clock.hold(counting.house.clock.now() + timedelta(seconds=4))
    counting.house.settle()
    assert read(counting.metrics)['coachbot_turn_seconds_sum{cause="update"}'] == 4


def test_a_turn_that_raises_counts_as_retried_and_once_as_parked(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, person = counting.house, counting.house.patient()
    monkeypatch.setattr(turns, "receive", _raises)
    house.say(person, "hello")
    assert (counting.turns("update", "retried"), counting.turns("update", "parked")) == (1, 0)
    for _ in range(10):
        house.clock.seconds += 31
        house.settle()
    assert counting.turns("update", "parked") == 1
    assert counting.turns("update", "done") == 0


def test_a_timer_that_fires_counts(counting: Counting) -> None:
    person: Person = counting.house.patient()
    counting.house.open(person, "cse/checkin")
    assert counting.turns("timer", "done") == 1


def test_a_group_that_is_rolled_back_is_not_counted(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    house, person = counting.house, counting.house.patient()
    monkeypatch.setattr("coachbot.store.transaction.SqlTransaction.save", _raises)
    with pytest.raises(RuntimeError):
        house.say(person, "hello")
    assert counting.turns("update", "done") == counting.turns("update", "retried") == 0


def _raises(*arguments: object) -> None:
    raise RuntimeError("broken")


# -- nobody in them -----------------------------------------------------------------------------------
def test_no_metric_names_anybody() -> None:
    with Stage(datetime(2026, 3, 9, 9, tzinfo=UTC)) as stage:
        metrics = Metrics()
        stage.coach.turns._meter = stage.coach.sender._meter = metrics
        metrics.watch(lambda: vitals(stage.store, stage.clock), channels=dict, size=lambda: 1, real=stage.clock.real)
        person = stage.enter(Role("Zebedeequill", enrolled=date(2026, 3, 3)))
        stage.say(person, "I want to kill myself, quagmirevole")
        page = metrics.page().decode()
        record = stage.record(person)
    assert record is not None
    assert record.enrolment is not None
    for secret in (
        "zebedee",
        "quagmire",
        person.patient,
        record.enrolment.code.lower(),
        "crisis",
        "combined",
        "chat-1",
    ):
        assert secret not in page.lower()
    assert re.search(r'coachbot_alerts\{priority="(top|high)"\} 1', page)


# -- the page -----------------------------------------------------------------------------------------
def families() -> dict[str, set[str]]:
    """Every metric with its labels, as the page should have them."""
    worker = Seen("worker 7 on a", "worker", 1.0, Work({"update done": 1}, {"webchat sent": 1}))
    leases = [("chores", "worker 7 on a since 17", 4.0)]
    now = Vitals(NOW, outbox={"webchat": Pile()}, backup_at=0.0, processes=[worker], leases=leases)
    metrics = watched(now, webchat={"default": "ok"})
    metrics.sent("webchat", "sent")
    return {
        family.name: {label for sample in family.samples for label in sample.labels} - {"le"}
        for family in text_string_to_metric_families(metrics.page().decode())
        if family.name.startswith("coachbot_") and not family.name.endswith("_created")
    }


def test_the_page_tells_of_every_metric_with_its_labels_and_of_no_other() -> None:
    rows = re.findall(r"^\| `(coachbot_\w+)(?:\{([\w, ]+)\})?` \|", PAGE.read_text("utf-8"), flags=re.M)
    told = {name.removesuffix("_total"): set(filter(None, labels.split(", "))) for name, labels in rows}
    assert told == families()


def test_the_rules_of_the_page_use_only_metrics_that_there_are() -> None:
    named = set(
        re.findall(
            r"\bcoachbot_\w+", "".join(re.findall(r"^```yaml\n.*?^```", PAGE.read_text("utf-8"), flags=re.M | re.S))
        )
    )
    known = set(families())
    assert named
    for name in named:
        assert re.sub(r"_(total|bucket|count|sum)$", "", name) in known, name
