"""`coachbot invite --csv` as an operator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coachbot.cli import app
from tests.process.conftest import SITE

#: Every test opens an installation of its own.
pytestmark = pytest.mark.slow

LIST = "reference;programme;arm\nK-1;sct_cse;combined\nK-2;sct_cse;exercise\n"


@pytest.fixture(autouse=True)
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHBOT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COACHBOT_SITE", SITE)


def ran(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def test_a_dry_run_makes_no_installation(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    assert "2 invitations would be made" in ran("invite", "--csv", tmp_path / "list.csv", "--dry-run")
    assert not (tmp_path / "data").exists()


def test_codes_are_printed_and_a_sheet_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    sheet = tmp_path / "sheet.html"
    said = ran("invite", "--csv", tmp_path / "list.csv", "--sheet", sheet)
    codes = [line.partition("\t")[2] for line in said.splitlines() if line.startswith("K-")]
    assert len(codes) == 2
    assert all(code in sheet.read_text() for code in codes)
    assert sheet.read_text().count("<svg") == 2
    assert sheet.stat().st_mode & 0o077 == 0
    assert "line 2, reference: 'K-1' was invited before" in ran("invite", "--csv", tmp_path / "list.csv", code=1)


def test_without_a_list_a_programme_and_an_arm_are_needed() -> None:
    assert "name a programme and an arm" in str(CliRunner().invoke(app, ["invite"]).exception)
