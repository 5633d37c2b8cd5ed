"""Every page for every role, with a patient of one's own and somebody else's: who gets in where.

A route that is not in the table fails, so a new page must say who may open it.
"""

from __future__ import annotations

import pytest

from coachbot.console.app import routes
from tests.console.conftest import Clinic

#: Expected status by role: nobody, admin, therapist, researcher, author. 303 for nobody leads to the sign-in.
ROLES = ("nobody", "admin", "therapist", "researcher", "author")
_ALL = (200, 200, 200, 200, 200)
_SIGNED_IN, _TO_TREAT = (303, 200, 200, 200, 200), (303, 200, 200, 403, 403)
#: Their own account, but without the present password.
_NOT_PROVED = (303, 409, 409, 409, 409)
_DONE = (303, 303, 303, 403, 403)
_ADMINS = (303, 200, 403, 403, 403)
_NOT_BLINDED = (303, 200, 200, 403, 200)
_MEASURES = (303, 403, 403, 200, 403)
MATRIX = {
    "GET /": (303, 303, 303, 303, 303),
    "GET /sign-in": (200, 303, 303, 303, 303),
    "POST /sign-in": (401, 401, 401, 401, 401),
    "GET /begin/{ticket}": (404, 404, 404, 404, 404),
    "POST /begin/{ticket}": (404, 404, 404, 404, 404),
    "GET /enter/{ticket}": (404, 404, 404, 404, 404),
    "POST /sign-out": (303, 303, 303, 303, 303),
    "GET /account": _SIGNED_IN,
    "POST /account/password": _NOT_PROVED,
    "POST /account/codes": _NOT_PROVED,
    "POST /account/codes/take": _NOT_PROVED,
    "POST /account/ways/{act}": _SIGNED_IN,
    "GET /static/{name}": _ALL,
    "GET /today": _TO_TREAT,
    "GET /patients": _TO_TREAT,
    "POST /patients": _DONE,
    "GET /patients/{patient}": _TO_TREAT,
    "GET /patients/{patient}/why/{row}": _TO_TREAT,
    "GET /patients/{patient}/summary": _TO_TREAT,
    "GET /patients/{patient}/talk": _TO_TREAT,
    "POST /patients/{patient}/erase": (303, 409, 403, 403, 403),
    "POST /patients/{patient}/{act}": _DONE,
    "GET /measures": _MEASURES,
    "GET /measures/{patient}": _MEASURES,
    "GET /broadcasts": _SIGNED_IN,
    "GET /broadcasts/new": _SIGNED_IN,
    "POST /broadcasts/new": (303, 303, 303, 303, 303),
    "GET /broadcasts/{broadcast}": _SIGNED_IN,
    "GET /broadcasts/{broadcast}/edit": _SIGNED_IN,
    "GET /broadcasts/{broadcast}/rehearse": _SIGNED_IN,
    "POST /broadcasts/{broadcast}/{act}": (303, 303, 303, 303, 303),
    "GET /invitations": _TO_TREAT,
    "POST /invitations": (303, 409, 409, 403, 403),
    "GET /programme": _NOT_BLINDED,
    "GET /programme/dialog": _NOT_BLINDED,
    "GET /programme/drawing": _NOT_BLINDED,
    "GET /site": _TO_TREAT,
    "GET /team": _ADMINS,
    "POST /team/add": _ADMINS,
    "POST /team/{staff}/again": _ADMINS,
    "POST /team/{staff}/change": (303, 303, 403, 403, 403),
    "GET /audit": _ADMINS,
}
#: For a patient of somebody else: 404, as if there were none. Admins see everybody.
FOREIGN = {
    "GET /patients/{patient}": (303, 200, 404, 403, 403),
    "GET /patients/{patient}/why/{row}": (303, 200, 404, 403, 403),
    "GET /patients/{patient}/summary": (303, 200, 404, 403, 403),
    "GET /patients/{patient}/talk": (303, 200, 404, 403, 403),
    "POST /patients/{patient}/{act}": (303, 303, 404, 403, 403),
}
#: For a broadcast of somebody else: 404, as if there were none. Admins see all.
FOREIGN_BROADCAST = {
    "GET /broadcasts/{broadcast}": (303, 200, 404, 404, 404),
    "GET /broadcasts/{broadcast}/edit": (303, 200, 404, 404, 404),
    "GET /broadcasts/{broadcast}/rehearse": (303, 200, 404, 404, 404),
    "POST /broadcasts/{broadcast}/{act}": (303, 303, 404, 404, 404),
}


def test_every_page_is_in_the_table_and_no_other() -> None:
    assert {f"{route.method} {route.path}" for route in routes(demo=True)} == set(MATRIX)


def test_every_page_of_one_patient_is_tried_with_somebody_elses() -> None:
    assert {f"{route.method} {route.path}" for route in routes(demo=True) if route.of_patient} == set(FOREIGN)


@pytest.mark.parametrize("place", range(len(ROLES)), ids=ROLES)
def test_who_gets_in_where(clinic: Clinic, place: int) -> None:
    visitor = clinic.visitor(ROLES[place])
    other = clinic.hire("Somebody else", "therapist")
    clinic.hire("Another admin", "admin")
    own, foreign = clinic.patient(visitor.number or other), clinic.patient(other)
    rows = {}
    for person in (own, foreign):
        clinic.house.say(person, "hello")
        with clinic.house.store.reading() as tx:
            rows[person.id] = tx.outbox(person.id)[0]["id"]
    found, found_foreign, found_broadcast = {}, {}, {}
    mine, theirs = _draft(clinic, visitor.number or other), _draft(clinic, other)
    for name in sorted(MATRIX, key=lambda one: "sign-out" in one):
        found[name] = _status(visitor, name, own.id, rows[own.id], other, mine)
        if name in FOREIGN:
            found_foreign[name] = _status(visitor, name, foreign.id, rows[foreign.id], other, mine)
        if name in FOREIGN_BROADCAST:
            found_broadcast[name] = _status(visitor, name, own.id, rows[own.id], other, theirs)
    assert found_broadcast == {name: wanted[place] for name, wanted in FOREIGN_BROADCAST.items()}
    assert found == {name: wanted[place] for name, wanted in MATRIX.items()}
    assert found_foreign == {name: wanted[place] for name, wanted in FOREIGN.items()}


def _draft(clinic: Clinic, author: int) -> int:
    """A broadcast that somebody has written."""
    row = next(row for row in clinic.doors.everybody() if row.id == author)
    return clinic.rooms.broadcasts.write(row, {"title": "The walk", "text.en": "On Sunday."}).id


def _status(visitor, name, patient, row, other, broadcast):  # type: ignore[no-untyped-def]
    method, path = name.split(" ")
    act = "cancel" if "{broadcast}" in path else "chat" if "/ways/" in path else "note"
    values = {"patient": patient, "row": row, "act": act, "staff": other, "ticket": "none", "name": "console.css"}
    values["broadcast"] = broadcast
    path = path.format(**values)
    if "/programme/" in path:
        path += "?id=cse/checkin"
    if method == "GET":
        return visitor.get(path).status_code
    return visitor.post(path, text="a note", title="A title", name="New One", role="therapist").status_code


def test_a_patient_of_somebody_else_and_one_who_never_was_look_the_same_and_are_audited(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    foreign = clinic.patient(clinic.hire("Other", "therapist"))
    theirs, nobody = visitor.get(f"/patients/{foreign.id}"), visitor.get("/patients/pnobody")
    assert (theirs.status_code, theirs.text) == (nobody.status_code, nobody.text)
    assert [line.subject for line in clinic.rooms.audit.lines() if line.action == "refused"] == ["pnobody", foreign.id]


def test_a_patient_of_nobody_is_everybodys(clinic: Clinic) -> None:
    person = clinic.patient()
    assert clinic.visitor("therapist").get(f"/patients/{person.id}").status_code == 200


def test_an_alert_not_read_in_time_opens_the_patient_to_every_therapist(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    person = clinic.patient(clinic.hire("Away on holiday", "therapist"))
    clinic.house.say(person, "i want to kill myself")
    assert visitor.get(f"/patients/{person.id}").status_code == 404
    alert = clinic.house.alert(person, "crisis")
    assert alert.acknowledge_by is not None
    clinic.house.travel(alert.acknowledge_by - clinic.house.clock.now())
    assert visitor.get(f"/patients/{person.id}").status_code == 200
    assert "not read in time" in visitor.get("/today").text


def test_no_act_works_on_anothers_alert(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    own, foreign = clinic.patient(visitor.number), clinic.patient(clinic.hire("Other", "therapist"))
    clinic.house.say(foreign, "i want to kill myself")
    alert = clinic.house.alert(foreign, "crisis")
    assert visitor.post(f"/patients/{own.id}/acknowledge", alert=alert.id).status_code == 409
    assert clinic.house.alert(foreign, "crisis").acknowledged_at is None
