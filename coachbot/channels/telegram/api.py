"""Calls to the Bot API, over HTTP, and what their faults mean.

It is our own small client and not a library's, because three things must be certain: whether a call that failed can
have reached Telegram, that one malformed update does not take its whole batch along, and that no token is logged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

import httpx

from coachbot.channels.telegram.tokens import Token, hide_tokens, without_tokens
from coachbot.errors import DeliveryError
from coachbot.leaving import soon

#: Seconds to wait for an answer to an ordinary call.
PATIENCE_S = 20.0
#: Seconds for which an account is left alone whose token Telegram refuses.
_REFUSED_S = 300.0
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_GONE = ("chat not found", "peer_id_invalid", "user is deactivated", "bot can't initiate", "bot was blocked")


class TelegramError(DeliveryError):
    """Telegram refused a call, or its answer never came. `code` is Telegram's own; 0 if there was no answer."""

    def __init__(self, reason: str, code: int = 0, **kind: Any) -> None:
        super().__init__(without_tokens(reason), **{"permanent": False, **kind})
        self.code = code

    @property
    def refuses_token(self) -> bool:
        """Whether the token is wrong or was revoked."""
        return self.code in (401, 404)


class BotApi:
    """One bot's calls."""

    def __init__(self, token: Token, base: str, client: httpx.AsyncClient | None = None) -> None:
        hide_tokens()
        self.token = token
        self._address = f"{base.rstrip('/')}/bot{token.secret}/"
        self._own = client is None
        self._client = client or httpx.AsyncClient(timeout=PATIENCE_S, limits=httpx.Limits(max_connections=50))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._own:
            await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def call(
        self,
        method: str,
        fields: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Any:
        """Make one call; returns its result. `files`: field to name, content and type. Raises TelegramError."""
        given = {name: value for name, value in (fields or {}).items() if value is not None}
        try:
            if files:
                response = await self._client.post(
                    self._address + method,
                    data=_as_form(given),
                    files=dict(files),
                    timeout=patience_s,
                    extensions=soon(),
                )
            else:
                response = await self._client.post(
                    self._address + method, json=given, timeout=patience_s, extensions=soon()
                )
        except _UNREACHED as error:
            raise TelegramError(f"Telegram can't be reached ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise TelegramError(f"no answer from Telegram ({type(error).__name__})", doubt=True) from None
        return _result(response)


def _as_form(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}


def _result(response: httpx.Response) -> Any:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or "ok" not in answer:
        raise TelegramError(f"Telegram answered with status {response.status_code}", response.status_code, doubt=True)
    if answer["ok"]:
        return answer.get("result")
    raise fault_of(answer, response.status_code)


def fault_of(answer: Mapping[str, Any], status: int) -> TelegramError:
    """The error that a refusal stands for."""
    code = int(answer.get("error_code") or status)
    reason = str(answer.get("description") or "no reason given")
    text = f"{code} {reason}"
    parameters = answer.get("parameters") or {}
    if code == 429:
        return TelegramError(text, code, retry_after=_seconds(parameters.get("retry_after")))
    if code in (401, 404):
        return TelegramError(f"{code}: Telegram refuses the bot's token", code, retry_after=_REFUSED_S)
    if code >= 500:
        return TelegramError(text, code, doubt=True)
    if code == 403 or any(words in reason.lower() for words in _GONE):
        return TelegramError(text, code, permanent=True, gone=True)
    return TelegramError(text, code, permanent=True)


def _seconds(value: Any) -> float:
    try:
        return max(1.0, float(value))
    except (TypeError, ValueError):
        return 5.0
