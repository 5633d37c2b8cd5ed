"""What every channel keeps to, whoever wrote it; and the registry that knows them."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from coachbot.authoring.plain import read_plain
from coachbot.channels.terminal.channel import Terminal
from coachbot.channels.terminal.screen import Screen
from coachbot.channels.webchat import Hub, WebChat
from coachbot.errors import DeliveryError, SettingsError
from coachbot.registry import channel_kinds
from coachbot.service.channels import Counter
from coachbot.service.ports import Channel
from coachbot.service.records import Address, OutboxRow
from coachbot.settings import load_settings
from coachbot.testing.botapi import FakeTelegram, Fault
from coachbot.testing.contract import BODIES, QUESTION, delivers, is_sensible, keep_contract, row_of, takes_buttons_away
from coachbot.testing.wechatapi import FakeWeChat
from tests.channels.telegram.test_bots import ONE, Desk
from tests.channels.wechat.bench import Bench
from tests.conftest import ROOT


@contextmanager
def webchat() -> Iterator[tuple[Channel, Address]]:
    yield WebChat(Hub()), Address(1, 1, "webchat", "chat")


@contextmanager
def terminal() -> Iterator[tuple[Channel, Address]]:
    words = read_plain(ROOT / "content" / "en" / "terminal.yaml")
    yield Terminal(Screen(io.StringIO(), words, 80)), Address(1, 1, "terminal", "terminal")


@contextmanager
def telegram() -> Iterator[tuple[Channel, Address]]:
    with FakeTelegram() as fake:
        fake.add_bot(ONE)
        person = fake.person("Mei")
        channel = channel_kinds([])["telegram"].open(
            load_settings(telegram_token=SecretStr(ONE), telegram_api=fake.url)
        )
        assert channel is not None
        desk: Any = Desk(1)
        channel.connect(Counter(lambda code: desk, {}, ROOT))  # type: ignore[attr-defined]
        yield channel, Address(1, 1, "telegram", str(person.chat))


@contextmanager
def wechat() -> Iterator[tuple[Channel, Address]]:
    with FakeWeChat() as fake, tempfile.TemporaryDirectory() as folder:
        person = fake.person("Mei")
        bench = Bench(fake, Path(folder))

        class Heard:
            """Each message finds somebody who has just written: the sender keeps to the window, not the channel."""

            name, capabilities = bench.channel.name, bench.channel.capabilities

            async def deliver(self, to: Address, row: OutboxRow) -> str:
                person.writes("hello")
                return await bench.channel.deliver(to, row)

        yield Heard(), Address(1, 1, "wechat", person.openid)


CASES = {"webchat": webchat, "terminal": terminal, "telegram": telegram, "wechat": wechat}
each = pytest.mark.parametrize("name", sorted(CASES))


def test_every_registered_channel_is_under_contract() -> None:
    assert set(channel_kinds([])) == set(CASES)


@each
def test_its_name_is_the_registrys(name: str) -> None:
    with CASES[name]() as (channel, _):
        assert channel.name == name == channel_kinds([])[name].name


@each
def test_its_capabilities_are_frozen_and_sensible(name: str) -> None:
    with CASES[name]() as (channel, _):
        is_sensible(channel)


@each
@pytest.mark.parametrize("body", BODIES, ids=lambda body: str(body.get("text") or body["kind"])[:8])
def test_it_delivers_whatever_fits_it(name: str, body: dict[str, Any]) -> None:
    with CASES[name]() as (channel, to):
        asyncio.run(delivers(channel, to, body))


@each
def test_it_takes_buttons_away_without_a_sound(name: str) -> None:
    with CASES[name]() as (channel, to):
        asyncio.run(takes_buttons_away(channel, to))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(400, description="Bad Request: wrong"), {"permanent": True}),
        (Fault(429, retry_after=9), {"retry_after": 9.0, "permanent": False}),
        (Fault(500), {"doubt": True, "permanent": False}),
        (Fault(502, garbled=True), {"doubt": True}),
        (Fault(0), {"doubt": True}),
        (Fault(403, description="Forbidden: bot was blocked by the user"), {"permanent": True, "gone": True}),
        (Fault(400, description="Bad Request: PEER_ID_INVALID"), {"permanent": True, "gone": True}),
        (Fault(401, description="Unauthorized"), {"retry_after": 300.0, "permanent": False}),
    ],
)
def test_telegrams_faults_are_told_apart(fault: Fault, kind: dict[str, Any]) -> None:
    with FakeTelegram() as fake:
        fake.add_bot(ONE)
        fake.fail("sendMessage", fault)
        person = fake.person("Mei")
        settings = load_settings(telegram_token=SecretStr(ONE), telegram_api=fake.url)
        channel = channel_kinds([])["telegram"].open(settings)
        desk: Any = Desk(1)
        channel.connect(Counter(lambda code: desk, {}, ROOT))  # type: ignore[union-attr]
        assert channel is not None
        to = Address(1, 1, "telegram", str(person.chat))
        with pytest.raises(DeliveryError) as caught:
            asyncio.run(channel.deliver(to, row_of(BODIES[0])))
        assert {name: getattr(caught.value, name) for name in kind} == kind
        assert "AAAA" not in str(caught.value)


# -- the registry -----------------------------------------------------------------------------------------
def test_a_name_taken_twice_is_one_clear_error() -> None:
    with pytest.raises(SettingsError, match=r"'telegram'.*there is a channel of this name"):
        channel_kinds([EntryPoint("telegram", "else.where:KIND", "coachbot.channels")])


def test_a_channel_that_cannot_be_loaded_names_itself() -> None:
    with pytest.raises(SettingsError, match=r"'folder'.*no_such_module:KIND can't be loaded"):
        channel_kinds([EntryPoint("folder", "no_such_module:KIND", "coachbot.channels")])


def test_looking_at_commands_loads_no_messenger() -> None:
    code = "import sys, coachbot.cli; sys.exit(any(name in sys.modules for name in ('httpx', 'fastapi', 'telegram')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# -- the example of the page ------------------------------------------------------------------------------
def test_the_smallest_channel_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "channels.md").read_text("utf-8")
    found = re.search(r"^```python example_channel\.py\n(.*?)^```", page, flags=re.M | re.S)
    assert found is not None
    (tmp_path / "example_channel.py").write_text(found[1], "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    kind = channel_kinds([EntryPoint("folder", "example_channel:KIND", "coachbot.channels")])["folder"]
    settings = load_settings()
    assert kind.open(settings) is None
    (tmp_path / "messages" / "from" / "kim").mkdir(parents=True)
    channel = kind.open(settings)
    assert channel is not None
    kim, bo = (Address(1, number, "folder", chat) for number, chat in ((1, "kim"), (2, "bo")))
    asyncio.run(delivers(channel, bo, QUESTION))
    (told,) = (tmp_path / "messages" / "to").iterdir()
    assert "2. Part of it" in told.read_text("utf-8")
    asyncio.run(keep_contract(channel, kim))
    desk = Desk(1)
    for chat, text in (("kim", "2"), ("bo", "1"), ("kim", "3")):  # a name may come again, and with another patient
        file = tmp_path / "messages" / "from" / chat / "a1.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        received(kind, channel, desk, file)
    assert [(update.chat, update.text) for update in desk.stored] == [("kim", "2"), ("bo", "1"), ("kim", "3")]
    assert not any("kim" in update.update_id for update in desk.stored)


def received(kind: Any, channel: Any, desk: Desk, file: Path) -> list[Any]:
    async def scene() -> None:
        counter = Counter(lambda code: desk, {}, ROOT)  # type: ignore[arg-type,return-value]
        task = asyncio.create_task(kind.serve(channel, counter).run())
        async with asyncio.timeout(5):
            while file.exists():
                await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(scene())
    return desk.stored
