"""The programme's calendar and dialogs, and the clinic's settings: to look up, never to change."""

from __future__ import annotations

import pytest

from coachbot.console import looking
from coachbot.console.rendering import ALERTS
from tests.console.conftest import Clinic


def test_the_calendar_says_what_may_come_in_which_week(clinic: Clinic) -> None:
    page = clinic.visitor("therapist").get("/programme").text
    assert "assessment week 4" in page
    assert "day 28, until day 35" in page
    assert "2 a day, 12 a week" in page
    assert "programme/dialog?id=common/morning" in page


@pytest.mark.parametrize(("week", "comes"), [(5, False), (6, True), (7, False), (8, True)])
def test_what_comes_every_second_week_is_marked_so(clinic: Clinic, week: int, comes: bool) -> None:
    points = clinic.house.coach.world.pack.programmes["sct_cse"].touchpoints
    review = next(one for one in points if one.id == "week_review")
    assert looking._comes_in(review, week) is comes


def test_a_dialog_stands_with_its_words_and_its_ways(clinic: Clinic) -> None:
    page = clinic.visitor("author").get("/programme/dialog?id=cse/checkin").text
    assert "Did you get to your core exercises today" in page
    assert "if pain_after &gt;= 7" in page
    assert 'href="#s-barrier"' in page


def test_a_dialog_is_drawn_or_told_as_text_where_graphviz_is_not_there(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = clinic.visitor("author")
    monkeypatch.setattr(looking, "svg", lambda dialog: b"<svg/>")
    assert visitor.get("/programme/drawing?id=cse/checkin").headers["content-type"] == "image/svg+xml"
    monkeypatch.setattr(looking, "svg", lambda dialog: None)
    assert visitor.get("/programme/drawing?id=cse/checkin").text.startswith("stateDiagram-v2")


def test_a_dialog_that_is_not_there_is_not_found(clinic: Clinic) -> None:
    assert clinic.visitor("author").get("/programme/dialog?id=../../etc/passwd").status_code == 404


def test_the_site_shows_hours_texts_in_danger_and_whose_wording_is_asked(clinic: Clinic) -> None:
    page = clinic.visitor("therapist").get("/site").text
    assert "09:00 to 17:00" in page
    assert "Somebody is on duty now." in page
    assert "116 123" in page
    assert "None are set" in page
    assert "PSEQ" in page
    assert "our own" in page


def test_who_is_blinded_never_sees_what_an_arm_is_told(clinic: Clinic) -> None:
    visitor = clinic.visitor("researcher")
    assert visitor.get("/programme").status_code == 403
    assert "Programme</a>" not in visitor.get("/account").text


def test_no_page_to_look_up_is_heavier_than_a_phone_should_bear(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    for path in ("/programme", "/site", "/programme/dialog?id=cse/exercises"):
        assert len(visitor.get(path).content) < 100_000, path


def test_every_alert_that_the_pack_can_raise_has_a_name_and_says_what_to_do(clinic: Clinic) -> None:
    world = clinic.house.coach.world
    raised = {
        value.value
        for dialog in world.pack.library.dialogs.values()
        for state in dialog.states.values()
        for action in state.do if action.name == "alert"
        for name, value in action.arguments if name == "kind"
    }  # fmt: skip
    assert len(raised) > 10
    assert (raised | set(world.rules)) - set(ALERTS) == set()
    assert all(advice for _, advice in ALERTS.values())
