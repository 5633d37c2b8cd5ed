"""Your account: by which ways one is told."""

from __future__ import annotations

import re

from tests.console.conftest import Clinic


def test_a_code_is_shown_once_and_an_address_can_be_added_and_taken_away(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    page = visitor.post("/account/ways/chat").text
    assert re.search(r"<code>staff-[0-9a-f]{32}</code>", page)
    assert "staff-" not in visitor.get("/account").text
    visitor.post("/account/ways/email", address="lin@clinic.example")
    assert "lin@clinic.example" in visitor.get("/account").text
    (way,) = clinic.rooms.ways.of(visitor.number)
    visitor.post("/account/ways/off", way=way.id)
    assert clinic.rooms.ways.of(visitor.number) == []


def test_nobody_takes_away_somebody_elses_way(clinic: Clinic) -> None:
    other = clinic.hire("Other", "therapist")
    way = clinic.rooms.ways.add_email(other, "other@clinic.example", 0)
    assert clinic.visitor("admin").post("/account/ways/off", way=way.id).status_code == 409
    assert len(clinic.rooms.ways.of(other)) == 1


def test_what_is_no_address_comes_back_with_a_sentence(clinic: Clinic) -> None:
    answer = clinic.visitor("author").post("/account/ways/email", address="nowhere")
    assert (answer.status_code, "no e-mail address" in answer.text) == (409, True)
    assert clinic.visitor("author").post("/account/ways/sms").status_code == 404
