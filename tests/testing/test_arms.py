"""The arms side by side: what is counted, and that the page is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachbot.testing import persona as personas
from coachbot.testing.arms import is_personal, page, weeks
from coachbot.testing.transcript import Life, live_through

PAGE = Path(__file__).parent.parent.parent / "docs" / "arms.md"


@pytest.mark.parametrize(
    ("written", "personal"),
    [
        ("Good morning, {{ patient.name }}.", False),
        ("{% if today.practice_day %}Exercises today.{% endif %}", False),
        ("You exercised {{ diary.cse_week }} times.", True),
        ('As you planned it: "{{ cse_habit }}".', True),
        ("{% if barrier == 'time' %}A full day.{% endif %}", True),
        ("Nothing put in.", False),
    ],
)
def test_a_personal_touch_is_something_the_patient_said_or_did(written: str, personal: bool) -> None:
    assert is_personal(written) is personal


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return [live_through(arm, personas.load("steady")) for arm in ("combined", "exercise")]


@pytest.mark.slow
def test_the_page_is_up_to_date(lives: list[Life]) -> None:
    assert PAGE.read_text("utf-8") == page(lives)


@pytest.mark.slow
def test_both_arms_are_written_to_equally_often_in_every_week(lives: list[Life]) -> None:
    combined, exercise = ({n: week.touchpoints for n, week in weeks(life).items()} for life in lives)
    assert combined == exercise


@pytest.mark.slow
def test_the_exercise_arm_is_as_personal_as_the_other(lives: list[Life]) -> None:
    combined, exercise = (weeks(life) for life in lives)
    touches = {number: exercise[number].personal for number in range(1, 17)}
    assert sum(touches.values()) >= 150
    assert min(touches.values()) >= 5
    words = [sum(week.words for week in arm.values()) for arm in (combined, exercise)]
    assert abs(words[1] - words[0]) <= 0.15 * words[0]
