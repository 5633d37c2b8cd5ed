"""What every endpoint shares: the desk, the hub, the words, and who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from coachbot.channels.webchat.guards import RefusalError, Tries
from coachbot.channels.webchat.hub import Hub
from coachbot.channels.webchat.words import Words, language_for
from coachbot.service.desk import Caller, Desk

COOKIE = "coachbot_device"
#: Browsers keep a cookie for 400 days at most.
COOKIE_S = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Front:
    """The web chat's side of the counter."""

    desk: Desk
    hub: Hub
    words: Words
    #: The pack's content/ folder.
    content: Path
    #: The page's title; empty takes the words' own.
    title: str
    #: Tries of a code, by client address.
    codes: Tries
    #: One-time links asked for, by chat.
    links: Tries
    #: Seconds without news after which an open page is sent a heartbeat and looks into the store.
    heartbeat_s: float


def front_of(request: Request) -> Front:
    """The front of the app that serves this request."""
    front: Front = request.app.state.front
    return front


def words_for(request: Request) -> tuple[str, Mapping[str, str]]:
    """The language for this browser, and its words."""
    words = front_of(request).words
    language = language_for(words, request.headers.get("accept-language", ""))
    return language, words[language]


async def caller_of(request: Request) -> Caller | None:
    """Who holds the device secret of this request's cookie; None for a stranger."""
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    return await run_in_threadpool(front_of(request).desk.caller, secret)


async def known_caller(request: Request) -> Caller:
    """As `caller_of`; refuses a stranger."""
    caller = await caller_of(request)
    if caller is None:
        raise RefusalError(401, "not_in")
    return caller


def base_path(request: Request) -> str:
    """Where the app is mounted, with a slash at the end."""
    return str(request.scope.get("root_path", "")).rstrip("/") + "/"


def let_in(request: Request, response: Response, secret: str) -> Response:
    """Give the device its secret, out of reach of any script."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_S,
        path=base_path(request),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


def client_of(request: Request) -> str:
    """The client's address, for limits only; it is never stored."""
    return request.client.host if request.client else "unknown"


def refusal_response(request: Request, refusal: RefusalError) -> JSONResponse:
    """A refusal as JSON: a code for programs, a sentence for people."""
    words = words_for(request)[1]
    message = words.get(f"error_{refusal.code}", words["error_server"])
    return JSONResponse(
        {"error": refusal.code, "message": message},
        status_code=refusal.status,
        headers={**refusal.headers, "cache-control": "no-store"},
    )
