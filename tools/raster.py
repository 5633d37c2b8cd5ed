"""Turn the SVG that `draw_exercises.py` writes into pixels, with Pillow alone.

Only the part of SVG that the drawings use is understood: `g` with `translate(x y) scale(s)`, `rect`, `circle`,
`ellipse`, `polygon`, and `path` with M, L, Q and circular A, stroked with round ends. Anything else is refused
with a ValueError that names it, so that a picture is never quietly wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

from PIL import Image, ImageDraw

#: Drawn this many times larger and then made smaller, for smooth edges.
_FINER = 4
_PIECES = 24  # straight pieces of one curve
_TOKEN = re.compile(r"[MLQA]|-?\d+(?:\.\d+)?")
_TRANSFORM = re.compile(r"translate\((\S+) (\S+)\) scale\((\S+)\)")

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a group stands: moved by x and y, `scale` times as large. In pixels of the fine picture."""

    x: float
    y: float
    scale: float

    def spot(self, x: float, y: float) -> Spot:
        return self.x + x * self.scale, self.y + y * self.scale

    def inner(self, transform: str) -> _Place:
        found = _TRANSFORM.fullmatch(transform)
        if found is None:
            raise ValueError(f"transform '{transform}' is not of the kind translate(x y) scale(s)")
        x, y, scale = map(float, found.groups())
        return _Place(*self.spot(x, y), self.scale * scale)


def pixels(svg: str, width: int, height: int) -> Image.Image:
    """The picture, `width` x `height` pixels; the SVG's own units are pixels."""
    fine = Image.new("RGB", (width * _FINER, height * _FINER), "white")
    _group(ImageDraw.Draw(fine), ElementTree.fromstring(svg), _Place(0, 0, _FINER))
    return fine.resize((width, height), Image.Resampling.LANCZOS)


def _group(brush: ImageDraw.ImageDraw, group: ElementTree.Element, place: _Place) -> None:
    for element in group:
        kind = element.tag.rpartition("}")[2]
        if kind == "g":
            _group(brush, element, place.inner(element.get("transform", "")))
        elif kind in _KINDS:
            _KINDS[kind](brush, element, place)
        else:
            raise ValueError(f"<{kind}> is not drawn here; add it to tools/raster.py")


def _number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "0"))


def _rect(brush: ImageDraw.ImageDraw, element: ElementTree.Element, place: _Place) -> None:
    left, top = _number(element, "x"), _number(element, "y")
    box = [*place.spot(left, top), *place.spot(left + _number(element, "width"), top + _number(element, "height"))]
    edge = round(_number(element, "stroke-width") * place.scale)
    radius = _number(element, "rx") * place.scale
    brush.rounded_rectangle(box, radius, fill=element.get("fill"), outline=element.get("stroke"), width=edge)


def _round(brush: ImageDraw.ImageDraw, element: ElementTree.Element, place: _Place) -> None:
    x, y, r = (_number(element, name) for name in ("cx", "cy", "r"))
    rx, ry = _number(element, "rx") or r, _number(element, "ry") or r
    brush.ellipse([*place.spot(x - rx, y - ry), *place.spot(x + rx, y + ry)], fill=element.get("fill"))


def _polygon(brush: ImageDraw.ImageDraw, element: ElementTree.Element, place: _Place) -> None:
    pairs = (pair.split(",") for pair in element.get("points", "").split())
    brush.polygon([place.spot(float(x), float(y)) for x, y in pairs], fill=element.get("fill"))


def _path(brush: ImageDraw.ImageDraw, element: ElementTree.Element, place: _Place) -> None:
    spots = [place.spot(x, y) for x, y in _spots(element.get("d", ""))]
    width = _number(element, "stroke-width") * place.scale
    dashes = element.get("stroke-dasharray")
    for piece in _dashed(spots, [float(n) * place.scale for n in dashes.split()]) if dashes else [spots]:
        brush.line(piece, fill=element.get("stroke"), width=round(width))
        for x, y in piece:
            box = [x - width / 2, y - width / 2, x + width / 2, y + width / 2]
            brush.ellipse(box, fill=element.get("stroke"))


def _spots(path: str) -> Iterator[Spot]:
    """The corners of a path, its curves cut into short straight pieces."""
    tokens = _TOKEN.findall(path)
    at: Spot = (0.0, 0.0)
    while tokens:
        command = tokens.pop(0)
        count = {"M": 2, "L": 2, "Q": 4, "A": 7}[command]
        numbers, tokens = [float(token) for token in tokens[:count]], tokens[count:]
        if command == "Q":
            yield from _curve(at, (numbers[0], numbers[1]), (numbers[2], numbers[3]))
        elif command == "A":
            yield from _arc(at, numbers)
        else:
            yield numbers[0], numbers[1]
        at = numbers[-2], numbers[-1]


def _curve(start: Spot, control: Spot, end: Spot) -> Iterator[Spot]:
    for step in range(1, _PIECES + 1):
        t = step / _PIECES
        x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for a, b, c in zip(start, control, end, strict=True))
        yield x, y


def _arc(start: Spot, numbers: list[float]) -> Iterator[Spot]:
    """An arc of an upright ellipse: first made a circle by stretching y, then walked from start to end."""
    rx, ry, _, large, sweep, x, y = numbers
    stretch = rx / ry
    (ax, ay), (bx, by) = (start[0], start[1] * stretch), (x, y * stretch)
    reach = math.hypot(bx - ax, by - ay)
    radius = max(rx, reach / 2)
    away = math.sqrt(radius**2 - (reach / 2) ** 2) * (1 if large != sweep else -1)
    cx = (ax + bx) / 2 - away * (by - ay) / reach
    cy = (ay + by) / 2 + away * (bx - ax) / reach
    first, last = math.atan2(ay - cy, ax - cx), math.atan2(by - cy, bx - cx)
    turn = (last - first) % math.tau if sweep else -((first - last) % math.tau)
    for step in range(1, _PIECES + 1):
        angle = first + turn * step / _PIECES
        yield cx + radius * math.cos(angle), (cy + radius * math.sin(angle)) / stretch


def _dashed(spots: list[Spot], lengths: list[float]) -> Iterator[list[Spot]]:
    """The dashes of a line: `lengths` are the dash and the gap."""
    dash, gap = lengths
    walked = 0.0
    piece: list[Spot] = []
    for (ax, ay), (bx, by) in pairwise(spots):
        reach = math.hypot(bx - ax, by - ay)
        steps = max(int(reach), 1)
        for step in range(steps):
            spot = (ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps)
            if (walked + reach * step / steps) % (dash + gap) < dash:
                piece.append(spot)
            elif piece:
                yield piece
                piece = []
        walked += reach
    if piece:
        yield piece


_KINDS = {"rect": _rect, "circle": _round, "ellipse": _round, "polygon": _polygon, "path": _path}
