"""`coachbot test` and the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from io import StringIO
from pathlib import Path

import pytest

from coachbot.testing import running
from coachbot.testing.failure import ScreenplayFailure
from coachbot.testing.fronts import NotHereError
from coachbot.testing.running import run_screenplays
from tests.testing.conftest import HEAD

GOOD = HEAD + "== Wed 2026-03-04 19:00\ncoach: Did you get to your core exercises*\n"
BAD = HEAD + "== Wed 2026-03-04 19:00\ncoach: Something else\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.screenplay").write_text(GOOD, "utf-8")
    (tmp_path / "bad.screenplay").write_text(BAD, "utf-8")
    (tmp_path / "notes.txt").write_text("not one", "utf-8")
    return tmp_path


def test_every_screenplay_of_a_folder_is_played_with_a_line_each(folder: Path) -> None:
    out = StringIO()
    assert run_screenplays([folder], out=out) == 1
    assert "good.screenplay" in out.getvalue()
    assert "expected  Something else" in out.getvalue()
    assert "2 played, 1 failed" in out.getvalue()


def test_one_good_screenplay_is_a_success(folder: Path) -> None:
    assert run_screenplays([folder / "good.screenplay"], out=StringIO()) == 0


def test_nothing_to_play_is_told(tmp_path: Path) -> None:
    out = StringIO()
    assert run_screenplays([tmp_path], out=out) == 2
    assert "no *.screenplay" in out.getvalue()


def test_a_file_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    out = StringIO()
    assert run_screenplays([tmp_path / "missing.screenplay"], out=out) == 1
    assert "cannot be read" in out.getvalue()


@pytest.mark.slow  # a pytest of its own
def test_pytest_collects_screenplays(folder: Path) -> None:
    installed = any(one.value == "coachbot.testing.pytest_plugin" for one in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "coachbot.testing.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert "1 failed, 1 passed" in ended.stdout
    assert "expected  Something else" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_the_plugin_imports_nothing_heavy_by_itself() -> None:
    code = "import sys, coachbot.testing.pytest_plugin; print([m for m in sys.modules if m.startswith('coachbot.')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "['coachbot.testing', 'coachbot.testing.pytest_plugin']"


# -- channels that cannot do everything -------------------------------------------------------------------
def _played(monkeypatch: pytest.MonkeyPatch, folder: Path, error: Exception) -> tuple[int, str]:
    """A screenplay that fails on WeChat, and comes true there without the service window."""

    def play(path: Path, *, front: str = "", server: str = "") -> None:
        if front == "wechat":
            raise error

    monkeypatch.setattr(running, "play", play)
    out = StringIO()
    return run_screenplays([folder / "good.screenplay"], out=out, front="wechat"), out.getvalue()


def test_what_a_service_window_keeps_back_is_a_difference(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    code, said = _played(monkeypatch, folder, ScreenplayFailure("the report", line=7, held=2))
    assert code == 0
    assert "few messages after a patient's word, and none long after it (line 7, 2 waited)" in said
    assert "1 played, 0 failed, 1 differs" in said


def test_a_failure_for_which_no_message_had_to_wait_is_a_failure(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    code, said = _played(monkeypatch, folder, ScreenplayFailure("the report", line=7))
    assert code == 1
    assert "the report" in said


def test_what_a_channel_s_patient_cannot_do_is_passed_over(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    code, said = _played(monkeypatch, folder, NotHereError("there are no buttons"))
    assert code == 0
    assert "1 played, 0 failed, 1 passed over" in said


def test_a_fault_of_the_stage_is_a_failure_and_the_others_are_played(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def play(path: Path, *, front: str = "", server: str = "") -> None:
        if path.stem == "bad":
            raise RuntimeError("the scenery fell over")

    monkeypatch.setattr(running, "play", play)
    out = StringIO()
    assert run_screenplays([folder], out=out) == 1
    assert "the scenery fell over" in out.getvalue()
    assert "2 played, 1 failed" in out.getvalue()
