"""What keeps harm out of the pages: headers, bodies of a bounded size, requests of our own pages only."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

#: Largest body of a request, in bytes.
LARGEST_BODY = 64 * 1024
#: Programs that fetch a link only to show a preview of it; they see nothing of anybody's.
_PREVIEWERS = re.compile(r"(?<!cu)bot\b|preview|facebookexternalhit|whatsapp|slack|mattermost|crawler")

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
}


class RefusedError(Exception):
    """A request that is not taken; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def guarded(response: Response, *, kept: bool = False) -> Response:
    """The response with every security header; what is a patient's is kept nowhere."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers["cache-control"] = "public, max-age=3600" if kept else "no-store"
    return response


def is_previewer(request: Request) -> bool:
    """Does a program fetch this only to show what is behind a link?"""
    agent = request.headers.get("user-agent", "").lower()
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    return "prefetch" in purpose or _PREVIEWERS.search(agent) is not None


async def json_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises `RefusedError`."""
    body = await _body(request, "application/json")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError(400) from None
    if not isinstance(found, dict):
        raise RefusedError(400)
    return found


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form. Raises `RefusedError`."""
    body = await _body(request, "application/x-www-form-urlencoded")
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=300)
    except ValueError:
        raise RefusedError(400) from None


async def _body(request: Request, kind: str) -> bytes:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusedError(403)
    if request.headers.get("content-type", "").split(";")[0].strip() != kind:
        raise RefusedError(415)
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > LARGEST_BODY:
            raise RefusedError(413)
    return bytes(read)
