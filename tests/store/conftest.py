"""A fresh store for every test, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.store.house import House

ON_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    """For what is SQLite's own: the file, its pragmas and its log."""
    built = House(tmp_path)
    yield built
    built.store.close()


@pytest.fixture
def postgres_house(tmp_path: Path) -> Iterator[House]:
    """For what is PostgreSQL's own: locks, connections, the server."""
    with postgres.database(tmp_path / "keys.json") as url:
        built = House(tmp_path, url)
        yield built
        built.store.close()


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def house(request: pytest.FixtureRequest) -> House:
    """The same test on both databases."""
    built: House = request.getfixturevalue(f"{request.param}_house")
    return built


@pytest.fixture
def other_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A second store of the same kind."""
    if request.node.callspec.params["house"] == "sqlite":
        built = House(tmp_path / "other")
        yield built
        built.store.close()
        return
    with postgres.database(tmp_path / "other" / "keys.json") as url:
        built = House(tmp_path / "other", url)
        yield built
        built.store.close()
