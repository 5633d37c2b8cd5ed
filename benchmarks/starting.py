"""How long the commands take to start, and how long the disk takes to make something durable."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

_COMMAND = [sys.executable, "-m", "coachbot"]


def command_seconds(times: int, *arguments: str) -> float:
    """Median seconds of a command, from its start to its end."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([*_COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return median(took)


def run_seconds() -> float:
    """Seconds from starting `coachbot run` on an empty folder until /healthz answers."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {**os.environ, "COACHBOT_DATA": folder, "COACHBOT_PORT": str(port)}
        began = time.perf_counter()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([*_COMMAND, "run"], env=environment, **quiet)
        try:
            while not _answers(port):
                if time.perf_counter() - began > 60:
                    raise TimeoutError("the coach did not answer within a minute")
                time.sleep(0.01)
            return time.perf_counter() - began
        finally:
            process.terminate()
            process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def fdatasync_us(folder: Path, times: int) -> tuple[float, float]:
    """Median and 99th percentile, in microseconds, of making 4 kB durable where the database lies."""
    took = []
    file = os.open(folder / "fdatasync", os.O_RDWR | os.O_CREAT)
    try:
        for _ in range(times):
            os.write(file, b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(file)
            took.append(time.perf_counter() - began)
    finally:
        os.close(file)
    took.sort()
    return median(took) * 1e6, took[int(len(took) * 0.99)] * 1e6
