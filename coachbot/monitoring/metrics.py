"""What Prometheus reads. Work is counted in memory as it happens; what waits is counted in the database at each look.

docs/monitoring.md tells of every one, and at which value to worry; a test holds it to that. No label names anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from coachbot.service.presence import KINDS
from coachbot.service.vitals import Pile, Vitals

#: Seconds. A patient does not notice the first half, and has put the phone away in the last.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_CAUSES = ("update", "timer")
_PRIORITIES = ("top", "high", "medium", "low")


class Metrics:
    """`coachbot.service.meter.Meter`, and the page that shows it. One for each engine."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("coachbot_turns", "Turns that ended", ["cause", "outcome"], registry=self.registry)
        self._seconds = Histogram(
            "coachbot_turn_seconds", "From an update's coming in, or a timer's moment, to the commit",
            ["cause"], buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._sends = Counter("coachbot_sends", "Calls to a messenger", ["channel", "outcome"], registry=self.registry)
        self._jumps = Counter("coachbot_clock_jumps", "Jumps of the machine's clock", registry=self.registry)
        for cause in _CAUSES:  # there from the start, so that a rate over them is no gap
            self._seconds.labels(cause)
            for outcome in ("done", "retried", "parked"):
                self._turns.labels(cause, outcome)

    def turn(self, cause: str, outcome: str, seconds: float) -> None:
        """A turn has ended."""
        self._turns.labels(cause, outcome).inc()
        if outcome == "done":
            self._seconds.labels(cause).observe(seconds)

    def sent(self, channel: str, outcome: str) -> None:
        """A call to a messenger has ended."""
        self._sends.labels(channel, outcome).inc()

    def clock_jumped(self) -> None:
        """Somebody has set the machine's clock."""
        self._jumps.inc()

    def watch(
        self,
        vitals: Callable[[], Vitals],
        *,
        channels: Callable[[], Mapping[str, Mapping[str, str]]],
        size: Callable[[], int | None],
        real: Callable[[], float],
    ) -> None:
        """Ask these at each look."""
        self.registry.register(_Gauges(vitals, channels, size, real))

    def page(self) -> bytes:
        """All of it, in Prometheus' text form."""
        return generate_latest(self.registry)


class _Gauges(Collector):
    """What is asked of the database when somebody looks."""

    def __init__(
        self,
        vitals: Callable[[], Vitals],
        channels: Callable[[], Mapping[str, Mapping[str, str]]],
        size: Callable[[], int | None],
        real: Callable[[], float],
    ) -> None:
        self._vitals = vitals
        self._channels = channels
        self._size = size
        self._real = real

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every gauge, by one snapshot."""
        now = self._vitals()
        channels = self._channels()
        yield from _outbox(now, channels)
        yield from _queue("inbox", "Updates that wait for their turn", now.inbox, now)
        yield from _queue("timers_overdue", "Timers due for more than a minute", now.timers, now)
        yield from _alerts(now)
        yield GaugeMetricFamily("coachbot_parked", "Turns and timers parked in the last week", now.parked)
        if now.backup_at is not None:
            age = max(0.0, self._real() - now.backup_at)
            yield GaugeMetricFamily("coachbot_backup_age_seconds", "Since the last backup", age)
        if (size := self._size()) is not None:
            yield GaugeMetricFamily("coachbot_database_bytes", "Size of the database with its log", size)
        yield _up(channels)
        yield from _processes(now)


def _queue(name: str, told: str, pile: Pile, now: Vitals) -> Iterator[Metric]:
    yield GaugeMetricFamily(f"coachbot_{name}", told, pile.count)
    yield GaugeMetricFamily(f"coachbot_{name}_oldest_seconds", f"{told}: the oldest", pile.age_s(now.now))


def _outbox(now: Vitals, channels: Mapping[str, object]) -> Iterator[Metric]:
    depth = GaugeMetricFamily("coachbot_outbox", "Messages that are due", labels=["channel"])
    age = GaugeMetricFamily("coachbot_outbox_oldest_seconds", "Messages that are due: the oldest", labels=["channel"])
    shut = GaugeMetricFamily("coachbot_outbox_shut", "Messages that wait for a patient's word", labels=["channel"])
    for channel in sorted({*now.outbox, *now.shut, *channels}):
        pile = now.outbox.get(channel, Pile())
        depth.add_metric([channel], pile.count)
        age.add_metric([channel], pile.age_s(now.now))
        shut.add_metric([channel], now.shut.get(channel, 0))
    yield from (depth, age, shut)
    yield GaugeMetricFamily("coachbot_outbox_claimed", "Messages that are being sent", now.claimed)


def _alerts(now: Vitals) -> Iterator[Metric]:
    open_ = GaugeMetricFamily("coachbot_alerts", "Alerts that nobody has acknowledged", labels=["priority"])
    age = GaugeMetricFamily("coachbot_alerts_oldest_seconds", "The oldest of them", labels=["priority"])
    late = GaugeMetricFamily("coachbot_alerts_late", "Of them: past the time to acknowledge", labels=["priority"])
    escalated = GaugeMetricFamily("coachbot_alerts_escalated", "Of them: escalated", labels=["priority"])
    for priority in sorted({*_PRIORITIES, *now.alerts}):
        pile = now.alerts.get(priority)
        open_.add_metric([priority], pile.open.count if pile else 0)
        age.add_metric([priority], pile.open.age_s(now.now) if pile else 0)
        late.add_metric([priority], pile.late if pile else 0)
        escalated.add_metric([priority], pile.escalated if pile else 0)
    yield from (open_, age, late, escalated)


def _up(channels: Mapping[str, Mapping[str, str]]) -> Metric:
    up = GaugeMetricFamily("coachbot_channel_up", "1 while the account works", labels=["channel", "account"])
    for channel, accounts in sorted(channels.items()):
        for account, state in sorted(accounts.items()):
            up.add_metric([channel, account], float(state == "ok"))
    return up


def _processes(now: Vitals) -> Iterator[Metric]:
    """The processes of an installation that has several; of one that is alone there is nothing to tell."""
    if not now.processes:
        return
    alive = GaugeMetricFamily("coachbot_processes", "Processes that were seen lately", labels=["kind"])
    for kind in KINDS:
        alive.add_metric([kind], sum(one.kind == kind and one.is_alive for one in now.processes))
    seen = GaugeMetricFamily("coachbot_process_seen_seconds", "Since it was seen", labels=["kind", "process"])
    shards = GaugeMetricFamily("coachbot_process_shards", "Shards that it worked in lately", labels=["process"])
    for one in now.processes:
        seen.add_metric([one.kind, one.name], one.ago_s)
        if one.kind == "worker":
            shards.add_metric([one.name], one.work.shards)
    yield from (alive, seen, shards, _work_of(now, "turns", "cause"), _work_of(now, "sends", "channel"), _leases(now))


def _work_of(now: Vitals, what: Literal["turns", "sends"], by: str) -> Metric:
    """What each has done since it was started."""
    counted = CounterMetricFamily(
        f"coachbot_process_{what}", f"{what.capitalize()} of each process", labels=["process", by, "outcome"]
    )
    for one in now.processes:
        for name, number in sorted((one.work.turns if what == "turns" else one.work.sends).items()):
            counted.add_metric([one.name, *name.rsplit(" ", 1)], number)
    return counted


def _leases(now: Vitals) -> Metric:
    held = GaugeMetricFamily("coachbot_lease_held", "1 while a process alone does this", labels=["lease", "process"])
    for name, holder, left in now.leases:
        held.add_metric([name, holder.partition(" since ")[0]], float(left > 0))
    return held
