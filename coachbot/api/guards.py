"""Who calls, what they may, how often; and nothing larger than it should be."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request

from coachbot.api.rooms import Rooms
from coachbot.api.shapes import Refusal
from coachbot.service.clinic.records import Client, Scope

LARGEST_BODY = 1_000_000
_LONGEST_TOKEN = 200
#: Calls a token may make at once, and a second in the long run; wrong tokens from one address likewise.
BURST, A_SECOND = 120, 2.0
WRONG_BURST, WRONG_A_SECOND = 20, 20 / 900
_MOST_KEPT = 10_000
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}


class RefusedError(Exception):
    """A call that is not answered as asked."""

    def __init__(self, status: int, refusal: Refusal, **headers: str) -> None:
        super().__init__(refusal.detail)
        self.status = status
        self.refusal = refusal
        self.headers = headers


class Bucket:
    """So many calls at once by one caller, and so many a second in the long run."""

    def __init__(self, burst: int, a_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._a_second = a_second
        self._now = now
        #: Caller to what is left, and when that was counted.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, who: str) -> float:
        """Take one; how long to wait if there is none left, else 0."""
        left = self._count(who)
        if left < 1:
            return (1 - left) / self._a_second
        self._left[who] = (left - 1, self._now())
        self._left.move_to_end(who)
        while len(self._left) > _MOST_KEPT:
            self._left.popitem(last=False)
        return 0.0

    def is_empty(self, who: str) -> bool:
        """Whether this caller has none left; nothing is taken."""
        return self._count(who) < 1

    def _count(self, who: str) -> float:
        left, then = self._left.get(who, (float(self._burst), self._now()))
        return min(float(self._burst), left + (self._now() - then) * self._a_second)


class Door:
    """Lets clients in by their token."""

    def __init__(self, rooms: Rooms, now: Callable[[], float] = time.monotonic) -> None:
        self._rooms = rooms
        self._calls = Bucket(BURST, A_SECOND, now)
        self._wrong = Bucket(WRONG_BURST, WRONG_A_SECOND, now)

    def client(self, request: Request, scope: Scope) -> Client:
        """Who calls. Raises RefusedError: no token, a wrong one, one without this scope, or too many calls."""
        place = request.client.host if request.client else "unknown"
        if self._wrong.is_empty(place):
            raise _too_many(900)
        client = self._of(request.headers.get("authorization", ""))
        if client is None:
            self._wrong.wait_s(place)
            raise RefusedError(
                401, Refusal(error="token", detail="Send a token: Authorization: Bearer TOKEN"),
                **{"www-authenticate": "Bearer"},
            )  # fmt: skip
        if wait := self._calls.wait_s(str(client.id)):
            raise _too_many(wait)
        if scope not in client.scopes:
            self._rooms.audit.saw(client.id, "api.refused", "", scope)
            raise RefusedError(403, Refusal(error="scope", detail=f"This token may not '{scope}'."))
        return client

    def _of(self, header: str) -> Client | None:
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not 1 <= len(token.strip()) <= _LONGEST_TOKEN:
            return None
        return self._rooms.clients.of(token.strip())


def _too_many(wait: float) -> RefusedError:
    seconds = str(max(1, int(wait) + 1))
    detail = f"Too many calls; try again in {seconds} seconds."
    return RefusedError(429, Refusal(error="too_many", detail=detail), **{"retry-after": seconds})


class Bounded:
    """Middleware: a body that is too large is refused before it is read to the end."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = bytearray()
        while True:
            message = await receive()
            read += message.get("body", b"")
            if len(read) > LARGEST_BODY or not message.get("more_body"):
                break
        if len(read) > LARGEST_BODY:
            await _answer_too_large(send)
            return
        sent = False

        async def again() -> Any:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(read), "more_body": False}

        await self._app(scope, again, send)


async def _answer_too_large(send: Any) -> None:
    body = Refusal(error="too_large", detail=f"A body has at most {LARGEST_BODY:,} bytes.").model_dump_json().encode()
    headers = [(b"content-type", b"application/json"), *((k.encode(), v.encode()) for k, v in HEADERS.items())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
