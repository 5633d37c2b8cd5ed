"""The pages of broadcasts: write, rehearse, send, agree, and see how far one has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from coachbot.console.doorway import NOT_HERE, Call, Route
from coachbot.console.guards import RefusedError
from coachbot.errors import StaffError
from coachbot.service.broadcasts.office import UnknownBroadcastError
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.broadcasts.rehearsal import Rehearsal
from coachbot.service.staff.records import StaffRow

_LONGEST_NUMBER = 20


def everything(call: Call) -> Response:
    """The broadcasts that somebody may see."""
    office, me = call.rooms.broadcasts, call.me.staff
    found = [(one, office.progress(one), office.author(one)) for one in office.all(me)]
    call.rooms.audit.saw(me.id, "broadcasts")
    return call.show("broadcasts.html", title="Broadcasts", found=found)


def new(call: Call) -> Response:
    """An empty form."""
    return _form(call, {})


def _form(call: Call, fields: Mapping[str, str], wrong: str = "", number: int = 0) -> Response:
    return call.show(
        "broadcast_form.html", title="Broadcasts", status=409 if wrong else 200, fields=fields, wrong=wrong,
        number=number, languages=call.rooms.world.pack.words.languages,
        default=call.rooms.world.pack.library.default_language,
    )  # fmt: skip


def write(call: Call) -> Response:
    """A new draft."""
    return _write(call, 0)


def _write(call: Call, number: int) -> Response:
    try:
        one = call.rooms.broadcasts.write(call.me.staff, call.fields, number)
    except UnknownBroadcastError:
        raise RefusedError(404, NOT_HERE) from None
    except StaffError as error:
        return _form(call, call.fields, str(error), number)
    return call.go(f"broadcasts/{one.id}")


def edit(call: Call) -> Response:
    """A draft, to be written anew."""
    one = _found(call)
    texts = {f"text.{language}": text for language, text in one.texts.items()}
    fields = {"title": one.title, "audience": one.audience, "at": one.at, "hours": str(one.hours), **texts}
    return _form(call, fields, number=one.id)


def one(call: Call) -> Response:
    """One broadcast."""
    return _page(call, _found(call))


def _found(call: Call) -> Broadcast:
    written = call.path["broadcast"]
    number = int(written) if written.isascii() and written.isdigit() and len(written) < _LONGEST_NUMBER else 0
    try:
        return call.rooms.broadcasts.of(call.me.staff, number)
    except UnknownBroadcastError:
        raise RefusedError(404, NOT_HERE) from None


def _page(call: Call, one: Broadcast, *, wrong: str = "", told: Rehearsal | None = None) -> Response:
    office, me = call.rooms.broadcasts, call.me.staff
    call.rooms.audit.saw(me.id, "broadcast.read", "", str(one.id))
    waiting = call.rooms.board.today(me).words if me.may("treat") and one.people else ()
    approver = next((row.name for row in call.rooms.doors.everybody() if row.id == one.approved_by), "")
    return call.show(
        "broadcast.html", title="Broadcasts", status=409 if wrong else 200, one=one, wrong=wrong, told=told,
        progress=office.progress(one), author=office.author(one), approver=approver,
        faults=office.faults(one, me) if one.state in ("draft", "waiting") else (),
        replies=[pair for pair in waiting if pair[0].body.get("broadcast") == str(one.id)],
        mine=one.staff == me.id or me.role == "admin", agrees=me.may("broadcast") and one.staff != me.id,
    )  # fmt: skip


def rehearse(call: Call) -> Response:
    """Who would get it; nothing is sent."""
    found = _found(call)
    try:
        told = call.rooms.broadcasts.rehearse(call.me.staff, found.id, masked=bool(call.ask("masked")))
    except StaffError as error:
        return _page(call, found, wrong=str(error))
    return _page(call, found, told=told)


def act(call: Call) -> Response:
    """A button on the page of a broadcast."""
    found, name = _found(call), call.path["act"]
    if name == "write":
        return _write(call, found.id)
    work = _acts(call).get(name)
    if work is None:
        raise RefusedError(404, NOT_HERE)
    try:
        work(call.me.staff, found.id)
    except StaffError as error:
        return _page(call, _found(call), wrong=str(error))
    after = call.rooms.broadcasts.all(call.me.staff)
    # A refused one is its author's again, and nobody else's page.
    return call.go(f"broadcasts/{found.id}" if any(one.id == found.id for one in after) else "broadcasts")


def _acts(call: Call) -> Mapping[str, Callable[[StaffRow, int], object]]:
    office, why = call.rooms.broadcasts, call.fields.get("why", "")
    return {
        "send": office.send,
        "approve": office.approve,
        "refuse": lambda staff, number: office.refuse(staff, number, why),
        "pause": office.pause,
        "resume": office.resume,
        "cancel": office.cancel,
    }


ROUTES = (
    Route("GET", "/broadcasts", everything, "compose"),
    Route("GET", "/broadcasts/new", new, "compose"),
    Route("POST", "/broadcasts/new", write, "compose"),
    Route("GET", "/broadcasts/{broadcast}", one, "compose"),
    Route("GET", "/broadcasts/{broadcast}/edit", edit, "compose"),
    Route("GET", "/broadcasts/{broadcast}/rehearse", rehearse, "compose"),
    Route("POST", "/broadcasts/{broadcast}/{act}", act, "compose"),
)
