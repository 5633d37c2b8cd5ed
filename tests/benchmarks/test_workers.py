"""Two workers beside one: every update has its turn on both, and the table tells of them. No test looks at a time."""

from __future__ import annotations

import os

import pytest

from benchmarks.observed import processor_s
from benchmarks.workers import Sizes, measured, table
from tests import postgres


@pytest.mark.slow
@pytest.mark.postgres
def test_one_and_two_workers_take_the_same_stock() -> None:
    said: list[str] = []
    found = measured(Sizes(patients=10, seconds=1.0, rate=40.0, rounds=1), postgres.needed(), said.append)
    assert len(said) == 2
    for runs in (found.at_once, found.one_by_one):
        assert [run.turns for number in (1, 2) for run in runs[number]] == [40, 40]
        assert all(run.workers_s > 0 and run.commits > 0 for number in (1, 2) for run in runs[number])
    lines = table(found).splitlines()
    assert [line.split("|")[1:3] for line in lines[2:6]] == [
        [" all at once ", " 1 "], [" all at once ", " 2 "], [" one by one ", " 1 "], [" one by one ", " 2 "]
    ]  # fmt: skip
    assert "two workers took" in lines[-1]


def test_the_processor_of_a_process_is_read() -> None:
    before = processor_s([os.getpid()])
    sum(place * place for place in range(2_000_000))
    assert processor_s([os.getpid()]) > before
