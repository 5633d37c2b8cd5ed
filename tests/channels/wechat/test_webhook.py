"""The webhook: nothing is taken that WeChat did not sign, nothing is acknowledged before it is stored."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from coachbot.channels.wechat.envelope import sealed, signature
from coachbot.channels.wechat.flat_xml import write_flat
from coachbot.channels.wechat.taking import Intake
from coachbot.channels.wechat.webhook import LARGEST_BODY, webhook_app
from coachbot.testing.botapi import listening
from coachbot.testing.wechatapi import FakeWeChat
from tests.channels.wechat.bench import KEY_TEXT, Bench

KEY = base64.b64decode(KEY_TEXT + "=")
TEXT = write_flat({"FromUserName": "o-mei", "MsgType": "text", "MsgId": "9", "Content": "hello"})


@pytest.fixture(params=["plain", "sealed"])
def bench(request: Any, tmp_path: Path) -> Iterator[Bench]:
    key = KEY if request.param == "sealed" else None
    with FakeWeChat(aes_key=key) as fake:
        built = Bench(fake, tmp_path, wechat_aes_key=SecretStr(KEY_TEXT) if key else None)
        with built.listening():
            yield built


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Bench]:
    """An account in the sealed mode."""
    with FakeWeChat(aes_key=KEY) as fake:
        built = Bench(fake, tmp_path, wechat_aes_key=SecretStr(KEY_TEXT))
        with built.listening():
            yield built


def test_wechats_question_is_answered_only_if_it_is_wechats(bench: Bench) -> None:
    signed = {"timestamp": "1", "nonce": "2", "signature": signature(bench.wechat.token, "1", "2"), "echostr": "abc"}
    assert httpx.get(bench.wechat.callback, params=signed).text == "abc"
    assert httpx.get(bench.wechat.callback, params={**signed, "nonce": "3"}).status_code == 403
    assert httpx.get(bench.wechat.callback).status_code == 403


def test_a_message_is_stored_and_answered_with_success(bench: Bench) -> None:
    mei = bench.wechat.person("Mei")
    mei.writes("你好 <3 & ]]>")
    assert [(update.chat, update.text) for update in bench.desk.stored] == [(mei.openid, "你好 <3 & ]]>")]
    assert bench.wechat.answers == [(200, "success")]


def test_the_same_message_ten_times_counts_once(bench: Bench) -> None:
    mei = bench.wechat.person("Mei")
    first, click = mei.writes("hello"), mei.clicks("command:menu")
    for _ in range(9):
        mei.repeats(first)
        mei.repeats(click)
    assert [update.kind for update in bench.desk.stored] == ["text", "command"]
    assert set(bench.wechat.answers) == {(200, "success")}


def test_messages_out_of_order_are_all_taken(bench: Bench) -> None:
    mei, callback = bench.wechat.person("Mei"), bench.wechat.callback
    bench.wechat.callback = ""
    for number in range(5):
        mei.writes(str(number))
    bench.wechat.callback = callback
    for message in reversed(bench.wechat.unposted):
        bench.wechat.post(message)
    assert [update.text for update in bench.desk.stored] == ["4", "3", "2", "1", "0"]


def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(bench: Bench) -> None:
    bench.desk.broken = True
    mei = bench.wechat.person("Mei")
    message = mei.writes("hello")
    assert [status for status, _ in bench.wechat.answers] == [500, 500, 500]
    bench.desk.broken = False
    mei.repeats(message)
    assert [update.text for update in bench.desk.stored] == ["hello"]


def test_what_is_stored_too_slowly_is_not_acknowledged_in_time_and_counts_once(bench: Bench) -> None:
    bench.desk.slow = True
    app = webhook_app(bench.channel.api.account, Intake(bench.channel), stored_within_s=0.05)
    with listening(app) as url:
        bench.wechat.callback = f"{url}/callback"
        bench.wechat.person("Mei").writes("hello")
    assert [status for status, _ in bench.wechat.answers] == [500, 500, 500]
    assert len(bench.desk.stored) == 1


def test_somebody_back_is_welcomed_and_a_stranger_greeted(bench: Bench) -> None:
    mei, bo = bench.wechat.person("Mei"), bench.wechat.person("Bo")
    bench.desk.enrolled.add(mei.openid)
    mei.unsubscribes()
    mei.subscribes()
    bo.subscribes()
    assert [update.kind for update in bench.desk.stored] == ["blocked", "unblocked", "start"]


def test_a_wrong_signature_is_refused_and_one_line(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    assert bench.wechat.post_raw(TEXT, signature="0" * 40)[0] == 403
    assert bench.desk.stored == []
    assert "COACHBOT_WECHAT_TOKEN" in caplog.text


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml><A></xml>", b"no xml", b"<!DOCTYPE x [<!ENTITY a 'a'>]><xml>&a;</xml>", b"\x00\xff",
     write_flat({"MsgType": "text"}), write_flat({"FromUserName": "o", "MsgType": "new_event"}),
     write_flat({"FromUserName": "o", "MsgType": "event", "Event": "never_heard_of"})],
)  # fmt: skip
def test_what_nobody_can_read_is_passed_over_and_never_sent_again(bench: Bench, body: bytes) -> None:
    assert bench.wechat.post_raw(body) == (200, "success")
    assert bench.desk.stored == []


def test_a_body_far_too_large_is_refused(bench: Bench) -> None:
    assert bench.wechat.post_raw(b"x" * (LARGEST_BODY + 1))[0] == 413


def test_an_envelope_for_another_account_is_passed_over(closed: Bench, caplog: pytest.LogCaptureFixture) -> None:
    closed.wechat.appid = "wx-somebody-else"
    assert closed.wechat.post_raw(TEXT) == (200, "success")
    assert closed.desk.stored == []
    assert "for another account" in caplog.text


def test_an_envelope_that_was_changed_is_refused(closed: Bench) -> None:
    assert closed.wechat.post_raw(TEXT, msg_signature="0" * 40)[0] == 403


def test_a_plain_message_is_refused_where_a_key_is_set(closed: Bench, caplog: pytest.LogCaptureFixture) -> None:
    closed.wechat.aes_key = None
    assert closed.wechat.post_raw(TEXT)[0] == 403
    assert "secure mode" in caplog.text


def test_a_sealed_message_without_a_key_says_what_to_set(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with FakeWeChat(aes_key=KEY) as fake:
        bench = Bench(fake, tmp_path)
        with bench.listening():
            assert fake.post_raw(TEXT)[0] == 500
    assert "COACHBOT_WECHAT_AES_KEY" in caplog.text


def test_no_word_of_a_patient_reaches_the_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="coachbot.wechat")
    mei = bench.wechat.person("Mei")
    mei.writes("a secret sorrow")
    bench.desk.broken = True
    mei.writes("another sorrow")
    bench.wechat.post_raw(b"<xml>broken sorrow")
    assert "sorrow" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("coachbot"))


def test_sealing_is_never_the_same_twice() -> None:
    assert sealed(TEXT, KEY, "wx1") != sealed(TEXT, KEY, "wx1")
