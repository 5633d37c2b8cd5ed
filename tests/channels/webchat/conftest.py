"""What the tests of the web chat share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from coachbot.channels.webchat import Hub
from coachbot.channels.webchat.app import create_app

from .fakes import PACK, WORDS, Coach, FakeDesk

Visit = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def coach(desk: FakeDesk, hub: Hub) -> Coach:
    return Coach(desk, hub)


@pytest.fixture
def app(desk: FakeDesk, hub: Hub) -> FastAPI:
    return create_app(desk, PACK, WORDS, hub=hub, heartbeat_s=0.2)


@pytest.fixture
def visit(app: FastAPI) -> Visit:
    """A browser without a cookie."""

    @asynccontextmanager
    async def visiting(base: str = "http://test", **options: Any) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=base, **options) as browser:
            yield browser

    return visiting


@pytest.fixture
def secret(desk: FakeDesk) -> str:
    """The device secret of a patient who is in, at chat `w1`."""
    desk.devices["in"] = "w1"
    return "in"


@pytest.fixture
def patient(visit: Visit, secret: str) -> Visit:
    """A browser of a patient who is in."""
    return lambda **options: visit(cookies={"coachbot_device": secret}, **options)
