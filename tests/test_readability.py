"""The page on readability is current, and nothing new is too hard to read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("readable_page", ROOT / "tools" / "readable_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(tool: ModuleType) -> None:
    assert (ROOT / "docs" / "readability.md").read_text("utf-8") == tool.page(ROOT / "content" / "en")


def test_no_lesson_of_the_day_is_above_the_ceiling_or_has_a_long_sentence(tool: ModuleType) -> None:
    found = list(tool.texts(ROOT / "content" / "en" / "education"))
    assert tool.hard_texts(found) == []
    assert tool.long_sentences(found) == []


def test_of_an_if_only_one_branch_is_read(tool: ModuleType) -> None:
    written = "You came {% if n == 1 %}once{% elif n == 2 %}twice{% else %}{% if n %}often{% endif %}{% endif %}."
    assert tool.first_branches(written) == "You came once."


def test_a_hard_text_and_a_long_sentence_are_found(tool: ModuleType, tmp_path: Path) -> None:
    hard = "Multidisciplinary rehabilitation necessitates interprofessional collaboration continuously. " * 8
    (tmp_path / "a.md").write_text(f"## one\n{hard}\n## two\n{'word ' * 26}.\n", "utf-8")
    found = list(tool.texts(tmp_path))
    assert [text.section for text, _ in tool.hard_texts(found)] == ["one"]
    assert [(text.section, n) for text, n, _ in tool.long_sentences(found)] == [("two", 26)]


def test_the_longest_text_is_one_wording_and_not_all_of_them(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("## one\nTwo words.\n\n### or\nThree words here.\n\n### in weeks 5\nOne.\n", "utf-8")
    assert [text.longest for text in tool.texts(tmp_path)] == [3]
