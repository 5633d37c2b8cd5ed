"""The web chat as an ASGI app. It can be mounted anywhere: all its addresses are relative."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from coachbot.channels.webchat import pages, reading, writing
from coachbot.channels.webchat.front import Front, refusal_response
from coachbot.channels.webchat.guards import RefusalError, SafeHeaders, Tries
from coachbot.channels.webchat.hub import Hub
from coachbot.channels.webchat.words import Words
from coachbot.service.desk import Desk

log = logging.getLogger("coachbot.webchat")

_HOUR_S = 3600.0
_LINKS_AN_HOUR = 10


def create_app(
    desk: Desk,
    pack_root: Path,
    words: Words,
    *,
    hub: Hub,
    title: str = "",
    codes_an_hour: int = 10,
    heartbeat_s: float = 15.0,
) -> FastAPI:
    """The app.

    `words` are the page's words by language (content/<language>/webchat.yaml); `title` replaces their title.
    `codes_an_hour` limits the tries of a code from one client address; behind a proxy, have the server take
    the address from the proxy's headers, or all patients share one limit.
    """
    if not words:
        raise ValueError("no words for the web chat; the pack needs content/en/webchat.yaml")
    app = FastAPI(title="coachbot web chat", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.front = Front(
        desk=desk,
        hub=hub,
        words=words,
        content=pack_root / "content",
        title=title,
        codes=Tries(codes_an_hour, _HOUR_S),
        links=Tries(_LINKS_AN_HOUR, _HOUR_S),
        heartbeat_s=heartbeat_s,
    )
    app.add_middleware(SafeHeaders)
    for part in (pages.router, writing.router, reading.router):
        app.include_router(part)
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="webchat-static")
    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Every error is JSON with a sentence that says what to do."""
    app.add_exception_handler(RefusalError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _not_here)
    app.add_exception_handler(Exception, _broken)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    return refusal_response(request, error)


async def _not_valid(request: Request, error: Exception) -> Response:
    return refusal_response(request, RefusalError(400, "bad_field"))


async def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "not_found"}.get(error.status_code, "server")
    return refusal_response(request, RefusalError(error.status_code, code, **dict(error.headers or {})))


async def _broken(request: Request, error: Exception) -> Response:
    log.error("%s %s failed: %s", request.method, request.url.path.split("/")[1:2], type(error).__name__)
    return refusal_response(request, RefusalError(500, "server"))
