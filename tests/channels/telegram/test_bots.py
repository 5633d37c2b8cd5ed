"""Tokens, polling, webhooks: what goes wrong there is told in one line, harms no one else, and betrays no token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from coachbot.channels.telegram.api import TelegramError
from coachbot.channels.telegram.polling import Poller
from coachbot.channels.telegram.serving import open_telegram, serve_telegram
from coachbot.channels.telegram.taking import Intake
from coachbot.channels.telegram.tokens import Token, tokens
from coachbot.channels.telegram.webhook import LARGEST_BODY, SECRET_HEADER
from coachbot.errors import SettingsError
from coachbot.service.channels import Counter, Serving
from coachbot.service.records import Update
from coachbot.settings import Settings, load_settings
from coachbot.testing.botapi import FakeTelegram, Fault
from tests.conftest import ROOT

ONE, TWO = "111111:first-token-of-the-tests-AAAA", "222222:second-token-of-the-tests-BBBB"
WORDS = {
    "en": {"command_menu": "What you can do", "group": "bye {link}", "channel": "bye"},
    "de": {"command_menu": "Was geht"},
}


class Desk:
    """Stores updates in a list, or fails."""

    channel = "telegram"

    def __init__(self, account: int) -> None:
        self.account = account
        self.stored: list[Update] = []
        self.known: set[str] = set()
        self.broken = False
        self.settings: dict[str, str] = {}

    def receive(self, update: Update) -> Future[bool]:
        future: Future[bool] = Future()
        if self.broken:
            future.set_exception(OSError("disk full"))
            return future
        fresh = update.update_id not in self.known
        self.known.add(update.update_id)
        if fresh:
            self.stored.append(update)
        future.set_result(fresh)
        return future

    def remember(self, name: str, value: str) -> None:
        self.settings[name] = value

    def remembered(self, name: str) -> str | None:
        return self.settings.get(name)


class Bench:
    """Two bots at a fake Telegram."""

    def __init__(self, telegram: FakeTelegram, **more: Any) -> None:
        self.telegram = telegram
        settings = load_settings(telegram_token=SecretStr(f"one={ONE},two={TWO}"), telegram_api=telegram.url, **more)
        channel = open_telegram(settings)
        assert channel is not None
        self.channel = channel
        self.desks = {"111111": Desk(1), "222222": Desk(2)}
        self.counter = Counter(lambda code: self.desks[code], WORDS, ROOT)  # type: ignore[arg-type,return-value]
        self.slept: list[float] = []

    def serve(self) -> Serving:
        return serve_telegram(self.channel, self.counter, long_poll_s=1, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def run(self, until: Any, limit_s: float = 10) -> None:
        """Serve until something is so."""

        async def scene() -> None:
            serving = self.serve()
            task = asyncio.create_task(serving.run())
            async with asyncio.timeout(limit_s):
                while not until():
                    await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await serving.close()

        asyncio.run(scene())


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.add_bot(ONE, "one_bot")
        fake.add_bot(TWO, "two_bot")
        yield fake


# -- tokens -------------------------------------------------------------------------------------------
def settings(**values: Any) -> Settings:
    return load_settings(**values)


def test_tokens_come_from_the_environment_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# the second clinic\ntwo={TWO}\n")
    found = tokens(settings(telegram_token=SecretStr(ONE), telegram_token_file=file))
    assert [(token.name, token.bot) for token in found] == [("bot 111111", "111111"), ("two", "222222")]


@pytest.mark.parametrize("wrong", ["hello", "123:short", f"{ONE} {ONE}"])
def test_a_wrong_token_is_one_clear_error_that_quotes_no_token(wrong: str) -> None:
    with pytest.raises(SettingsError, match="COACHBOT_TELEGRAM_TOKEN") as caught:
        tokens(settings(telegram_token=SecretStr(wrong)))
    assert "AAAA" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"COACHBOT_TELEGRAM_TOKEN_FILE.*nowhere"):
        tokens(settings(telegram_token_file=tmp_path / "nowhere"))


def test_a_token_does_not_print_itself() -> None:
    token = Token("one", ONE)
    for shown in (
        repr(token),
        str(token),
        repr(settings(telegram_token=SecretStr(ONE))),
        token.path,
        token.webhook_secret,
    ):
        assert "AAAA" not in shown


def test_no_log_line_has_a_token_in_it(telegram: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.revoke(TWO)
    telegram.fail("getUpdates", Fault(500), Fault(0), Fault(502, garbled=True))
    bench = Bench(telegram)
    telegram.person("Mei", ONE).writes("hello")
    bench.run(lambda: bench.desks["111111"].stored)
    text = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "api" in text.lower() or "HTTP" in text
    assert "AAAA" not in text
    assert "BBBB" not in text


# -- polling ------------------------------------------------------------------------------------------
def test_each_bot_brings_its_updates_to_its_own_account(telegram: FakeTelegram) -> None:
    bench = Bench(telegram)
    telegram.person("Mei", ONE).writes("to the first")
    telegram.person("Bo", TWO).writes("to the second")
    bench.run(lambda: all(desk.stored for desk in bench.desks.values()))
    assert [[update.text for update in desk.stored] for desk in bench.desks.values()] == [
        ["to the first"],
        ["to the second"],
    ]
    assert bench.desks["111111"].settings["telegram:111111:username"] == "one_bot"


def test_a_revoked_token_is_one_line_and_the_other_bot_goes_on(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.revoke(ONE)
    bench = Bench(telegram)
    telegram.person("Bo", TWO).writes("hello")
    bench.run(lambda: bench.desks["222222"].stored)
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == [
        "one: 401: Telegram refuses the bot's token. It is off until the next start; other channels go on"
    ]


def test_how_each_bot_is_doing_is_told_by_the_operators_names(telegram: FakeTelegram) -> None:
    telegram.revoke(ONE)
    bench = Bench(telegram)
    serving = bench.serve()
    assert serving.state() == {"one": "starting", "two": "starting"}
    bench.run(lambda: serving.state() == {"one": "refused", "two": "ok"})


def test_a_bot_that_is_not_answered_is_unreachable_until_it_is(telegram: FakeTelegram) -> None:
    telegram.fail("getMe", Fault(500), Fault(500))
    telegram.fail("getUpdates", Fault(500))
    bench = Bench(telegram)
    seen: list[set[str]] = []

    async def sleep(seconds: float) -> None:
        seen.append(set(serving.state().values()))
        await bench.sleep(seconds)

    serving = serve_telegram(bench.channel, bench.counter, long_poll_s=0, sleep=sleep)
    bench.serve = lambda: serving  # type: ignore[method-assign]
    bench.run(lambda: len(seen) == 3 and set(serving.state().values()) == {"ok"})
    assert all("unreachable" in states for states in seen)


def test_a_token_revoked_while_it_runs_is_one_line_too(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(telegram)
    telegram.person("Mei", ONE).writes("hello")
    bench.run(lambda: bench.desks["111111"].stored)
    telegram.revoke(ONE)
    bench = Bench(telegram)
    bench.channel.connect(bench.counter)
    poller = Poller(
        bench.channel.bots[0], Intake(bench.channel, bench.channel.bots[0]), long_poll_s=0, sleep=bench.sleep
    )
    asyncio.run(poller.run())
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


def test_a_process_asks_for_the_updates_of_its_own_accounts_alone_and_begins_when_it_gets_another(
    telegram: FakeTelegram,
) -> None:
    bench, held = Bench(telegram), {2}
    bench.counter = replace(bench.counter, holds=lambda account: account in held)
    telegram.person("Mei", ONE).writes("hello")
    telegram.person("Kim", TWO).writes("hello")
    before: list[object] = []

    def taken_over() -> object:
        if bench.desks["222222"].stored and len(bench.slept) > 3 and not before:
            before.append(list(bench.desks["111111"].stored))
            held.add(1)
        return bench.desks["111111"].stored

    bench.run(taken_over)
    assert before == [[]]


def test_updates_that_cannot_be_acknowledged_are_not_asked_for_again_at_once(telegram: FakeTelegram) -> None:
    bench = Bench(telegram)
    bench.channel.connect(bench.counter)
    bot = bench.channel.bots[0]
    poller = Poller(bot, Intake(bench.channel, bot), long_poll_s=0, sleep=bench.sleep)
    with pytest.raises(TelegramError, match="no numbers"):
        asyncio.run(poller._take([{"message": {}}, "noise"]))


def test_nothing_is_acknowledged_before_it_is_stored(telegram: FakeTelegram) -> None:
    bench = Bench(telegram)
    bench.desks["111111"].broken = True
    telegram.person("Mei", ONE).writes("hello")
    bench.run(lambda: len(bench.slept) > 3)
    assert telegram.waiting(ONE) == 1
    bench = Bench(telegram)
    bench.run(lambda: not telegram.waiting(ONE))
    assert [update.text for update in bench.desks["111111"].stored] == ["hello"]


def test_updates_out_of_order_malformed_and_unknown_are_all_got_over(telegram: FakeTelegram) -> None:
    bench = Bench(telegram)
    mei = telegram.person("Mei", ONE)
    text = {
        "message": {"message_id": 1, "chat": {"id": mei.chat, "type": "private"}, "from": {"id": 1}, "text": "late"}
    }
    telegram.put(ONE, text, 90)
    telegram.put(ONE, {"message": {"nonsense": 1}}, 89)
    telegram.put(ONE, {"brand_new_kind": {}}, 91)
    telegram.put(ONE, {**text, "message": {**text["message"], "text": "early"}}, 88)
    bench.run(lambda: len(bench.desks["111111"].stored) == 2 and not telegram.waiting(ONE))
    assert {update.text for update in bench.desks["111111"].stored} == {"late", "early"}


def test_faults_of_telegram_are_waited_out_with_one_line(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("getUpdates", Fault(500), Fault(502, garbled=True), Fault(0), Fault(429, retry_after=7), Fault(409))
    bench = Bench(telegram)
    telegram.person("Mei", ONE).writes("hello")
    bench.run(lambda: bench.desks["111111"].stored)
    assert max(bench.slept) >= 7
    assert len([r for r in caplog.records if "no updates for now" in r.getMessage()]) <= 2


def test_the_menu_of_commands_is_set_for_each_language(telegram: FakeTelegram) -> None:
    bench = Bench(telegram)
    bench.run(lambda: len(telegram.called("setMyCommands")) == 4)
    assert {fields.get("language_code") for fields in telegram.called("setMyCommands")} == {None, "de"}


# -- webhook ------------------------------------------------------------------------------------------
class Hook:
    """The webhook's app, called as Telegram would."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.serving = bench.serve()
        self.token = bench.channel.bots[0].api.token

    def post(self, body: bytes, *, path: str | None = None, secret: str | None = None) -> int:
        async def call() -> int:
            transport = httpx.ASGITransport(self.serving.app)
            headers = {SECRET_HEADER: (self.token.webhook_secret if secret is None else secret).encode("latin-1")}
            async with httpx.AsyncClient(transport=transport, base_url="http://coach") as client:
                answer = await client.post(f"/{path or self.token.path}", content=body, headers=headers)
                return answer.status_code

        return asyncio.run(call())


UPDATE = b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hello"}}'


@pytest.fixture
def hook(telegram: FakeTelegram) -> Hook:
    return Hook(Bench(telegram, telegram_webhook="https://coach.example.org"))


def test_a_webhook_answers_200_once_the_row_is_stored(hook: Hook) -> None:
    assert hook.post(UPDATE) == 200
    assert [update.text for update in hook.bench.desks["111111"].stored] == ["hello"]
    assert hook.post(UPDATE) == 200
    assert len(hook.bench.desks["111111"].stored) == 1


def test_a_webhook_that_can_not_store_asks_telegram_to_come_again(hook: Hook) -> None:
    hook.bench.desks["111111"].broken = True
    assert hook.post(UPDATE) == 500


@pytest.mark.parametrize("secret", ["", "wrong", "ü"])
def test_a_wrong_secret_is_turned_away(hook: Hook, secret: str) -> None:
    assert hook.post(UPDATE, secret=secret) == 403
    assert hook.bench.desks["111111"].stored == []


def test_another_path_is_not_found(hook: Hook) -> None:
    assert hook.post(UPDATE, path="elsewhere") == 404


def test_too_much_is_too_much(hook: Hook) -> None:
    assert hook.post(b"x" * (LARGEST_BODY + 1)) == 413


@pytest.mark.parametrize("body", [b"{nonsense", b"", b"\xff\xfe", b"[" * 200_000, b"3", b"null"])
def test_what_is_no_update_is_not_asked_for_again(hook: Hook, body: bytes) -> None:
    assert hook.post(body) == 200
    assert hook.bench.desks["111111"].stored == []


def test_telegram_is_told_where_to_come_and_with_which_secret(telegram: FakeTelegram) -> None:
    bench = Bench(telegram, telegram_webhook="https://coach.example.org/")
    bench.run(lambda: len(telegram.called("setWebhook")) == 2)
    told = telegram.called("setWebhook")[0]
    assert told["url"].startswith("https://coach.example.org/telegram/")
    assert ONE not in told["url"]
    assert told["secret_token"]
