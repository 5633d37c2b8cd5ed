"""What all tests share: the real pack, read once, and a coach over a store in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack, load_pack

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The pack that ships with coachbot."""
    return load_pack(ROOT)
