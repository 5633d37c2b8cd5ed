"""What WeChat brings: the signature is checked, the row is committed, and only then comes "success".

WeChat waits five seconds and repeats a message three times. The empty answer says that it has arrived; the coach's
words go as messages of their own, so nothing hangs on how long a turn takes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from coachbot.channels.wechat.account import Account
from coachbot.channels.wechat.envelope import EnvelopeError, is_signed, opened
from coachbot.channels.wechat.flat_xml import XmlError, read_flat
from coachbot.channels.wechat.taking import Intake

log = logging.getLogger("coachbot.wechat")

#: Far more than WeChat sends in one message, in bytes.
LARGEST_BODY = 200_000
#: Seconds after which a message that is not stored yet is left to WeChat's repeating it.
STORED_WITHIN_S = 4.5
_PATH = "/callback"
_ARRIVED = "success"


class _RefusedError(Exception):
    """A message that is not taken. `status` is the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def webhook_app(account: Account, intake: Intake, *, stored_within_s: float = STORED_WITHIN_S) -> Starlette:
    """An app that takes the messages of one account."""

    async def verify(request: Request) -> Response:
        """WeChat asks whether somebody is here who knows the token."""
        query = request.query_params
        if not _is_from_wechat(query, account):
            return Response(status_code=403)
        return PlainTextResponse(query.get("echostr", "")[:200])

    async def take(request: Request) -> Response:
        try:
            message = _message(request.query_params, await _body(request), account)
        except _RefusedError as error:
            log.warning("%s: a message was refused (%s)", account, error)
            return Response(status_code=error.status)
        except (XmlError, EnvelopeError) as error:
            log.warning("%s: a message could not be read (%s), and is passed over", account, error)
            return PlainTextResponse(_ARRIVED)  # sent again it would be no better
        return await _stored(message, stored_within_s)

    async def _stored(message: Mapping[str, str], within_s: float) -> Response:
        try:
            async with asyncio.timeout(within_s):
                await intake.take(message)
        except Exception as error:
            log.error("%s: a message could not be stored (%s); WeChat repeats it", account, type(error).__name__)
            return Response(status_code=500)
        return PlainTextResponse(_ARRIVED)

    return Starlette(routes=[Route(_PATH, verify, methods=["GET"]), Route(_PATH, take, methods=["POST"])])


def _is_from_wechat(query: Mapping[str, str], account: Account) -> bool:
    return is_signed(query.get("signature", ""), account.token, query.get("timestamp", ""), query.get("nonce", ""))


def _message(query: Mapping[str, str], body: bytes, account: Account) -> Mapping[str, str]:
    """The fields of a message, its envelope opened."""
    if not _is_from_wechat(query, account):
        raise _RefusedError(403, "wrong signature: is COACHBOT_WECHAT_TOKEN the token of WeChat's settings?")
    fields = read_flat(body)
    envelope = fields.get("Encrypt", "")
    if account.aes_key is None:
        if envelope and "MsgType" not in fields:
            raise _RefusedError(500, "it is sealed: set COACHBOT_WECHAT_AES_KEY")
        return fields
    if not envelope:
        raise _RefusedError(403, "it is not sealed: choose the secure mode in WeChat's settings")
    times = query.get("timestamp", ""), query.get("nonce", "")
    if not is_signed(query.get("msg_signature", ""), account.token, *times, envelope):
        raise _RefusedError(403, "wrong signature of the envelope")
    return read_flat(opened(envelope, account.aes_key, account.appid))


async def _body(request: Request) -> bytes:
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST_BODY:
            raise _RefusedError(413, "too large")
    return found


def callback_url(base: str, path: str) -> str:
    """What the operator enters in WeChat's server settings."""
    return f"{base.rstrip('/')}{path}{_PATH}"
