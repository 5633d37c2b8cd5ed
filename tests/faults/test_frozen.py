"""Processes that are frozen for longer than their leases and wake up: what was theirs is another's, and stays so."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests import postgres
from tests.faults import auditor
from tests.faults.auditor import Report
from tests.faults.crashes import RANDOM, Kill, crash_test
from tests.faults.scale import Member, ScaleTest, scale_test
from tests.faults.town import talking

pytestmark = [pytest.mark.slow]

#: Longer than a lease (10 s), and than a transaction may stand still (20 s).
_FROZEN_S = 24.0
_SENDING = ("sendMessage", "sendPhoto", "sendDocument")


def _in_a_transaction(test: ScaleTest, one: Member) -> bool:
    """Whether the server waits for the next word of this process inside a transaction."""
    assert one.process is not None
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name LIKE ?"
    return test.ledger().number(query, f"coachbot worker {one.process.pid} on %") > 0


def _at_work(test: ScaleTest) -> Member:
    """The sender that has the bot; the other one stands by."""
    name = f"account:{test.ledger().number('SELECT id FROM account WHERE channel = ?', 'telegram')}"
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for (holder,) in test.ledger().ask("SELECT holder FROM lease WHERE name = ?", name):
            for one in test.of("sender"):
                if one.process and f"sender {one.process.pid} " in holder:
                    return one
        time.sleep(0.2)
    raise AssertionError("no sender has the bot")


def _freeze_inside_a_transaction(test: ScaleTest, one: Member) -> None:
    """Freeze it, again and again, until that falls into a transaction."""
    assert one.process is not None
    end, chance = time.monotonic() + 60, Random(1)
    while time.monotonic() < end:
        one.process.send_signal(signal.SIGSTOP)
        if _in_a_transaction(test, one):
            return
        one.process.send_signal(signal.SIGCONT)
        time.sleep(chance.uniform(0.001, 0.02))
    raise AssertionError("it was never inside a transaction")


def _freeze_during_a_call(test: ScaleTest, one: Member) -> None:
    """Freeze it while the messenger has had its call and it has not heard the answer."""
    frozen = threading.Event()

    def watch(method: str, fields: dict[str, Any]) -> None:
        if method in _SENDING and not frozen.is_set():
            assert one.process is not None
            one.process.send_signal(signal.SIGSTOP)
            frozen.set()

    test.telegram.watch = watch
    assert frozen.wait(60), "nothing was sent"
    test.telegram.watch = lambda method, fields: None


def _wake(one: Member) -> None:
    assert one.process is not None
    one.process.send_signal(signal.SIGCONT)


@pytest.mark.postgres
def test_a_worker_and_a_sender_that_wake_up_do_nothing_twice(tmp_path: Path) -> None:
    with (
        postgres.database(tmp_path / "keys.json") as url,
        scale_test(tmp_path, url, patients=20, seed=6, sender=2, web=1) as test,
    ):
        test.start()
        with talking(test.town, test.ledger(), a_second=15):
            at_work = _at_work(test)
            for freeze, one in (
                (_freeze_during_a_call, at_work),
                (_freeze_inside_a_transaction, test.of("worker")[0]),
            ):
                test.town.set_timers(test.ledger(), 3, within_s=_FROZEN_S)
                freeze(test, one)
                test.kills.append(Kill(RANDOM, time.monotonic()))  # a call under way then may come twice, as after one
                time.sleep(_FROZEN_S)
                _wake(one)
                time.sleep(3)
        test.settle()
        assert test.stop() == [0] * len(test.members)
        report = auditor.audit(test)
    print(report.table())
    _nothing_twice(report)
    (heir,) = (one for one in test.of("sender") if one is not at_work)
    assert "sends for accounts" in heir.log()


def _nothing_twice(report: Report) -> None:
    assert report.violations == []
    assert report.figures["timers lost"] == report.figures["timers fired twice"] == 0
    assert report.figures["updates acknowledged"] > 100


def test_the_one_engine_goes_on_where_it_stood(tmp_path: Path) -> None:
    with crash_test(tmp_path, patients=20, seed=8) as one:
        one.engine.start()
        one.engine.wait_until_healthy()
        with talking(one.town, one.ledger(), a_second=15):
            for _ in range(3):
                one.town.set_timers(one.ledger(), 3, within_s=4)
                time.sleep(3)
                one.engine.send(signal.SIGSTOP)
                time.sleep(6)
                one.engine.send(signal.SIGCONT)
            time.sleep(3)
        one.engine.stop()
        one.settle()
        report = auditor.audit(one)
    print(report.table())
    assert report.violations == []
    assert report.figures["messages repeated"] == 0
    assert report.figures["timers fired twice"] == 0
