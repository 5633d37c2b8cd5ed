"""The machine's clock jumps an hour ahead and back: no timer is lost or fires twice, and nothing stands still."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import postgres
from tests.faults import auditor
from tests.faults.auditor import Report
from tests.faults.clocks import SETTING, WallClock
from tests.faults.crashes import crash_test
from tests.faults.ledger import Ledger
from tests.faults.nursery import Nursery
from tests.faults.scale import scale_test
from tests.faults.town import Town, talking

pytestmark = [pytest.mark.slow]

_HOUR_S = 3600.0


def _fired(ledger: Ledger, town: Town) -> set[str]:
    own = {cause for _, cause in town.timers}
    return {cause for (cause,) in ledger.ask("SELECT cause FROM turn WHERE inbox = 0")} & own


def _until(so: Callable[[], bool], told: str) -> None:
    end = time.monotonic() + 30
    while not so():
        assert time.monotonic() < end, told
        time.sleep(0.1)


def _jumps(clock: WallClock, ledger: Ledger, town: Town) -> None:
    """An hour ahead, home, an hour back, home; with timers on each side of every jump."""
    time.sleep(4)
    town.set_timers(ledger, 3, within_s=2)
    town.set_timers(ledger, 3, within_s=_HOUR_S / 2)  # due at once after the jump
    clock.ahead_s = _HOUR_S
    _until(lambda: len(_fired(ledger, town)) == 6, "the timers of the hour that was leapt over did not fire")
    clock.ahead_s = 0.0
    time.sleep(4)
    town.set_timers(ledger, 3, within_s=2)  # due in an hour, by the clock after the next jump
    clock.ahead_s = -_HOUR_S
    time.sleep(4)
    town.set_timers(ledger, 3, within_s=2, from_s=-_HOUR_S)
    _until(lambda: len(_fired(ledger, town)) == 9, "nothing fires after the clock has gone back")
    clock.ahead_s = 0.0
    _until(lambda: len(_fired(ledger, town)) == 12, "timers were lost when the clock came home")


def _sound(report: Report) -> None:
    print(report.table())
    assert report.violations == []
    assert report.figures["messages repeated"] == 0
    assert report.figures["updates acknowledged"] > 50


def test_the_one_engine_lives_through_jumps_of_the_clock(tmp_path: Path) -> None:
    clock = WallClock(tmp_path / "clock")
    with crash_test(tmp_path, patients=20, seed=9) as one:
        one.engine.settings[SETTING] = str(tmp_path / "clock")
        one.engine.start()
        one.engine.wait_until_healthy()
        with talking(one.town, one.ledger(), a_second=15):
            _jumps(clock, one.ledger(), one.town)
        one.engine.stop()
        one.settle()
        _sound(auditor.audit(one))
    assert "the machine's clock jumped by -3600 seconds" in one.engine.log()


@pytest.mark.postgres
def test_several_processes_do_too(tmp_path: Path) -> None:
    clock = WallClock(tmp_path / "clock")
    with (
        Nursery() as nursery,
        postgres.database(tmp_path / "keys.json") as url,
        scale_test(tmp_path, url, patients=20, seed=10, web=1) as test,
    ):
        for one in test.members:
            one.nursery = nursery
            one.settings = {**one.settings, SETTING: str(tmp_path / "clock")}
        test.start()
        with talking(test.town, test.ledger(), a_second=15):
            _jumps(clock, test.ledger(), test.town)
        test.settle()
        assert test.stop() == [0] * len(test.members)
        _sound(auditor.audit(test))
    assert "the machine's clock jumped by +3600 seconds" in test.of("worker")[0].log()
