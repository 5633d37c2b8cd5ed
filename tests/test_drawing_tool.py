"""The tool that draws the exercise pictures, and the part of SVG that it turns into pixels."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
PICTURES = TOOLS.parent / "content" / "exercises" / "pictures"
RED, WHITE = (255, 0, 0), (255, 255, 255)


@pytest.fixture
def raster(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("raster")


@pytest.fixture
def drawing(raster: Any) -> Any:
    sys.modules.pop("draw_exercises", None)
    return importlib.import_module("draw_exercises")


def svg(body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{body}</svg>'


@pytest.mark.parametrize(
    ("body", "inside", "outside"),
    [
        ('<rect x="10" y="10" width="20" height="20" fill="#ff0000"/>', (20, 20), (5, 5)),
        ('<circle cx="10" cy="10" r="6" fill="#ff0000"/>', (10, 10), (18, 10)),
        ('<ellipse cx="20" cy="20" rx="15" ry="4" fill="#ff0000"/>', (32, 20), (20, 28)),
        ('<polygon points="5,5 35,5 5,35" fill="#ff0000"/>', (10, 10), (32, 32)),
        ('<path d="M 5 20 L 35 20" stroke="#ff0000" stroke-width="6"/>', (20, 20), (20, 26)),
        ('<path d="M 5 30 Q 20 -10 35 30" stroke="#ff0000" stroke-width="6"/>', (20, 10), (20, 30)),
        ('<path d="M 5 20 A 15 15 0 0 1 35 20" stroke="#ff0000" stroke-width="6"/>', (20, 5), (20, 35)),
        ('<path d="M 5 20 A 15 15 0 0 0 35 20" stroke="#ff0000" stroke-width="6"/>', (20, 35), (20, 5)),
        ('<g transform="translate(20 20) scale(0.5)"><circle cx="10" cy="10" r="8" fill="#ff0000"/></g>',
         (25, 25), (10, 10)),
        ('<path d="M 2 20 L 38 20" stroke="#ff0000" stroke-width="4" stroke-dasharray="6 12"/>', (5, 20), (14, 20)),
    ],
)  # fmt: skip
def test_a_shape_is_drawn_where_it_stands(
    raster: Any, body: str, inside: tuple[int, int], outside: tuple[int, int]
) -> None:
    drawn = raster.pixels(svg(body), 40, 40)
    assert max(abs(a - b) for a, b in zip(drawn.getpixel(inside), RED, strict=True)) < 16
    assert max(abs(a - b) for a, b in zip(drawn.getpixel(outside), WHITE, strict=True)) < 16


def test_what_is_not_understood_is_refused(raster: Any) -> None:
    with pytest.raises(ValueError, match="<text> is not drawn here"):
        raster.pixels(svg("<text>hello</text>"), 40, 40)
    with pytest.raises(ValueError, match="rotate"):
        raster.pixels(svg('<g transform="rotate(3)"/>'), 40, 40)


def test_the_drawings_in_the_pack_are_those_that_the_tool_makes(drawing: Any) -> None:
    kept = {file.stem: file.read_text("utf-8") for file in PICTURES.glob("*.svg")}
    assert kept == {name: draw() for name, draw in drawing.DRAWINGS.items()}


def test_only_an_end_position_has_an_arrow_but_for_a_movement_both_ways(drawing: Any) -> None:
    with_arrow = {name for name, draw in drawing.DRAWINGS.items() if drawing.ARROW in draw()}
    assert with_arrow == {name for name in drawing.DRAWINGS if name.endswith("_end")} | {"cat_camel_start"}


def test_every_picture_keeps_its_limbs_as_long_as_they_are(drawing: Any) -> None:
    for figure in (drawing.on_back(), drawing.on_hands_and_knees(), drawing.table_legs(), drawing.standing()):
        for limb in (figure.near_leg, figure.far_leg):
            thigh = ((limb.joint.x - limb.root.x) ** 2 + (limb.joint.y - limb.root.y) ** 2) ** 0.5
            assert thigh == pytest.approx(drawing.LEG, rel=0.15)


def bend(hip: Any, knee: Any, ankle: Any) -> float:
    """The angle at a knee as it is drawn, in degrees; 180 is a straight leg."""
    towards = [math.atan2(end.y - knee.y, end.x - knee.x) for end in (hip, ankle)]
    return abs(math.degrees(math.remainder(towards[0] - towards[1], math.tau)))


@pytest.mark.parametrize("exercise", ["clam", "side_rest"])
def test_bent_knees_of_somebody_on_the_side_look_bent(
    drawing: Any, monkeypatch: pytest.MonkeyPatch, exercise: str
) -> None:
    drawn = []
    monkeypatch.setattr(drawing, "draw_leg", lambda limb, *_: drawn.append(limb) or "")
    drawing.DRAWINGS[f"{exercise}_start"]()
    assert len(drawn) == 2
    assert all(bend(limb.root, limb.joint, limb.end) < 110 for limb in drawn)


@pytest.mark.parametrize("exercise", ["hip_abduction", "knee_rocking"])
def test_seen_from_the_feet_a_knee_that_is_up_stands_far_above_its_heel(drawing: Any, exercise: str) -> None:
    _, knee, heel, _ = drawing.knee_from_feet(1, 0)
    assert heel.y - knee.y > 80
    assert drawing.DRAWINGS[f"{exercise}_start"]() == drawing.knees_up_start()


def test_the_hip_of_the_side_bridge_leaves_the_mat_visibly(drawing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hips = []
    monkeypatch.setattr(drawing, "side_propped", lambda _, __, hip: hips.append(hip) or "")
    drawing.side_bridge_start(), drawing.side_bridge_end()
    assert hips[0].y - hips[1].y > drawing.HEIGHT / 8
