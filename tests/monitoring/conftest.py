"""A coach for each test, on a fresh database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from tests.service.house import House


@pytest.fixture
def house(tmp_path: Path, pack: Pack) -> Iterator[House]:
    """A coach on a Wednesday of the third week."""
    log = logging.getLogger("coachbot")
    log.propagate = False
    built = House(tmp_path, pack)
    yield built
    built.store.close()
    log.propagate = True
