"""From a city, or from the clock on somebody's wall, to a time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time

import pytest

from coachbot.programme.places import zone_guesser

Guess = Callable[..., Mapping[str, str | None]]
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def guess() -> Guess:
    told = {"quarter past one": (time(1, 15), time(13, 15)), "8 pm": (time(20, 0),)}
    zones = ["Europe/London", "Europe/Berlin", "Asia/Shanghai"]
    return zone_guesser({"Europe/London": ["leeds"]}, zones, lambda text: told.get(text, ()))


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Leeds", "Europe/London"),
        ("near berlin, I think", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("8 pm", "Asia/Shanghai"),
    ],
)
def test_a_city_or_a_clock_gives_the_zone(guess: Guess, said: str, zone: str) -> None:
    assert guess(said, now=NOON)["zone"] == zone


def test_a_clock_that_leaves_the_half_of_the_day_open_is_tried_both_ways(guess: Guess) -> None:
    assert guess("quarter past one", now=datetime(2026, 3, 4, 12, 10, tzinfo=UTC))["zone"] == "Europe/Berlin"


@pytest.mark.parametrize("said", ["up north", "in the west", "the center of town", "a village in the hills", ""])
def test_words_that_are_no_place_give_none(guess: Guess, said: str) -> None:
    assert guess(said, now=NOON) == {"zone": None, "zone_city": None, "zone_country": None}
