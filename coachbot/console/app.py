"""The console as an ASGI app, to be mounted at /staff. Every page comes through `coachbot.console.doorway`."""

from __future__ import annotations

import logging
from functools import partial

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from coachbot.console import accounts, broadcasting, entry, inviting, looking, measuring, patients
from coachbot.console.doorway import NOT_HERE, Call, Console, Route, add
from coachbot.console.guards import Tries, guarded
from coachbot.console.rendering import Pages
from coachbot.console.rooms import Rooms

log = logging.getLogger("coachbot.console")

_TRIES, _STRETCH_S = 20, 15 * 60.0


def routes(*, demo: bool = False) -> tuple[Route, ...]:
    """Every page there is."""
    demos = entry.DEMO_ROUTES if demo else ()
    return (
        *entry.ROUTES, *demos, *patients.ROUTES, *measuring.ROUTES, *broadcasting.ROUTES, *inviting.ROUTES,
        *looking.ROUTES, *accounts.ROUTES,
    )  # fmt: skip


def create_console(rooms: Rooms, *, demo: bool = False) -> FastAPI:
    """The app. `demo` adds the way in by a one-time link without a password."""
    app = FastAPI(title="coachbot console", docs_url=None, redoc_url=None, openapi_url=None)
    console = Console(rooms, Pages(rooms.world), Tries(_TRIES, _STRETCH_S), demo)
    for route in routes(demo=demo):
        add(app, console, route)
    app.add_exception_handler(HTTPException, partial(_not_here, console))
    app.add_exception_handler(Exception, _broken)
    return app


async def _not_here(console: Console, request: Request, error: Exception) -> Response:
    """An address that there is none of: a page with a way back, the same for whoever asks."""
    assert isinstance(error, HTTPException)
    return guarded(Call(console, request, None, {}).show("refused.html", status=error.status_code, sentence=NOT_HERE))


async def _broken(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.method, type(error).__name__, exc_info=error)
    return guarded(PlainTextResponse("Something went wrong here. Please try again in a moment.", status_code=500))
