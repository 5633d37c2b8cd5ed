"""Time zones and their countries, from the tables of the zone database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coachbot.service.countries import country_of, is_country, same_clock


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Copenhagen", "DK"), ("Europe/Oslo", "NO"), ("Asia/Shanghai", "CN"), ("Asia/Hong_Kong", "HK"),
        ("Asia/Calcutta", "IN"), ("Europe/Kiev", "UA"), ("US/Pacific", "US"),
    ],
)  # fmt: skip
def test_a_zone_lies_in_a_country(zone: str, country: str) -> None:
    assert country_of(zone) == country


@pytest.mark.parametrize("zone", ["", "UTC", "Etc/GMT+5", "EST", "CET", "Iceland", "Atlantic/Jan_Mayen", "Nowhere"])
def test_a_clock_that_several_countries_share_tells_none(zone: str) -> None:
    assert country_of(zone) == ""


def test_codes_are_those_of_the_standard() -> None:
    assert is_country("DK")
    assert not any(map(is_country, ("dk", "ZZ", "XX", "Denmark", "")))


def test_clocks_are_compared_as_they_go_now() -> None:
    winter, summer = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC)
    assert same_clock("Europe/Berlin", "NO", winter)
    assert not same_clock("Europe/London", "NO", winter)
    assert same_clock("Africa/Lagos", "NO", winter)
    assert not same_clock("Africa/Lagos", "NO", summer)
    assert not same_clock("Nowhere/At_All", "NO", winter)
