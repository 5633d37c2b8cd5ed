"""The installation of compose.scale.yaml: workers die while patients talk, and nothing is lost or doubled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests import postgres
from tests.faults import auditor
from tests.faults.scale import scale_test, talking

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_KILLS, _EVERY_S = 4, 3.0


def test_workers_die_every_few_seconds_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with postgres.database(tmp_path / "keys.json") as url, scale_test(tmp_path, url, patients=20, seed=5) as test:
        test.start()
        with talking(test, a_second=15):
            for _ in range(_KILLS):
                test.town.set_timers(test.ledger(), 3, within_s=_EVERY_S)
                time.sleep(_EVERY_S)
                victim = test.rng.choice(test.of("worker"))
                test.kill(victim)
                test.wait_for(victim)
        test.settle()
        assert test.stop() == [0] * len(test.members)
        report = auditor.audit(test)
    assert report.violations == []
    assert report.figures["timers fired twice"] == 0
    assert report.figures["updates acknowledged"] > 100
