"""The page itself, the ways in (a code in a link, a one-time link), and the sign of life."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from coachbot.channels.webchat.front import base_path, front_of, let_in, words_for

STATIC = Path(__file__).parent / "static"
_LONGEST_CODE = 64
#: Programs that fetch a link only to show a preview of it; they must not use a one-time link up.
_PREVIEWERS = ("bot", "preview", "facebookexternalhit", "whatsapp", "slack", "mattermost", "crawler")

router = APIRouter()


@lru_cache(maxsize=1)
def _template() -> Any:
    loader = FileSystemLoader(STATIC)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("index.html")


def _page(request: Request, *, base: str = "./", code: str = "", notice: str = "") -> HTMLResponse:
    language, words = words_for(request)
    title = front_of(request).title or words["title"]
    shown = {"language": language, "words": dict(words), "title": title, "base": base, "code": code}
    page = _template().render(**shown, notice=words[notice] if notice else "")
    return HTMLResponse(page, headers={"cache-control": "no-store", "vary": "accept-language"})


@router.get("/")
async def page(request: Request) -> Response:
    """The chat."""
    return _page(request)


@router.get("/c/{code}")
async def deep_link(request: Request, code: str) -> Response:
    """The chat with an invitation code filled in; nothing is used up until the patient says so."""
    return _page(request, base="../", code=code[:_LONGEST_CODE])


@router.get("/l/{token}")
async def one_time_link(request: Request, token: str) -> Response:
    """Lets this device into the talk, once."""
    if _is_previewer(request):
        return _page(request, base="../", notice="link_preview")
    secret = await run_in_threadpool(front_of(request).desk.use_link, token)
    if secret is None:
        return _page(request, base="../", notice="link_over")
    response = RedirectResponse(base_path(request), status_code=303, headers={"cache-control": "no-store"})
    return let_in(request, response, secret)


def _is_previewer(request: Request) -> bool:
    agent = request.headers.get("user-agent", "").lower()
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    return "prefetch" in purpose or any(name in agent for name in _PREVIEWERS)


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})
