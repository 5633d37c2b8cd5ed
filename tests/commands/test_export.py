"""`coachbot export` as an operator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coachbot.cli import app
from coachbot.store import open_store

#: Each test opens a coach of its own, or reads a whole pack anew.
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("COACHBOT_DATA", str(data))
    open_store(f"sqlite:///{data / 'coachbot.db'}", keys_path=data / "keys.json").close()


@pytest.mark.parametrize(
    ("form", "files"),
    [
        ("tidy", {"participants.csv", "assessments.csv", "answers.csv", "scores.csv", "practice.csv",
                  "health_changes.csv", "steps.csv", "codebook.csv"}),
        ("redcap", {"redcap_dictionary.csv", "redcap_data.csv"}),
        ("fhir", {"responses.json"}),
    ],
)  # fmt: skip
def test_it_writes_its_files_also_where_nobody_is_enrolled(form: str, files: set[str], tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["export", form, "--folder", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == files


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["export", "--folder", str(tmp_path / "out")])
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_an_unknown_form_is_refused(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["export", "spss", "--folder", str(tmp_path / "out")])
    assert ran.exit_code != 0
    assert "tidy, redcap, fhir" in str(ran.exception)
