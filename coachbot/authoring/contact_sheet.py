"""The contact sheet: every exercise of a pack on one picture, by group, start and end side by side.

For people who judge the pictures together: a physiotherapist, an author, a translator. Matplotlib is loaded
only when a sheet is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coachbot.authoring.exercises import GROUPS, name_of, rung
from coachbot.authoring.pictures import find_picture
from coachbot.authoring.reading import DEFAULT_LANGUAGE, Reading, read_pack
from coachbot.errors import CoachbotError

_COLUMNS = 2  # exercises side by side
_POSITIONS = ("start", "end")
#: In inches at 100 dots each: one picture, the line with a name above it, the line of a group, the edge.
_PICTURE_WIDTH, _PICTURE_HEIGHT, _NAME, _TITLE, _EDGE = 2.3, 1.4375, 0.24, 0.42, 0.12
_DOTS = 100
_COLOURS = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """One exercise on the sheet."""

    name: str
    #: The files of the start and of the end position.
    pictures: tuple[Path, Path]


def draw_sheet(root: Path, file: Path, language: str = DEFAULT_LANGUAGE) -> int:
    """Draw all exercises of the pack in `root` as a PNG into `file`; how many there were.

    Raises CoachbotError, naming the first, where a picture is missing or there are no exercises at all.
    """
    groups = list(entries(read_pack(root), language))
    if not groups:
        raise CoachbotError(f"there are no exercises in {root / 'content' / 'exercises'}")
    _draw(groups, file)
    return sum(len(members) for _, members in groups)


def entries(reading: Reading, language: str) -> Iterator[tuple[str, Sequence[Entry]]]:
    """Each group that has exercises, and these from the easiest to the hardest."""
    for group in GROUPS:
        members = [one for one in reading.exercises.values() if one.group == group]
        members.sort(key=lambda one: (rung(reading.exercises, one), one.id))
        if members:
            yield group, [_entry(reading, language, one.id) for one in members]


def _entry(reading: Reading, language: str, exercise: str) -> Entry:
    words = reading.shelves.get(language, {}).get(f"exercises/{exercise}", {})
    start, end = (_picture(reading.root, language, exercise, position) for position in _POSITIONS)
    return Entry(name_of(words) or exercise, (start, end))


def _picture(root: Path, language: str, exercise: str, position: str) -> Path:
    name = f"exercises/{exercise}_{position}.png"
    found = find_picture(root, language, name)
    if found is None:
        raise CoachbotError(
            f"the {position} picture of '{exercise}' is missing: put it at content/exercises/pictures/"
            f"{exercise}_{position}.png, or draw it with tools/draw_exercises.py"
        )
    return found


# -- drawing ----------------------------------------------------------------------------------------------
def _draw(groups: Sequence[tuple[str, Sequence[Entry]]], file: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = 2 * _EDGE + _COLUMNS * (len(_POSITIONS) * _PICTURE_WIDTH + _EDGE)
    height = 2 * _EDGE + sum(_TITLE + _rows(members) * (_PICTURE_HEIGHT + _NAME) for _, members in groups)
    figure = Figure(figsize=(width, height), dpi=_DOTS, facecolor="white")
    FigureCanvasAgg(figure)
    top = height - _EDGE
    for group, members in groups:
        figure.text(_EDGE / width, (top - 0.3) / height, group.replace("_", " "), size=15, weight="bold")
        top -= _TITLE
        for place, entry in enumerate(members):
            row, column = divmod(place, _COLUMNS)
            left = _EDGE + column * (len(_POSITIONS) * _PICTURE_WIDTH + _EDGE)
            _draw_entry(figure, entry, left, top - row * (_PICTURE_HEIGHT + _NAME))
        top -= _rows(members) * (_PICTURE_HEIGHT + _NAME)
    _save(figure, file)


def _rows(members: Sequence[Entry]) -> int:
    return -(-len(members) // _COLUMNS)


def _draw_entry(figure: Any, entry: Entry, left: float, top: float) -> None:
    """A name, and below it the two positions; `left` and `top` in inches from the lower left corner."""
    from matplotlib.image import imread

    width, height = figure.get_size_inches()
    figure.text((left + 0.05) / width, (top - 0.18) / height, entry.name, size=10)
    for place, picture in enumerate(entry.pictures):
        box = (left + place * _PICTURE_WIDTH, top - _NAME - _PICTURE_HEIGHT, _PICTURE_WIDTH, _PICTURE_HEIGHT)
        axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
        axes.imshow(imread(picture), interpolation="antialiased", aspect="auto")
        axes.set_xticks([])
        axes.set_yticks([])


def _save(figure: Any, file: Path) -> None:
    """As a PNG with a small palette, a third of the size."""
    from PIL import Image

    figure.canvas.draw()
    size = figure.canvas.get_width_height()
    drawn = Image.frombuffer("RGBA", size, figure.canvas.buffer_rgba()).convert("RGB")
    try:
        drawn.quantize(_COLOURS).save(file, format="PNG", optimize=True)
    except OSError as error:
        raise CoachbotError(f"can't write {file}: {error.strerror or error}") from error
