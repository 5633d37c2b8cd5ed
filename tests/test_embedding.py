"""The coach inside other programs: the examples as they stand, run."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import pytest

from coachbot.embedding import CoachPlugin, _as_sent, _Beside, create_app
from coachbot.errors import CoachbotError
from coachbot.opening import open_beside
from coachbot.settings import Settings, load_settings
from coachbot.testing.botapi import FakeTelegram, Person
from tests.conftest import ROOT

#: Each test opens a coach of its own, or reads a whole pack anew.
pytestmark = pytest.mark.slow

TOKEN = "4711:a-token-of-the-host-application"


def example(name: str) -> ModuleType:
    path = ROOT / "examples" / f"{name}.py"
    assert len(path.read_text("utf-8").splitlines()) < 40
    spec = importlib.util.spec_from_file_location(f"example_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("COACHBOT_DATA", str(tmp_path))
    monkeypatch.setenv("COACHBOT_SITE", str(ROOT / "tests" / "site.yaml"))
    return load_settings(synchronous="OFF")


def code(settings: Settings) -> str:
    coach = open_beside(settings, make=True)
    try:
        return coach.enrolments.invite("sct_cse", "combined")
    finally:
        coach.store.close()


# -- in an ASGI app -------------------------------------------------------------------------------------
def test_the_web_chat_runs_inside_another_app(settings: Settings) -> None:
    app = example("inside_your_app").build(create_app(settings))
    invitation = code(settings)

    async def scene() -> None:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://x") as client,
        ):
            assert "own page" in (await client.get("/")).text
            assert (await client.get("/coach/")).status_code == 200
            page = await client.get("/coach/q/nobody")
            assert (page.status_code, "This link opens nothing" in page.text) == (404, True)
            assert (await client.get("/coach/q/static/page.js")).status_code == 200
            entered = await client.post("/coach/api/enter", json={"code": invitation})
            assert entered.status_code == 204
            client.cookies.set("coachbot_device", entered.cookies["coachbot_device"], path="/")
            for _ in range(200):
                lines = (await client.get("/coach/api/lines")).json()["lines"]
                if len(lines) > 1:
                    return
                await asyncio.sleep(0.02)
        raise AssertionError("the coach said nothing")

    asyncio.run(scene())


def test_an_app_that_was_not_started_says_how(settings: Settings) -> None:
    async def scene() -> None:
        await create_app(settings)({"type": "http"}, None, None)

    with pytest.raises(CoachbotError, match=r"lifespan=coach\.lifespan"):
        asyncio.run(scene())


# -- in a python-telegram-bot Application -----------------------------------------------------------------
@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    pytest.importorskip(
        "telegram.ext", reason="python-telegram-bot is not installed (pip install 'coachbot[telegram]')"
    )
    with FakeTelegram() as fake:
        fake.add_bot(TOKEN)
        yield fake


def is_ours(text: str, *, staffs: bool = False, known: bool = False) -> bool:
    """Whether a text is the coach's, from a chat that is a member's or a stranger's; `known`: it is an invitation."""
    beside = _Beside(SimpleNamespace(token=TOKEN, base_url=f"https://x/bot{TOKEN}"))
    beside._desk = SimpleNamespace(  # type: ignore[assignment]
        is_staffs=lambda chat: staffs, is_enrolled=lambda chat: staffs, is_invitation=lambda text: known
    )
    beside._commands = {"help"}
    return asyncio.run(beside.is_ours({"message": {"chat": {"id": 7, "type": "private"}, "text": text}}))


@pytest.mark.parametrize(
    ("text", "staffs", "ours"),
    [("/broadcast", True, True), ("/broadcast@host_bot The walk", True, True), ("/off", True, True),
     ("/broadcast", False, False), ("/weather", True, False), ("/", True, False), ("Hello", True, True)],
)  # fmt: skip
def test_a_members_own_chat_is_heard_and_a_hosts_commands_are_left_to_it(text: str, staffs: bool, ours: bool) -> None:
    assert is_ours(text, staffs=staffs) is ours


@pytest.mark.parametrize(
    ("text", "known", "ours"),
    [("can you help me here", False, False), ("Alexander Miller M", False, False), ("ABCD-EFGH-JKLM-2345", False, True),
     ("abcd efgh jklm 2345", True, True), ("abcdefghjklm2345", False, False), ("/start ABCDEFGHJKLM2345", False, True),
     ("/start", True, False), ("/start can you help me here", False, False), ("staff-0123", False, True)],
)  # fmt: skip
def test_a_strangers_words_are_the_hosts_and_codes_the_coachs(text: str, known: bool, ours: bool) -> None:
    assert is_ours(text, known=known) is ours


def test_buttons_that_the_host_application_has_hidden_are_read() -> None:
    pytest.importorskip("telegram", reason="python-telegram-bot is not installed (pip install 'coachbot[telegram]')")
    from telegram.ext import InvalidCallbackData

    hidden = InvalidCallbackData("0123456789:yes")
    pressed = SimpleNamespace(
        to_dict=lambda: {"callback_query": {"data": hidden}}, callback_query=SimpleNamespace(data=hidden)
    )
    assert _as_sent(pressed) == {"callback_query": {"data": "0123456789:yes"}}


async def until(so: Any, limit_s: float = 15) -> None:
    async with asyncio.timeout(limit_s):
        while not so():
            await asyncio.sleep(0.02)


def with_bot(settings: Settings, telegram: FakeTelegram, scene: Any, coach: CoachPlugin | None = None) -> None:
    """Run the example against the fake, as `run_polling` does, around a scene."""
    from telegram.ext import Application

    async def play() -> None:
        builder = Application.builder().token(TOKEN).base_url(f"{telegram.url}/bot")
        application = example("beside_your_bot").build(builder, coach or CoachPlugin(settings))
        async with application:
            await application.post_init(application)
            await application.updater.start_polling(timeout=1, poll_interval=0)
            await application.start()
            try:
                await scene()
            finally:
                await application.updater.stop()
                await application.stop()
                await application.post_stop(application)

    asyncio.run(play())


def test_the_coach_talks_with_its_patients_and_leaves_the_others_to_the_host(
    settings: Settings, telegram: FakeTelegram
) -> None:
    invitation = code(settings)
    patient, other = telegram.person("Mei"), telegram.person("Bo")

    async def scene() -> None:
        other.writes("hello")
        await until(lambda: other.texts)
        assert other.texts == ["Write /hours, or send me the code of your invitation."]
        patient.writes(f"/start {invitation}")
        await until(lambda: any(message.buttons for message in patient.messages))
        assert not any("Write /hours" in text for text in patient.texts)
        patient.writes("/hours")
        await until(lambda: "We are open on weekdays, 9 to 17." in patient.texts)
        count = len(patient.messages)
        patient.writes("/menu")
        await until(lambda: len(patient.messages) > count)
        assert not any("Write /hours" in text for text in patient.texts)

    with_bot(settings, telegram, scene)


def test_buttons_of_the_host_are_the_hosts(settings: Settings, telegram: FakeTelegram) -> None:
    invitation = code(settings)
    patient: Person = telegram.person("Mei")

    async def scene() -> None:
        patient.writes(invitation)
        await until(lambda: any(message.buttons for message in patient.messages))
        count = len(telegram.called("answerCallbackQuery"))
        patient.presses_data("host:something")
        patient.presses_data("1234567890:ok")  # a Telegram id and a word of the host's
        patient.presses_data(patient.last.buttons[0][1], patient.last.id)
        await until(lambda: len(telegram.called("answerCallbackQuery")) > count)
        assert len(telegram.called("answerCallbackQuery")) == count + 1

    with_bot(settings, telegram, scene)


def test_what_a_host_keeps_is_the_hosts_but_never_danger_or_stop(settings: Settings, telegram: FakeTelegram) -> None:
    invitation = code(settings)
    patient: Person = telegram.person("Mei")

    async def said(words: str, told: str) -> None:
        patient.writes(words)
        await until(lambda: any(told in text for text in patient.texts))

    async def scene() -> None:
        plugin._keeps = lambda update: False
        patient.writes(invitation)
        await until(lambda: any(message.buttons for message in patient.messages))
        plugin._keeps = lambda update: update.effective_message is not None
        await said("Monday, please", "Write /hours")
        await said("I want to kill myself", "In danger right now")
        count = len(patient.texts)
        patient.writes("/stop")
        await until(lambda: len(patient.texts) > count)
        assert "Write /hours" not in patient.texts[-1]

    plugin = CoachPlugin(settings)
    with_bot(settings, telegram, scene, plugin)


def test_a_start_that_failed_leaves_nothing_behind(settings: Settings) -> None:
    async def scene() -> None:
        wrong = create_app(settings.model_copy(update={"database": "postgresql://nobody@127.0.0.1:1/none"}))
        with pytest.raises(CoachbotError):
            async with wrong.lifespan(None):
                raise AssertionError("it cannot have started")
        async with create_app(settings).lifespan(None):
            pass

    asyncio.run(scene())


def test_a_bot_that_was_started_without_the_coach_is_told_how(settings: Settings) -> None:
    async def scene() -> None:
        await CoachPlugin(settings)._take(SimpleNamespace(), None)

    with pytest.raises(CoachbotError, match=r"await coach\.start\(\)"):
        asyncio.run(scene())
