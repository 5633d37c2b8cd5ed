"""A page on a server, and whoever fills it in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from coachbot.authoring.pack import Pack
from coachbot.pages.app import create_pages
from tests.service.filling import Filling
from tests.service.house import House


@pytest.fixture
def filling(tmp_path: Path, pack: Pack) -> Iterator[Filling]:
    """Somebody with the page of the second round, on day 28, while somebody is on duty."""
    log = logging.getLogger("coachbot")
    log.propagate = False
    house = House(tmp_path, pack)
    yield Filling(house)
    house.store.close()
    log.propagate = True


@pytest.fixture
def app(filling: Filling) -> FastAPI:
    words = {"en": filling.house.coach.world.small_words["en"]["page"]}
    return create_pages(filling.pages, words)
