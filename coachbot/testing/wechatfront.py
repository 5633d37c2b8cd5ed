"""Screenplays through WeChat: what is pressed on a stage is written by its number there, and who is asked for a word,
so that the rest may follow, writes one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from coachbot.authoring.plain import read_plain
from coachbot.bootstrap import Coach
from coachbot.channels.wechat.templates import Template
from coachbot.packs import pack_root
from coachbot.service.clock import StandingClock
from coachbot.service.desk import Desk
from coachbot.service.fitting import list_under
from coachbot.service.joining import SEAM
from coachbot.service.listing import FINISHING, lines_of
from coachbot.service.records import Changes, Update
from coachbot.settings import Settings, load_settings
from coachbot.testing.channel import Message
from coachbot.testing.fronts import NotHereError, Straight

_ATTACHED = {"photo": "image", "voice": "voice", "video": "video", "location": "location", "file": "link"}
_ANY_WORD = "ok"
#: What is rung for besides touchpoints.
_OWN_KINDS = {"reminder", "news", "person"}
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
        clock: StandingClock,
        *,
        window: bool = True,
    ) -> None:
        from coachbot.channels.wechat.serving import open_wechat
        from coachbot.testing.wechatapi import FakeWeChat

        self._run, self._clock = run, clock
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
        #: Do patients write the word that they are asked for? Who was asked and has not written yet.
        self._heeds = False
        self._to_go_on: set[str] = set()
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
        self._to_go_on.discard(chat)
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
        if update.kind == "text" and self._in_practice(chat):
            self.lacks = "in a guided practice any word brings its next line there"
        text = update.text if update.kind == "text" else self._typed(chat, update.token, update.code)
        return None if text is None else dict(person.writes(text))

    def _attach(self, person: Any, kind: str) -> dict[str, str]:
        if kind in _ATTACHED:
            return dict(person.sends(_ATTACHED[kind], **(_SHANGHAI if kind == "location" else {})))
        return dict(person.writes("[Unsupported Message]"))

    def _typed(self, chat: str, token: str, code: str) -> str | None:
        """What somebody writes who would press a button; None while they are still choosing several."""
        asked = self._asked.get(chat)
        if asked is None or asked.token != token or not self._is_open(chat, token):
            raise NotHereError("an earlier question has no buttons that could still be pressed")
        labels = dict(asked.choices)
        if asked.kind == "several":
            return self._several(asked, code, labels)
        if asked.kind == "scale" or code not in labels:
            return code
        return labels[code] if asked.kind == "wait" else self._signs(asked)[code]

    def _in_practice(self, chat: str) -> bool:
        asked = self._asked.get(chat)
        return asked is not None and asked.kind == "wait" and self._is_open(chat, asked.token)

    def _is_open(self, chat: str, token: str) -> bool:
        """Whether a question is the one that a word answers: it may rest, or be answered on a page meanwhile."""
        desk = self._account.desk
        assert desk is not None
        with self.coach.store.reading() as tx:
            patient = tx.find_address(desk.account, chat)
            record = tx.load([patient]).get(patient) if patient else None
        prompt = record.conversation.prompt if record else None
        return prompt is not None and prompt.token == token

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
        if self._heeds and (row.last_for_now or row.rings):
            self._to_go_on.add(chat)
        if row.rings and self._heeds:
            return ()
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

    def heed(self) -> None:
        """Who is asked for a word writes one; and the account rings for every kind of touchpoint, as a site's does."""
        self._heeds = True
        kinds = {str(one.kind) for pack in self.coach.world.pack.programmes.values() for one in pack.touchpoints}
        self._account.ring_for(dict.fromkeys(kinds | _OWN_KINDS, Template("T1", {"thing1": "what", "thing2": "how"})))

    def go_on(self) -> bool:
        """Who was told that there is more, and for whom something waits, writes any word."""
        with self.coach.store.reading() as tx:
            waiting = tx.outbox_shut().get(self.name, 0)
        self.held = max(self.held, waiting)
        asked, self._to_go_on = (self._to_go_on, set()) if waiting else (set(), self._to_go_on)
        for chat in asked:
            self._people[chat].writes(_ANY_WORD)
            # What waited is sent after the word and not in the same instant: by that the coach counts.
            self._clock.hold(self._clock.now() + timedelta(seconds=1))
        return bool(asked)

    def close(self) -> None:
        """Stop the servers."""
        self._run(self._account.api.close())
        self._served.close()
        self._stack.close()
