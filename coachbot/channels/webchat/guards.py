"""What keeps harm out: response headers, a limit on tries, a limit on what a request may carry."""

from __future__ import annotations

import json
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Largest body of a request, in bytes: a text of 64 kB and what wraps it.
LARGEST_BODY = 64 * 1024 + 1024
#: Most client addresses remembered by one limit.
_MOST_ADDRESSES = 10_000

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-cache",
}


class RefusalError(Exception):
    """A request that is refused; `code` names the sentence (`error_<code>`) among the page's words."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers


class SafeHeaders:
    """Puts the security headers on every response that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class Tries:
    """At most so many tries from one place in a stretch of real time."""

    def __init__(self, most: int, stretch_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._stretch_s = stretch_s
        self._now = now
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, place: str) -> int:
        """Count a try; the seconds to wait if it is one too many, else 0."""
        now = self._now()
        tries = self._seen.setdefault(place, deque())
        self._seen.move_to_end(place)
        while tries and tries[0] <= now - self._stretch_s:
            tries.popleft()
        if len(tries) >= self._most:
            return int(tries[0] + self._stretch_s - now) + 1
        tries.append(now)
        while len(self._seen) > _MOST_ADDRESSES:
            self._seen.popitem(last=False)
        return 0


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request, never more of it than the limit. Raises `RefusalError`."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusalError(403, "elsewhere")
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise RefusalError(415, "not_json")
    try:
        found = json.loads(await _bytes_of(request))
    except (ValueError, RecursionError) as error:
        raise RefusalError(400, "not_json") from error
    if not isinstance(found, dict):
        raise RefusalError(400, "not_json")
    return found


async def _bytes_of(request: Request) -> bytes:
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > LARGEST_BODY:
            raise RefusalError(413, "too_long")
    return bytes(read)
