"""`coachbot doctor`, as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_cli import coachbot

pytestmark = pytest.mark.slow

SITE = str(ROOT / "tests" / "site.yaml")


def test_a_new_folder_is_told_what_it_lacks_and_nothing_is_made(tmp_path: Path) -> None:
    result = coachbot("doctor", data=tmp_path / "new")
    assert "warn  database" in result.stdout
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "new").exists()


def test_without_a_clinics_file_it_fails_with_exit_code_1(tmp_path: Path) -> None:
    result = coachbot("doctor", data=tmp_path, COACHBOT_SITE="")
    assert result.returncode == 1
    assert "fail  site" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("to mend")


def test_a_sound_installation_ends_with_0_and_tells_programs_so(tmp_path: Path) -> None:
    coachbot("invite", "sct_cse", "combined", data=tmp_path)
    result = coachbot("doctor", "--json", data=tmp_path, COACHBOT_ADDRESS="https://coach.example.org")
    found = json.loads(result.stdout)
    assert result.returncode == 0, result.stdout
    assert {"settings", "database", "keys", "tables", "pack", "crisis texts", "duty", "staff", "backup"} <= {
        finding["name"] for finding in found
    }
    assert all(finding["cure"] for finding in found if finding["state"] != "ok")


def test_a_setting_that_is_wrong_is_the_first_and_only_line(tmp_path: Path) -> None:
    result = coachbot("doctor", data=tmp_path, COACHBOT_PORT="many")
    assert result.returncode == 1
    assert "fail  settings" in result.stdout
    assert "COACHBOT_PORT" in result.stdout


def test_a_lost_key_file_is_a_fail_that_says_so(tmp_path: Path) -> None:
    coachbot("invite", "sct_cse", "combined", data=tmp_path)
    (tmp_path / "keys.json").unlink()
    result = coachbot("doctor", data=tmp_path)
    assert result.returncode == 1
    assert "the key file is missing" in result.stdout
