"""Your account: the password, the codes, and by which ways one is told."""

from __future__ import annotations

import re
from dataclasses import replace

from coachbot.console.app import create_console
from coachbot.service.staff.doors import ROTATE_S
from tests.console.conftest import Clinic, Visitor
from tests.service.staff.conftest import PASSWORD

NEW = "five quite plain words"


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


def _secret(clinic: Clinic) -> str:
    """Of whoever came last."""
    return list(clinic.secrets.values())[-1]


def _change(clinic: Clinic, visitor: Visitor, **fields: str):  # type: ignore[no-untyped-def]
    known = {"present": PASSWORD, "password": NEW, "again": NEW, "code": clinic.code(_secret(clinic))}
    return visitor.post("/account/password", **(known | fields))


def test_ones_own_password_is_changed_and_one_stays_signed_in(clinic: Clinic) -> None:
    visitor = clinic.visitor("researcher")
    answer = _change(clinic, visitor)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=password")
    assert "Your password is changed" in visitor.get("/account?done=password").text
    assert clinic.actions()[0] == "staff.password"


def test_a_browser_whose_token_was_just_due_for_a_new_one_stays_signed_in_too(clinic: Clinic) -> None:
    visitor = clinic.visitor("author")
    fields = {"csrf": visitor.csrf(), "present": PASSWORD, "password": NEW, "again": NEW}
    clinic.house.clock.seconds += ROTATE_S
    code = clinic.code(_secret(clinic))
    answer = visitor.client.post("/account/password", data=fields | {"code": code}, follow_redirects=False)
    assert answer.status_code == 303
    assert visitor.get("/account").status_code == 200


def test_what_is_wrong_with_a_new_password_is_said_and_the_form_stays_open(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    for fields, words in (
        ({"again": "something else"}, "The two new passwords are not the same."),
        ({"present": "a wrong one"}, "That did not work"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
    ):
        answer = _change(clinic, visitor, **fields)
        assert (answer.status_code, words in answer.text) == (409, True)
        assert "<details open><summary>Change your password" in answer.text
        assert fields.get("present", PASSWORD) not in answer.text


def test_tries_at_ones_own_password_are_counted_with_those_to_come_in(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    codes = [_change(clinic, visitor, again="not the same").status_code for _ in range(20)]
    assert set(codes) == {409, 429}
    assert visitor.client.post("/sign-in", data={"name": "x"}).status_code == 429


def test_new_codes_are_shown_once_and_taken_with_their_first_code(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    page = visitor.post("/account/codes", present=PASSWORD, code=clinic.code(_secret(clinic))).text
    shown = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert shown
    assert "<svg" in page
    mistyped = visitor.post("/account/codes/take", secret=shown[1], code="000000")
    assert (mistyped.status_code, shown[1] in mistyped.text) == (409, True)
    answer = visitor.post("/account/codes/take", secret=shown[1], code=clinic.code(shown[1]))
    assert answer.headers["location"] == "/account?done=codes"
    assert shown[1] not in visitor.get("/account?done=codes").text
    again = visitor.post("/account/codes/take", secret=shown[1], code=clinic.code(shown[1]))
    assert (again.status_code, "begin again" in again.text) == (409, True)


def test_whoever_came_in_by_the_demos_link_has_no_password_to_change(clinic: Clinic) -> None:
    number = clinic.doors.add("Lin", "admin").staff.id
    visitor = Visitor(clinic.browser())
    visitor.get(f"/enter/{clinic.doors.entry(number)}")
    assert "no password yet" in visitor.get("/account").text
    assert visitor.post("/account/password", present="", password=NEW, again=NEW, code="1").status_code == 409
