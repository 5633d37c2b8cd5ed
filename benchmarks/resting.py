"""What real processes of the coach hold in memory while everybody enrolled is asleep."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.observed import processor_s
from benchmarks.peers.stand import resident

#: What a process says once it is at work.
_AT_WORK = {"run": "coachbot listens on", "web": "coachbot listens on"}
_LONGEST_S, _LOOK_S = 900.0, 0.2
#: A process rests when it uses less than this part of a core, over so many seconds, so many times in a row: on a busy
#: machine it may only be waiting for a core.
_RESTS_BELOW, _RESTS_FOR_S, _TIMES = 0.1, 3.0, 3
_STOPS_WITHIN_S = 60.0


def resting_mb(command: str, url: str, folder: Path) -> float:
    """Megabytes of `coachbot COMMAND` on a database, once it has read what it reads at its start and rests."""
    with _running(command, url, folder) as pid:
        end, quiet = time.monotonic() + _LONGEST_S, 0
        while quiet < _TIMES and time.monotonic() < end:
            before = processor_s([pid])
            time.sleep(_RESTS_FOR_S)
            quiet = quiet + 1 if processor_s([pid]) - before < _RESTS_BELOW * _RESTS_FOR_S else 0
        return resident(pid) / 1e6


@contextmanager
def _running(command: str, url: str, folder: Path) -> Iterator[int]:
    log = folder / f"{command}.log"
    settings = {
        "COACHBOT_DATABASE": url, "COACHBOT_DATA": str(folder), "COACHBOT_PORT": str(_free_port()),
        "COACHBOT_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    with log.open("wb") as target:
        one = subprocess.Popen(
            [sys.executable, "-m", "coachbot", command],
            env={**os.environ, **settings}, stdout=target, stderr=target,
        )  # fmt: skip
    try:
        end = time.monotonic() + _LONGEST_S
        while _AT_WORK.get(command, " works") not in log.read_text("utf-8"):
            if one.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"coachbot {command} does not start: {log.read_text('utf-8')[-2000:]}")
            time.sleep(_LOOK_S)
        yield one.pid
    finally:
        one.send_signal(signal.SIGTERM)
        try:
            one.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            print(f"coachbot {command} did not stop within {_STOPS_WITHIN_S:.0f} s, and is killed", file=sys.stderr)
            one.kill()
            one.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
