"""The pages of broadcasts: written, rehearsed, sent, followed and ended in a browser."""

from __future__ import annotations

import pytest

from tests.console.conftest import Clinic, Visitor

#: Each opens a coach of its own.
pytestmark = pytest.mark.slow

FIELDS = {
    "title": "The walk",
    "text.en": "Hello {{ patient.name }}, on Sunday at ten.",
    "audience": "week=3",
    "hours": "24",
}


def written(visitor: Visitor, **fields: str) -> str:
    """The path of a new draft."""
    answer = visitor.post("/broadcasts/new", **{**FIELDS, **fields})
    assert answer.status_code == 303, answer.text
    return f"/broadcasts/{answer.headers['location'].rpartition('/')[2]}"


def test_compose_rehearse_send_and_see_how_far(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    kim = clinic.patient(visitor.number)
    path = written(visitor)
    assert "<strong>1</strong> of 1 would get it" in visitor.get(f"{path}/rehearse").text
    assert "Hello Kim, on Sunday" in visitor.get(f"{path}/rehearse").text
    assert "Kim" not in visitor.get(f"{path}/rehearse?masked=yes").text
    assert visitor.post(f"{path}/send").status_code == 303
    clinic.house.settle()
    assert kim.texts == ["Hello Kim, on Sunday at ten."]
    page = visitor.get(path).text
    assert 'max="1" value="1"' in page
    assert "done" in page


def test_a_fault_of_the_text_stands_on_the_page_and_there_is_no_button_to_send(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    path = written(visitor, **{"text.en": "Hello {{ patient.nmae }}"})
    page = visitor.get(path).text
    assert "en, line 1, character 10" in page
    assert ">Send</button>" not in page
    assert visitor.post(f"{path}/send").status_code == 409


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"audience": "wek=3"}, "is not a filter; did you mean &#39;week&#39;"),
        ({"title": " "}, "has a title"),
        ({"at": "tomorrow"}, "is no time"),
        ({"hours": "9999"}, "between 1 and 336 hours"),
    ],
)
def test_what_cant_be_read_comes_back_with_what_was_typed(clinic: Clinic, fields: dict[str, str], told: str) -> None:
    visitor = clinic.visitor("therapist")
    answer = visitor.post("/broadcasts/new", **{**FIELDS, **fields})
    assert answer.status_code == 409
    assert told in answer.text
    assert "on Sunday at ten" in answer.text


def test_a_blinded_person_reads_why_the_arm_is_no_filter(clinic: Clinic) -> None:
    answer = clinic.visitor("researcher").post("/broadcasts/new", **{**FIELDS, "audience": "arm=combined"})
    assert answer.status_code == 409
    assert "you are blinded" in answer.text


def test_a_researchers_broadcast_waits_and_a_therapist_agrees(clinic: Clinic) -> None:
    researcher, therapist = clinic.visitor("researcher"), clinic.visitor("therapist")
    kim = clinic.patient()
    path = written(researcher)
    assert researcher.post(f"{path}/send").status_code == 303
    assert "waits for a second person" in therapist.get("/broadcasts").text
    assert researcher.post(f"{path}/approve").status_code == 409
    assert therapist.post(f"{path}/approve").status_code == 303
    clinic.house.settle()
    assert kim.texts == ["Hello Kim, on Sunday at ten."]


def test_somebody_elses_broadcast_and_none_look_the_same_and_the_try_is_audited(clinic: Clinic) -> None:
    path, other = written(clinic.visitor("therapist")), clinic.visitor("therapist")
    theirs, nobodys = other.get(path), other.get("/broadcasts/4711")
    assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text)
    assert theirs.status_code == 404
    assert clinic.actions().count("refused") == 2


def test_pause_go_on_and_cancel(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    kim = clinic.patient(visitor.number)
    path = written(visitor, at="2026-03-12T10:00")
    for act, state in (("send", "scheduled"), ("pause", "paused"), ("resume", "scheduled"), ("cancel", "cancelled")):
        assert visitor.post(f"{path}/{act}").status_code == 303
        assert f">{state}</span>" in visitor.get(path).text
    clinic.house.travel_to(kim, 12, "12:00")
    assert "Hello Kim" not in " ".join(kim.texts)


def test_a_tag_of_a_patients_page_is_what_a_broadcast_finds_them_by(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    kim, other = clinic.patient(visitor.number), clinic.patient(visitor.number)
    assert visitor.post(f"/patients/{kim.id}/tags", tags="Walkers, sunday").status_code == 303
    assert "walkers, sunday" in visitor.get(f"/patients/{kim.id}").text
    assert visitor.post(f"/patients/{kim.id}/tags", tags="not <ok>").status_code == 409
    path = written(visitor, audience="tag=walkers")
    visitor.post(f"{path}/send")
    clinic.house.settle()
    assert (len(kim.texts), len(other.texts)) == (1, 0)
