"""What patients may type, and what is read in it."""

from __future__ import annotations

import pytest

from coachbot.safety import misread
from tests.safety import lines
from tests.safety.lexicons import detector, lexicons


@pytest.mark.parametrize("line", lines.CRISES)
def test_a_crisis_is_found_in(line: str) -> None:
    assert detector().gravest(line, "en") == "crisis"


@pytest.mark.parametrize("line", lines.CAUDA_EQUINA)
def test_pressed_nerves_are_found_in(line: str) -> None:
    assert detector().gravest(line, "en") == "cauda_equina"


@pytest.mark.parametrize("line", lines.RED_FLAGS)
def test_a_red_flag_is_found_in(line: str) -> None:
    assert detector().gravest(line, "en") == "red_flag"


@pytest.mark.parametrize("line", lines.PREGNANCY)
def test_a_pregnancy_is_found_in(line: str) -> None:
    assert detector().gravest(line, "en") == "pregnancy"


@pytest.mark.parametrize("line", lines.HARMLESS)
def test_nothing_is_found_in(line: str) -> None:
    assert detector().all(line, "en") == ()


@pytest.mark.parametrize("line", lines.MISSED)
def test_the_reading_is_known_to_miss(line: str) -> None:
    assert detector().gravest(line, "en") is None


@pytest.mark.parametrize("line", lines.FALSE_ALARMS)
def test_in_doubt_it_is_danger(line: str) -> None:
    assert detector().gravest(line, "en") == "crisis"


def test_every_example_of_the_lexicons_is_read_as_its_author_says() -> None:
    assert misread(detector(), lexicons()) == ()


def test_the_harmless_lines_one_after_the_other_stay_harmless() -> None:
    assert detector().all("\n".join(lines.HARMLESS), "en") == ()


def test_there_are_enough_lines_to_trust_the_tables() -> None:
    assert len(set(lines.CRISES)) >= 80
    assert len(set(lines.CRISES + lines.CAUDA_EQUINA + lines.RED_FLAGS)) >= 250
    assert len(set(lines.HARMLESS)) >= 200
