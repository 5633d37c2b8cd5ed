"""A service account at a fake WeChat, with a desk that stores in a list; the webhook listens for real."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from coachbot.channels.wechat.channel import WeChat
from coachbot.channels.wechat.serving import open_wechat, serve_wechat
from coachbot.service.channels import Counter, Serving
from coachbot.service.records import Update
from coachbot.settings import Settings, load_settings
from coachbot.testing.botapi import listening
from coachbot.testing.wechatapi import FakeWeChat
from tests.conftest import ROOT

KEY_TEXT = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SITE = """
duty: {zone: Europe/Berlin}
languages: {en: {name: the test clinic}}
wechat:
  templates:
    checkin: {id: T1, fields: {thing1: what, thing2: how, time3: when, name4: clinic}}
"""


class Desk:
    """Stores updates in a list, or fails, or takes its time."""

    channel = "wechat"

    def __init__(self, account: int = 1) -> None:
        self.account = account
        self.stored: list[Update] = []
        self.known: set[str] = set()
        self.enrolled: set[str] = set()
        self.broken = False
        self.slow = False
        self.settings: dict[str, str] = {}
        self._lock = threading.Lock()

    def receive(self, update: Update) -> Future[bool]:
        future: Future[bool] = Future()
        if self.broken:
            future.set_exception(OSError("disk full"))
            return future
        with self._lock:
            fresh = update.update_id not in self.known
            self.known.add(update.update_id)
            if fresh:
                self.stored.append(update)
        if not self.slow:
            future.set_result(fresh)
        return future

    def is_enrolled(self, chat: str) -> bool:
        return chat in self.enrolled

    def remember(self, name: str, value: str) -> None:
        self.settings[name] = value

    def remembered(self, name: str) -> str | None:
        return self.settings.get(name)


def settings_for(wechat: FakeWeChat, folder: Path, **more: Any) -> Settings:
    given = {
        "wechat_appid": wechat.appid, "wechat_secret": SecretStr(wechat.secret),
        "wechat_token": SecretStr(wechat.token), "wechat_api": wechat.url, "data": folder, **more,
    }  # fmt: skip
    return load_settings(**given)


class Bench:
    """The channel, its desk, and the fake it talks with."""

    def __init__(self, wechat: FakeWeChat, folder: Path, **more: Any) -> None:
        self.wechat = wechat
        self.channel: WeChat = open_wechat(settings_for(wechat, folder, **more))
        self.desk = Desk()
        desk: Any = self.desk
        words = {"en": {"more": "(more)", "template_checkin": "Your check-in", "template_how": "Write any word",
                        "menu_1": "Coach", "menu_1_command_pause": "Take a break"}}  # fmt: skip
        self.counter = Counter(lambda code: desk, words, ROOT)
        self.slept: list[float] = []
        self.serving: Serving = serve_wechat(self.channel, self.counter, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """The webhook is there, and the fake posts to it."""
        with listening(self.serving.app) as url:
            self.wechat.callback = f"{url}/callback"
            yield

    def run(self, scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run a scene, then let go of the connections."""

        async def all_of_it() -> Any:
            try:
                return await scene()
            finally:
                await self.channel.api.close()

        return asyncio.run(all_of_it())
