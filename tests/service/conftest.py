"""A coach for each test, on a fresh database of either kind."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from tests import postgres
from tests.service.house import House

#: What leans on the database most: groups of turns, timers, the ledger, erasure, the audit, broadcasts. To run all on
#: PostgreSQL too: COACHBOT_TEST_ALL_ON_POSTGRES=1.
ON_BOTH = {
    "test_audit", "test_days", "test_doors", "test_finishing", "test_joining", "test_leases", "test_outage",
    "test_sending", "test_shifts", "test_tally", "test_turns",
}  # fmt: skip


@pytest.fixture
def sqlite_house(tmp_path: Path, pack: Pack) -> Iterator[House]:
    """A coach on a SQLite file, on a Wednesday of the third week."""
    yield from _quietly(House(tmp_path, pack))


@pytest.fixture
def postgres_house(tmp_path: Path, pack: Pack) -> Iterator[House]:
    """The same on PostgreSQL."""
    with postgres.database(tmp_path / "keys.json") as url:
        yield from _quietly(House(tmp_path, pack, database=url))


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House:
    """A coach on SQLite; the modules of `ON_BOTH` run on PostgreSQL too."""
    kind = getattr(request, "param", "sqlite")
    built: House = request.getfixturevalue(f"{kind}_house")
    return built


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    module = metafunc.module.__name__.rpartition(".")[2]
    if "house" in metafunc.fixturenames and (module in ON_BOTH or os.environ.get("COACHBOT_TEST_ALL_ON_POSTGRES")):
        postgres_too = pytest.param("postgres", marks=pytest.mark.postgres)
        metafunc.parametrize("house", ["sqlite", postgres_too], indirect=True)


def _quietly(built: House) -> Iterator[House]:
    log = logging.getLogger("coachbot")
    log.propagate = False
    yield built
    built.store.close()
    log.propagate = True
