"""The master key rotated beside a living coach; and no coach without the keys of its data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.conftest import Process
from tests.process.test_backup import enter, talking

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow


def test_a_running_coach_follows_a_rotation_and_nobody_notices(process: Process) -> None:
    mei, loud = enter(process), enter(process)
    question, before = mei.open_question(), len(mei.coach_lines())
    with talking(loud):
        assert "master key 2 wraps; 2 patients" in process.tell("keys", "rotate")
        bo = enter(process)  # a new patient: the running coach must wrap by the new version
    mei.press(question["token"], question["choices"][0][0])
    assert len(mei.wait_for_more(before)) > before
    listed = [line.split() for line in process.tell("keys", "list").splitlines()]
    assert [row[:2] for row in listed] == [["1", "0"], ["2", "3"]]
    process.kill()
    process.start()
    assert bo.open_question()
    assert mei.lines()
    log = (process.data / "log.txt").read_text()
    assert "Traceback" not in log
    assert "trace" not in log


def test_two_rotations_at_once_wait_for_each_other(process: Process) -> None:
    mei = enter(process)
    command = [sys.executable, "-m", "coachbot", "keys", "rotate"]
    both = [subprocess.Popen(command, env=process.environment(), stdout=subprocess.PIPE) for _ in range(2)]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    for one in both:
        assert one.stdout is not None
        one.stdout.close()
    assert set(json.loads((process.data / "keys.json").read_text())["keys"]) == {"1", "2", "3"}
    assert process.tell("keys", "list").splitlines()[-1].split()[:2] == ["3", "1"]
    assert mei.lines()


@pytest.mark.parametrize("fault", ["missing", "another"])
def test_a_coach_without_the_keys_of_its_data_does_not_start_and_draws_no_new_ones(
    process: Process, tmp_path: Path, fault: str
) -> None:
    enter(process)
    process.stop()
    keys = process.data / "keys.json"
    keys.unlink()
    if fault == "another":
        keys.write_text(json.dumps({"current": 1, "keys": {"1": "A" * 43 + "="}}))
    ended = subprocess.run(
        [sys.executable, "-m", "coachbot", "run"],
        env=process.environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 3
    assert "keys.json" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert keys.exists() == (fault == "another")
