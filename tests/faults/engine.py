"""The coach as an operator runs it, in a process of its own, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.process.conftest import SITE, free_port

TOKEN = "111111:a-token-of-the-crash-test-here"
_START_S = 120.0


class EngineProcess:
    """`coachbot run` on one data folder, at one fake Telegram."""

    def __init__(self, data: Path, api: str) -> None:
        self.data = data
        self._api = api
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        """The settings of the test; `more` goes over them."""
        own = {
            "COACHBOT_DATA": str(self.data),
            "COACHBOT_PORT": str(self._port),
            "COACHBOT_SITE": SITE,
            "COACHBOT_TELEGRAM_TOKEN": TOKEN,
            "COACHBOT_TELEGRAM_API": self._api,
            "COACHBOT_LOG_LEVEL": "WARNING",
        }
        return {**os.environ, **own, **more}

    def start(self, kill_at: str = "", before: tuple[str, ...] = ()) -> None:
        """Start it; `before` is a command that runs it, such as strace."""
        with (self.data / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [*before, sys.executable, "-m", "coachbot.cli", "run"],
                env=self.environment(COACHBOT_KILL_AT=kill_at), stdout=log, stderr=log,
            )  # fmt: skip

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

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=30)

    def log(self) -> str:
        return (self.data / "log.txt").read_text("utf-8")
