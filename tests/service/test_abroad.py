"""Crisis numbers by country: at home, in a named country, and in one that the site has no numbers for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from coachbot.authoring.pack import Pack
from coachbot.errors import EnrolmentError, SettingsError
from coachbot.service.records import Profile
from tests.service.house import House, Person

SITE = Path(__file__).parents[1] / "site.yaml"
CRISIS = "I want to kill myself"
DENMARK = {"en": {"name": "Denmark", "emergency": "112", "crisis_line": "70 201 201", "phone": "0045 555 0199"}}
ABROAD = {"country": "DE", "countries": {"DK": {"languages": DENMARK}}}
Changed = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path) -> Changed:
    """The tests' site with other countries."""

    def written(**changes: Any) -> Path:
        file = tmp_path / "site.yaml"
        file.write_text(yaml.safe_dump(yaml.safe_load(SITE.read_text("utf-8")) | changes), "utf-8")
        return file

    return written


@pytest.fixture
def clinic(tmp_path: Path, pack: Pack, site: Changed) -> Iterator[House]:
    house = House(tmp_path, pack, settings={"site": site(**ABROAD)})
    yield house
    house.store.close()


def living(house: House, zone: str, **told: str) -> Person:
    """A patient of whom this zone, and maybe a country, is known."""
    person = house.patient()
    code = house.enrolment_code(person)
    house.coach.enrolments.set_zone(code, zone)
    if told:
        house.coach.enrolments.set_country(code, told["country"])
    return person


def test_at_home_the_texts_are_as_they_were(clinic: House) -> None:
    said = clinic.say(living(clinic, "Europe/Berlin"), CRISIS)
    assert said[0] == clinic.static("crisis")
    assert "116 123" in said[0]
    assert "at home" not in said[0].lower()


def test_a_traveller_reads_the_numbers_of_where_they_are_and_those_of_home(clinic: House) -> None:
    person = living(clinic, "Europe/Copenhagen")
    said = clinic.say(person, CRISIS)
    assert "70 201 201" in said[0]
    assert "These numbers are for Denmark. At home they are 112 and 116 123." in said[0]
    assert "Kim" in said[0]
    clinic.press(person, "no")
    assert "70 201 201" in person.last.text  # the talk says no other number than the text before it
    assert [alert.kind for alert in clinic.alerts(person)] == ["crisis"]


def test_where_the_site_has_no_numbers_none_is_told_as_if_it_were_local_and_staff_learn_of_it_once(
    clinic: House,
) -> None:
    person = living(clinic, "Asia/Bangkok")
    alert = clinic.alert(person, "no_local_numbers")
    assert (alert.priority, alert.body) == ("medium", {"country": "TH"})
    said = clinic.say(person, CRISIS)
    assert "In danger right now: the emergency number of the place where you are (at home 112)" in said[0]
    assert "116 123 (the number at home)" in said[0]
    assert "{" not in said[0]
    clinic.say(person, CRISIS)
    assert sorted(one.kind for one in clinic.alerts(person)) == ["crisis", "no_local_numbers"]


def test_every_country_is_told_to_staff_once(clinic: House) -> None:
    person = living(clinic, "Asia/Bangkok")
    code = clinic.enrolment_code(person)
    for zone in ("Asia/Tokyo", "Europe/Berlin", "Asia/Bangkok"):
        clinic.coach.enrolments.set_zone(code, zone)
    told = [one.body["country"] for one in clinic.alerts(person) if one.kind == "no_local_numbers"]
    assert sorted(told) == ["JP", "TH"]


def test_staff_may_say_the_country_until_another_place_is_told(clinic: House) -> None:
    person = living(clinic, "Europe/Berlin", country="DK")
    assert "70 201 201" in clinic.say(person, CRISIS)[0]
    clinic.coach.enrolments.set_zone(clinic.enrolment_code(person), "Europe/Berlin")
    assert clinic.record(person).profile.country == ""
    with pytest.raises(EnrolmentError, match="no ISO code"):
        clinic.coach.enrolments.set_country(clinic.enrolment_code(person), "Denmark")


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (Profile(), ""), (Profile(zone="Europe/Berlin"), ""), (Profile(zone="Europe/Copenhagen"), "DK"),
        (Profile(zone="Europe/Berlin", country="ZZ"), ""), (Profile(zone="Europe/Paris", country="ZZ"), ""),
        (Profile(zone="Europe/Paris"), "ZZ"), (Profile(zone="Asia/Tokyo", country="ZZ"), "ZZ"),
        (Profile(zone="UTC"), "ZZ"), (Profile(zone="Nowhere/At_All"), "ZZ"), (Profile(country="DK"), "DK"),
    ],
)  # fmt: skip
def test_of_whom_only_a_clock_is_known_is_at_home_if_home_has_it(clinic: House, told: Profile, where: str) -> None:
    assert clinic.coach.world.whereabouts(told) == where


def test_a_clock_told_in_the_talk_is_no_country_and_a_city_is(clinic: House) -> None:
    person = clinic.patient()
    clinic.open(person, "enrol/zone")
    clinic.say(person, "Oslo")
    clinic.press(person, "yes")
    assert (clinic.record(person).profile.zone, clinic.record(person).profile.country) == ("Europe/Oslo", "NO")
    clinic.open(person, "enrol/zone")
    clinic.say(person, "it is ten past ten")
    clinic.press(person, "yes")
    assert clinic.record(person).profile.country == "ZZ"


def test_a_text_of_the_sites_own_stands_in_the_place_of_the_packs(tmp_path: Path, pack: Pack, site: Changed) -> None:
    own = deepcopy(DENMARK)
    own["en"]["texts"] = {"crisis": "Ring {emergency} or {crisis_line}, day and night."}  # type: ignore[assignment]
    house = House(tmp_path, pack, settings={"site": site(country="DE", countries={"DK": {"languages": own}})})
    said = house.say(living(house, "Europe/Copenhagen"), CRISIS)[0]
    assert said.startswith("Ring 112 or 70 201 201, day and night.\n\nThese numbers are for Denmark.")
    house.store.close()


def test_a_file_without_countries_has_one(tmp_path: Path, pack: Pack, site: Changed) -> None:
    house = House(tmp_path, pack, settings={"site": site()})
    person = living(house, "Asia/Bangkok")
    assert house.say(person, CRISIS)[0] == house.static("crisis")
    assert [alert.kind for alert in house.alerts(person)] == ["crisis"]
    house.store.close()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"countries": {"DK": {"languages": DENMARK}}}, ["country is the clinic's own by its ISO code", "not None"]),
        ({"country": "Germany"}, ["country is the clinic's own by its ISO code"]),
        ({"country": False, "countries": {}}, ["not False"]),
        ({"country": "DE", "countries": ["DK"]}, ["countries is a map"]),
        ({"country": "DE", "countries": {"DK": DENMARK}}, ["countries.DK has languages and nothing else"]),
        ({"country": "DE", "countries": {"dk": {"languages": DENMARK}}}, ["countries.dk is no ISO code"]),
        ({"country": "DK", "countries": {"DK": {"languages": DENMARK}}}, ["countries.DK is the clinic's own"]),
        ({"country": "DE", "countries": {"DK": {"languages": {}}}}, ["countries.DK.languages.en is missing"]),
        ({"country": "DE", "countries": {"DK": {"languages": {**DENMARK, "da": {}}}}}, ["'da', which the site"]),
        (
            {"country": "DE", "countries": {
                "DK": {"languages": {"en": {"name": "Denmark", "emergency": "the number", "line": "1"}}},
                "FR": {"languages": {"en": {"name": "France", "emergency": "112", "crisis_line": "31 14",
                                            "texts": {"crisis": "Ring {emergency}.", "fire": "Run!"}}}},
            }},
            [
                "countries.DK.languages.en.emergency has no number or address", "DK.languages.en.crisis_line is missin",
                "countries.DK.languages.en.line is not known", "FR.languages.en.texts.crisis does not say the crisis_",
                "FR.languages.en.texts.fire is no section",
            ],
        ),
    ],
)  # fmt: skip
def test_a_country_without_numbers_or_texts_is_refused_with_all_that_it_lacks(
    tmp_path: Path, pack: Pack, site: Changed, changes: dict[str, Any], told: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        House(tmp_path, pack, settings={"site": site(**changes)})
    assert [one for one in told if one not in str(refused.value)] == []


def test_every_text_of_every_country_is_filled_in_and_keeps_the_clinic(clinic: House) -> None:
    world = clinic.coach.world
    for where in ("DK", "ZZ"):
        for name, text in world.abroad.at[where].static["en"].items():
            assert "{" not in text, name
            assert ("70 201 201" in text) == (where == "DK" and "116 123" in world.static["en"][name])
    assert set(world.static["en"]) == set(world.abroad.at["ZZ"].static["en"])
