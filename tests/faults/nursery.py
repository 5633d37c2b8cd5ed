"""Processes forked from a parent that has read everything (`tests.faults.zygote`), handled like those of subprocess."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self


class Running(Protocol):
    """A process that was started, by subprocess or by a nursery."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> Any:
        """How it ended, minus the signal that ended it; None before."""

    def poll(self) -> int | None:
        """The same, looked for now."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, waited for. Raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""


class Nursery:
    """The parent, and what it is told."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        self._ready = False

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
        """Start a command of coachbot; its lines go to the end of the log."""
        if not self._ready:
            assert self._heard() == "ready"
            self._ready = True
        order = {"arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        return Forked(self, int(self._told(order)))

    def bury(self, pid: int) -> int:
        """The exit code of a child that has ended."""
        return int(self._told({"bury": pid}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(timeout=60)

    def _told(self, order: Mapping[str, Any]) -> str:
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        return self._heard()

    def _heard(self) -> str:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline().strip()
        assert line, "the parent of the coaches has ended; its fault stands above"
        return line


class Forked:
    """A child of the parent: watched by a descriptor, since only its parent can wait for it."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._pid = pid
        self.returncode: int | None = None
        self._nursery = nursery
        self._descriptor = os.pidfd_open(pid)
        self._burying = threading.Lock()

    def __del__(self) -> None:
        os.close(self._descriptor)

    @property
    def pid(self) -> int:
        return self._pid

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        code = self._ended(None if timeout is None else timeout * 1000)
        if code is None:
            raise subprocess.TimeoutExpired("coachbot", timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            signal.pidfd_send_signal(self._descriptor, sig)

    def _ended(self, longest_ms: float | None) -> int | None:
        if self.returncode is None:
            watch = select.poll()
            watch.register(self._descriptor, select.POLLIN)
            if watch.poll(longest_ms):
                self._bury()
        return self.returncode

    def _bury(self) -> None:
        with self._burying:  # a fake's thread may have killed it while another waits for its end
            if self.returncode is None:
                self.returncode = self._nursery.bury(self._pid)
