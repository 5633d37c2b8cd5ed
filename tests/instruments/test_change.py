"""Better, worse or about the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.instruments import Instrument, change, instrument_from

from .conftest import SCORED, Data, shipped_data

Load = Callable[[str], Instrument]


@pytest.mark.parametrize(
    ("name", "score", "before", "now", "verdict"),
    [
        ("phq9", "total", 15, 10, "better"),
        ("phq9", "total", 15, 11, "about_the_same"),
        ("phq9", "total", 15, 20, "worse"),
        ("gad7", "total", 12, 8, "better"),
        ("gad7", "total", 12, 9, "about_the_same"),
        ("nrs", "worst", 7, 5, "better"),
        ("nrs", "worst", 7, 6, "about_the_same"),
        ("nrs", "current", 3, 5, "worse"),
        ("pcs", "total", 30, 22, "better"),
        ("pcs", "total", 30, 37, "about_the_same"),
        ("rmdq", "total", 12, 8, "better"),
        ("rmdq", "total", 12, 9, "about_the_same"),
        ("rmdq", "total", 12, 16, "worse"),
    ],
)
def test_a_change_counts_from_the_smallest_that_matters(
    official: Load, name: str, score: str, before: float, now: float, verdict: str
) -> None:
    found = change(official(name), score, before, now)
    assert found.verdict == verdict
    assert found.by == now - before
    assert found.source is not None


@pytest.mark.parametrize(
    ("before", "now", "verdict"), [(30, 36, "better"), (30, 24, "worse"), (30, 35, "about_the_same")]
)
def test_more_is_better_where_the_score_says_so(official: Load, before: float, now: float, verdict: str) -> None:
    assert change(official("pseq"), "total", before, now).verdict == verdict


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [(6, 4, "better"), (6, 5, "about_the_same"), (6, 9, "about_the_same"), (6, 10, "worse"),
     (0, 0, "about_the_same"), (0, 4, "worse"), (7, 4, "about_the_same")],
)  # fmt: skip
def test_a_low_start_improves_by_its_share_and_worsens_by_points(
    official: Load, before: float, now: float, verdict: str
) -> None:
    assert change(official("rmdq"), "total", before, now).verdict == verdict


@pytest.mark.parametrize("name", SCORED)
def test_own_wording_gives_the_difference_but_no_verdict(instrument: Load, name: str) -> None:
    own = instrument(name)
    one = own.scores[0]
    found = change(own, one.code, one.high, one.low)
    assert found.by == one.low - one.high
    assert (found.verdict, found.silence, found.source) == (None, "own_wording", None)


@pytest.mark.parametrize(("before", "now"), [(None, 3), (3, None), (None, None)])
def test_a_missing_score_has_no_change(official: Load, before: float | None, now: float | None) -> None:
    found = change(official("phq9"), "total", before, now)
    assert (found.verdict, found.by, found.silence) == (None, None, "missing")


def test_a_score_without_a_smallest_change_has_no_verdict(official: Load) -> None:
    found = change(official("pcs"), "rumination", 10, 2)
    assert (found.verdict, found.by, found.silence) == (None, -8, "no_smallest_change")


def test_an_unknown_score_is_named_with_the_known_ones(official: Load) -> None:
    with pytest.raises(KeyError, match="phq9 has no 'sum'"):
        change(official("phq9"), "sum", 1, 2)


def _official(name: str) -> Instrument:
    origin = {"source": "The publisher", "version": "1", "licence": "Granted to the site"}
    data: Data = shipped_data(name)
    return instrument_from(data | {"wording": "official", "official": origin})


PCS, PSEQ = _official("pcs"), _official("pseq")


@given(st.integers(0, 52), st.integers(0, 52))
def test_there_and_back_again_are_opposite_verdicts(before: int, now: int) -> None:
    opposite = {"better": "worse", "worse": "better", "about_the_same": "about_the_same"}
    there = change(PCS, "total", before, now).verdict
    assert there is not None
    assert change(PCS, "total", now, before).verdict == opposite[there]


@given(st.integers(0, 52), st.integers(0, 52))
def test_the_same_step_means_the_opposite_where_more_is_better(before: int, now: int) -> None:
    pcs, pseq = change(PCS, "total", before, now).verdict, change(PSEQ, "total", before, now).verdict
    assert pcs == "about_the_same" or {pcs, pseq} == {"better", "worse"}
