"""The access token, shared by every process of this installation: one file, one lock, one who renews it.

The file lies in the data folder, for its owner alone, sealed under a key drawn from the app secret: a copy of the
folder opens nothing at WeChat.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coachbot.channels.wechat.account import Account

#: Seconds before its end at which a token is renewed; WeChat grants two hours.
EARLY_S = 300.0
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Granted:
    """A token as WeChat grants it, and the seconds for which it holds."""

    token: str
    seconds: float


#: Asks WeChat for a token; with True, for another than the present one.
Grant: TypeAlias = Callable[[bool], Awaitable[Granted]]


class AccessToken:
    """The token of one account."""

    def __init__(self, account: Account, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = folder / f"wechat-{account.appid}.token"
        self._appid = account.appid.encode()
        self._seal = AESGCM(hashlib.sha256(b"coachbot access token\0" + account.secret.encode()).digest())
        self._now = now
        self._token, self._until = "", 0.0
        self._renewing = asyncio.Lock()

    async def get(self, grant: Grant, *, stale: str = "") -> str:
        """A token that holds. `stale`: one that WeChat has refused. Raises what `grant` raises."""
        if self._holds(stale):
            return self._token
        async with self._renewing, self._locked() as file:
            if not self._holds(stale):
                self._token, self._until = self._read(file)
            if not self._holds(stale):
                await self._renew(grant, stale)
                self._write(file)
            return self._token

    def _holds(self, stale: str) -> bool:
        return bool(self._token) and self._token != stale and self._now() < self._until - EARLY_S

    async def _renew(self, grant: Grant, stale: str) -> None:
        granted = await grant(False)
        if granted.token == stale:
            granted = await grant(True)
        # A short grant must not be asked for again with every call.
        self._token, self._until = granted.token, self._now() + max(granted.seconds, EARLY_S + 60.0)

    # -- the file ----------------------------------------------------------------------------------------
    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[int]:
        """The file, held alone: other processes wait meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _is_ours(file):
                await asyncio.sleep(_LOOK_AGAIN_S)
            yield file
        finally:
            os.close(file)

    def _read(self, file: int) -> tuple[str, float]:
        raw = os.pread(file, 10_000, 0)
        try:
            token, until = json.loads(self._seal.decrypt(raw[:12], raw[12:], self._appid))
        except (InvalidTag, ValueError, TypeError):
            return "", 0.0  # empty, cut short, or of another secret: a new one is asked for
        return str(token), float(until)

    def _write(self, file: int) -> None:
        nonce = os.urandom(12)
        text = json.dumps([self._token, self._until]).encode()
        os.ftruncate(file, 0)
        os.pwrite(file, nonce + self._seal.encrypt(nonce, text, self._appid), 0)


def _is_ours(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
