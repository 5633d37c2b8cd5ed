"""A coach in a process of its own, as an operator runs it, and a patient at its web chat."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import assemble
from coachbot.opening import store_beside
from coachbot.service.clock import RealClock
from coachbot.settings import load_settings

_START_S = 90
SITE = str(Path(__file__).parent.parent / "site.yaml")


def free_port() -> int:
    """A port that is free now, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """`coachbot run` (or `demo`) on a data folder."""

    def __init__(self, data: Path, command: str = "run") -> None:
        self.data = data
        self.command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "COACHBOT_DATA": str(self.data),
            "COACHBOT_PORT": str(self.port),
            "COACHBOT_SITE": SITE,
            "COACHBOT_DEMO_PATIENTS": "3",  # sixty keep a processor busy for a minute
        }

    def start(self) -> None:
        log = (self.data / "log.txt").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coachbot", self.command], env=self.environment(), stdout=log, stderr=log
        )
        self.wait_until_healthy()

    def wait_until_healthy(self) -> None:
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError((self.data / "log.txt").read_text())

    def kill(self) -> None:
        """kill -9, the process started here and no other."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def invite(self, pack: Pack) -> str:
        """A code, as `coachbot invite` makes one beside the running coach; no process has to read the pack for it."""
        settings = load_settings(data=self.data, site=SITE)
        store = store_beside(settings)
        try:
            return assemble(settings, store, RealClock(), {}, pack=pack).enrolments.invite("sct_cse", "combined")
        finally:
            store.close()

    def tell(self, *arguments: str) -> str:
        """A command beside the running coach; what it printed."""
        result = subprocess.run(
            [sys.executable, "-m", "coachbot", *arguments],
            env=self.environment(), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()


class Visitor:
    """A patient's browser, without the browser."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url)

    def enter(self, code: str) -> None:
        assert self.client.post("/api/enter", json={"code": code}).status_code == 204

    def say(self, text: str, name: str | None = None) -> str:
        name = name or uuid.uuid4().hex
        answer = self.client.post("/api/say", json={"id": name, "text": text})
        assert answer.status_code in (200, 204), answer.text
        return name

    def press(self, token: str, code: str) -> None:
        answer = self.client.post("/api/press", json={"id": uuid.uuid4().hex, "token": token, "code": code})
        assert answer.status_code in (200, 204), answer.text

    def lines(self) -> list[dict[str, Any]]:
        data = self.client.get("/api/lines", params={"after": "0"}).json()
        return list(data["lines"] if isinstance(data, dict) else data)

    def coach_lines(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["by"] == "coach"]

    def open_question(self) -> dict[str, Any]:
        """The body of the last question asked."""
        asked = [line["body"] for line in self.coach_lines() if line["body"].get("token")]
        return dict(asked[-1])

    def wait_for_more(self, than: int) -> list[dict[str, Any]]:
        """The coach's lines, once there are more than `than`."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            lines = self.coach_lines()
            if len(lines) > than:
                time.sleep(0.1)
                return self.coach_lines()
            time.sleep(0.02)
        raise AssertionError("the coach did not answer")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path)
    running.start()
    yield running
    running.stop()
