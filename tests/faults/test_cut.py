"""The database hangs up on web, worker and sender, again and again, and then answers nobody for twenty seconds."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from tests import postgres
from tests.faults import auditor
from tests.faults.crashes import RANDOM, Kill
from tests.faults.nursery import Nursery
from tests.faults.proxy import Door
from tests.faults.scale import Member, ScaleTest, scale_test
from tests.faults.town import talking

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_CUTS, _EVERY_S, _AWAY_S = 8, 1.5, 20.0
_HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)


def _cut(test: ScaleTest, url: str) -> None:
    postgres.run(url, _HANG_UP)
    test.kills.append(Kill(RANDOM, time.monotonic()))


def _ready(one: Member) -> int:
    return httpx.get(f"{one.url}/readyz", timeout=30).status_code


def test_connections_are_cut_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with (
        Nursery() as nursery,
        postgres.database(tmp_path / "keys.json") as real,
        Door(make_url(real).host or "127.0.0.1", make_url(real).port or 5432) as door,
    ):
        url = make_url(real).set(host="127.0.0.1", port=door.port).render_as_string(hide_password=False)
        with scale_test(tmp_path, url, patients=20, seed=14, web=1) as test:
            for one in test.members:
                one.nursery = nursery
            test.url = real  # the test itself goes past the door
            test.start()
            (web,) = test.of("web")
            with talking(test.town, test.ledger(), a_second=15):
                for _ in range(_CUTS):
                    test.town.set_timers(test.ledger(), 1, within_s=_EVERY_S)
                    time.sleep(_EVERY_S)
                    _cut(test, real)
                door.shut()
                test.kills.append(Kill(RANDOM, time.monotonic()))
                test.town.set_timers(test.ledger(), 3, within_s=_AWAY_S)
                end = time.monotonic() + _AWAY_S
                assert _ready(web) == 503
                time.sleep(max(0.0, end - time.monotonic()))
                door.open()
                time.sleep(5)
            test.settle()
            assert _ready(web) == 200
            assert test.stop() == [0] * len(test.members)
            report = auditor.audit(test)
            logs = {one.service: one.log() for one in test.members}
    print(report.table())
    assert report.violations == []
    assert report.figures["timers lost"] == report.figures["timers fired twice"] == 0
    assert report.figures["updates acknowledged"] > 100
    for service in ("worker", "sender"):
        assert "the connection to the database broke" in logs[service]
        assert "Traceback" not in logs[service]
