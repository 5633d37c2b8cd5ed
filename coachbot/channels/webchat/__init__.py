"""The web chat: a page of the clinic's own, served by the engine process; no other company reads along."""

from __future__ import annotations

from typing import Any

from coachbot.channels.webchat.channel import WebChat
from coachbot.channels.webchat.hub import Hub
from coachbot.service.channels import Counter, Serving
from coachbot.service.ports import Channel
from coachbot.settings import Settings

__all__ = ["KIND", "Hub", "WebChat", "WebChatKind"]


class WebChatKind:
    """The web chat, as the registry lists it."""

    name = "webchat"

    def __init__(self, *, codes_an_hour: int = 10) -> None:
        self._codes_an_hour = codes_an_hour

    def open(self, settings: Settings) -> Channel | None:
        """Always there: it needs no other company."""
        return WebChat(Hub())

    def serve(self, channel: Any, counter: Counter) -> Serving:
        """The page and its API, at the root of the web server."""
        from coachbot.channels.webchat.app import create_app  # FastAPI: not for those who ask only what it can do

        app = create_app(
            counter.desk("default"), counter.pack, counter.words, hub=channel.hub, codes_an_hour=self._codes_an_hour
        )
        return Serving(app=app, hang_up=channel.hub.close)


KIND = WebChatKind()
