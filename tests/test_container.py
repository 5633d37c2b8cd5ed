"""What Dockerfile and compose.yaml say, run as plain processes: no container engine is needed, and none is tested."""

from __future__ import annotations

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from coachbot.settings import Settings

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
_START_S = 90.0


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile."""

    word: str
    rest: str

    @property
    def listed(self) -> list[str]:
        """The exec form: `["coachbot", "run"]`."""
        return [str(part) for part in json.loads(self.rest[self.rest.index("[") :])]


def stages() -> list[list[Step]]:
    """The stages of the Dockerfile, each with its steps in order."""
    found: list[list[Step]] = []
    for line in _logical_lines((ROOT / "Dockerfile").read_text("utf-8")):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append(Step(word, rest.strip()))
    return found


def _logical_lines(text: str) -> Iterator[str]:
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    yield from (line.strip() for line in kept.replace("\\\n", " ").splitlines() if line.strip())


def only(word: str, steps: list[Step]) -> Step:
    """The one instruction of this kind."""
    found = [step for step in steps if step.word == word]
    assert len(found) == 1, f"{len(found)} times {word}"
    return found[0]


def environment_of(step: Step) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in step.rest.split())


@pytest.fixture
def service() -> dict[str, Any]:
    """The one service of compose.yaml."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert len(services) == 1
    return dict(next(iter(services.values())))


# -- running ------------------------------------------------------------------------------------------
def needs_cli() -> None:
    if not (BIN / "coachbot").is_file():
        pytest.skip(f"the command coachbot is not installed beside {Path(sys.executable).name}: run `make dev`")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings(data: Path, port: int, more: dict[str, str]) -> dict[str, str]:
    """The environment that a container would have, with its places and its port moved to where the test may be."""
    here = {"PATH": f"{BIN}:{os.environ['PATH']}", "PORT": str(port), "COACHBOT_HOST": "127.0.0.1"}
    keys = {"COACHBOT_DATA": str(data / "data"), "COACHBOT_KEYS": str(data / "keys" / "keys.json")}
    return {**os.environ, **more, **here, **keys, "MPLCONFIGDIR": str(data / "matplotlib")}


@contextmanager
def running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the test's own; ended in any case."""
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=10)


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError((folder / "log.txt").read_text("utf-8"))


def lives_and_stops(command: list[str], check: list[str], more: dict[str, str], folder: Path) -> None:
    """Start it, ask as the engine would, stop it as the engine would."""
    port = free_port()
    environment = surroundings(folder, port, more)
    with running(command, environment, folder) as process:
        wait_until_healthy(process, port, folder)
        asked = subprocess.run(check, env=environment, capture_output=True, timeout=30)
        assert asked.returncode == 0, asked.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert (folder / "data" / "coachbot.db").is_file()
    assert (folder / "keys" / "keys.json").is_file()
    assert subprocess.run(check, env=environment, capture_output=True, timeout=30).returncode != 0


def test_the_command_of_the_image_serves_and_stops(tmp_path: Path) -> None:
    needs_cli()
    last = stages()[-1]
    variables = environment_of(only("ENV", last))
    check = only("HEALTHCHECK", last).listed
    lives_and_stops(only("CMD", last).listed, check, variables, tmp_path)


def test_the_command_of_compose_serves_and_stops(tmp_path: Path, service: dict[str, Any]) -> None:
    needs_cli()
    kind, *check = service["healthcheck"]["test"]
    assert kind == "CMD"
    lives_and_stops(service["command"], check, service["environment"], tmp_path)


# -- what the files promise ---------------------------------------------------------------------------
def test_the_image_runs_as_a_user_with_no_rights_and_keeps_data_and_keys_apart() -> None:
    last = stages()[-1]
    assert only("USER", last).rest not in ("root", "0")
    variables = environment_of(only("ENV", last))
    volumes = only("VOLUME", last).listed
    assert variables["COACHBOT_DATA"] in volumes
    assert str(Path(variables["COACHBOT_KEYS"]).parent) in volumes
    assert len(set(volumes)) == 2


def test_compose_agrees_with_the_image(service: dict[str, Any]) -> None:
    last = stages()[-1]
    variables = environment_of(only("ENV", last))
    assert service["command"] == only("CMD", last).listed
    assert {name: variables[name] for name in service["environment"]} == service["environment"]
    assert service["healthcheck"]["test"][1:] == only("HEALTHCHECK", last).listed
    places = {volume.split(":")[1] for volume in service["volumes"]}
    assert places == set(only("VOLUME", last).listed)
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def copied() -> list[str]:
    """What the build stage takes from the project."""
    steps = [step.rest.split() for step in stages()[0] if step.word == "COPY"]
    return [source for words in steps for source in words[:-1]]


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    for source in copied():
        assert (ROOT / source).exists(), source
        assert source in let_in, source


@pytest.mark.slow
def test_the_build_stage_builds(tmp_path: Path) -> None:
    """Its RUN steps, in a folder that holds only what the stage copied."""
    for source in copied():
        take = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        take(ROOT / source, tmp_path / source)
    place = tmp_path / "installed"
    arguments = dict(step.rest.split("=", 1) for step in stages()[0] if step.word == "ARG")
    for step in (step for step in stages()[0] if step.word == "RUN"):
        command = step.rest.replace("/srv/coachbot", str(place))
        environment = {**os.environ, **arguments, "PATH": f"{BIN}:{os.environ['PATH']}"}
        result = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900
        )
        assert result.returncode == 0, f"{command}\n{result.stderr}"
    assert glob.glob(str(place / "lib" / "*" / "site-packages" / "coachbot" / "pack" / "dialogs"))
    checked = subprocess.run(
        [str(place / "bin" / "coachbot"), "check"], cwd=place, capture_output=True, text=True, timeout=120
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


# -- several processes --------------------------------------------------------------------------------
def test_the_processes_of_the_scaled_installation_share_settings_and_keys() -> None:
    services = yaml.safe_load((ROOT / "compose.scale.yaml").read_text("utf-8"))["services"]
    ours = {name: one for name, one in services.items() if name != "postgres"}
    assert {name: one["deploy"]["replicas"] for name, one in ours.items()} == {"web": 2, "worker": 2, "sender": 1}
    assert {tuple(one["command"]) for one in ours.values()} == {("coachbot", name) for name in ours}
    shared = {"COACHBOT_DATABASE", "COACHBOT_DATA", "COACHBOT_KEYS", "PGPASSWORD"}
    assert len({tuple(one["environment"][name] for name in sorted(shared)) for one in ours.values()}) == 1
    assert len({tuple(one["volumes"]) for one in ours.values()}) == 1
    known = {f"COACHBOT_{name.upper()}" for name in Settings.model_fields}
    assert {name for one in ours.values() for name in one["environment"] if name.startswith("COACHBOT_")} <= known
    extras = str(ours["web"]["build"]["args"]["EXTRAS"]).split(",")
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(extras) <= set(written)
    assert any(step.word == "ARG" and step.rest.startswith("EXTRAS=") for step in stages()[0])
    assert all(port.startswith("127.0.0.1:") for port in ours["web"]["ports"])
