"""The coach as an operator runs it, in a process of its own, to be killed."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.faults.nursery import Nursery, Running
from tests.process.conftest import SITE

TOKEN = "111111:a-token-of-the-crash-test-here"
_START_S = 120.0
#: Below those that systems give to outgoing connections.
_KEPT_PORTS = range(20_000, 30_000)


def _kept_port() -> int:
    """A port that is free now, and that no outgoing connection is given while the coach is dead."""
    while True:
        port = secrets.choice(_KEPT_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


class EngineProcess:
    """`coachbot run` on one data folder, at one fake Telegram.

    `database`: a URL, if its data do not lie in the folder. `nursery`: where it is forked, instead of started cold.
    """

    def __init__(self, data: Path, api: str, *, database: str = "", nursery: Nursery | None = None) -> None:
        self.data = data
        self._api = api
        self._database = database
        self._nursery = nursery
        self._port = _kept_port()
        self._process: Running | None = None
        self.settings: dict[str, str] = {}

    def environment(self, **more: str) -> dict[str, str]:
        """The settings of the test; `more` goes over them, and what `self.settings` says over all."""
        own = {
            "COACHBOT_DATA": str(self.data),
            "COACHBOT_DATABASE": self._database,
            "COACHBOT_PORT": str(self._port),
            "COACHBOT_SITE": SITE,
            "COACHBOT_TELEGRAM_TOKEN": TOKEN,
            "COACHBOT_TELEGRAM_API": self._api,
            "COACHBOT_LOG_LEVEL": "WARNING",
        }
        return {**os.environ, **own, **more, **self.settings}

    def start(self, kill_at: str = "", before: tuple[str, ...] = ()) -> None:
        """Start it; `before` is a command that runs it, such as strace."""
        environment = self.environment(COACHBOT_KILL_AT=kill_at)
        if self._nursery is not None and not before:
            self._process = self._nursery.start(["run"], environment, self.data / "log.txt")
            return
        with (self.data / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [*before, sys.executable, "-m", "coachbot", "run"], env=environment, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait_until_healthy(self) -> None:
        """Until it answers; a process that ends before says why in its log."""
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            assert self.is_running(), self.log()[-3000:]
            try:
                if httpx.get(f"http://127.0.0.1:{self._port}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.log()[-3000:])

    def died_within(self, seconds: float) -> bool:
        """Wait for its end; whether it came by a kill."""
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        assert self._process.returncode == -signal.SIGKILL, f"it ended by itself:\n{self.log()[-3000:]}"
        return True

    def kill(self) -> None:
        """kill -9, the process started here and no other."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def ended_within(self, seconds: float) -> int:
        """Wait for its end; its exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def send(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=30)

    def log(self) -> str:
        return (self.data / "log.txt").read_text("utf-8")
