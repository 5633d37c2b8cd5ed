"""The page of invitations: a list looked at, or made into codes to be printed."""

from __future__ import annotations

from starlette.responses import Response

from coachbot.console.doorway import Call, Route
from coachbot.console.sheet import cards_of
from coachbot.service.enrolling.listing import COLUMNS
from coachbot.service.enrolling.office import Outcome


def page(call: Call) -> Response:
    """An empty form."""
    return _page(call)


def _page(call: Call, outcome: Outcome | None = None, text: str = "") -> Response:
    cards = cards_of(outcome.invited, call.rooms.links) if outcome else []
    return call.show(
        "invitations.html", title="Invitations", status=409 if outcome and outcome.faults else 200, outcome=outcome,
        cards=cards, columns=COLUMNS, text=text,
    )  # fmt: skip


def invite(call: Call) -> Response:
    """Only look, or make them all."""
    text = call.fields.get("text", "")
    content = call.files.get("list") or text.encode()
    lists, me = call.rooms.lists, call.me.staff
    outcome = lists.invite(content, me) if call.fields.get("do") == "make" else lists.try_out(content, me)
    return _page(call, outcome, text)


ROUTES = (
    Route("GET", "/invitations", page, "treat"),
    Route("POST", "/invitations", invite, "treat", files=True),
)
