"""`coachbot run` with the web chat and a WeChat account in one process, as an operator runs it."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from coachbot.authoring.pack import Pack
from coachbot.testing.wechatapi import FakeWeChat
from tests.process.conftest import Process, Visitor

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow

KEY_TEXT = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class WithWeChat(Process):
    """The same process, with a service account in the sealed mode."""

    def __init__(self, data: Path, wechat: FakeWeChat, secret: str) -> None:
        super().__init__(data)
        self._wechat = wechat
        self._secret = secret

    def environment(self) -> dict[str, str]:
        file = self.data / "secret"
        file.write_text(self._secret + "\n")
        return {
            **super().environment(),
            "COACHBOT_WECHAT_APPID": self._wechat.appid,
            "COACHBOT_WECHAT_SECRET_FILE": str(file),
            "COACHBOT_WECHAT_TOKEN": self._wechat.token,
            "COACHBOT_WECHAT_AES_KEY": KEY_TEXT,
            "COACHBOT_WECHAT_API": self._wechat.url,
            "COACHBOT_LOG_LEVEL": "DEBUG",
        }

    @property
    def log(self) -> str:
        return (self.data / "log.txt").read_text()


@pytest.fixture
def wechat() -> Iterator[FakeWeChat]:
    with FakeWeChat(secret="SSSSECRET-of-the-tests", aes_key=base64.b64decode(KEY_TEXT + "=")) as fake:
        yield fake


def begin(data: Path, wechat: FakeWeChat, secret: str) -> WithWeChat:
    process = WithWeChat(data, wechat, secret)
    process.start()
    wechat.callback = f"{process.url}/wechat/callback"
    return process


@pytest.fixture
def running(tmp_path: Path, wechat: FakeWeChat) -> Iterator[WithWeChat]:
    process = begin(tmp_path, wechat, wechat.secret)
    yield process
    process.stop()


def until(so: Callable[[], object], limit_s: float = 15) -> None:
    end = time.monotonic() + limit_s
    while not so():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def test_a_patient_comes_in_by_a_scanned_code_and_talks(running: WithWeChat, wechat: FakeWeChat, pack: Pack) -> None:
    mei = wechat.person("Mei", follows=False)
    mei.scans(running.invite(pack).replace("-", ""))
    until(lambda: mei.messages)
    until(lambda: wechat.menu)
    count = len(mei.messages)
    mei.writes("1")
    until(lambda: len(mei.messages) > count)
    assert wechat.answers == [(200, "success")] * 2
    assert httpx.get(running.url).status_code == 200
    assert running.stop() == 0
    for secret in (wechat.secret, "granted-", mei.openid, KEY_TEXT):
        assert secret not in running.log
    assert "Traceback" not in running.log


def test_what_was_taken_before_a_kill_is_answered_after_it(running: WithWeChat, wechat: FakeWeChat, pack: Pack) -> None:
    mei = wechat.person("Mei", follows=False)
    code = running.invite(pack)
    wechat.calls.clear()
    mei.scans(code)
    running.kill()
    running.start()
    until(lambda: mei.messages)
    until(lambda: "menu/create" in [path for path, _ in wechat.calls])
    assert len(mei.texts) - len(set(mei.texts)) <= 1  # a call that was under way is in doubt, and is made again


def test_a_revoked_secret_is_one_line_and_the_web_chat_goes_on(tmp_path: Path, wechat: FakeWeChat, pack: Pack) -> None:
    running = begin(tmp_path, wechat, "revoked-secret")
    try:
        until(lambda: "WeChat refuses the account's secret" in running.log)
        visitor = Visitor(running.url)
        visitor.enter(running.invite(pack))
        visitor.wait_for_more(0)
        mei = wechat.person("Mei")
        mei.writes("hello")
        assert wechat.answers[-1] == (200, "success")
        assert running.log.count('"level": "error"') == 1
        assert "revoked-secret" not in running.log
    finally:
        assert running.stop() == 0
