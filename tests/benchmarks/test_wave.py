"""The morning wave in its quick form: what the ledger says is what arrived, and the coach was never too fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.wave import QUICK, wave

pytestmark = pytest.mark.slow


def test_a_wave_through_a_messenger_that_fails_ends_as_the_ledger_says(tmp_path: Path) -> None:
    found = wave(tmp_path, QUICK, 0.1, quick=True)
    assert found.violations == []
    assert found.figures["429 caused by the coach"] == 0
    assert any(name.startswith("fault: ") for name in found.figures)
