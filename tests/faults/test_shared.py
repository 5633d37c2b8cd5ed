"""A talk in the web chat that goes through every kind of process, and `run` that keeps out of it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from coachbot.opening import open_beside
from coachbot.settings import load_settings
from tests import postgres
from tests.faults.scale import ScaleTest, scale_test
from tests.process.conftest import Visitor, free_port

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_LONGEST_S = 60.0


def until(so: Callable[[], object], told: str) -> None:
    end = time.monotonic() + _LONGEST_S
    while not so():
        assert time.monotonic() < end, told
        time.sleep(0.1)


def command(test: ScaleTest, *arguments: str) -> subprocess.CompletedProcess[str]:
    one = test.members[0]
    return subprocess.run(
        [sys.executable, "-m", "coachbot", *arguments],
        env={**one.environment(), "COACHBOT_PORT": str(free_port())}, capture_output=True, text=True, timeout=180,
    )  # fmt: skip


class Page:
    """An open page of the web chat: the lines that it was told of, without asking."""

    def __init__(self, visitor: Visitor) -> None:
        self.by: list[str] = []
        cookies = httpx.Cookies(visitor.client.cookies)
        self._client = httpx.Client(base_url=visitor.client.base_url, cookies=cookies, timeout=_LONGEST_S)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with (
            contextlib.suppress(httpx.HTTPError),
            self._client.stream("GET", "/api/stream", params={"after": "0"}) as answer,
        ):
            told = (json.loads(line.removeprefix("data:")) for line in answer.iter_lines() if line.startswith("data:"))
            for line in told:
                self.by.append(str(line.get("by")))


def test_a_talk_in_the_web_chat_goes_through_all_of_them(tmp_path: Path) -> None:
    with (
        postgres.database(tmp_path / "keys.json") as url,
        scale_test(tmp_path, url, patients=2, seed=1, worker=1) as test,
    ):
        coach = open_beside(load_settings(data=tmp_path, database=url))
        code = coach.enrolments.invite("sct_cse", "combined")
        coach.store.close()
        test.start()
        one, other = (Visitor(member.url) for member in test.of("web"))
        one.enter(code)
        until(lambda: one.coach_lines(), "the coach has said nothing")
        until(lambda: other_sees(one, other), "the other web process does not know the patient")
        page = Page(one)
        until(lambda: page.by.count("coach") == len(one.coach_lines()), "the open page was not told of the talk")
        before, question = page.by.count("coach"), one.open_question()
        other.press(question["token"], question["choices"][0][0])
        until(lambda: page.by.count("coach") > before, "a page is not told of what follows a press at another process")
        refused = command(test, "run")
        assert refused.returncode != 0
        assert "several processes work on this database" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert test.stop() == [0] * len(test.members)
        logs = "".join(member.log() for member in test.members)
        assert "Traceback" not in logs


def test_a_web_process_tells_of_a_worker_that_died(tmp_path: Path) -> None:
    with (
        postgres.database(tmp_path / "keys.json") as url,
        scale_test(tmp_path, url, patients=0, seed=1, web=1, worker=2) as test,
    ):
        test.start()
        web, victim = test.of("web")[0], test.of("worker")[1]

        def told(line: str) -> bool:
            return line in httpx.get(f"{web.url}/metrics").text.splitlines()

        until(lambda: told('coachbot_processes{kind="worker"} 2.0'), "two workers are not seen")
        until(lambda: told('coachbot_processes{kind="sender"} 1.0'), "the sender is not seen")
        victim.kill()
        until(lambda: told('coachbot_processes{kind="worker"} 1.0'), "nobody tells that a worker died")
        victim.start()
        test.wait_for(victim)
        until(lambda: told('coachbot_processes{kind="worker"} 2.0'), "it is back, and is not seen")
        assert test.stop() == [0] * len(test.members)


def other_sees(one: Visitor, other: Visitor) -> bool:
    other.client.cookies = one.client.cookies
    return bool(other.coach_lines())
