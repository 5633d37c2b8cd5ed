"""Whom a site's file says to call about an alert, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coachbot.errors import SettingsError
from coachbot.service.duty import Duty
from coachbot.service.staffing import calls, staff_from
from coachbot.service.world import SafetyRule

RULE = SafetyRule("crisis", "high", "safety/crisis", "crisis", 15, True, 60, 15, escalate_to="lead")
DUTY = Duty(ZoneInfo("UTC"), {"mon": (time(9), time(17))})
MONDAY, SUNDAY = datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 8, 22, tzinfo=UTC)
LIN = {"role": "therapist", "name": "Lin", "phone": "1"}
ROE = {"role": "lead", "name": "Roe", "phone": "2"}


def called(opened: datetime, *staff: dict[str, Any], duty: Duty = DUTY) -> list[tuple[str, str]]:
    members = staff_from(list(staff), "site.yaml")
    return [(call.member.name, f"{call.at:%a %H:%M}") for call in calls(RULE, opened, members, duty)]


def test_the_therapist_comes_first_and_the_next_in_line_when_nobody_confirms() -> None:
    assert called(MONDAY, ROE, LIN) == [("Lin", "Mon 10:00"), ("Roe", "Mon 10:15")]


def test_outside_duty_everybody_waits_for_it_but_those_who_can_be_called_at_night() -> None:
    assert called(SUNDAY, LIN, ROE) == [("Lin", "Mon 09:00"), ("Roe", "Mon 09:00")]
    assert called(SUNDAY, LIN, ROE | {"day_and_night": True}) == [("Roe", "Sun 22:15"), ("Lin", "Mon 09:00")]


def test_without_any_hours_only_those_of_day_and_night_are_reached() -> None:
    never = Duty(ZoneInfo("UTC"), {})
    assert called(MONDAY, LIN, ROE, duty=never) == []
    assert called(MONDAY, LIN | {"day_and_night": True}, duty=never) == [("Lin", "Mon 10:00")]


def test_other_roles_are_not_called() -> None:
    assert called(MONDAY, {"role": "reception", "name": "Ann", "phone": "3"}) == []


@pytest.mark.parametrize(
    ("staff", "said"),
    [
        ("Lin", "is no list"),
        ([{"role": "therapist", "name": "Lin"}], "staff 1 of site.yaml lacks phone"),
        ([LIN, {"name": "Roe", "phone": ""}], "staff 2 of site.yaml lacks role, phone"),
        ([LIN | {"mobile": "1"}], "is not understood"),
        (["Lin"], "is not understood"),
    ],
)
def test_a_staff_list_that_lacks_something_is_refused_with_its_place(staff: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        staff_from(staff, "site.yaml")
