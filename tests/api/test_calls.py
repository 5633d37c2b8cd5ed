"""What the calls do, and what they never tell."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coachbot.api import guards
from coachbot.service.records import Changes, DiaryRow
from tests.api.conftest import Clinic
from tests.api.test_matrix import POINT

#: Each opens a coach of its own.
pytestmark = pytest.mark.slow


# -- enrol ------------------------------------------------------------------------------------------------
def test_an_invitation_opens_an_enrolment(clinic: Clinic) -> None:
    made = clinic.ask("POST", "/invitations", json={"reference": "K-1", "programme": "sct_cse", "arm": "combined"})
    assert made.status_code == 201
    assert made.json()["links"]["web"].endswith(f"/c/{made.json()['code']}")
    person = clinic.house.stranger()
    clinic.house.send(person, kind="start", text=made.json()["code"])
    assert clinic.house.record(person).enrolment is not None
    assert ("invite.list", "") in clinic.actions()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"arm": "both"}, "arm"),
        ({"reference": "Mei Lin"}, "reference"),
        ({"reference": "=1+1"}, "reference"),
        ({"tags": 'a","b'}, "tags"),
        ({"zone": "Mars"}, "zone"),
        ({"valid_until": "31.12.2026"}, "valid_until"),
        ({"reference": "a\nb"}, "reference"),
        ({"surprise": "x"}, "body.surprise"),
        ({"arm": None}, "body.arm"),
    ],
)
def test_what_does_not_fit_is_told_by_its_place(clinic: Clinic, fields: dict[str, Any], place: str) -> None:
    given = {"reference": "K-1", "programme": "sct_cse", "arm": "combined", **fields}
    answer = clinic.ask("POST", "/invitations", json=given)
    assert answer.status_code == 422
    assert [fault["place"] for fault in answer.json()["faults"]] == [place]
    with clinic.house.store.reading() as tx:
        assert set(tx.references()) == set()


# -- read -------------------------------------------------------------------------------------------------
def test_an_enrolment_is_read_by_pseudonym_and_tells_neither_name_nor_arm(clinic: Clinic) -> None:
    person = clinic.house.patient()
    code, now = clinic.house.enrolment_code(person), clinic.house.clock.now()
    days = [(now - timedelta(days=back)).date() for back in (1, 2, 9)]
    ids = clinic.house.coach.world.ids
    rows = [DiaryRow(ids.next(), person.id, day, "cse", now, {"done": "all"}) for day in days]
    with clinic.house.store.writing() as tx:
        tx.save(Changes(diary=rows))
    answer = clinic.ask("GET", f"/enrolments/{code}")
    assert answer.json() == {
        "id": code, "state": "active", "week": 3, "exercise_days": 2, "assessments_done": ["baseline"],
        "assessments_missed": [], "scores": [], "steps": {},
    }  # fmt: skip
    assert not [word for word in ("Kim", "combined", "sct", person.id) if word in answer.text]
    assert ("api.enrolment", person.id) in clinic.actions()


def test_enrolments_come_in_pages(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coachbot.api.calls.PAGE", 2)
    codes = sorted(clinic.house.enrolment_code(clinic.house.patient()) for _ in range(3))
    first = clinic.ask("GET", "/enrolments").json()
    second = clinic.ask("GET", f"/enrolments?after={first['next']}").json()
    assert [one["id"] for one in first["items"] + second["items"]] == codes
    assert second["next"] is None
    assert clinic.ask("GET", "/enrolments?state=finished").json()["items"] == []


# -- steps ------------------------------------------------------------------------------------------------
def test_steps_are_kept_once_and_read_by_the_patients_own_day(clinic: Clinic) -> None:
    code = clinic.house.enrolment_code(clinic.house.patient())
    late = _point("another-data-point", "2026-03-10T23:30:00Z", "2026-03-10T23:40:00Z", 50)
    first = clinic.ask("POST", f"/enrolments/{code}/steps", json={"points": [POINT, late]})
    again = clinic.ask("POST", f"/enrolments/{code}/steps", json={"points": [POINT, late]})
    assert (first.json(), again.json()) == ({"new": 2, "known": 0}, {"new": 0, "known": 2})
    steps = clinic.ask("GET", f"/enrolments/{code}").json()["steps"]
    assert steps == {"2026-03-10": 100, "2026-03-11": 50}


def test_one_point_that_cant_be_read_and_none_is_kept(clinic: Clinic) -> None:
    code = clinic.house.enrolment_code(clinic.house.patient())
    wrong = json.loads(json.dumps(POINT).replace("100", "-1"))
    answer = clinic.ask("POST", f"/enrolments/{code}/steps", json={"points": [POINT, wrong]})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["place"] == "points.1"
    assert clinic.ask("GET", f"/enrolments/{code}").json()["steps"] == {}


def _point(name: str, begins: str, ends: str, count: int) -> dict[str, Any]:
    interval = {"start_date_time": begins, "end_date_time": ends}
    return {
        "header": {"uuid": name, "schema_id": {"namespace": "ieee", "name": "step-count", "version": "1.0"}},
        "body": {"step_count": count, "effective_time_frame": {"time_interval": interval}},
    }


def test_of_somebody_who_has_left_no_steps_are_taken(clinic: Clinic) -> None:
    person = clinic.house.patient()
    code = clinic.house.enrolment_code(person)
    clinic.house.coach.enrolments.withdraw(code)
    assert clinic.ask("POST", f"/enrolments/{code}/steps", json={"points": [POINT]}).status_code == 404


# -- alerts -----------------------------------------------------------------------------------------------
def test_a_webhook_is_told_of_an_alert_until_it_is_taken_away(clinic: Clinic) -> None:
    made = clinic.ask("POST", "/webhooks", json={"url": "https://clinic.example/hook"}).json()
    assert clinic.ask("GET", "/webhooks").json() == [{"id": made["id"], "url": "https://clinic.example/hook"}]
    person = clinic.house.patient()
    clinic.house.say(person, "i want to kill myself")
    clinic.house.coach.notices.work()
    alert = clinic.house.alert(person, "crisis")
    with clinic.house.store.reading() as tx:
        (notice,) = tx.notices(f"alert:{alert.id}")
    assert notice.body["event"]["type"] == "alert.opened"
    assert notice.body["event"]["enrolment"] == clinic.house.enrolment_code(person)
    assert clinic.ask("DELETE", f"/webhooks/{made['id']}").status_code == 204
    assert clinic.ask("GET", "/webhooks").json() == []


def test_a_webhook_on_somebody_elses_network_is_refused(clinic: Clinic) -> None:
    answer = clinic.ask("POST", "/webhooks", json={"url": "http://10.0.0.1/"})
    assert (answer.status_code, answer.json()["faults"][0]["place"]) == (422, "url")


# -- the door ---------------------------------------------------------------------------------------------
def test_a_closed_token_opens_nothing_and_its_webhooks_end(clinic: Clinic) -> None:
    clinic.ask("POST", "/webhooks", json={"url": "https://clinic.example/hook"})
    clinic.rooms.clients.close("all")
    assert clinic.ask("GET", "/enrolments").status_code == 401
    with clinic.house.store.reading() as tx:
        assert tx.ways() == []


def test_a_token_lies_nowhere_as_itself(clinic: Clinic, tmp_path: Path) -> None:
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"api_token" in stored
    assert not [token for token in clinic.tokens.values() if token.encode() in stored]


def test_too_many_calls_are_held_back_and_told_when_to_come_again(clinic: Clinic) -> None:
    answers: list[int] = []
    while 429 not in answers and len(answers) < 5 * guards.BURST:  # on a slow machine some come back meanwhile
        answers.append(clinic.ask("GET", "/enrolments").status_code)
    assert answers[: guards.BURST] == [200] * guards.BURST
    assert answers[-1] == 429
    assert int(clinic.ask("GET", "/enrolments").headers["retry-after"]) >= 1
    assert clinic.ask("GET", "/enrolments", "read").status_code == 200


def test_guessing_tokens_is_soon_over(clinic: Clinic) -> None:
    answers = [clinic.ask("GET", "/enrolments", f"guess-{number}").status_code for number in range(25)]
    assert answers == [401] * guards.WRONG_BURST + [429] * (25 - guards.WRONG_BURST)


def test_what_is_too_large_is_refused(clinic: Clinic) -> None:
    answer = clinic.ask("POST", "/webhooks", content=b"x" * (guards.LARGEST_BODY + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_nothing_is_kept_by_caches_and_faults_repeat_nothing(clinic: Clinic) -> None:
    answer = clinic.ask("POST", "/webhooks", json={"url": ["a secret"]})
    assert "a secret" not in answer.text
    for one in (answer, clinic.ask("GET", "/"), clinic.ask("GET", "/nothing"), clinic.ask("GET", "/enrolments", "")):
        assert one.headers["cache-control"] == "no-store"


def test_the_description_is_a_page_that_loads_nothing_from_elsewhere(clinic: Clinic) -> None:
    page = clinic.ask("GET", "/", "").text
    assert "POST /api/v1/invitations" in page
    assert "src=" not in page
    assert "http" not in page.replace("HTTPBearer", "")
    assert clinic.ask("GET", "/openapi.json", "").json()["info"]["title"] == "coachbot"
