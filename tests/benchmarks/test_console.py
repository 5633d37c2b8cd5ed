"""The benchmark of the staff's pages looks at every page it names, and none is heavier than it may be."""

from __future__ import annotations

import pytest

from benchmarks import console
from benchmarks.ground import ground
from coachbot.authoring.pack import Pack

pytestmark = pytest.mark.slow
#: Bytes of a page at most.
_HEAVIEST = 100_000


def test_every_page_is_looked_at_and_none_is_too_heavy(pack: Pack) -> None:
    with ground(120, pack) as base:
        found = console.looks(base, rounds=1)
    assert len(found) == 8
    assert all(0 < one.size < _HEAVIEST for one in found), found
