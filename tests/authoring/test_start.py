"""A pack that the coach could not start with does not pass its check."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coachbot.authoring.pack import check_pack

#: Each test reads a whole pack anew, most of them in a process of its own.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped pack, to be spoilt."""
    root = tmp_path_factory.mktemp("pack")
    for part in ("dialogs", "content"):
        shutil.copytree(ROOT / part, root / part)
    return root


def errors(root: Path, code: str) -> list[str]:
    return [str(one) for one in check_pack(root) if one.code == code]


@pytest.mark.parametrize("name", ["content/en/safety/lexicon.yaml", "content/en/site.yaml", "content/site.yaml"])
def test_a_file_that_is_missing_or_empty_is_an_error(copy: Path, name: str) -> None:
    file = copy / name
    kept = file.read_text("utf-8")
    try:
        file.write_text("", "utf-8")
        assert any("is empty" in one for one in errors(copy, "START_001"))
        file.unlink()
        assert any(f"{name} is missing" in one for one in errors(copy, "START_001"))
    finally:
        file.write_text(kept, "utf-8")


def test_a_lexicon_that_cannot_be_used_is_an_error(copy: Path) -> None:
    file = copy / "content" / "en" / "safety" / "lexicon.yaml"
    kept = file.read_text("utf-8")
    try:
        file.write_text("crisis: nothing\n", "utf-8")
        assert errors(copy, "SAFETY_004")
    finally:
        file.write_text(kept, "utf-8")
