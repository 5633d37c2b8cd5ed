"""Where the peers live: an environment of Python, one of Node, a Redis server. Made here, and nothing of the coach's
own environment is touched. What cannot be had is `NotMeasured`, with the reason."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
_INSTALL_S = 900
_START_S = 30.0


class NotMeasured(Exception):
    """Why a peer is not measured, in one line."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of the peers' environments. `offline`: only what is there already is used."""

    folder: Path
    offline: bool = False

    def install(self, *commands: Sequence[str]) -> None:
        """Fetch packages. Raises NotMeasured where that is not wanted or fails."""
        if self.offline:
            raise NotMeasured("it would have to be installed first, and --offline was asked for")
        for command in commands:
            _run(command)


def python_for(module: str, home: Home) -> Path:
    """A Python that has this module: the one at work if it has it, else the peers' own."""
    return Path(sys.executable) if find_spec(module) else python_of(home)


def python_of(home: Home) -> Path:
    """The peers' own Python, with requirements.txt installed; made once for a folder."""
    wanted, venv = HERE / "requirements.txt", home.folder / "python"
    python, stamp = venv / "bin" / "python", venv / "requirements.txt"
    if not _is_same(wanted, stamp):
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)]
        home.install([sys.executable, "-m", "venv", "--clear", str(venv)], pip)
        shutil.copy(wanted, stamp)
    return python


def node_modules_of(home: Home) -> Path:
    """The folder of node modules that package.json asks for; made once for a folder.

    The packages' own install scripts do not run: nothing here needs what they build.
    """
    for command in ("node", "npm"):
        if shutil.which(command) is None:
            raise NotMeasured(f"there is no {command} on this machine")
    wanted, target = HERE / "on_botframework" / "package.json", home.folder / "node"
    stamp = target / "installed.json"
    if not _is_same(wanted, stamp):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(wanted, target)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        home.install(["npm", "install", *quiet, "--prefix", str(target)])
        shutil.copy(wanted, stamp)
    return target / "node_modules"


def _is_same(wanted: Path, stamp: Path) -> bool:
    return stamp.is_file() and stamp.read_bytes() == wanted.read_bytes()


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_INSTALL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMeasured(f"{Path(command[0]).name} could not install it ({type(error).__name__})") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise NotMeasured(f"{Path(command[0]).name} could not install it: {said[-1].strip()[:200]}")


class Redis:
    """A Redis server on loopback that appends every command to a file, `fsync` being `always` or `everysec`."""

    def __init__(self, folder: Path, fsync: str) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise NotMeasured("there is no redis-server on this machine")
        self.port = _free_port()
        self._command = [
            program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder), "--save", "",
            "--appendonly", "yes", "--appendfsync", fsync,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until all that its file holds is read."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(self._command, **quiet)
        end = time.monotonic() + _START_S
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise NotMeasured("redis-server did not start")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9, this server and no other."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
