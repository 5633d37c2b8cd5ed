"""Following a talk: one open page, told of every line once, in the order in which they happen.

Ids rise with the time at which a line was *made*, but a coach's line appears only when it is sent, so a line
with a smaller id may come after one with a greater id (somebody taps while a burst is still going out).
A cursor alone would lose it. So the line comes with the hint of its delivery, and each look into the store
goes back a little and passes over what this page was told already.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool

from coachbot.channels.webchat.front import Front
from coachbot.channels.webchat.hub import Ear
from coachbot.service.desk import Caller
from coachbot.service.ports import Line

#: How far each look into the store goes back: two minutes, in row ids (milliseconds in the upper bits).
OVERLAP = 120_000 << 22
_AT_ONCE = 500
#: Most ids kept in mind; enough for two minutes of the busiest talk.
_MOST_TOLD = 5_000
#: Milliseconds after which a browser tries again by itself.
_RETRY_MS = 2_000


def line_json(line: Line) -> dict[str, Any]:
    """A line as the page takes it. Ids are texts: they have 63 bits, JavaScript's numbers 53."""
    return {"id": str(line.id), "by": line.by, "at": line.at.isoformat(), "body": dict(line.body)}


class Follower:
    """Tells one page of a talk, from after line `start` on."""

    def __init__(self, front: Front, caller: Caller, secret: str, start: int) -> None:
        self._front = front
        self._caller = caller
        self._secret = secret
        self._start = start
        self._cursor = start
        #: Ids this page was told, oldest first.
        self._told: dict[int, None] = {}

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events until the page is closed, or its device is not known any more."""
        with self._front.hub.listen(self._caller.chat, self._caller.patient) as ear:
            yield f"retry: {_RETRY_MS}\n: here\n\n"
            for event in await self._look():
                yield event
            async for event in self._hear(ear):
                yield event

    async def _hear(self, ear: Ear) -> AsyncIterator[str]:
        while True:
            hint = await ear.next(self._front.heartbeat_s)
            if hint is None:
                if not await self._still_known():
                    yield "event: gone\ndata: {}\n\n"
                    return
                yield ": heartbeat\n\n"
            elif hint.kind == "gone":
                return
            elif hint.kind == "typing":
                yield "event: typing\ndata: {}\n\n"
                continue
            for event in self._tell([hint.line]) if hint and hint.line else await self._look():
                yield event

    async def _still_known(self) -> bool:
        return await run_in_threadpool(self._front.desk.caller, self._secret) is not None

    async def _look(self) -> list[str]:
        """Whatever the store has that this page was not told."""
        return list(self._tell(await run_in_threadpool(self._read)))

    def _read(self) -> list[Line]:
        after, found = max(0, self._cursor - OVERLAP), list[Line]()
        while True:
            page = self._front.desk.lines(self._caller.patient, after=after, limit=_AT_ONCE)
            found += [line for line in page if line.id > self._start]
            if len(page) < _AT_ONCE:
                return found
            after = max(line.id for line in page)

    def _tell(self, lines: list[Line]) -> Iterator[str]:
        for line in lines:
            if line.id not in self._told:
                self._remember(line.id)
                yield f"event: line\nid: {self._cursor}\ndata: {_packed(line)}\n\n"

    def _remember(self, line: int) -> None:
        self._cursor = max(self._cursor, line)
        self._told[line] = None
        if len(self._told) > _MOST_TOLD:
            del self._told[next(iter(self._told))]


def _packed(line: Line) -> str:
    return json.dumps(line_json(line), ensure_ascii=False, separators=(",", ":"), default=str)
