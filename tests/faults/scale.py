"""The processes of compose.scale.yaml as plain processes on a database of their own, to be killed beside each other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import yaml

from coachbot.opening import open_beside
from coachbot.settings import load_settings
from coachbot.testing.botapi import FakeTelegram
from tests.faults.crashes import RANDOM, Kill
from tests.faults.engine import TOKEN
from tests.faults.ledger import Ledger
from tests.faults.nursery import Nursery, Running
from tests.faults.town import Town
from tests.process.conftest import SITE, free_port

COMPOSE = Path(__file__).parents[2] / "compose.scale.yaml"
_START_S, _SETTLED_S = 180.0, 180.0


def services(file: Path = COMPOSE) -> dict[str, tuple[list[str], int]]:
    """The coach's services: their command, and how many of each there are."""
    found = yaml.safe_load(file.read_text("utf-8"))["services"]
    return {
        name: (list(one["command"]), int(one["deploy"]["replicas"]))
        for name, one in found.items() if one.get("command", [""])[0] == "coachbot"
    }  # fmt: skip


@dataclass(slots=True)
class Member:
    """One process of one service."""

    service: str
    command: Sequence[str]
    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: Running | None = None
    #: Where it is forked, instead of started cold.
    nursery: Nursery | None = None
    #: Where its log stood when it was started the last time.
    began: int = 0

    @property
    def file(self) -> Path:
        return self.folder / f"{self.service}-{self.port}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings, "COACHBOT_PORT": str(self.port)}

    def start(self) -> None:
        self.began = self.file.stat().st_size if self.file.exists() else 0
        if self.nursery is not None:
            self.process = self.nursery.start(self.command[1:], self.environment(), self.file)
            return
        with self.file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "coachbot", *self.command[1:]],
                env=self.environment(), stdout=log, stderr=log,
            )  # fmt: skip

    def is_up(self) -> bool:
        """Whether it works; one that ended says why in its log."""
        assert self.process is not None
        assert self.process.poll() is None, self.log()[-3000:]
        if self.service != "web":
            return " works" in self.log()[self.began :]
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return self.file.read_text("utf-8")

    def kill(self) -> None:
        """kill -9, the process started here and no other."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop, and wait; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@dataclass(slots=True)
class ScaleTest:
    """One installation of several processes, and the patients who talk with it."""

    folder: Path
    url: str
    telegram: FakeTelegram
    town: Town
    members: list[Member]
    rng: Random
    kills: list[Kill] = field(default_factory=list)

    def ledger(self) -> Ledger:
        return Ledger(self.folder, self.url)

    def of(self, service: str) -> list[Member]:
        return [one for one in self.members if one.service == service]

    def start(self) -> None:
        """All of them, and wait until they work."""
        for one in self.members:
            one.start()
        for one in self.members:
            self.wait_for(one)

    @staticmethod
    def wait_for(one: Member) -> None:
        end = time.monotonic() + _START_S
        while not one.is_up():
            assert time.monotonic() < end, one.log()[-3000:]
            time.sleep(0.05)

    def kill(self, one: Member) -> None:
        """It dies in the midst of whatever it does, and is started again, as its container would be."""
        one.kill()
        self.town.telegram.catch_up()
        self.kills.append(Kill(RANDOM, time.monotonic()))
        one.start()

    def settle(self) -> None:
        """Wait until nothing is left to be done."""
        end, quiet = time.monotonic() + _SETTLED_S, 0
        while quiet < 3:
            assert time.monotonic() < end, f"{self.ledger().unfinished()} rows are unfinished"
            time.sleep(0.3)
            quiet = quiet + 1 if not self.telegram.waiting(TOKEN) and not self.ledger().unfinished() else 0

    def stop(self) -> list[int]:
        """All of them; their exit codes."""
        return [one.stop() for one in self.members]


@contextmanager
def scale_test(folder: Path, url: str, *, patients: int, seed: int, **more: int) -> Iterator[ScaleTest]:
    """A town and the processes of the compose file, not started yet; `more`: other numbers of a service's processes."""
    with FakeTelegram() as telegram:
        telegram.add_bot(TOKEN)
        town = Town(telegram, Random(seed + 1))
        settings: dict[str, Any] = {
            "COACHBOT_DATABASE": url, "COACHBOT_DATA": str(folder), "COACHBOT_SITE": SITE,
            "COACHBOT_TELEGRAM_TOKEN": TOKEN, "COACHBOT_TELEGRAM_API": telegram.url, "COACHBOT_LOG_LEVEL": "WARNING",
        }  # fmt: skip
        coach = open_beside(load_settings(data=folder, database=url), make=True)
        town.come_in(coach, newcomers=patients // 2, known=patients - patients // 2, pictures=2)
        coach.store.close()
        members = [
            Member(name, command, folder, settings)
            for name, (command, number) in services().items() for _ in range(more.get(name, number))
        ]  # fmt: skip
        test = ScaleTest(folder, url, telegram, town, members, Random(seed))
        try:
            yield test
        finally:
            for one in members:
                if one.process is not None and one.process.poll() is None:
                    one.kill()
