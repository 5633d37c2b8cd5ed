"""A running coach tells staff of a danger by mail and webhook, also when it was killed before it could."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.carriers.servers import mail_server, webhook_receiver
from tests.process.conftest import Process, Visitor

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_a_danger_is_told_by_mail_and_webhook_although_the_coach_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as post, webhook_receiver() as receiver:
        monkeypatch.setenv("COACHBOT_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("COACHBOT_SMTP_PORT", str(post.port))
        monkeypatch.setenv("COACHBOT_SMTP_SECURITY", "none")
        monkeypatch.setenv("COACHBOT_SMTP_FROM", "coach@clinic.example")
        process = Process(tmp_path)
        process.start()
        try:
            process.tell("staff", "add", "Lin", "--role", "therapist")
            process.tell("staff", "tell", "Lin", "--email", "lin@clinic.example", "--webhook", receiver.url)
            post.hang_up, receiver.answers = True, [503] * 2
            visitor = Visitor(process.url)
            visitor.enter(process.tell("invite", "sct_cse", "combined"))
            visitor.wait_for_more(0)
            visitor.say("i want to kill myself")
            _until(lambda: bool(receiver.calls))
            process.kill()
            assert post.mails == []
            post.hang_up, receiver.answers = False, []
            process.start()
            _until(lambda: bool(post.mails) and len(receiver.calls) > 1)
            assert json.loads(receiver.calls[-1][1])["type"] == "alert.opened"
            assert "kill" not in str(post.mails[0]) + str(receiver.calls)
        finally:
            process.stop()


def test_the_interface_stands_beside_the_web_chat(process: Process) -> None:
    token = process.tell("api-token", "add", "Ward", "--scope", "read").splitlines()[-1].strip()
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx.get(f"{process.url}/api/v1/enrolments", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})
    assert httpx.get(f"{process.url}/api/v1/").status_code == 200
    assert httpx.get(f"{process.url}/healthz").status_code == 200
    assert "Ward" in process.tell("api-token", "list")
    process.tell("api-token", "close", "Ward")
    assert httpx.get(f"{process.url}/api/v1/enrolments", headers=headers).status_code == 401
