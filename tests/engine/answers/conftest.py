"""The English phrases of the pack, and a reader with all the rest given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from coachbot.engine.answers.phrases import Phrases, phrases_from
from coachbot.engine.answers.read import read
from coachbot.engine.answers.readings import Reading
from coachbot.engine.asks import Ask

ROOT = Path(__file__).parents[3]
#: A Saturday.
TODAY = date(2026, 3, 7)

Reader = Callable[..., Reading]


@cache
def _english() -> Phrases:
    return phrases_from(yaml.safe_load((ROOT / "content/en/phrases.yaml").read_text(encoding="utf-8")))


@pytest.fixture
def english() -> Phrases:
    """What the pack ships."""
    return _english()


@pytest.fixture
def reads(english: Phrases) -> Reader:
    """`reads(ask, text, labels, chosen)` in English on a Saturday."""

    def reader(ask: Ask, text: str, labels: Mapping[str, str] | None = None, chosen: tuple[str, ...] = ()) -> Reading:
        return read(ask, text, labels=labels or {}, phrases=english, today=TODAY, chosen=chosen)

    return reader
