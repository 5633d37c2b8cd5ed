"""The installation of compose.scale.yaml: workers die while patients talk, and nothing is lost or doubled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests import postgres
from tests.faults import auditor
from tests.faults.scale import scale_test
from tests.faults.town import talking

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_EVERY_S = 3.0
#: Who dies, one after the other. The first sender is the one at work, and the second stands by.
_VICTIMS = (("worker", 0), ("worker", 1), ("sender", 0), ("worker", 0))


def test_workers_and_the_sender_die_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with (
        postgres.database(tmp_path / "keys.json") as url,
        scale_test(tmp_path, url, patients=20, seed=5, sender=2) as test,
    ):
        test.start()
        with talking(test.town, test.ledger(), a_second=15):
            for service, place in _VICTIMS:
                test.town.set_timers(test.ledger(), 3, within_s=_EVERY_S)
                time.sleep(_EVERY_S)
                victim = test.of(service)[place]
                test.kill(victim)
                test.wait_for(victim)
        test.settle()
        assert test.stop() == [0] * len(test.members)
        report = auditor.audit(test)
    print(report.table())
    assert report.violations == []
    assert report.figures["timers fired twice"] == 0
    assert report.figures["updates acknowledged"] > 100
