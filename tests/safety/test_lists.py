"""How much danger is found on lines that nobody tuned on: the figures of docs/safety.md."""

from __future__ import annotations

from functools import cache
from math import sqrt
from pathlib import Path

import pytest

from coachbot.authoring.yaml_reader import read_yaml
from coachbot.safety import Watch, detector_from
from coachbot.testing.ground import pack_at
from tests.safety.lexicons import detector

ROOT = Path(__file__).parents[2]
#: Of the list, how much of the danger is found at least, and how many harmless lines are taken for it at most.
FLOORS = {"second": (0.78, 0.04), "third": (0.88, 0.08)}


@cache
def watch() -> Watch:
    safety = pack_at(ROOT).safety
    return Watch(detector_from(safety.lexicons, safety.worded), safety.likeness, safety.order)


@cache
def lines(name: str) -> tuple[tuple[str, str], ...]:
    file = Path(__file__).parent / "lists" / f"{name}.yaml"
    rows = read_yaml(str(file), file.read_text("utf-8"))[0].data["lines"]
    return tuple((str(row["kind"]), str(row["text"])) for row in rows)


def told(share: int, of: int) -> str:
    """A share with Wilson's interval of 95 %."""
    z = 1.96
    middle, half = share + z * z / 2, z * sqrt(share * (of - share) / of + z * z / 4)
    low, high = (middle - half) / (of + z * z), (middle + half) / (of + z * z)
    return f"{share} of {of}: {share / of:.0%} ({low:.0%} to {high:.0%})"


@pytest.mark.parametrize("name", list(FLOORS))
def test_danger_is_found_where_nobody_tuned(name: str) -> None:
    least, most = FLOORS[name]
    danger = [text for kind, text in lines(name) if kind != "harmless"]
    harmless = [text for kind, text in lines(name) if kind == "harmless"]
    found = sum(watch().gravest(text, "en") not in (None, "pregnancy") for text in danger)
    mistaken = sum(watch().gravest(text, "en") not in (None, "pregnancy") for text in harmless)
    assert found / len(danger) >= least
    assert mistaken / len(harmless) <= most


@pytest.mark.parametrize("name", list(FLOORS))
@pytest.mark.parametrize("kind", ["crisis", "cauda_equina", "red_flag", "harmless"])
def test_the_page_has_the_figures(name: str, kind: str) -> None:
    mine = [text for of, text in lines(name) if of == kind]
    found = sum(watch().gravest(text, "en") not in (None, "pregnancy") for text in mine)
    by_words = sum(detector().gravest(text, "en") not in (None, "pregnancy") for text in mine)
    row = f"| {name} | {kind} | {told(by_words, len(mine))} | {told(found, len(mine))} |"
    assert row in (ROOT / "docs" / "safety.md").read_text("utf-8"), row


@pytest.mark.parametrize(
    "text",
    ["my left foot tingles since yesterday", "pins and needles in my right foot since Monday", "my left foot is numb"],
)
def test_one_foot_alone_leads_to_a_clinician_and_not_to_the_emergency_department(text: str) -> None:
    assert watch().gravest(text, "en") == "red_flag"


@pytest.mark.parametrize(
    "text",
    [
        "both my feet tingle since yesterday",
        "my left foot tingles since yesterday and my groin is numb",
        "my left foot tingles and I can't pee",
        "my left leg is getting weaker",
        "left foot tingles and drags",
    ],
)
def test_both_feet_the_saddle_the_bladder_or_weakness_stay_an_emergency(text: str) -> None:
    assert watch().gravest(text, "en") == "cauda_equina"
