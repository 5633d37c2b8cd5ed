"""The researcher's pages: numbers by pseudonym. No names, no talk, and nothing that tells the arm.

What differs between arms stays out: the calendar, practices, sessions, education, texts, and questionnaires that one
arm alone is asked. All other assessments are the same for everybody (programme file), so their scores are shown.
"""

from __future__ import annotations

from starlette.responses import Response

from coachbot.console.doorway import NOT_HERE, Call, Route
from coachbot.console.guards import RefusedError
from coachbot.service.staff.courses import courses, of_every_arm


def everybody(call: Call) -> Response:
    """Pseudonyms, state, week and which assessments are in."""
    call.rooms.audit.saw(call.me.staff.id, "measures")
    briefs = sorted(call.rooms.board.everybody(), key=lambda brief: brief.code)
    return call.show("measures.html", title="Measures", briefs=briefs)


def one(call: Call) -> Response:
    """The scores of one pseudonym over time."""
    patient = call.path["patient"]
    found = call.rooms.charts.measures(patient)
    if found is None or found[0].enrolment is None:
        call.rooms.audit.saw(call.me.staff.id, "refused", patient[:64], "no such pseudonym")
        raise RefusedError(404, NOT_HERE)
    record, responses = found
    call.rooms.audit.saw(call.me.staff.id, "measures.read", patient)
    instruments = call.rooms.world.pack.instruments
    shown = courses(of_every_arm(responses, instruments), instruments)
    return call.show("measure.html", title="Measures of one", enrolment=record.enrolment, courses=shown)


ROUTES = (
    Route("GET", "/measures", everybody, "measure"),
    Route("GET", "/measures/{patient}", one, "measure"),
)
