"""Somebody sets the machine's clock, and it is noticed once."""

from __future__ import annotations

import pytest

from coachbot.service.jumps import NOTICED_S, Jumps


@pytest.mark.parametrize(("by", "told"), [(3600.0, 3600.0), (-3600.0, -3600.0), (NOTICED_S / 2, 0.0), (0.0, 0.0)])
def test_a_jump_is_told_once(by: float, told: float) -> None:
    wall, steady = [1000.0], [50.0]
    jumps = Jumps(lambda: wall[0], lambda: steady[0])
    wall[0] += 60 + by
    steady[0] += 60
    assert jumps.look() == told
    assert jumps.look() == 0.0
