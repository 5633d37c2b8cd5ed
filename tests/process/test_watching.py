"""A living coach as its operator watches it: ready, counted, and silent about what is said."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from tests.process.conftest import Process
from tests.process.test_backup import enter

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow

TOKEN = {"authorization": "Bearer s3cret-of-the-tests"}
WORD = "quagmirevole"


class Watched(Process):
    """Logs all it can, as JSON, and shows its numbers to whoever has the token."""

    def environment(self) -> dict[str, str]:
        more = {"COACHBOT_LOG": "json", "COACHBOT_LOG_LEVEL": "DEBUG", "COACHBOT_METRICS_TOKEN": "s3cret-of-the-tests"}
        return {**super().environment(), **more}


def test_numbers_rise_with_the_talk_and_neither_they_nor_the_log_tell_of_it(tmp_path: object) -> None:
    running = Watched(tmp_path)  # type: ignore[arg-type]
    running.start()
    try:
        mei = enter(running)
        code = running.tell("enrolment", "list").split()[0]
        before = len(mei.coach_lines())
        mei.say(f"the {WORD} hurts")
        mei.wait_for_more(before)
        ready = httpx.get(f"{running.url}/readyz")
        assert (ready.status_code, ready.json()["reasons"]) == (200, [])
        assert httpx.get(f"{running.url}/metrics").status_code == 403
        page = _page_with(running, 'coachbot_turns_total{cause="update",outcome="done"} 2.0')
        assert 'coachbot_sends_total{channel="webchat",outcome="sent"}' in page
        assert 'coachbot_channel_up{account="default",channel="webchat"} 1.0' in page
    finally:
        assert running.stop() == 0
    log = (running.data / "log.txt").read_text()
    for line in log.splitlines():
        assert line.startswith("coachbot ") or json.loads(line)["event"]
    for secret in (WORD, code, "s3cret"):
        assert secret.lower() not in (page + log).lower()


def _page_with(running: Process, wanted: str) -> str:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        page = httpx.get(f"{running.url}/metrics", headers=TOKEN).text
        if wanted in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)
