"""The benchmarks run, and the floor writes what the coach writes. No test looks at a time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from benchmarks import ticks, turns
from benchmarks.ground import ANSWERS, Ground, ground
from coachbot.authoring.pack import Pack
from tests import postgres

_TABLES = ("turn", "outbox", "inbox", "conversation", "diary", "enrolment", "timer")
pytestmark = pytest.mark.slow


def _sizes(database: Path) -> dict[str, tuple[int, int]]:
    """Rows, and bytes of sealed bodies, of each table."""
    found = {}
    with sqlite3.connect(database) as connection:
        for table in _TABLES:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            weigh = "sum(length(body))" if "body" in columns else "0"
            found[table] = connection.execute(f"SELECT count(*), {weigh} FROM {table}").fetchone()
    return found


def _after_a_run(base: Ground) -> dict[str, tuple[int, int]]:
    copy = base.folder / "copy.db"
    turns.snapshot(base, copy)
    return _sizes(copy)


def test_the_floor_writes_the_same_rows_and_bytes_as_the_coach(pack: Pack) -> None:
    with ground(50, pack) as base:
        base.open_checkins(0, 50)
        before = base.folder / "floor.db"
        turns.snapshot(base, before)
        # The run opens the check-ins anew, which is written outside of what is measured on both sides.
        run = turns.captured(base, 0, 50, 50)
        coach = _after_a_run(base)
        assert len(run.commits) == 2 * len(ANSWERS), "one commit for the inbox, one for the turns"
        turns.floor(before, run)
        bare = _sizes(before)
        for table in ("inbox", "turn", "diary"):
            assert bare[table] == coach[table], table


@pytest.mark.postgres
def test_the_floor_over_postgresql_writes_what_the_coach_writes(pack: Pack) -> None:
    from benchmarks import postgres as over_postgres

    with postgres.database() as url, ground(50, pack, url) as base:
        with over_postgres.copy(base, url) as written:
            run = turns.captured(base, 0, 50, 50)
            assert written(run) > 0
            rows, bare = over_postgres.counts(url), over_postgres.counts(over_postgres.name_of_copy(url))
        assert len(run.commits) == 2 * len(ANSWERS)
        for table in ("inbox", "turn", "diary"):
            assert bare[table] == rows[table] > 0, table


def test_every_message_gets_its_turn_at_an_open_loop_rate(pack: Pack) -> None:
    with ground(40, pack) as base:
        assert len(turns.latencies(base, 200.0, 0.5)) == 100


def test_a_tick_can_be_measured_over_waiting_timers(pack: Pack) -> None:
    with ground(50, pack) as base:
        ticks.add_waiting(base, 500)
        assert ticks.tick(base) > 0
        assert ticks.firing(base) > 0


def test_the_shares_of_a_turn_make_the_whole(pack: Pack) -> None:
    with ground(50, pack) as base:
        parts = turns.shares(base, 50)
    nested = ("parse", "encrypt", "decrypt")
    assert {"step", "render", "load and decrypt", "encrypt and write", "commit and the rest"} <= parts.keys()
    assert sum(part for name, part in parts.items() if name not in nested) + parts["parse"] == pytest.approx(1.0)
