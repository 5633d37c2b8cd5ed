"""Calls to WeChat: tokens shared and renewed, faults told apart, pictures, secrets that no log holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from coachbot.authoring.plain import read_plain
from coachbot.channels.wechat.access import AccessToken, Granted
from coachbot.channels.wechat.account import Account, account_from
from coachbot.channels.wechat.writing import CAN, LONGEST_BYTES
from coachbot.errors import DeliveryError, SettingsError
from coachbot.service.fitting import measure_of, split
from coachbot.service.records import Address, OutboxRow
from coachbot.testing.wechatapi import FakeWeChat, Fault, Follower
from tests.channels.wechat.bench import KEY_TEXT, SITE, Bench, settings_for
from tests.conftest import ROOT

NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)
TEXT = {"kind": "text", "text": "Hello 你好"}
PICTURE = {"kind": "picture", "picture": "exercises/bridge_start.png", "alt": "Hips up"}


@pytest.fixture
def wechat() -> Iterator[FakeWeChat]:
    with FakeWeChat() as fake:
        yield fake


def heard(wechat: FakeWeChat) -> Follower:
    """A follower who has just written."""
    person = wechat.person("Mei")
    person.writes("hello")
    return person


def deliver(bench: Bench, person: Follower, *bodies: dict[str, Any], **more: Any) -> list[str]:
    to = Address(1, 1, "wechat", person.openid)
    rows = [OutboxRow(number, "p", 1, body, NOW, **more) for number, body in enumerate(bodies, 1)]

    async def scene() -> list[str]:
        return [await bench.channel.deliver(to, row) for row in rows]

    return bench.run(scene)


# -- texts --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("letter", ["a", "痛"])
def test_the_longest_text_still_holds_the_line_that_says_how_to_go_on(
    wechat: FakeWeChat, tmp_path: Path, letter: str
) -> None:
    person = heard(wechat)
    (piece, *_) = split(letter * 3000, CAN.text, measure_of(CAN))
    deliver(Bench(wechat, tmp_path), person, {"kind": "text", "text": piece}, last_for_now=True)
    assert person.last.text == f"{piece}\n\n(more)"


def test_the_pack_s_line_that_says_how_to_go_on_fits_beside_any_text() -> None:
    for file in ROOT.glob("content/*/wechat.yaml"):
        more = str(read_plain(file)["more"])
        assert len(f"\n\n{more}".encode()) <= LONGEST_BYTES - CAN.text, file


def test_a_line_that_is_too_long_is_left_out_and_the_text_arrives(wechat: FakeWeChat, tmp_path: Path) -> None:
    person = heard(wechat)
    bench = Bench(wechat, tmp_path)
    bench.channel.words["more"] = "x" * 500  # type: ignore[index]
    deliver(bench, person, {"kind": "text", "text": "y" * 1900}, last_for_now=True)
    assert person.last.text == "y" * 1900


# -- settings -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"wechat_appid": "x"}, "COACHBOT_WECHAT_APPID"),
        ({"wechat_secret": None}, "COACHBOT_WECHAT_SECRET"),
        ({"wechat_secret": None, "wechat_secret_file": Path("/nowhere/secret")}, "COACHBOT_WECHAT_SECRET_FILE"),
        ({"wechat_token": SecretStr("with-a-dash")}, "COACHBOT_WECHAT_TOKEN"),
        ({"wechat_aes_key": SecretStr("too-short")}, "COACHBOT_WECHAT_AES_KEY"),
    ],
)
def test_a_wrong_setting_is_one_line_that_quotes_no_secret(tmp_path: Path, wrong: dict[str, Any], named: str) -> None:
    fake = FakeWeChat(secret="SSSSECRET")
    with pytest.raises(SettingsError, match=named) as caught:
        account_from(settings_for(fake, tmp_path, **wrong))
    assert "SSSSECRET" not in str(caught.value)


def test_an_account_does_not_print_its_secrets(tmp_path: Path) -> None:
    fake = FakeWeChat(secret="SSSSECRET", token="TTTTOKEN")
    account = account_from(settings_for(fake, tmp_path, wechat_aes_key=SecretStr(KEY_TEXT)))
    assert len(account.aes_key or b"") == 32
    for shown in (repr(account), str(account)):
        assert not any(secret in shown for secret in ("SSSSECRET", "TTTTOKEN", "abcdef0"))


def test_no_log_line_has_a_secret_in_it(wechat: FakeWeChat, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench = Bench(wechat, tmp_path)
    deliver(bench, heard(wechat), TEXT)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "custom/send" in text
    assert "granted-" not in text
    assert wechat.secret not in text


# -- messages -----------------------------------------------------------------------------------------
def test_a_text_goes_as_it_is_written(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei = heard(wechat)
    assert deliver(Bench(wechat, tmp_path), mei, TEXT) == ["row-1"]
    assert mei.texts == ["Hello 你好"]


def test_the_last_message_for_now_says_how_to_go_on(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei = heard(wechat)
    deliver(Bench(wechat, tmp_path), mei, TEXT, last_for_now=True)
    assert mei.texts == ["Hello 你好\n\n(more)"]


def test_a_picture_is_uploaded_once_and_anew_when_wechat_has_forgotten_it(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei, bench = heard(wechat), Bench(wechat, tmp_path)
    to = Address(1, 1, "wechat", mei.openid)

    async def scene() -> None:
        for number in (1, 2):
            await bench.channel.deliver(to, OutboxRow(number, "p", 1, PICTURE, NOW))
        assert len(wechat.called("media/upload")) == 1
        wechat.forget_media()
        await bench.channel.deliver(to, OutboxRow(3, "p", 1, PICTURE, NOW))

    bench.run(scene)
    assert [message.kind for message in mei.messages] == ["image"] * 3
    assert len(wechat.called("media/upload")) == 2


def test_a_picture_older_than_wechat_keeps_it_is_uploaded_anew(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei, bench = heard(wechat), Bench(wechat, tmp_path)
    to = Address(1, 1, "wechat", mei.openid)

    async def scene() -> None:
        await bench.channel.deliver(to, OutboxRow(1, "p", 1, PICTURE, NOW))
        bench.channel._now = lambda: 4e9
        await bench.channel.deliver(to, OutboxRow(2, "p", 1, PICTURE, NOW))

    bench.run(scene)
    assert len(wechat.called("media/upload")) == 2


def test_a_row_that_rings_goes_as_the_sites_template(wechat: FakeWeChat, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE)
    mei = wechat.person("Mei")  # never heard: nothing else would reach her
    bench = Bench(wechat, tmp_path, site=site)
    assert bench.channel.capabilities.templates == {"checkin"}
    deliver(bench, mei, TEXT, rings="checkin")
    assert mei.texts == ["Your check-in | Write any word | 2026-03-09 19:00 | the test clinic"]


@pytest.mark.parametrize(
    "wrong", ["[checkin]", "{checkin: T1}", "{checkin: {id: T1}}", "{checkin: {id: '', fields: {a: b}}}"]
)
def test_templates_written_wrongly_are_one_clear_line(wechat: FakeWeChat, tmp_path: Path, wrong: str) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(f"wechat: {{templates: {wrong}}}")
    with pytest.raises(SettingsError, match=r"wechat\.templates"):
        Bench(wechat, tmp_path, site=site)


# -- faults -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(-1), {"permanent": False, "doubt": False, "retry_after": None}),
        (Fault(45011), {"retry_after": 60.0, "permanent": False}),
        (Fault(45009), {"retry_after": 1800.0}),
        (Fault(48001), {"retry_after": 300.0}),
        (Fault(40164), {"retry_after": 300.0}),
        (Fault(45015), {"window": True, "permanent": False, "gone": False}),
        (Fault(45047), {"window": True, "permanent": False}),
        (Fault(43004), {"permanent": True, "gone": True}),
        (Fault(48002), {"permanent": True, "gone": True}),
        (Fault(45002), {"permanent": True, "gone": False}),
        (Fault(99999), {"permanent": True, "gone": False}),
        (Fault(status=500), {"permanent": False, "doubt": True}),
        (Fault(status=429), {"retry_after": 30.0}),
        (Fault(status=502, garbled=True), {"doubt": True}),
        (Fault(status=0), {"doubt": True, "permanent": False}),
    ],
)
def test_wechats_faults_are_told_apart(wechat: FakeWeChat, tmp_path: Path, fault: Fault, kind: dict[str, Any]) -> None:
    mei = heard(wechat)
    wechat.fail("message/custom/send", fault)
    with pytest.raises(DeliveryError) as caught:
        deliver(Bench(wechat, tmp_path), mei, TEXT)
    assert {name: getattr(caught.value, name) for name in kind} == kind
    assert mei.messages == []


def test_an_upload_whose_answer_never_came_leaves_no_doubt_about_the_message(
    wechat: FakeWeChat, tmp_path: Path
) -> None:
    wechat.fail("media/upload", Fault(status=0, after=True))
    with pytest.raises(DeliveryError) as caught:
        deliver(Bench(wechat, tmp_path), heard(wechat), PICTURE)
    assert not caught.value.doubt


def test_a_server_that_is_not_there_is_no_doubt(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei = heard(wechat)
    with pytest.raises(DeliveryError) as caught:
        deliver(Bench(wechat, tmp_path, wechat_api="http://127.0.0.1:9"), mei, TEXT)
    assert not caught.value.doubt
    assert not caught.value.permanent


# -- access tokens ------------------------------------------------------------------------------------
def test_an_ended_token_is_renewed_once_and_the_message_goes(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei, bench = heard(wechat), Bench(wechat, tmp_path)
    to = Address(1, 1, "wechat", mei.openid)

    async def scene() -> None:
        await bench.channel.deliver(to, OutboxRow(1, "p", 1, TEXT, NOW))
        wechat.end_token()
        await bench.channel.deliver(to, OutboxRow(2, "p", 1, TEXT, NOW))

    bench.run(scene)
    assert len(mei.messages) == 2
    assert len(wechat.called("stable_token")) == 2


def test_a_token_refused_again_and_again_pauses_the_account(wechat: FakeWeChat, tmp_path: Path) -> None:
    mei = heard(wechat)
    wechat.fail("message/custom/send", Fault(42001), Fault(40001))
    with pytest.raises(DeliveryError) as caught:
        deliver(Bench(wechat, tmp_path), mei, TEXT)
    assert caught.value.retry_after == 60.0
    assert len(wechat.called("message/custom/send")) == 0


def test_twenty_messages_at_once_ask_for_one_token(wechat: FakeWeChat, tmp_path: Path) -> None:
    people = [heard(wechat) for _ in range(20)]
    bench = Bench(wechat, tmp_path)

    async def scene() -> None:
        rows = (OutboxRow(number, "p", 1, TEXT, NOW) for number in range(20))
        calls = (
            bench.channel.deliver(Address(1, 1, "wechat", p.openid), row) for p, row in zip(people, rows, strict=True)
        )
        await asyncio.gather(*calls)

    bench.run(scene)
    assert len(wechat.called("stable_token")) == 1
    assert all(len(person.messages) == 1 for person in people)


ACCOUNT = Account("wx0123456789abcdef", "SSSSECRET", "token")


def test_processes_share_one_token_and_its_file_gives_nothing_away(tmp_path: Path) -> None:
    asked: list[bool] = []

    async def grant(force: bool) -> Granted:
        asked.append(force)
        await asyncio.sleep(0.05)
        return Granted(f"token-{len(asked)}", 7200)

    async def scene() -> list[str]:
        return await asyncio.gather(*(AccessToken(ACCOUNT, tmp_path).get(grant) for _ in range(5)))

    assert asyncio.run(scene()) == ["token-1"] * 5
    assert asked == [False]
    (file,) = tmp_path.iterdir()
    assert b"token-1" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_a_token_is_renewed_before_it_ends_and_a_refused_one_at_once(tmp_path: Path) -> None:
    clock = [1000.0]
    asked: list[bool] = []

    async def grant(force: bool) -> Granted:
        asked.append(force)
        return Granted("same" if not force else "other", 7200)

    access = AccessToken(ACCOUNT, tmp_path, now=lambda: clock[0])

    async def scene() -> None:
        assert await access.get(grant) == "same"
        clock[0] += 7200 - 301
        assert await access.get(grant) == "same"
        assert len(asked) == 1
        clock[0] += 2
        await access.get(grant)
        assert len(asked) == 2
        assert await access.get(grant, stale="same") == "other"

    asyncio.run(scene())
    assert asked == [False, False, False, True]


def test_a_damaged_token_file_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "wechat-wx0123456789abcdef.token").write_bytes(b"\x00rubbish" * 9)

    async def grant(force: bool) -> Granted:
        return Granted("fresh", 7200)

    assert asyncio.run(AccessToken(ACCOUNT, tmp_path).get(grant)) == "fresh"


# -- beginning ----------------------------------------------------------------------------------------
def test_the_menu_is_set_at_the_start(wechat: FakeWeChat, tmp_path: Path) -> None:
    bench = Bench(wechat, tmp_path)
    bench.run(bench.serving.run)
    assert wechat.menu["button"][0]["sub_button"][0]["key"] == "command:pause"


def test_a_wrong_secret_is_one_line_and_what_is_sent_waits(
    wechat: FakeWeChat, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mei = heard(wechat)
    bench = Bench(wechat, tmp_path, wechat_secret=SecretStr("revoked-secret"))

    async def scene() -> None:
        await bench.serving.run()
        with pytest.raises(DeliveryError) as caught:
            await bench.channel.deliver(Address(1, 1, "wechat", mei.openid), OutboxRow(1, "p", 1, TEXT, NOW))
        assert caught.value.retry_after == 300.0

    bench.run(scene)
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "40125" in errors[0]
    assert "other channels go on" in errors[0]
    assert "revoked-secret" not in caplog.text
    assert list(bench.serving.state().values()) == ["refused"]


def test_faults_at_the_start_are_waited_out(wechat: FakeWeChat, tmp_path: Path) -> None:
    wechat.fail("stable_token", Fault(-1), Fault(status=500), Fault(status=0), Fault(45009))
    bench = Bench(wechat, tmp_path)
    bench.run(bench.serving.run)
    assert wechat.menu
    assert max(bench.slept) >= 1800


def test_an_account_without_the_right_to_a_menu_goes_on(wechat: FakeWeChat, tmp_path: Path) -> None:
    wechat.fail("menu/create", Fault(48001))
    bench = Bench(wechat, tmp_path)
    bench.run(bench.serving.run)
    assert wechat.menu == {}
