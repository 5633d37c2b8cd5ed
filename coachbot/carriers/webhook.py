"""Notices as signed calls to a system of the clinic.

    POST (the URL that was set)
    Coachbot-Delivery:  the notice's number; the same when it is sent again
    Coachbot-Timestamp: seconds since 1970
    Coachbot-Signature: v1=<hex of HMAC-SHA256, by the secret, over "timestamp.body">

Redirects are not followed: the address that was set is the only one that learns anything.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import re
import ssl
from urllib.parse import SplitResult, urlsplit

from coachbot import __version__
from coachbot.errors import DeliveryError
from coachbot.service.notices.records import Notice, Way
from coachbot.service.ports import Clock

PATIENCE_S = 10.0
#: Refusals that no repeating mends.
_NEVER = (400, 404, 405, 410, 413, 415, 422)


class WebhookCarrier:
    """`coachbot.service.notices.ports.Carrier` by HTTP."""

    def __init__(self, clock: Clock, patience_s: float = PATIENCE_S) -> None:
        self._clock = clock
        self._patience_s = patience_s

    async def carry(self, way: Way, notice: Notice) -> None:
        """Make one signed call."""
        body = json.dumps({"id": str(notice.id), **notice.body["event"]}, separators=(",", ":")).encode()
        timestamp = str(int(self._clock.real()))
        headers = {
            "content-type": "application/json",
            "user-agent": f"coachbot/{__version__}",
            "coachbot-delivery": str(notice.id),
            "coachbot-timestamp": timestamp,
            "coachbot-signature": signature(way.secret, timestamp, body),
        }
        await asyncio.to_thread(self._post, urlsplit(way.address), body, headers)

    def _post(self, url: SplitResult, body: bytes, headers: dict[str, str]) -> None:
        connection = self._connected(url)
        try:
            connection.request("POST", url._replace(scheme="", netloc="", fragment="").geturl() or "/", body, headers)
            response = connection.getresponse()
            response.read(65_536)
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"the webhook was not reached ({type(error).__name__})", permanent=False) from None
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            wait = _seconds(response.getheader("retry-after"))
            raise DeliveryError(
                f"the webhook answers {response.status}", permanent=response.status in _NEVER, retry_after=wait
            )

    def _connected(self, url: SplitResult) -> http.client.HTTPConnection:
        host = url.hostname or ""
        if url.scheme == "https":
            return http.client.HTTPSConnection(
                host, url.port, timeout=self._patience_s, context=ssl.create_default_context()
            )  # fmt: skip
        return http.client.HTTPConnection(host, url.port, timeout=self._patience_s)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What proves that a call is ours, and when it was made."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _seconds(given: str | None) -> float | None:
    return min(float(given), 3600.0) if given and re.fullmatch(r"\d{1,6}", given) else None
