"""Your account: by which ways one is told."""

from __future__ import annotations

import re
from dataclasses import replace

from coachbot.console.app import create_console
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


def test_no_way_is_offered_by_which_nothing_could_be_carried(clinic: Clinic) -> None:
    page = clinic.visitor("therapist").get("/account").text
    assert "Nobody can be told here" in page
    assert "account/ways/chat" not in page
    assert "account/ways/email" not in page


def test_the_ways_that_are_set_up_are_offered(clinic: Clinic) -> None:
    clinic.app = create_console(replace(clinic.rooms, carried=frozenset({"chat", "webhook"})))
    page = clinic.visitor("therapist").get("/account").text
    assert "A code for your own chat" in page
    assert "Tell me by e-mail" not in page
