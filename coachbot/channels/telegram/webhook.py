"""Updates that Telegram brings: the secret is checked, the row is committed, and only then comes the 200."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coachbot.channels.telegram.taking import Intake
from coachbot.channels.telegram.tokens import Token

log = logging.getLogger("coachbot.telegram")

SECRET_HEADER = "x-telegram-bot-api-secret-token"
#: Far more than Telegram sends in one update, in bytes.
LARGEST_BODY = 1_000_000


def webhook_app(intakes: Mapping[str, tuple[Token, Intake]]) -> Starlette:
    """An app that takes the updates of several bots, each at the path of its token."""

    async def take(request: Request) -> Response:
        found = intakes.get(request.path_params["bot"])
        if found is None:
            return Response(status_code=404)
        token, intake = found
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), token.webhook_secret.encode()):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            log.warning("%s: an update could not be read, and is passed over", token)
            return Response(status_code=200)  # sent again it would be no better
        try:
            await intake.take([update])
        except Exception as error:
            log.error("%s: an update could not be stored (%s); Telegram repeats it", token, type(error).__name__)
            return Response(status_code=500)
        return Response(status_code=200)

    return Starlette(routes=[Route("/{bot}", take, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """The body; None if it is too large."""
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST_BODY:
            return None
    return found
