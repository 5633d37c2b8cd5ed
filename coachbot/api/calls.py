"""The calls of the interface."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Security
from fastapi.security import HTTPBearer

from coachbot.api.guards import RefusedError
from coachbot.api.rooms import Rooms
from coachbot.api.shapes import (
    Enrolment,
    EnrolmentDetails,
    Enrolments,
    HookedUp,
    Invitation,
    KeptSteps,
    NewInvitation,
    NewSteps,
    NewWebhook,
    Point,
    Refusal,
    Score,
    Webhook,
)
from coachbot.errors import StaffError
from coachbot.service.clinic.reading import PAGE, Standing
from coachbot.service.clinic.records import Client, Scope
from coachbot.service.clinic.stepcount import DataPointError, read_data_point

_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": what}
    for status, what in (
        (400, "it could not be read"), (401, "no token, or a wrong one"), (403, "a token without this scope"),
        (413, "too large"), (422, "it does not fit"), (429, "too many calls"),
    )
}  # fmt: skip
_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "there is none"}}
#: Only for the description: the door itself reads the token.
_BEARER = HTTPBearer(auto_error=False, description="the token of `coachbot api-token add`")
router = APIRouter(responses=_REFUSALS, dependencies=[Security(_BEARER)])

Code = Annotated[str, Path(pattern=r"^[0-9A-Z]{4}-[0-9A-Z]{4}$", description="the enrolment's code")]
State = Annotated[str, Query(pattern=r"^[a-z_]{0,20}$")]
After = Annotated[str, Query(pattern=r"^([0-9A-Z]{4}-[0-9A-Z]{4})?$")]


def _rooms(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


def _with(scope: Scope) -> Callable[[Request], Client]:
    def client(request: Request) -> Client:
        found: Client = request.app.state.door.client(request, scope)
        return found

    return client


InRooms = Annotated[Rooms, Depends(_rooms)]
Enrols = Annotated[Client, Depends(_with("enrol"))]
Reads = Annotated[Client, Depends(_with("read"))]
Sends = Annotated[Client, Depends(_with("steps"))]
Listens = Annotated[Client, Depends(_with("alerts"))]


def _not_found() -> RefusedError:
    return RefusedError(404, Refusal(error="not_found", detail="There is no such thing, or it is not yours."))


# -- enrol ------------------------------------------------------------------------------------------------
@router.post("/invitations", status_code=201)
def invite(client: Enrols, rooms: InRooms, wanted: NewInvitation) -> Invitation:
    """Make an invitation (scope `enrol`). The fields are checked as a line of a list would be."""
    given = wanted.model_dump()
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([list(given), list(given.values())])
    outcome = rooms.lists.invite(text.getvalue().encode("utf-8", "replace"), None, client=client.id)
    if outcome.faults:
        faults = [{"place": one.column, "what": one.what} for one in outcome.faults]
        raise RefusedError(422, Refusal(error="not_valid", detail="Nothing was made.", faults=faults))
    one = outcome.invited[0]
    return Invitation(
        reference=one.reference, code=one.code, valid_until=one.valid_until, links=dict(rooms.links(one.code))
    )  # fmt: skip


# -- read -------------------------------------------------------------------------------------------------
@router.get("/enrolments")
def enrolments(client: Reads, rooms: InRooms, state: State = "", after: After = "") -> Enrolments:
    """How enrolments stand, a page of them (scope `read`)."""
    found = rooms.clinic.standings(client, state=state, after=after, limit=PAGE)
    following = found[-1].id if len(found) == PAGE else None
    return Enrolments(items=[Enrolment(**_plain(one)) for one in found], next=following)


@router.get("/enrolments/{enrolment}", responses=_NOT_FOUND)
def enrolment(client: Reads, rooms: InRooms, enrolment: Code) -> EnrolmentDetails:
    """One enrolment with its scores and steps (scope `read`)."""
    found = rooms.clinic.details(client, enrolment)
    if found is None:
        raise _not_found()
    scores = [
        Score(
            instrument=one.instrument, wording=one.wording,
            points=[Point(day=day, assessment=assessment, total=total) for day, assessment, total in one.points],
        )
        for one in found.scores
    ]  # fmt: skip
    steps = {day.isoformat(): count for day, count in found.steps.items()}
    return EnrolmentDetails(**_plain(found.standing), scores=scores, steps=steps)


def _plain(one: Standing) -> dict[str, Any]:
    return {
        "id": one.id, "state": one.state, "week": one.week, "exercise_days": one.exercise_days,
        "assessments_done": list(one.assessments_done), "assessments_missed": list(one.assessments_missed),
    }  # fmt: skip


# -- steps ------------------------------------------------------------------------------------------------
@router.post("/enrolments/{enrolment}/steps", responses=_NOT_FOUND)
def steps(client: Sends, rooms: InRooms, enrolment: Code, given: NewSteps) -> KeptSteps:
    """Send step counts (scope `steps`): all of them, or none if one can't be read."""
    read, faults = [], []
    for place, point in enumerate(given.points):
        try:
            read.append(read_data_point(point.model_dump(), rooms.world.clock.now()))
        except DataPointError as error:
            faults.append({"place": f"points.{place}", "what": str(error)})
    if faults:
        raise RefusedError(422, Refusal(error="not_valid", detail="Nothing was kept.", faults=faults))
    new = rooms.clinic.keep_steps(client, enrolment, read)
    if new is None:
        raise _not_found()
    return KeptSteps(new=new, known=len(read) - new)


# -- alerts -----------------------------------------------------------------------------------------------
@router.get("/webhooks")
def webhooks(client: Listens, rooms: InRooms) -> list[Webhook]:
    """The addresses that are called about alerts (scope `alerts`)."""
    return [Webhook(id=str(way.id), url=way.address) for way in rooms.ways.of(client=client.id)]


@router.post("/webhooks", status_code=201)
def add_webhook(client: Listens, rooms: InRooms, given: NewWebhook) -> HookedUp:
    """Be called about alerts (scope `alerts`); calls are signed by the secret (docs/notices.md)."""
    try:
        made = rooms.ways.add_webhook(given.url, client.id, client=client.id)
    except StaffError as error:
        faults = [{"place": "url", "what": str(error).encode("utf-8", "replace").decode()}]
        raise RefusedError(422, Refusal(error="not_valid", detail="Nothing was set.", faults=faults)) from None
    return HookedUp(id=str(made.way.id), url=made.way.address, secret=made.secret)


@router.delete("/webhooks/{webhook}", status_code=204, responses=_NOT_FOUND)
def drop_webhook(client: Listens, rooms: InRooms, webhook: Annotated[str, Path(pattern=r"^[0-9]{1,18}$")]) -> None:
    """Be called there no more (scope `alerts`)."""
    try:
        rooms.ways.drop(int(webhook), client.id, client=client.id)
    except StaffError:
        raise _not_found() from None
