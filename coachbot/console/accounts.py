"""The admin's pages: the team, and the audit."""

from __future__ import annotations

from starlette.responses import Response

from coachbot.console.doorway import Call, Route
from coachbot.console.guards import RefusedError
from coachbot.errors import StaffError
from coachbot.service.staff.doors import Welcome
from coachbot.service.staff.records import ROLES

_LINES = 100


def team(call: Call) -> Response:
    """Who may come in."""
    return _team(call)


def _team(call: Call, *, wrong: str = "", welcome: Welcome | None = None, status: int = 200) -> Response:
    everybody = call.rooms.doors.everybody()
    return call.show(
        "team.html", title="Team", status=status, team=everybody, roles=ROLES, wrong=wrong, welcome=welcome,
        link=f"{call.address}begin/{welcome.ticket}" if welcome else "",
    )  # fmt: skip


def add(call: Call) -> Response:
    """A new account; what its owner needs is shown once."""
    try:
        welcome = call.rooms.doors.add(call.fields.get("name", ""), call.fields.get("role", ""), call.me.staff.id)
    except StaffError as error:
        return _team(call, wrong=str(error), status=409)
    return _team(call, welcome=welcome)


def again(call: Call) -> Response:
    """A lost password or phone."""
    try:
        return _team(call, welcome=call.rooms.doors.begin_again(_number(call), call.me.staff.id))
    except StaffError as error:
        return _team(call, wrong=str(error), status=409)


def change(call: Call) -> Response:
    """Another role, or closed, or opened again."""
    active = {"yes": True, "no": False}.get(call.fields.get("active", ""))
    try:
        call.rooms.doors.change(_number(call), role=call.fields.get("role", ""), active=active, by=call.me.staff.id)
    except StaffError as error:
        return _team(call, wrong=str(error), status=409)
    return call.go("team")


def _number(call: Call) -> int:
    written = call.path["staff"]
    if not (written.isascii() and written.isdigit() and len(written) < 20):
        raise RefusedError(404, "There is no such account.")
    return int(written)


def audit(call: Call) -> Response:
    """Who saw and changed what."""
    before, subject = call.ask("before"), call.ask("subject")
    lines = call.rooms.audit.lines(
        subject=subject, before=int(before) if before.isdigit() and len(before) < 20 else 0, limit=_LINES
    )
    call.rooms.audit.saw(call.me.staff.id, "audit", subject)
    checked = call.rooms.audit.faults() if call.ask("check") else None
    names = {one.id: f"{one.name} (a system)" for one in call.rooms.clients.all()}
    names |= {row.id: row.name for row in call.rooms.doors.everybody()}
    return call.show(
        "audit.html", title="Audit", lines=lines, names=names, subject=subject, checked=checked, most=_LINES
    )


ROUTES = (
    Route("GET", "/team", team, "team"),
    Route("POST", "/team/add", add, "team"),
    Route("POST", "/team/{staff}/again", again, "team"),
    Route("POST", "/team/{staff}/change", change, "team"),
    Route("GET", "/audit", audit, "audit"),
)
