"""Word of news to the pages that are open now: an in-process fan-out, by chat.

Nothing here is the truth: lines stand in the store, and an open page that missed a hint finds them there at
its next look. A hint only shortens the wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from coachbot.service.ports import Line

#: Most hints that wait for one slow page; beyond that it is told to look into the store.
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Hint:
    """Something happened in a chat."""

    #: `lines` (look into the store, or take `line`), `typing` (an answer is under way), `gone` (hang up).
    kind: Literal["lines", "typing", "gone"]
    #: The line itself, if it is known already.
    line: Line | None = None


class Ear:
    """One open page, listening."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[Hint] = asyncio.Queue(MOST_WAITING)

    def offer(self, hint: Hint) -> None:
        """Pass a hint on; safe from any thread."""
        if _running() is self._loop:
            self._put(hint)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, hint)

    def _put(self, hint: Hint) -> None:
        if self._waiting.full():
            dropped = [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]
            gone = any(one.kind == "gone" for one in dropped)
            self._waiting.put_nowait(Hint("gone") if gone else Hint("lines"))
        self._waiting.put_nowait(hint)

    async def next(self, patience_s: float) -> Hint | None:
        """The next hint; None if there was none for `patience_s` seconds."""
        try:
            async with asyncio.timeout(patience_s):
                return await self._waiting.get()
        except TimeoutError:
            return None


class Hub:
    """Who listens to which chat."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = {}
        #: Patients with open pages, and their chats: other processes tell of lines by the patient's pseudonym.
        self._chats: dict[str, str] = {}

    @contextmanager
    def listen(self, chat: str, patient: str = "") -> Iterator[Ear]:
        """An ear at this chat for as long as the `with` block lasts. Call inside the event loop."""
        ear = Ear()
        self._ears.setdefault(chat, set()).add(ear)
        self._chats[patient] = chat
        try:
            yield ear
        finally:
            self._leave(chat, ear)
            if chat not in self._ears:
                self._chats.pop(patient, None)

    def look(self, patient: str = "") -> None:
        """Another process has sent something to a patient, or (for '') to somebody: open pages look into the store."""
        chats = [self._chats.get(patient, "")] if patient else list(self._ears)
        for chat in chats:
            self.publish(chat, Hint("lines"))

    def _leave(self, chat: str, ear: Ear) -> None:
        ears = self._ears.get(chat, set())
        ears.discard(ear)
        if not ears:
            self._ears.pop(chat, None)

    def publish(self, chat: str, hint: Hint) -> None:
        """Tell every page that is open at this chat."""
        for ear in tuple(self._ears.get(chat, ())):
            ear.offer(hint)

    def listeners(self, chat: str) -> int:
        """How many pages are open at this chat."""
        return len(self._ears.get(chat, ()))

    def close(self, chat: str | None = None) -> None:
        """Hang up on one chat, or on all (when the process is to end: open pages come back by themselves)."""
        for name in [chat] if chat is not None else list(self._ears):
            self.publish(name, Hint("gone"))


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
