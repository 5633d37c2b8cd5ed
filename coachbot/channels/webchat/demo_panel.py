"""The demo's panel: the chat beside a clock that can be moved, and what the coach plans and why.

Mounted by the demo only. It shows what no patient may see, so it never stands beside real patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from coachbot.channels.webchat.front import COOKIE, base_path
from coachbot.channels.webchat.guards import RefusalError, body_of
from coachbot.errors import EnrolmentError
from coachbot.service.desk import Desk

_FILES = Path(__file__).parent / "demo"
_TYPES = {"panel.js": "text/javascript", "panel.css": "text/css"}
#: Farthest jump at once, in hours: the sixteen weeks and a little.
_FARTHEST_H = 24 * 7 * 20


class DemoDesk(Protocol):
    """What the panel needs of the demo."""

    async def jump(self, *, hours: float = 0, days: float = 0, to_next: bool = False) -> None:
        """Move patients' time on, running what is due on the way; returns when everything is sent.

        Raises `EnrolmentError` where there is no next touchpoint to go to.
        """

    async def state(self, patient: str | None) -> Mapping[str, Any]:
        """What the panel shows; None before anybody came in. JSON-ready, every key may be missing:

        `now` (local time as text), `zone`; `planned`: [{due, what, rule}]; `held`: [{what, why}];
        `state`: names and values in the order in which they are shown (arm, week, day, enrolment ...);
        `stack`: [{dialog, state}], the outermost first; `arms`: [code] that one can start over as.
        """

    async def staff_entry(self) -> str:
        """A path that lets the demo's admin into the staff's console, once; empty if there is no console."""

    async def new_code(self, arm: str) -> str:
        """A fresh invitation code. Raises `EnrolmentError` or `ValueError` for an unknown arm."""


def create_panel(demo: DemoDesk, desk: Desk) -> APIRouter:
    """The panel's routes, to be included in the web chat's app (or in one mounted at the same path)."""
    router = APIRouter(prefix="/demo")

    async def page() -> Response:
        return FileResponse(_FILES / "panel.html", headers={"cache-control": "no-cache"})

    async def file(name: str) -> Response:
        if name not in _TYPES:
            raise RefusalError(404, "not_found")
        return FileResponse(_FILES / name, media_type=_TYPES[name], headers={"cache-control": "no-cache"})

    async def state(request: Request) -> Response:
        secret = request.cookies.get(COOKIE)
        caller = await run_in_threadpool(desk.caller, secret) if secret else None
        shown = await demo.state(caller.patient if caller else None)
        return JSONResponse(dict(shown), headers={"cache-control": "no-store"})

    async def jump(request: Request) -> Response:
        try:
            await demo.jump(**_wanted(await body_of(request)))
        except EnrolmentError as error:
            return _said(409, str(error))
        return JSONResponse({"ok": True}, headers={"cache-control": "no-store"})

    async def new(request: Request) -> Response:
        arm = (await body_of(request)).get("arm")
        if not isinstance(arm, str):
            return _said(400, 'Say which arm, like {"arm": "combined"}.')
        try:
            code = await demo.new_code(arm)
        except Exception as error:
            return _said(400, str(error))
        return JSONResponse({"code": code}, headers={"cache-control": "no-store"})

    async def staff(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise RefusalError(403, "elsewhere")
        path = await demo.staff_entry()
        if not path:
            return _said(404, "The staff's console needs the extra 'staff': pip install 'coachbot[staff]'.")
        return RedirectResponse(f"{base_path(request)}{path}", status_code=303)

    router.add_api_route("/staff", staff, methods=["POST"], response_model=None)
    router.add_api_route("", page, methods=["GET"], response_model=None)
    router.add_api_route("/files/{name}", file, methods=["GET"], response_model=None)
    router.add_api_route("/api/state", state, methods=["GET"], response_model=None)
    router.add_api_route("/api/jump", jump, methods=["POST"], response_model=None)
    router.add_api_route("/api/new", new, methods=["POST"], response_model=None)
    return router


def _wanted(body: Mapping[str, Any]) -> dict[str, Any]:
    """A jump as `DemoDesk.jump` takes it: exactly one of hours, days, to the next touchpoint."""
    if body.get("to") == "next":
        return {"to_next": True}
    for name, hours in (("hours", 1), ("days", 24)):
        value = body.get(name)
        if isinstance(value, int | float) and 0 < value * hours <= _FARTHEST_H:
            return {name: value}
    raise RefusalError(400, "bad_field")


def _said(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": "refused", "message": message}, status_code=status)
