"""Every call for every scope: who gets in where. A call that is not in the table fails."""

from __future__ import annotations

import pytest

from tests.api.conftest import Clinic

#: Each opens a coach of its own.
pytestmark = pytest.mark.slow

#: Expected status by token: none, a wrong one, then one of each scope.
TOKENS = ("", "wrong", "enrol", "read", "steps", "alerts")
MATRIX = {
    "POST /invitations": (401, 401, 201, 403, 403, 403),
    "GET /enrolments": (401, 401, 403, 200, 403, 403),
    "GET /enrolments/{enrolment}": (401, 401, 403, 200, 403, 403),
    "POST /enrolments/{enrolment}/steps": (401, 401, 403, 403, 200, 403),
    "GET /webhooks": (401, 401, 403, 403, 403, 200),
    "POST /webhooks": (401, 401, 403, 403, 403, 201),
    "DELETE /webhooks/{webhook}": (401, 401, 403, 403, 403, 204),
}
#: For an enrolment that is not there, and a webhook of another system: both look alike.
FOREIGN = {
    "GET /enrolments/{enrolment}": (401, 401, 403, 404, 403, 403),
    "POST /enrolments/{enrolment}/steps": (401, 401, 403, 403, 404, 403),
    "DELETE /webhooks/{webhook}": (401, 401, 403, 403, 403, 404),
}
POINT = {
    "header": {"uuid": "a-data-point-of-tests", "schema_id": {"namespace": "omh", "name": "step-count"}},
    "body": {
        "step_count": {"value": 100, "unit": "steps"},
        "effective_time_frame": {
            "time_interval": {"start_date_time": "2026-03-10T08:00:00Z", "end_date_time": "2026-03-10T09:00:00Z"}
        },
    },
}
BODIES = {
    "POST /invitations": {"reference": "K-1", "programme": "sct_cse", "arm": "combined"},
    "POST /enrolments/{enrolment}/steps": {"points": [POINT]},
    "POST /webhooks": {"url": "https://clinic.example/hook"},
}


def test_every_call_is_in_the_table_and_no_other(clinic: Clinic) -> None:
    paths = clinic.app.openapi()["paths"]
    assert {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods} == set(MATRIX)


def test_every_call_with_something_to_name_is_tried_with_somebody_elses() -> None:
    assert {name for name in MATRIX if "{" in name} == set(FOREIGN)


@pytest.mark.parametrize("place", range(len(TOKENS)), ids=[one or "none" for one in TOKENS])
def test_who_gets_in_where(clinic: Clinic, place: int) -> None:
    token = TOKENS[place]
    person = clinic.house.patient()
    code = clinic.house.enrolment_code(person)
    alerts = next(one.id for one in clinic.rooms.clients.all() if one.name == "alerts")
    own = clinic.rooms.ways.add_webhook("https://a.example/", 0, client=alerts).way.id
    other = clinic.rooms.ways.add_webhook("https://b.example/", 0, client=77).way.id
    found = {name: _status(clinic, name, token, code, own) for name in MATRIX}
    assert found == {name: wanted[place] for name, wanted in MATRIX.items()}
    foreign = {name: _status(clinic, name, token, "0000-0000", other) for name in FOREIGN}
    assert foreign == {name: wanted[place] for name, wanted in FOREIGN.items()}


def _status(clinic: Clinic, name: str, token: str, code: str, webhook: int) -> int:
    method, path = name.split(" ")
    path = path.format(enrolment=code, webhook=webhook)
    return int(clinic.ask(method, path, token, json=BODIES.get(name)).status_code)
