"""A clock that a test can set while a process runs by it: the wall's, not the one that cannot jump."""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Self
from unittest.mock import patch

#: Names the file of the clock, in the environment of a forked coach.
SETTING = "COACHBOT_TEST_CLOCK"
_ASKED = (
    "coachbot.service.clock.datetime",
    "coachbot.serving.datetime",
    "coachbot.ticking.datetime",
    "apscheduler.schedulers.base.datetime",
)


class WallClock:
    """How many seconds the clock of some processes runs ahead; a file that they share."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(struct.pack("d", 0.0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 8)

    @property
    def ahead_s(self) -> float:
        return float(struct.unpack("d", self._shared[:8])[0])

    @ahead_s.setter
    def ahead_s(self, seconds: float) -> None:
        self._shared[:8] = struct.pack("d", seconds)


@contextmanager
def set_by(file: str) -> Iterator[None]:
    """This process lives by the clock of a file; by the machine's without one."""
    if not file:
        yield
        return
    clock, wall, wall_ns = WallClock(Path(file)), time.time, time.time_ns

    class Shifted(datetime):
        """`now` as the clock says."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(wall() + clock.ahead_s, tz)

    with ExitStack() as patched:
        patched.enter_context(patch("time.time", lambda: wall() + clock.ahead_s))
        patched.enter_context(patch("time.time_ns", lambda: wall_ns() + int(clock.ahead_s * 1e9)))
        for name in _ASKED:
            patched.enter_context(patch(name, Shifted))
        yield
