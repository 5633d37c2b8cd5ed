"""`coachbot broadcast` as an operator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coachbot.cli import app

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHBOT_DATA", str(tmp_path / "data"))
    ran("staff", "add", "Dr Lin", "--role", "admin")


def ran(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


def test_a_draft_is_written_shown_rehearsed_and_cancelled() -> None:
    number = ran("broadcast", "new", "The walk", "--text", "en=On Sunday.", "--by", "dr lin").partition(":")[0]
    by = (number, "--by", "Dr Lin")
    assert f"{number}  draft" in ran("broadcast", "list", "--by", "Dr Lin")
    assert 'en: "On Sunday."' in ran("broadcast", "show", *by)
    assert "0 of 0 would get it" in ran("broadcast", "rehearse", *by)
    assert "cancelled" in ran("broadcast", "cancel", *by)


def test_a_fault_of_the_text_is_printed_with_its_place() -> None:
    told = ran("broadcast", "new", "The walk", "--text", "en=Hello {{ patient.nmae }}", "--by", "Dr Lin", code=1)
    assert "en, line 1, character 10: 'patient.nmae' does not exist" in told


def test_nobody_and_a_stranger_are_refused() -> None:
    number = ran("broadcast", "new", "The walk", "--text", "en=On Sunday.", "--by", "Dr Lin").partition(":")[0]
    refused = CliRunner().invoke(app, ["broadcast", "send", number, "--by", "Dr Lin"])
    assert "the audience is nobody" in str(refused.exception)
    stranger = CliRunner().invoke(app, ["broadcast", "list", "--by", "Mallory"])
    assert "no open account" in str(stranger.exception)
