"""The pages as an ASGI app, mounted at `/q`. Its addresses are relative; a link is in no log.

With a script each answer is stored as it is given; without one each step is a form. Both are the same answers.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from coachbot.pages.forms import answers_of
from coachbot.pages.guards import RefusedError, form_of, guarded, is_previewer, json_of
from coachbot.pages.showing import Shown
from coachbot.service.page_answers import Given
from coachbot.service.pages import Over, Pages, Taken, View

log = logging.getLogger("coachbot.pages")
STATIC = Path(__file__).parent / "static"
_FINISH = "finish"
_NOT_FOUND, _GONE = 404, 410


class _Kept(StaticFiles):
    """Style and script, with the security headers."""

    def file_response(self, *given: object, **named: object) -> Response:
        return guarded(super().file_response(*given, **named), kept=True)  # type: ignore[arg-type]


def create_pages(pages: Pages, words: Mapping[str, Mapping[str, str]]) -> FastAPI:
    """The app. `words` are the page's words by language (content/<language>/page.yaml)."""
    app = FastAPI(title="coachbot pages", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.pages = pages
    app.state.shown = Shown(words, pages.world.pack.library.default_language)
    app.mount("/static", _Kept(directory=STATIC), name="pages-static")
    app.add_api_route("/{token}", show, methods=["GET"], response_model=None)
    app.add_api_route("/{token}", send_form, methods=["POST"], response_model=None)
    app.add_api_route("/{token}/answers", send_answers, methods=["POST"], response_model=None)
    app.add_api_route("/{token}/may/{instrument}", may_open, methods=["GET"], response_model=None)
    app.add_exception_handler(HTTPException, _not_here)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(Exception, _broken)
    return app


async def show(request: Request, token: str) -> Response:
    """The page behind a link."""
    if is_previewer(request):
        return _html(_shown(request).plain("preview"))
    found = await run_in_threadpool(_pages(request).open, token)
    return _over(request, found) if isinstance(found, Over) else _view(request, found)


def _view(request: Request, view: View) -> Response:
    asked = request.query_params.get("step", "")
    names = [step.instrument for step in view.steps]
    first_open = next((step.instrument for step in view.steps if not step.is_complete), names[-1])
    current = asked if asked in names else first_open
    return _html(_shown(request).view(view, current=current, is_open="open" in request.query_params))


def _over(request: Request, over: Over) -> Response:
    status = {"unknown": _NOT_FOUND, "waits": 200, "rests": 200, "done": 200}.get(over.why, _GONE)
    return _html(_shown(request).over(over), status)


# -- answers ------------------------------------------------------------------------------------------
async def send_answers(request: Request, token: str) -> Response:
    """Answers of the script: each with a name of its own, so that one sent twice is stored once."""
    body = await json_of(request)
    found = await run_in_threadpool(_take, _pages(request), token, _given(body.get("answers")))
    if isinstance(found, Over):
        return _json({"over": found.why}, _GONE)
    return _json({
        "saved": found.saved, "refused": found.refused, "kept_beside": found.kept_beside, "again": found.again,
        "help": found.help,
    })  # fmt: skip


def _given(answers: object) -> list[Given]:
    if not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
        raise RefusedError(400)
    return [
        Given(str(one.get("id") or ""), str(one.get("instrument") or ""), str(one.get("state") or ""), one.get("value"))
        for one in answers
    ]


async def send_form(request: Request, token: str) -> Response:
    """A step without the script: store what changed, and go on, or come back to what is open."""
    fields = await form_of(request)
    pages = _pages(request)
    found = await run_in_threadpool(pages.open, token)
    name = (fields.get("step") or [""])[0]
    if isinstance(found, Over):
        return _over(request, await run_in_threadpool(_take_late, pages, token, name, fields, found))
    step = next((one for one in found.steps if one.instrument == name), None)
    if step is None:
        return RedirectResponse(_here(token), status_code=303)
    await run_in_threadpool(_take, pages, token, answers_of(step, fields))
    return guarded(RedirectResponse(await _onward(pages, token, name, fields), status_code=303))


def _take_late(pages: Pages, token: str, name: str, fields: Mapping[str, list[str]], over: Over) -> Over:
    """A form that comes when its round is over: nothing of it counts, and a danger in it is heard."""
    step = pages.late_step(token, name)
    taken = _take(pages, token, answers_of(step, fields)) if step is not None else over
    return taken if isinstance(taken, Over) else over


async def _onward(pages: Pages, token: str, name: str, fields: Mapping[str, list[str]]) -> str:
    """Where a form leads: back, to what is still open in it, to the next step, or to the end."""
    now = await run_in_threadpool(pages.open, token)
    if isinstance(now, Over):
        return _here(token)
    names = [step.instrument for step in now.steps]
    at = names.index(name) if name in names else -1
    if "back" in fields:
        return _here(token, names[max(0, at - 1)])
    if at >= 0 and not now.steps[at].is_complete:
        return _here(token, name) + "&open"
    if at + 1 < len(names):
        return _here(token, names[at + 1])
    await run_in_threadpool(_take, pages, token, [Given(secrets.token_hex(8))])
    return _here(token)


def _here(token: str, step: str = "") -> str:
    return f"{token}?step={step}" if step else token


def _take(pages: Pages, token: str, answers: list[Given]) -> Taken | Over:
    """Store answers, and wait for their turns: what is shown next must know of them."""
    try:
        found = pages.take(token, answers)
    except ValueError:
        raise RefusedError(413) from None
    pages.settle()
    return found


async def may_open(request: Request, token: str, instrument: str) -> Response:
    """Whether a step may be shown now: one opens only while somebody is on duty."""
    return _json({"may": await run_in_threadpool(_pages(request).may_open, token, instrument)})


# -- responses ----------------------------------------------------------------------------------------
def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _shown(request: Request) -> Shown:
    shown: Shown = request.app.state.shown
    return shown


def _html(page: str, status: int = 200) -> Response:
    return guarded(HTMLResponse(page, status_code=status))


def _json(body: object, status: int = 200) -> Response:
    return guarded(JSONResponse(body, status_code=status))


async def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _html(_shown(request).plain("unknown" if error.status_code == _NOT_FOUND else "broken"), error.status_code)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _json({"error": error.status}, error.status)


async def _broken(request: Request, error: Exception) -> Response:
    log.error("a page failed: %s", type(error).__name__)
    return _html(_shown(request).plain("broken"), 500)
