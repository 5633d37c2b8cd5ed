"""What stands in the log: pseudonyms and places, and never a name, a word, a token, a code or a way in."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from coachbot import logs
from coachbot.channels.telegram.api import BotApi, TelegramError
from coachbot.channels.telegram.tokens import Token
from coachbot.channels.wechat.flat_xml import write_flat
from coachbot.errors import StoreError
from coachbot.service import turns
from coachbot.service.records import Changes, InboxRow
from coachbot.settings import Settings, load_settings
from coachbot.store.transaction import SqlTransaction
from coachbot.testing.botapi import FakeTelegram
from coachbot.testing.fronts import TelegramFront, WebFront
from coachbot.testing.player import play_screenplay
from coachbot.testing.reader import parse_screenplay
from coachbot.testing.script import Role
from coachbot.testing.stage import Stage
from coachbot.testing.wechatapi import FakeWeChat
from tests.channels.telegram.test_bots import ONE, TWO, Hook
from tests.channels.telegram.test_bots import Bench as TelegramBench
from tests.channels.wechat.bench import Bench as WeChatBench

#: Each opens a coach of its own.
pytestmark = pytest.mark.slow

NAME, WORD, PHONE = "Zebedeequill", "quagmirevole", "+49 30 5557731"
TALK = f"""\
# Everything about it is unmistakable
patient: {NAME}, zone Europe/Berlin, arm combined

== Sat 2026-03-07 10:00
{NAME}: [start]
coach: ...
patient: [Let's begin]
answer: until done
coach: ...
patient: the {WORD} in my back hurts, ring me at {PHONE}
coach: ...
patient: I want to kill myself, {WORD}
coach: ...
patient: my data
coach: ...
"""


class Log:
    """All that was logged, by whomever, as it would come out of the process."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def holds(self, *secrets: str) -> list[str]:
        return [secret for secret in secrets if secret.lower() in self.text.lower()]


@pytest.fixture
def log() -> Iterator[Log]:
    """The log of a process at DEBUG, as JSON."""
    names = [None, "coachbot", *logs._CHATTY]
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger, logger.handlers[:], logger.level) for logger in loggers]
    made = Log()
    logs.configure(Settings(log="json", log_level="DEBUG"), made.stream)
    yield made
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)


# -- the form of a line -------------------------------------------------------------------------------
def test_a_line_is_one_json_object_with_time_level_logger_and_event(log: Log) -> None:
    logging.getLogger("coachbot.turns").error("turn of %s raised", "p1", extra={"patient": "p1", "text": WORD})
    (line,) = log.lines
    assert line.pop("time")
    assert line == {"event": "turn of p1 raised", "level": "error", "logger": "coachbot.turns", "patient": "p1"}


def test_an_exception_is_told_by_types_and_places_without_its_text(log: Log) -> None:
    try:
        try:
            raise ValueError(WORD)
        except ValueError as error:
            raise KeyError(NAME) from error
    except KeyError:
        logging.getLogger("coachbot").exception("it failed")
    (line,) = log.lines
    assert isinstance(line["trace"], list)
    assert [one for one in line["trace"] if " " not in one] == ["ValueError", "KeyError"]
    assert any(one.startswith("tests/test_logs.py:") for one in line["trace"])
    assert not log.holds(WORD, NAME)


def test_what_the_machine_says_of_itself_is_kept(log: Log) -> None:
    for fault in (OSError(28, "No space left on device", "/a/file"), StoreError("the store is shut")):
        logging.getLogger("coachbot").error("it failed", exc_info=fault)
    assert [line["trace"] for line in log.lines] == [
        ["OSError: No space left on device"],
        ["StoreError: the store is shut"],
    ]


@pytest.mark.parametrize(
    ("told", "secret"),
    [
        ("GET /c/ABCD-EFGH-JKLM-NPQR HTTP/1.1", "ABCD"),
        ("GET /l/Xy-12_secret-of-a-device", "secret-of"),
        ("GET /staff/begin/some-ticket", "some-ticket"),
        ("POST https://api.example.org/bot123456:AAAAAAAAAABBBBBBBBBBCC/sendMessage", "AAAAAAAAAABBBBBBBBBBCC"),
        ("GET /cgi-bin/message?access_token=78_abcdef&x=1", "78_abcdef"),
        ("the code 2345-6789-ABCD-EFGH was tried", "6789-ABCD"),
    ],
)
def test_a_way_in_is_hidden_whoever_logs_it(log: Log, told: str, secret: str) -> None:
    logging.getLogger("some.other.package").warning(told)
    assert not log.holds(secret)
    assert "<hidden>" in log.text


def test_a_terminal_gets_lines_for_the_eye_and_everything_else_json() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert logs.is_plain(Settings(log=""), Terminal())
    assert not logs.is_plain(Settings(log=""), io.StringIO())
    assert not logs.is_plain(Settings(log="json"), Terminal())
    assert logs.is_plain(Settings(log="plain"), io.StringIO())


def test_plain_lines_hold_no_text_of_an_exception_either() -> None:
    record = logging.LogRecord("coachbot", logging.ERROR, __file__, 1, "it failed", (), None)
    try:
        raise ValueError(WORD)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    line = logs.formatter(plain=True).format(record)
    assert "it failed" in line
    assert "ValueError" in line
    assert WORD not in line


def test_others_say_less_than_we_do(log: Log) -> None:
    logging.getLogger("coachbot.store").debug("ours")
    logging.getLogger("httpx").debug("theirs")
    logging.getLogger("uvicorn.access").info("GET /api/say")
    assert [line["event"] for line in log.lines] == ["ours"]


# -- a whole talk, and what goes wrong in one ---------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("front", ["", "web", "telegram", "wechat"])
def test_a_whole_talk_leaves_nothing_personal_in_the_log(log: Log, front: str) -> None:
    play_screenplay(parse_screenplay(TALK, Path("log.screenplay")), front=front)
    assert not log.holds(NAME, WORD, PHONE, TelegramFront.TOKEN.partition(":")[2], "kill myself")


def _raise_the_words(tx: object, draft: object, row: InboxRow, danger: object) -> None:
    raise RuntimeError(f"nobody knows what {row.body['text']} is")


@pytest.mark.parametrize("front", ["web", "telegram"])
def test_a_turn_that_raises_with_a_patients_words_in_its_error_tells_the_pseudonym_alone(log: Log, front: str) -> None:
    with Stage(datetime(2026, 3, 9, 9, tzinfo=UTC), front=front) as stage:
        person = stage.enter(Role(NAME, enrolled=date(2026, 3, 3)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(turns, "receive", _raise_the_words)
            stage.say(person, f"the {WORD} hurts")
        assert [line["patient"] for line in log.lines if "patient" in line] == [person.patient]
    assert "RuntimeError" in log.text
    assert not log.holds(NAME, WORD)


def test_a_group_that_cannot_be_written_betrays_none_of_its_values(log: Log) -> None:
    def refuse(tx: SqlTransaction, changes: Changes) -> None:
        raise ValueError(f"cannot bind {[row.body for row in changes.outbox]} of {WORD}")

    with Stage(datetime(2026, 3, 9, 9, tzinfo=UTC)) as stage:
        person = stage.enter(Role(NAME, enrolled=date(2026, 3, 3)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SqlTransaction, "save", refuse)
            with pytest.raises(ValueError, match="cannot bind"):
                stage.say(person, f"menu {WORD}")
    assert "repeating it turn by turn" in log.text
    assert not log.holds(NAME, WORD)


def test_what_a_stranger_tries_at_the_web_chat_is_not_logged(log: Log) -> None:
    with Stage(datetime(2026, 3, 9, 9, tzinfo=UTC), front="web") as stage:
        assert isinstance(stage.front, WebFront)
        client = httpx.Client(base_url=stage.front._url)
        client.post("/api/enter", json={"code": "WXYZ-WXYZ-WXYZ-WXYZ"})
        client.get("/c/ABCD-EFGH-JKLM-NPQR")
        client.get(f"/l/{WORD}")
        client.cookies.set("coachbot_device", WORD)
        client.post("/api/say", json={"id": "1", "text": WORD})
        client.post("/api/say", content=f'{{"text": "{WORD}'.encode())
    assert not log.holds(WORD, "WXYZ", "ABCD-")


def test_a_token_that_telegram_refuses_is_not_logged(log: Log) -> None:
    async def call(api: BotApi) -> None:
        with pytest.raises(TelegramError):
            await api.call("sendMessage", {"chat_id": 7, "text": WORD})
        await api.close()

    with FakeTelegram() as fake:
        asyncio.run(call(BotApi(Token("old", "222222:a-revoked-token-of-tests-BBBB"), fake.url)))
    logging.getLogger("coachbot.telegram").error("done")
    assert not log.holds("BBBB", WORD)


def test_the_settings_that_are_secret_do_not_print(log: Log) -> None:
    settings = load_settings(telegram_token="111111:first-token-of-the-tests-AAAA", wechat_secret="wx-app-secret")
    logging.getLogger("coachbot").warning("%r %s", settings, settings)
    assert not log.holds("AAAA", "wx-app-secret")


def test_webhooks_with_a_wrong_signature_or_that_cannot_be_read_leave_no_word_in_the_log(
    log: Log, tmp_path: Path
) -> None:
    body = write_flat({"FromUserName": f"o-{NAME}", "MsgType": "text", "MsgId": "9", "Content": WORD})
    with FakeWeChat(aes_key=None) as wechat:
        bench = WeChatBench(wechat, tmp_path)
        with bench.listening():
            assert wechat.post_raw(body, signature="0" * 40)[0] == 403
            wechat.post_raw(body.replace(b"</xml>", b""))
        secrets = [wechat.secret, wechat.token]
    with FakeTelegram() as telegram:
        telegram.add_bot(ONE)
        telegram.add_bot(TWO)
        hook = Hook(TelegramBench(telegram, telegram_webhook="https://coach.example.org"))
        message = {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": WORD, "from": {"first_name": NAME}}
        update = json.dumps({"update_id": 7, "message": message}).encode()
        assert hook.post(update, secret="wrong") == 403
        assert hook.post(update[:-3]) == 200
        hook.bench.desks["111111"].broken = True
        assert hook.post(update) == 500
    assert "COACHBOT_WECHAT_TOKEN" in log.text
    assert "could not be read" in log.text
    assert not log.holds(NAME, WORD, "AAAA", "BBBB", *secrets)
