"""The pages of those who treat: Today, Patients, one patient, and why a message was sent."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from coachbot.console.doorway import NOT_HERE, Call, Route
from coachbot.console.guards import RefusedError, own_style_policy
from coachbot.console.rendering import talk_mark
from coachbot.console.telling import ahead, in_a_list, told
from coachbot.errors import CoachbotError, StaffError
from coachbot.service.countries import names
from coachbot.service.notices.chain import URGENT
from coachbot.service.records import Enrolment
from coachbot.service.staff.board import FILTERS, Filter
from coachbot.service.staff.care import therapists
from coachbot.service.staff.chart import calendar
from coachbot.service.staff.courses import answered_twice, courses


def today(call: Call) -> Response:
    """Who needs somebody."""
    me, found = call.me.staff, call.rooms.board.today(call.me.staff)
    call.rooms.audit.saw(me.id, "today")
    for patient in found.numbers:
        call.rooms.audit.saw(me.id, "patient.number", patient, "today")
    return call.show(
        "today.html", title="Today", today=found, urgent=URGENT, ahead=partial(ahead, call.rooms.world.pack.programmes)
    )


def everybody(call: Call) -> Response:
    """The list, searched and filtered."""
    kind = call.ask("show")
    chosen: Filter = next((one for one in FILTERS if one == kind), "")
    number = int(page) if (page := call.ask("page", "1")).isascii() and page.isdigit() else 1
    find = call.request.query_params.get("find", "")
    search = call.rooms.searches.opened(call.me.staff.id, find)
    found = call.rooms.board.patients(call.me.staff, search=search, kind=chosen, page=number)
    call.rooms.audit.saw(call.me.staff.id, "patients", detail=f"show={chosen or 'all'} page={found.number}")
    return call.show(
        "patients.html", title="Patients", found=found, search=search, kind=chosen, filters=FILTERS,
        find=find if search else "",
        staff=call.rooms.doors.everybody(), ahead=partial(ahead, call.rooms.world.pack.programmes),
    )  # fmt: skip


def search(call: Call) -> Response:
    """Words to search for: on to the list, with the words sealed in its address."""
    words, kind = call.fields.get("search", ""), call.fields.get("show", "")
    query = {"show": kind if kind in FILTERS else "", "find": call.rooms.searches.sealed(call.me.staff.id, words)}
    return call.go(f"patients?{urlencode({name: value for name, value in query.items() if value})}")


def one(call: Call) -> Response:
    """One patient."""
    return _page(call)


def _page(call: Call, wrong: str = "", status: int = 200) -> Response:
    patient = call.path["patient"]
    before = call.ask("before")
    chart = call.rooms.charts.of(patient, before=int(before) if before.isdigit() and len(before) < 20 else 0)
    if chart is None:
        raise RefusedError(404, NOT_HERE)
    call.rooms.audit.saw(call.me.staff.id, "patient.read", patient)
    enrolment, diary = chart.record.enrolment, chart.diary
    weeks = {
        kind: calendar(diary, kind, enrolment.anchor, chart.local.date())
        for kind in ("cse", "sct")
        if enrolment and enrolment.anchor and any(row.kind == kind for row in diary)
    }
    staff, pack = call.rooms.doors.everybody(), call.rooms.world.pack
    return call.show(
        "patient.html", title=chart.record.profile.name or "A patient", status=status, chart=chart, wrong=wrong,
        weeks=weeks, courses=courses(chart.responses, pack.instruments), staff={row.id: row for row in staff},
        therapists=therapists(staff), sessions=_to_attend(call, enrolment), twice=answered_twice(diary),
        names=pack.exercise_names(pack.library.default_language),
        named=partial(in_a_list, pack.programmes.get(enrolment.programme) if enrolment else None),
        ahead=partial(ahead, pack.programmes, enrolment.programme if enrolment else ""),
        countries=_countries(call.rooms.world.abroad.home),
        to_ring=any(one.priority in URGENT and one.acknowledged_at is None for one in chart.alerts),
    )  # fmt: skip


def _countries(home: str) -> list[tuple[str, str]]:
    """Every country by its name, the clinic's own first; none where the site's file names no country."""
    if not home:
        return []
    return sorted(names().items(), key=lambda one: (one[0] != home, one[1]))


def _to_attend(call: Call, enrolment: Enrolment | None) -> list[str]:
    """The sessions of this patient's arm that are still before them."""
    if enrolment is None or enrolment.state != "active":
        return []
    programme = call.rooms.world.pack.programmes.get(enrolment.programme)
    arms = programme.arms if programme else ()
    theirs = next((arm.sessions for arm in arms if arm.code == enrolment.arm), ())
    return [one for one in theirs if one not in enrolment.progress.attended]


def act(call: Call) -> Response:
    """A form on a patient's page."""
    name, patient = call.path["act"], call.path["patient"]
    if name not in call.rooms.care.acts:
        raise RefusedError(404, NOT_HERE)
    try:
        call.rooms.care.do(name, call.me.staff, patient, call.fields)
    except CoachbotError as error:
        return _page(call, wrong=str(error), status=409)
    back = call.fields.get("back", "")
    return call.go("today" if back == "today" else f"patients/{patient}{_part(name)}")


def talk(call: Call) -> Response:
    """The talk alone, for a page that follows it: nothing where the page shows it already, and then nobody saw more."""
    patient = call.path["patient"]
    found = call.rooms.charts.talk(patient)
    if found is None:
        raise RefusedError(404, NOT_HERE)
    if call.ask("mark") == talk_mark(found):
        return Response(status_code=204)
    call.rooms.audit.saw(call.me.staff.id, "patient.read", patient, "talk")
    return call.show("talk.html", chart=found)


def _part(act: str) -> str:
    """Where on the page one was."""
    return {"note": "#notes", "write": "#talk", "take-over": "#talk", "rule-out": "#exercises", "allow": "#exercises",
            "swap": "#exercises", "acknowledge": "#alerts", "numbers": "#numbers",
            "country": "#country"}.get(act, "")  # fmt: skip


def why(call: Call) -> Response:
    """Why did this patient get this?"""
    patient, row = call.path["patient"], call.path["row"]
    story = call.rooms.reasons.of(patient, int(row)) if row.isascii() and row.isdigit() and len(row) < 20 else None
    if story is None:
        raise RefusedError(404, NOT_HERE)
    call.rooms.audit.saw(call.me.staff.id, "patient.why", patient, row)
    broadcast = story.timer.partition(":")[2] if story.cause == "broadcast" else ""
    return call.show(
        "why.html", title="Why this message", why=story, patient=patient, told=told(story, call.rooms.world),
        broadcast=broadcast,
    )  # fmt: skip


def summary(call: Call) -> Response:
    """The page that the patient can show their own doctor, to be printed: the same one that the coach gives them."""
    patient = call.path["patient"]
    page = call.rooms.charts.summary(patient)
    if page is None:
        raise RefusedError(404, NOT_HERE)
    call.rooms.audit.saw(call.me.staff.id, "patient.summary", patient)
    return HTMLResponse(page, headers={"content-security-policy": own_style_policy(page)})


def erase(call: Call) -> Response:
    """Everything of a patient goes; the proof is shown once, to be kept."""
    patient = call.path["patient"]
    if not call.rooms.erasing.code_of(patient):
        call.rooms.audit.saw(call.me.staff.id, "refused", patient[:64], "nobody to erase")
        raise RefusedError(404, NOT_HERE)
    try:
        proof = call.rooms.erasing.do(call.me.staff, patient, call.fields.get("code", ""))
    except StaffError as error:
        return _page(call, wrong=str(error), status=409)
    return call.show("erased.html", title="Erased", proof=proof)


ROUTES = (
    Route("GET", "/today", today, "treat"),
    Route("GET", "/patients", everybody, "treat"),
    Route("POST", "/patients", search, "treat"),
    Route("GET", "/patients/{patient}", one, "treat"),
    Route("GET", "/patients/{patient}/why/{row}", why, "treat"),
    Route("GET", "/patients/{patient}/talk", talk, "treat"),
    Route("GET", "/patients/{patient}/summary", summary, "treat"),
    Route("POST", "/patients/{patient}/erase", erase, "team"),
    Route("POST", "/patients/{patient}/{act}", act, "treat"),
)
