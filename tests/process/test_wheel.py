"""The wheel alone, in an empty environment and outside the repository: the demo runs from it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import httpx
import pytest

from tests.process.conftest import Process

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new environment with the built wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, *pip, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    venv.create(folder / "venv", with_pip=True)
    (wheel,) = folder.glob("coachbot-*.whl")
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, *pip, "install", "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True)
    return folder / "venv" / "bin"


class FromWheel(Process):
    """The demo, started by the installed command, far from the repository."""

    def __init__(self, data: Path, commands: Path) -> None:
        super().__init__(data, "demo")
        self._commands = commands

    def start(self) -> None:
        log = (self.data / "log.txt").open("ab")
        self._process = subprocess.Popen(
            [self._commands / "coachbot", "demo"], env=self.environment(), cwd=self.data, stdout=log, stderr=log
        )
        self.wait_until_healthy()


def test_the_demo_runs_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    demo = FromWheel(tmp_path, installed)
    demo.start()
    try:
        assert "coachbot demo" in httpx.get(f"{demo.url}/demo").text
        picture = httpx.get(f"{demo.url}/picture/exercises/bridge_start.png")
        assert picture.headers["content-type"] == "image/png"
    finally:
        assert demo.stop() == 0


def test_the_pack_inside_the_wheel_is_clean(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "COACHBOT_DATA": str(tmp_path)}
    result = subprocess.run(
        [installed / "coachbot", "check"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
