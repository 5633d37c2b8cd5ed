"""The interface as an ASGI app, to be mounted at /api/v1. Every call comes through `coachbot.api.guards.Door`."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from coachbot import __version__
from coachbot.api import calls
from coachbot.api.guards import HEADERS, Bounded, Door, RefusedError
from coachbot.api.page import page_of
from coachbot.api.rooms import Rooms
from coachbot.api.shapes import Refusal

log = logging.getLogger("coachbot.api")
_ABOUT = "Invite, read how enrolments stand, send step counts, be called about alerts. No names, no arms."


def create_api(rooms: Rooms) -> FastAPI:
    """The app."""
    app = FastAPI(
        title="coachbot", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", servers=[{"url": "/api/v1"}],
    )  # fmt: skip
    app.state.rooms, app.state.door = rooms, Door(rooms)
    app.include_router(calls.router)
    app.add_middleware(Bounded)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _not_here)
    app.add_exception_handler(Exception, _broken)

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return page_of(app.openapi())

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return app


def _answer(status: int, refusal: Refusal, **headers: str) -> Response:
    return JSONResponse(refusal.model_dump(), status, {**HEADERS, **headers})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _answer(error.status, error.refusal, **error.headers)


async def _not_valid(request: Request, error: Exception) -> Response:
    """What does not fit the description, by its place; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    faults = [
        {"place": ".".join(map(str, one["loc"])).encode("utf-8", "replace").decode(), "what": str(one["msg"])}
        for one in error.errors()
    ]
    return _answer(422, Refusal(error="not_valid", detail="This does not fit the description.", faults=faults))


async def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = "There is nothing here." if error.status_code in (404, 405) else "This could not be read."
    name: Any = "not_found" if error.status_code in (404, 405) else "not_valid"
    return _answer(error.status_code, Refusal(error=name, detail=detail), **dict(error.headers or {}))


async def _broken(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.method, type(error).__name__, exc_info=error)
    return _answer(500, Refusal(error="broken", detail="Something went wrong here; try again in a moment."))
