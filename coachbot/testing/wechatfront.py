"""Screenplays through WeChat: what is pressed on a stage is written by its number there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from coachbot.authoring.plain import read_plain
from coachbot.bootstrap import Coach
from coachbot.packs import pack_root
from coachbot.service.desk import Desk
from coachbot.service.fitting import list_under
from coachbot.service.joining import SEAM
from coachbot.service.listing import FINISHING, lines_of
from coachbot.service.ports import Clock
from coachbot.service.records import Changes, Update
from coachbot.settings import Settings, load_settings
from coachbot.testing.channel import Message
from coachbot.testing.fronts import NotHereError, Straight

_ATTACHED = {"photo": "image", "voice": "voice", "video": "video", "location": "location", "file": "link"}
_SHANGHAI = {"Location_X": "31.2", "Location_Y": "121.5"}


@dataclass(slots=True)
class _Asked:
    """The last question in a chat: how it is answered, and what was ticked on the stage meanwhile."""

    token: str
    kind: str
    choices: Sequence[tuple[str, str]]
    ticked: list[str]


class WeChatFront(Straight):
    """Through the fake WeChat, over HTTP both ways."""

    def __init__(
        self,
        settings: Settings,
        run: Callable[[Coroutine[Any, Any, Any]], Any],
        clock: Clock,
        *,
        window: bool = True,
    ) -> None:
        from coachbot.channels.wechat.serving import open_wechat
        from coachbot.testing.wechatapi import FakeWeChat

        self._run = run
        self._stack = ExitStack()
        self._served = ExitStack()
        self.wechat = self._stack.enter_context(FakeWeChat(now=lambda: clock.now().timestamp()))
        self.wechat.keeps_window = window
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="coachbot-wechat-"))
        more = {
            "wechat_appid": self.wechat.appid,
            "wechat_secret": SecretStr(self.wechat.secret),
            "wechat_token": SecretStr(self.wechat.token),
            "wechat_aes_key": None,
            "wechat_api": self.wechat.url,
            "data": Path(folder),
        }
        self._account = open_wechat(settings.model_copy(update=more))
        if not window:
            self._account.without_window()
        super().__init__(channel=self._account)
        self._people: dict[str, Any] = {}
        self._last: dict[str, dict[str, str]] = {}
        self._asked: dict[str, _Asked] = {}
        self._words = read_plain(pack_root(load_settings()) / "content" / "en" / "channel.yaml")

    def connect(self, coach: Coach) -> Desk:
        """Serve the webhook (anew)."""
        from coachbot.channels.wechat.taking import Intake
        from coachbot.channels.wechat.webhook import webhook_app
        from coachbot.testing.botapi import listening

        super().connect(coach)
        self._served.close()
        self._account.connect(coach.counter("wechat", pack_root(load_settings())))
        app = webhook_app(self._account.api.account, Intake(self._account))
        self.wechat.callback = f"{self._served.enter_context(listening(app))}/callback"
        assert self._account.desk is not None
        return self._account.desk

    # -- people ------------------------------------------------------------------------------------------
    def chat(self, number: int, name: str) -> str:
        """A follower to be."""
        person = self.wechat.person(name, f"o-{number}", follows=False)
        self._people[person.openid] = person
        return person.openid

    def entered(self, chat: str) -> None:
        """A patient of days ago follows the account, and has just been heard from."""
        person = self._people[chat]
        person.follows = True
        person.heard()
        desk, coach = self._account.desk, self.coach
        assert desk is not None
        coach.inbox.store([Update(desk.account, self.name, chat, f"before-{chat}", "text", text="before")])
        with coach.store.writing() as tx:
            tx.save(Changes(done=[row.id for row in tx.waiting(now_real=coach.world.clock.real(), limit=1)]))

    # -- in ----------------------------------------------------------------------------------------------
    def take(self, chat: str, update: Update) -> str:
        """Do it on the phone, which posts it at once."""
        sent = self._do(self._people[chat], chat, update)
        if sent is not None:
            self._last[chat] = sent
        return chat

    def again(self, chat: str, update: Update) -> None:
        """WeChat posts the same message a second time."""
        self._people[chat].repeats(self._last[chat])

    def _do(self, person: Any, chat: str, update: Update) -> dict[str, str] | None:
        if update.kind == "start":
            return dict(person.scans(update.text) if update.text else person.subscribes())
        person.follows = True
        if update.kind == "attachment":
            return self._attach(person, update.attachment)
        text = update.text if update.kind == "text" else self._typed(chat, update.token, update.code)
        return None if text is None else dict(person.writes(text))

    def _attach(self, person: Any, kind: str) -> dict[str, str]:
        if kind in _ATTACHED:
            return dict(person.sends(_ATTACHED[kind], **(_SHANGHAI if kind == "location" else {})))
        return dict(person.writes("[Unsupported Message]"))

    def _typed(self, chat: str, token: str, code: str) -> str | None:
        """What somebody writes who would press a button; None while they are still choosing several."""
        asked = self._asked.get(chat)
        if asked is None or asked.token != token:
            raise NotHereError("an earlier question has no buttons that could still be pressed")
        labels = dict(asked.choices)
        if asked.kind == "several":
            return self._several(asked, code, labels)
        if asked.kind == "scale" or code not in labels:
            return code
        return labels[code] if asked.kind == "wait" else self._signs(asked)[code]

    def _several(self, asked: _Asked, code: str, labels: Mapping[str, str]) -> str | None:
        if code not in FINISHING:
            if code in asked.ticked:
                raise NotHereError("what was written cannot be unticked")
            asked.ticked.append(code)
            return None
        wanted = [self._signs(asked)[one] for one in asked.ticked]
        return ", ".join(wanted) if wanted and code == "done" else labels.get(code, code)

    def _signs(self, asked: _Asked) -> dict[str, str]:
        return {code: sign for sign, code, _ in lines_of(asked.choices, asked.kind)}

    # -- out ---------------------------------------------------------------------------------------------
    def shown(self, chat: str, message: Message) -> Sequence[Message]:
        """The texts that were joined in one message, each for itself; a list below a question as its buttons."""
        person, row = self._people[chat], message.row
        there = person.last
        if row.rings:
            return (replace(message, row=replace(row, body={"kind": "text", "text": there.text, "rings": row.rings})),)
        if message.body.get("kind") != "text":
            return (message,)
        if told := message.body.get("told"):
            self.lacks = f"WeChat takes no message of the kind '{told}'"
        wanted = str(message.body["text"]).strip()
        if not there.text.startswith(wanted):
            raise AssertionError(f"the coach sent {wanted!r}, and {there.text!r} came into the chat")
        return tuple(self._parts(chat, message))

    def _parts(self, chat: str, message: Message) -> list[Message]:
        text, body = str(message.body["text"]), dict(message.body)
        lengths = body.pop("parts", None) or [len(text)]
        texts = []
        for length in lengths:
            texts.append(text[:length])
            text = text[length + len(SEAM) :]
        asking = ("token", "listed", "ask", "chosen", "group")
        plain = {name: value for name, value in body.items() if name not in asking}
        bodies = [{**plain, "text": one} for one in texts[:-1]]
        bodies.append(self._with_buttons(chat, {**body, "text": texts[-1]}))
        # What was joined makes one sound.
        quiets = [message.row.quiet, *[True] * (len(bodies) - 1)]
        rows = [replace(message.row, body=one, quiet=quiet) for one, quiet in zip(bodies, quiets, strict=True)]
        return [replace(message, row=row) for row in rows]

    def _with_buttons(self, chat: str, body: dict[str, Any]) -> dict[str, Any]:
        listed = body.pop("listed", None)
        if body.get("token"):
            kind = str((body.get("ask") or {}).get("kind") or "")
            choices = [(str(code), str(label)) for code, label in listed or ()]
            self._asked[chat] = _Asked(str(body["token"]), kind, choices, list(body.get("chosen") or ()))
        if not listed:
            return body
        below = list_under(body, listed, self._words)
        if not str(body["text"]).endswith(below):
            raise AssertionError(f"{body['text']!r} does not end with its list {below!r}")
        return {**body, "text": str(body["text"])[: -len(below)].strip(), "choices": listed}

    def close(self) -> None:
        """Stop the servers."""
        self._run(self._account.api.close())
        self._served.close()
        self._stack.close()
