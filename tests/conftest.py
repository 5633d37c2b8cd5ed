"""What all tests share: the real pack, read once, and a coach over a store in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.testing.ground import pack_at

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The pack that ships with coachbot: the one that stages read too."""
    return pack_at(ROOT)
