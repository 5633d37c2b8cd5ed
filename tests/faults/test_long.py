"""One of two workers is killed again and again, for half a minute; `python -m tests.faults.long` does it for ten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.long import Siege, besieged

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_a_worker_killed_every_ten_seconds_loses_and_doubles_nothing(tmp_path: Path) -> None:
    report = besieged(tmp_path, Siege(minutes=0.5, every_s=10.0, patients=16, seed=3))
    print(report.table())
    assert report.violations == []
    assert report.kills
    assert report.figures["updates acknowledged"] > 50
