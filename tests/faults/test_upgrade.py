"""A newer version brings the tables up to date while an older one is at work: the older one stops by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from coachbot.errors import StoreError
from coachbot.store.migrating import REVISIONS
from tests import postgres
from tests.faults import auditor
from tests.faults.crashes import crash_test
from tests.faults.nursery import Nursery
from tests.faults.scale import Member, scale_test
from tests.faults.town import talking
from tests.faults.zygote import NEWER

pytestmark = [pytest.mark.slow]

_NEXT = "9999"
_LONGEST_S = 60.0


def _ended(one: Member) -> int:
    assert one.process is not None
    try:
        return int(one.process.wait(timeout=_LONGEST_S))
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{one.service} works on:\n{one.log()[-2000:]}") from None


@pytest.mark.postgres
def test_old_processes_stop_with_a_clear_line_and_new_ones_take_over(tmp_path: Path) -> None:
    with (
        Nursery() as nursery,
        postgres.database(tmp_path / "keys.json") as url,
        scale_test(tmp_path, url, patients=20, seed=12, web=1) as test,
    ):
        for one in test.members:
            one.nursery = nursery
        test.start()
        with talking(test.town, test.ledger(), a_second=15):
            test.town.set_timers(test.ledger(), 6, within_s=10)
            test.ledger().run("UPDATE alembic_version SET version_num = ?", _NEXT)
            assert [_ended(one) for one in test.members] == [StoreError.exit_code] * len(test.members)
            for one in test.members:
                assert f"brought the tables up to date (revision {_NEXT}); this one stops" in one.log()
                assert "Traceback" not in one.log()
            test.members[0].start()  # an older one does not begin either
            assert _ended(test.members[0]) == StoreError.exit_code
            assert f"made by a newer coachbot (revision {_NEXT})" in test.members[0].log()
            for one in test.members:
                one.settings = {**one.settings, NEWER: _NEXT}
            test.start()
        test.settle()
        assert test.stop() == [0] * len(test.members)
        test.ledger().run("UPDATE alembic_version SET version_num = ?", REVISIONS[-1])  # the auditor is of this version
        report = auditor.audit(test)
    print(report.table())
    assert report.violations == []
    assert report.figures["timers fired twice"] == 0
    assert report.figures["updates acknowledged"] > 50


def test_the_one_engine_stops_too(tmp_path: Path) -> None:
    with crash_test(tmp_path, patients=4, seed=13) as one:
        one.engine.start()
        one.engine.wait_until_healthy()
        one.ledger().run("UPDATE alembic_version SET version_num = ?", _NEXT)
        assert one.engine.ended_within(_LONGEST_S) == StoreError.exit_code
        assert "this one stops" in one.engine.log()
