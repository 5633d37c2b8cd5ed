"""The one way into every page: who calls, what their role may, whether the patient is theirs, and the audit of it.

A route is a `Route`; there is no other way to add a page, so none can forget its guard (tests walk them all).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from coachbot.console.guards import RefusedError, Tries, check_csrf, form_of, guarded
from coachbot.console.rendering import Pages
from coachbot.console.rooms import Rooms
from coachbot.service.staff.doors import LONGEST_S, Guest
from coachbot.service.staff.records import Power

COOKIE = "coachbot_staff"
NOT_HERE = "There is nothing here, or nothing for you."
_NOT_YOURS = "Your role does not open this page. Ask an admin if you need it."


@dataclass(frozen=True, slots=True)
class Console:
    """What every page shares."""

    rooms: Rooms
    pages: Pages
    #: Tries to sign in, by client address.
    tries: Tries
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request, let in."""

    console: Console
    request: Request
    guest: Guest | None
    path: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def rooms(self) -> Rooms:
        return self.console.rooms

    @property
    def me(self) -> Guest:
        """Whoever is signed in; only for routes that need a power."""
        assert self.guest is not None
        return self.guest

    @property
    def base(self) -> str:
        """Where the console is mounted, with a slash at the end."""
        return str(self.request.scope.get("root_path", "")).rstrip("/") + "/"

    @property
    def address(self) -> str:
        """The whole address of the console, for a link that is passed on. What the request itself calls its base is
        that of the program around the console."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc}{self.base}"

    def ask(self, name: str, default: str = "") -> str:
        """A value of the query, cut."""
        return self.request.query_params.get(name, default)[:200]

    def show(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page."""
        guest = self.guest
        page = self.console.pages.page(
            template,
            base=self.base,
            me=guest.staff if guest else None,
            csrf=guest.visit.csrf if guest else "",
            demo=self.console.demo,
            now=self.rooms.world.clock.now(),
            **values,
        )
        return HTMLResponse(page, status_code=status)

    def go(self, path: str) -> Response:
        """On to another page, after a form."""
        return RedirectResponse(self.base + path, status_code=303)


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A page or a form. Without a power it is open to everybody; with `{patient}` in it, only to whom they belong."""

    method: str
    path: str
    handler: Handler
    power: Power | None = None
    #: May be kept by the browser.
    kept: bool = False
    #: Its form may bring files along.
    files: bool = False

    @property
    def of_patient(self) -> bool:
        """Whether it is about one patient who must be theirs."""
        return "{patient}" in self.path and self.power == "treat"


def add(app: FastAPI, console: Console, route: Route) -> None:
    """Put a route into the app."""

    async def endpoint(request: Request) -> Response:
        return await _answer(console, route, request)

    app.add_api_route(route.path, endpoint, methods=[route.method], response_model=None, name=route.path)


async def _answer(console: Console, route: Route, request: Request) -> Response:
    token = request.cookies.get(COOKIE, "")
    guest = await run_in_threadpool(console.rooms.doors.guest, token) if token and not route.kept else None
    call = Call(console, request, guest, dict(request.path_params))
    try:
        if route.power is not None and guest is None:
            response: Response = call.go("sign-in")
        else:
            response = await _let_in(route, call)
    except RefusedError as error:
        response = call.show("refused.html", status=error.status, sentence=error.sentence)
    if guest is not None and guest.token and "set-cookie" not in response.headers:  # a new visit has its own
        set_cookie(request, response, guest.token)
    return guarded(response, kept=route.kept)


async def _let_in(route: Route, call: Call) -> Response:
    if route.method == "POST":
        form = await form_of(call.request, files=route.files)
        if route.power is not None:
            check_csrf(call.me.visit.csrf, form.fields)
        call = Call(call.console, call.request, call.guest, call.path, form.fields, form.files)
    return await run_in_threadpool(_work, route, call)


def _work(route: Route, call: Call) -> Response:
    if route.power is not None:
        _may(route, call)
    return route.handler(call)


def _may(route: Route, call: Call) -> None:
    """A refusal is audited; a patient who is not theirs looks like one who does not exist."""
    staff, audit = call.me.staff, call.rooms.audit
    patient = call.path.get("patient", "")[:64]
    if route.power is None or not staff.may(route.power):
        audit.saw(staff.id, "refused", patient, route.path)
        raise RefusedError(403, _NOT_YOURS)
    if route.of_patient and not call.rooms.board.may_see(staff, patient):
        audit.saw(staff.id, "refused", patient, f"not theirs: {route.path}")
        raise RefusedError(404, NOT_HERE)


def set_cookie(request: Request, response: Response, token: str) -> Response:
    """Give the browser its token, out of reach of any script and of the patients' pages."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST_S),
        path=str(request.scope.get("root_path", "")) or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response
