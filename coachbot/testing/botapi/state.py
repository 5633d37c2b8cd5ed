"""What the fake knows: its bots, its people, its files, and every call."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from coachbot.testing.botapi.faults import Fault
from coachbot.testing.botapi.limits import Limits, Meter
from coachbot.testing.botapi.phone import Person


@dataclass(slots=True)
class Bot:
    """A bot as Telegram knows it."""

    token: str
    username: str
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    webhook: dict[str, Any] = field(default_factory=dict)
    revoked: bool = False
    meter: Meter | None = None


class State:
    """The fake's memory, under one lock."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.lock = threading.RLock()
        self.bots: dict[str, Bot] = {}
        self.people: dict[tuple[str, int], Person] = {}
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.files: dict[str, bytes] = {}
        #: How fast its bots may send; None for as fast as they like.
        self.limits = limits
        #: Every call as method and fields, in order.
        self.calls: list[tuple[str, dict[str, Any]]] = []
        #: Every update that a bot acknowledged, in order.
        self.acknowledged: list[dict[str, Any]] = []
        #: Asked which fault a call meets that none was laid ready for; None lets it pass.
        self.mischief: Callable[[str, dict[str, Any]], Fault | None] = lambda method, fields: None
        #: Told of every call that has had its effect and is not answered yet.
        self.watch: Callable[[str, dict[str, Any]], None] = lambda method, fields: None
        self._numbers = iter(range(1, 1 << 62))
        self._messages: dict[int, int] = defaultdict(int)

    def number(self) -> int:
        """A number that was not there before."""
        with self.lock:
            return next(self._numbers)

    def next_message(self, chat: int) -> int:
        """The number of the next message in a chat."""
        with self.lock:
            self._messages[chat] += 1
            return self._messages[chat]
