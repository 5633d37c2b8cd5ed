"""The page over HTTP, with its script and without."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.service.filling import ALL, DAY_28, Filling
from tests.service.house import House


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="https://coach.example", raise_server_exceptions=False)


class Visitor:
    """A browser at the page."""

    def __init__(self, client: TestClient, filling: Filling) -> None:
        self.client, self.filling = client, filling
        self.path = f"/{filling.token}"

    def get(self, query: str = "", **headers: str) -> str:
        return self.client.get(self.path + query, headers=headers).text

    def status(self) -> int:
        return self.client.get(self.path).status_code

    def give(self, *answers: dict[str, Any]) -> Any:
        named = [{"id": f"{self.filling.count}-{number}", **one} for number, one in enumerate(answers)]
        self.filling.count += 1
        return self.client.post(f"{self.path}/answers", json={"answers": named})

    def send(self, step: str, **fields: object) -> str:
        """A form without the script; returns where it leads."""
        sent = self.client.post(self.path, data={"step": step, **fields}, follow_redirects=False)
        assert sent.status_code == 303
        return sent.headers["location"].removeprefix(self.filling.token)


@pytest.fixture
def visitor(client: TestClient, filling: Filling) -> Visitor:
    return Visitor(client, filling)


# -- what is shown ------------------------------------------------------------------------------------
def test_the_page_tells_how_long_it_takes_and_shows_one_step_first(visitor: Visitor) -> None:
    page = visitor.get()
    assert "about 17 minutes" in page
    assert re.findall(r'class="step current" data-step="(\w+)"', page) == ["rmdq"]
    assert re.findall(r'data-step="(\w+)"', page) == list(ALL)
    assert "Part 1 of 6" in page


def test_everything_that_guards_the_page_is_on_every_response(client: TestClient, visitor: Visitor) -> None:
    for path in (visitor.path, "/nothing", "/static/page.js", "/static/page.css", "/static/none"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get(visitor.path).headers["cache-control"] == "no-store"


def test_the_page_holds_no_script_or_style_of_its_own(visitor: Visitor) -> None:
    page = visitor.get()
    assert re.findall(r"<script(?![^>]*src=)[^>]*>", page) == []
    assert not re.search(r"\sstyle=|\son\w+=|<style", page)


@pytest.mark.parametrize(
    ("why", "status", "says"),
    [
        ("unknown", 404, "This link opens nothing"),
        ("left", 410, "You have left"),
        ("closed", 410, "This round is closed"),
    ],
)
def test_a_link_that_is_over_says_so_kindly(visitor: Visitor, why: str, status: int, says: str) -> None:
    house, filling = visitor.filling.house, visitor.filling
    if why == "unknown":
        visitor.path += "x"
    elif why == "left":
        house.coach.enrolments.withdraw(house.enrolment_code(filling.person))
    else:
        house.clock.hold(house.clock.now() + timedelta(days=9))
    assert visitor.status() == status
    assert says in visitor.get()


def test_a_program_that_previews_links_sees_nothing_of_anybody(visitor: Visitor) -> None:
    page = visitor.get(**{"user-agent": "TelegramBot (like TwitterBot)"})
    assert "Open this link in your browser" in page
    assert "fieldset" not in page


def test_no_log_holds_the_link(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("coachbot").propagate = True
    caplog.set_level(logging.DEBUG)
    visitor.filling.pages.open = None  # type: ignore[assignment,method-assign]
    assert visitor.status() == 500
    own = [record.getMessage() for record in caplog.records if record.name.startswith(("coachbot", "uvicorn"))]
    assert own
    assert visitor.filling.token not in " ".join(own)


# -- with the script ----------------------------------------------------------------------------------
def test_an_answer_is_saved_and_stands_in_the_page_afterwards(visitor: Visitor) -> None:
    reply = visitor.give({"instrument": "gad7", "state": "g1", "value": "a2"}).json()
    assert (len(reply["saved"]), reply["refused"], reply["help"]) == (1, [], [])
    assert re.search(r'name="g1" value="a2" checked', visitor.get())


def test_item_9_brings_its_help_with_the_reply_and_onto_the_page(visitor: Visitor) -> None:
    house = visitor.filling.house
    reply = visitor.give({"instrument": "phq9", "state": "p9", "value": "a1"}).json()
    assert reply["help"] == [house.static("crisis")]
    assert house.alert(visitor.filling.person, "crisis")
    assert "data-help-panel hidden" not in visitor.get()
    assert "tel:112" in visitor.get()


def test_the_help_of_item_9_lies_in_the_page_for_whoever_has_no_connection(visitor: Visitor) -> None:
    question = re.search(r'data-question="p9"[^>]*data-help="([^"]*)"', visitor.get())
    assert question is not None
    assert all(code in question[1] for code in ("a1", "a2", "a3", "missing", "116 123"))
    assert "a0" not in question[1]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [("[]", "application/json", 400), ("{", "application/json", 400), ('{"answers": 1}', "application/json", 400),
     ('{"answers": ["x"]}', "application/json", 400), ("a=b", "application/x-www-form-urlencoded", 415),
     ("x" * 70_000, "application/json", 413)],
)  # fmt: skip
def test_what_is_no_answer_is_refused(visitor: Visitor, body: str, kind: str, status: int) -> None:
    sent = visitor.client.post(f"{visitor.path}/answers", content=body, headers={"content-type": kind})
    assert sent.status_code == status


def test_another_website_can_send_nothing(visitor: Visitor) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    sent = visitor.client.post(f"{visitor.path}/answers", json={"answers": []}, headers=headers)
    assert sent.status_code == 403


def test_answers_to_a_round_that_is_over_say_so(visitor: Visitor) -> None:
    house = visitor.filling.house
    house.clock.hold(house.clock.now() + timedelta(days=9))
    sent = visitor.give({"instrument": "gad7", "state": "g1", "value": "a2"})
    assert (sent.status_code, sent.json()) == (410, {"over": "closed"})


# -- without it ---------------------------------------------------------------------------------------
def test_without_a_script_a_form_is_filled_in_step_by_step(visitor: Visitor) -> None:
    ticks = {f"page_{number}.none": "1" for number in (2, 3, 4)}
    assert visitor.send("rmdq", page_1=["r1", "r3"], **ticks, next="1") == "?step=nrs"
    assert visitor.send("nrs", current="4", worst="7", average="-", next="1") == "?step=gad7"
    visitor.filling.finish()
    kept = {row.instrument: row.body["answers"] for row in visitor.filling.responses()}
    assert kept["nrs"] == {"current": 4, "worst": 7, "average": None}
    assert sum(kept["rmdq"].values()) == 2


def test_without_a_script_what_is_open_is_named_and_nothing_is_lost(visitor: Visitor) -> None:
    where = visitor.send("nrs", current="4", next="1")
    assert where == "?step=nrs&open"
    page = visitor.get(where)
    assert "2 questions are still open" in page
    assert re.search(r'name="current" value="4" checked', page)


def test_without_a_script_one_can_go_back(visitor: Visitor) -> None:
    assert visitor.send("nrs", current="4", back="1") == "?step=rmdq"


def test_without_a_script_the_last_step_ends_the_page(visitor: Visitor) -> None:
    for name in ALL[:-1]:
        visitor.filling.answer(name)
    items = {f"p{number}": "a0" for number in range(1, 10)}
    assert visitor.send("phq9", **items, difficulty="d0", next="1") == ""
    assert "That was all of it" in visitor.get()
    assert len(visitor.filling.responses()) == len(ALL)


def test_without_a_script_item_9_left_out_is_asked_once_more(visitor: Visitor) -> None:
    items = {f"p{number}": "a0" for number in range(1, 9)}
    where = visitor.send("phq9", **items, p9="-", difficulty="d0", next="1")
    assert where == "?step=phq9&open"
    assert re.search(r"data-text hidden>", visitor.get(where))
    visitor.send("phq9", **items, p9="-", difficulty="d0", next="1")
    assert visitor.filling.house.alert(visitor.filling.person, "crisis")


def test_what_the_talk_has_is_shown_and_not_asked(visitor: Visitor) -> None:
    house: House = visitor.filling.house
    house.open(visitor.filling.person, "instrument/nrs")
    house.press(visitor.filling.person, "6")
    page = visitor.get()
    assert "You answered this one in the chat: 6" in page
    assert 'name="current"' not in page


@pytest.mark.parametrize("script", [True, False])
def test_a_danger_that_is_sent_when_the_round_is_over_is_answered_with_help(visitor: Visitor, *, script: bool) -> None:
    house: House = visitor.filling.house
    house.clock.hold(DAY_28 + timedelta(days=8))
    if script:
        told = visitor.give({"instrument": "phq9", "state": "p9", "value": "a3"})
        assert (told.status_code, told.json()) == (410, {"over": "closed"})
    else:
        told = visitor.client.post(visitor.path, data={"step": "phq9", "p9": "a3", "next": "1"})
        assert (told.status_code, "116 123" in told.text) == (410, True)
    assert house.alert(visitor.filling.person, "crisis").priority == "top"
    assert "116 123" in visitor.get()  # the page that the script opens anew
