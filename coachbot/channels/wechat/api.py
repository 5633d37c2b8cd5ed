"""Calls to WeChat's server, over HTTP.

It is our own small client and not a library's: it must be certain whether a call that failed can have reached
WeChat, that a stale access token is renewed once and by one process alone, and that no secret is logged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from coachbot.channels.wechat.access import AccessToken, Granted
from coachbot.channels.wechat.account import Account, hide_secrets
from coachbot.channels.wechat.faults import STALE_TOKEN, WeChatError, fault_of
from coachbot.leaving import soon

#: Seconds to wait for an answer to an ordinary call.
PATIENCE_S = 20.0
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class WeChatApi:
    """One account's calls."""

    def __init__(
        self, account: Account, base: str, access: AccessToken, client: httpx.AsyncClient | None = None
    ) -> None:
        hide_secrets()
        self.account = account
        self._base = base.rstrip("/")
        self._access = access
        self._client = client or httpx.AsyncClient(timeout=PATIENCE_S, limits=httpx.Limits(max_connections=50))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def call(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        file: tuple[str, bytes, str] | None = None,
    ) -> Mapping[str, Any]:
        """Make one call, with the account's access token; a stale one is renewed once. Raises WeChatError."""
        token = await self._access.get(self._grant)
        try:
            return await self._post(path, fields, {**(query or {}), "access_token": token}, file)
        except WeChatError as error:
            if error.code not in STALE_TOKEN:
                raise
        token = await self._access.get(self._grant, stale=token)
        return await self._post(path, fields, {**(query or {}), "access_token": token}, file)

    async def known(self) -> None:
        """Make sure that WeChat knows the account and its secret."""
        await self._access.get(self._grant)

    async def _grant(self, force: bool) -> Granted:
        """A new access token. The stable kind: asking again takes it from nobody who holds it already."""
        fields = {
            "grant_type": "client_credential",
            "appid": self.account.appid,
            "secret": self.account.secret,
            "force_refresh": force,
        }
        answer = await self._post("/cgi-bin/stable_token", fields, {}, None, asks_token=True)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise WeChatError("WeChat's answer holds no access token")
        return Granted(token, float(seconds))

    async def _post(
        self,
        path: str,
        fields: Mapping[str, Any] | None,
        query: Mapping[str, str],
        file: tuple[str, bytes, str] | None,
        *,
        asks_token: bool = False,
    ) -> Mapping[str, Any]:
        try:
            if file is not None:
                response = await self._client.post(
                    self._base + path, params=dict(query), files={"media": file}, timeout=60.0, extensions=soon()
                )
            else:
                # WeChat shows \u escapes as they are, so the text goes as UTF-8.
                body = json.dumps(fields or {}, ensure_ascii=False).encode()
                response = await self._client.post(
                    self._base + path,
                    params=dict(query),
                    content=body,
                    headers={"content-type": "application/json"},
                    extensions=soon(),
                )
        except _UNREACHED as error:
            raise WeChatError(f"WeChat can't be reached ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise WeChatError(f"no answer from WeChat ({type(error).__name__})", doubt=not asks_token) from None
        return _result(response, asks_token)


def _result(response: httpx.Response, asks_token: bool) -> Mapping[str, Any]:
    if response.status_code == 429:
        raise WeChatError("WeChat answered with status 429", retry_after=30.0)
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or response.status_code >= 400:
        raise WeChatError(f"WeChat answered with status {response.status_code}", doubt=not asks_token)
    if answer.get("errcode"):
        raise fault_of(answer, asks_token=asks_token)
    return answer
