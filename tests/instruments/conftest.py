"""What the tests of instruments share: the shipped ones, and the smallest good one to be spoilt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from coachbot.instruments import Instrument, instrument_from

CONTENT = Path(__file__).parents[2] / "content"
SHIPPED = (
    "baseline_selfback", "baseline_zheng", "bipq", "eq5d5l", "eq_vas", "fabq_pa", "gad7", "gpe", "nrs", "nrs_2", "pcs",
    "phq8", "phq9", "pseq", "psfs", "rmdq", "rmdq23", "scs_sf", "sgpals",
)  # fmt: skip
#: Those that are scored; the others are forms, whose answers are kept and nothing more.
SCORED = tuple(name for name in SHIPPED if not name.startswith("baseline_"))

SMALL = """
instrument: small
title: The smallest instrument
recall: today
minutes: 1
layout: likert
wording: official
official: {source: A book, version: "1", licence: Free}
anchors: [{code: a0, value: 0}, {code: a1, value: 1}, {code: a2, value: 2}]
items:
  - {code: q1, safety: none}
  - {code: q2, safety: rules}
  - {code: q3, safety: none}
  - {code: aside, scored: false, safety: none}
scores:
  - code: total
    items: all
    method: sum
    reverse: [q3]
    low: 0
    high: 6
    higher_is: worse
    missing: {allow: 1, source: A book}
    bands: {source: A book, of: [{code: light, low: 0, high: 2}, {code: heavy, low: 3, high: 6}]}
change: [{score: total, points: 2, source: A book}]
safety:
  - {item: q2, kind: harm, at_least: 1, priority: high, source: A book}
  - {item: q2, kind: harm, at_least: 2, priority: top, source: A book}
  - {item: q2, kind: harm, skipped: true, ask_again: 1, priority: low, source: A book}
licence: {terms: Free, granted_by: Nobody, source: A book}
vectors:
  - {case: floor, answers: {q1: 0, q2: 0, q3: 2}, scores: {total: 0}, bands: {total: light}}
  - {case: ceiling, answers: {q1: 2, q2: 2, q3: 0}, scores: {total: 6}}
  - {case: mixed, answers: {q1: 1, q2: 0, q3: 0}, scores: {total: 3}, bands: {total: heavy}}
  - {case: reversed, answers: {q1: 2, q2: 2, q3: 2}, scores: {total: 4}}
  - {case: missing, answers: {q1: 1, q2: null, q3: 1}, scores: {total: 3}}
"""

Data = dict[str, Any]


def small_data() -> Data:
    """A fresh copy of the smallest good mapping."""
    data: Data = yaml.safe_load(SMALL)
    return data


def shipped_data(name: str) -> Data:
    data: Data = yaml.safe_load((CONTENT / "instruments" / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


@pytest.fixture
def small() -> Data:
    return small_data()


@pytest.fixture
def instrument() -> Callable[[str], Instrument]:
    """A shipped instrument by name."""
    return lambda name: instrument_from(shipped_data(name))


@pytest.fixture
def official() -> Callable[[str], Instrument]:
    """A shipped instrument as a site would have it that installed the official wording."""

    def load(name: str) -> Instrument:
        origin = {"source": "The publisher", "version": "1", "licence": "Granted to the site"}
        return instrument_from(shipped_data(name) | {"wording": "official", "official": origin})

    return load
