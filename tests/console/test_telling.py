"""Why a message came, in sentences: every rule and kind of the calendar has its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

from coachbot.authoring.pack import Pack
from coachbot.console.rendering import REASONS
from coachbot.console.telling import KINDS, RULES, ahead, name_of
from coachbot.programme import gates, model
from coachbot.service.records import TimerRow
from tests.console.conftest import Clinic


def test_every_rule_kind_and_reason_has_words() -> None:
    assert set(RULES) == {*model.RULES, "assessment_late"}
    assert set(KINDS) == set(model.KINDS)
    assert set(get_args(gates.Reason)) <= set(REASONS)


def test_a_touchpoint_is_named_by_what_it_is_and_which_of_several(pack: Pack) -> None:
    programme = pack.programmes["sct_cse"]
    assert name_of(programme, "morning") == "the morning note"
    assert name_of(programme, "week_2") == "the weekly session (week 2)"
    assert name_of(programme, "assessment:week_16") == "the questionnaires (week 16)"
    assert name_of(programme, "assessment_reminder:week_4:1") == "a reminder of the questionnaires (week 4)"
    assert name_of(programme, "worse_times") == "the look back (worse times)"
    assert name_of(programme, "of_another_version:x") == "of another version: x"
    assert name_of(None, "morning") == "morning"


def test_the_plan_ahead_names_what_comes_as_the_reasons_do(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.arm(person, "plan")
    clinic.house.travel(timedelta(hours=1))
    page = visitor.get(f"/patients/{person.id}").text
    plan = page[page.index('id="ahead"') : page.index('id="notes"')]
    assert "evening check-in" in plan
    assert "weekly session (week 3)" in plan
    assert "practice day" not in plan


def test_lists_name_what_goes_out_next_as_the_plan_does(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.arm(person, "plan")
    clinic.house.travel(timedelta(hours=1))
    today = visitor.get("/today").text
    soon = today[today.index('id="soon"') :]
    assert '<span class="soft">evening check-in</span>' in soon
    assert '<span class="soft">morning note</span>' in soon
    assert '<span class="soft">evening check-in</span>' in visitor.get("/patients").text


def test_what_waits_beside_the_calendar_is_told_in_words(pack: Pack) -> None:
    def told(purpose: str) -> str:
        return ahead(pack.programmes, "sct_cse", TimerRow("p1", purpose, datetime(2026, 3, 9, tzinfo=UTC), None, {}))

    assert told("touch:morning") == "morning note"
    assert told("nag") == "one nudge, if the question is still open"
    assert told("remind:sct/session_1") == "the patient asked to be reminded"
    assert told("of_another_version:x_y") == "x y"
