"""A store in a folder, for the checks of the database."""

import pytest

from tests.store.conftest import sqlite_house
from tests.store.house import House

__all__ = ["house", "sqlite_house"]


@pytest.fixture
def house(sqlite_house: House) -> House:
    return sqlite_house
