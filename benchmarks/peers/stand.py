"""One side while it is measured: its folder, its process, its server; how it is told and killed."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.homes import NotMeasured
from benchmarks.peers.peers import ROOT, Call, Peer, environment_of

#: Longest time to wait for so many acknowledged turns before the kill, in seconds.
_LONGEST_S = 20.0
_ENDED = "its process ended; what it said of it stands above"


@dataclass(frozen=True, slots=True)
class Killed:
    """What one kill -9 did."""

    acknowledged: int
    lost: int
    #: The library's word for it, where nothing could be read any more.
    unreadable: str = ""


class Stand:
    """A side at work."""

    def __init__(self, peer: Peer, call: Call, folder: Path, patients: int) -> None:
        self.peer = peer
        self.patients = patients
        self._call = call
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        #: Turns that were there when they were counted last, with nothing played since.
        self._counted: dict[int, int] | None = None

    # -- a process ---------------------------------------------------------------------------------------
    def seed(self) -> None:
        """Make the patients, in a process of its own, so that memory and caches start afresh."""
        if self._call.server:
            self._call.server.start()
        self._run("seed")

    def start(self) -> None:
        """Start the side's process and wait until it is ready."""
        self._process = subprocess.Popen(
            self._command("serve"), cwd=ROOT, env=environment_of(self._call), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._answer()

    def talk(self, seconds: float, at_once: int) -> list[float]:
        """Seconds of each wave of `at_once` turns, for about so long."""
        self._order({"do": "talk", "seconds": seconds, "at_once": at_once})
        return [float(one) for one in self._answer()["waves"]]

    def memory(self) -> int:
        """Bytes in memory of the side's process and its server's. Raises NotMeasured where the system does not tell."""
        assert self._process
        server = self._call.server
        return resident(self._process.pid) + (resident(server.pid) if server else 0)

    def stop(self) -> None:
        """End the process and the server."""
        self._kill_process()
        if self._call.server:
            self._call.server.kill()

    def _kill_process(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()  # what it said last interests nobody
            self._process = None

    # -- a kill ------------------------------------------------------------------------------------------
    def kill(self, turns: int) -> Killed:
        """Let it acknowledge so many turns, one at a time; kill -9 at any moment; count what is there afterwards."""
        self._kill_process()
        before = self._counted if self._counted is not None else dict(self._found().get("turns", []))
        self.start()
        acknowledged = self._killed_after(turns)
        if self._call.server:
            self._call.server.kill()
            self._call.server.start()
        after = self._found()
        reason = after.get("unreadable", "")
        self._counted = dict(after.get("turns", []))
        lost = lost_turns(acknowledged, before, self._counted)
        if reason:
            self._run("seed")
            self._counted = None
        return Killed(sum(acknowledged.values()), lost, reason)

    def _killed_after(self, turns: int) -> Mapping[int, int]:
        """Turns acknowledged to each place until the process was killed, some time within two turns' time."""
        assert self._process
        assert self._process.stdout
        self._order({"do": "until_killed"})
        began, lines = time.monotonic(), list[str]()
        while len(lines) < turns and time.monotonic() - began < _LONGEST_S:
            lines.append(self._line())
        time.sleep(random.uniform(0, 2 * (time.monotonic() - began) / len(lines)))
        self._process.kill()
        # By the same buffered reader, or what it holds already would be missing. The kill may cut the last line off.
        lines += [line for line in self._process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        self._kill_process()
        return Counter(int(json.loads(line)["place"]) for line in lines)

    def _found(self) -> dict[str, Any]:
        return _read(self._run("found"))

    # -- the wire ----------------------------------------------------------------------------------------
    def _command(self, what: str) -> list[str]:
        return [*self._call.program, what, str(self._folder), str(self.patients), *self._call.after]

    def _run(self, what: str) -> str:
        done = subprocess.run(
            self._command(what), cwd=ROOT, env=environment_of(self._call), text=True, capture_output=True, check=False
        )
        if done.returncode:
            raise NotMeasured(_last_line(done.stderr) or f"'{what}' ended with {done.returncode}")
        return done.stdout

    def _order(self, order: Mapping[str, Any]) -> None:
        assert self._process
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise NotMeasured(_ENDED) from None

    def _answer(self) -> dict[str, Any]:
        return _read(self._line())

    def _line(self) -> str:
        assert self._process
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise NotMeasured(_ENDED)
        return line


def lost_turns(acknowledged: Mapping[int, int], before: Mapping[int, int], after: Mapping[int, int]) -> int:
    """Acknowledged turns that are not there: of each place, what was there before and what was added count."""
    wanted = {place: before.get(place, 0) + number for place, number in acknowledged.items()}
    missing = {place: number - after.get(place, 0) for place, number in wanted.items()}
    return sum(min(max(0, missing[place]), acknowledged[place]) for place in acknowledged)


def resident(pid: int) -> int:
    """Bytes of a process that lie in memory, as Linux tells it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        raise NotMeasured("this system does not tell a process's memory under /proc") from None
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def _read(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        raise NotMeasured(f"its answer is no JSON: {line[:60].strip()}") from None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else ""
