"""The contact sheet of all exercise pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from coachbot.authoring.contact_sheet import draw_sheet, entries
from coachbot.authoring.exercises import GROUPS
from coachbot.authoring.reading import read_pack
from coachbot.errors import CoachbotError

ROOT = Path(__file__).parents[2]
ORANGE = (232, 89, 12)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with exercises and their words alone."""
    return _exercises_alone(tmp_path / "pack")


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheet of these exercises, drawn once."""
    folder = tmp_path_factory.mktemp("sheet")
    assert draw_sheet(_exercises_alone(folder / "pack"), folder / "sheet.png") == 24
    return folder / "sheet.png"


def _exercises_alone(root: Path) -> Path:
    for folder in ("content/exercises", "content/en/exercises"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "dialogs").mkdir()
    return root


def test_the_groups_come_in_order_each_from_the_easiest_on(pack: Path) -> None:
    groups = dict(entries(read_pack(pack), "en"))
    assert tuple(groups) == GROUPS
    assert [one.name for one in groups["abdominals"]] == ["Pelvic tilt", "Heel slide", "Toe tap", "Small curl-up"]
    assert [file.name for file in groups["relief"][0].pictures] == ["legs_on_chair_start.png", "legs_on_chair_end.png"]


def test_a_sheet_holds_every_exercise_and_stays_small(sheet: Path) -> None:
    assert sheet.stat().st_size < 600_000
    drawn = Image.open(sheet)
    assert drawn.format == "PNG"
    near = [max(abs(a - b) for a, b in zip(one, ORANGE, strict=True)) < 40 for one in _colours(drawn)]
    assert any(near), "the arrows of movement are orange"


def _colours(image: Image.Image) -> list[tuple[int, ...]]:
    found = image.convert("RGB").getcolors(1 << 24) or []
    return [colour for _, colour in found]  # type: ignore[misc]


def test_a_missing_picture_is_named(pack: Path, tmp_path: Path) -> None:
    (pack / "content/exercises/pictures/clam_end.png").unlink()
    with pytest.raises(CoachbotError, match="end picture of 'clam' is missing") as caught:
        draw_sheet(pack, tmp_path / "sheet.png")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "sheet.png").exists()


def test_a_pack_without_exercises_says_so(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    (tmp_path / "content").mkdir()
    with pytest.raises(CoachbotError, match="no exercises"):
        draw_sheet(tmp_path, tmp_path / "sheet.png")


def test_the_sheet_in_the_docs_is_the_one_that_the_pictures_make(sheet: Path) -> None:
    new, kept = (Image.open(file) for file in (sheet, ROOT / "docs/pictures/exercises.png"))
    assert new.size == kept.size
    assert new.convert("RGB").tobytes() == kept.convert("RGB").tobytes()
