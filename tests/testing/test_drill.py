"""The drill: it says what would happen, and fails where nobody would be reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from coachbot.authoring.pack import Pack
from coachbot.cli import app
from coachbot.settings import load_settings
from coachbot.testing.drill import Drill

SITE = Path(__file__).parents[1] / "site.yaml"
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
Play = Callable[..., tuple[int, str]]


@pytest.fixture
def play(pack: Pack, tmp_path: Path) -> Play:
    """Play the crisis at a site that is the tests' own but for some changes."""

    def played(kind: str = "crisis", **changes: Any) -> tuple[int, str]:
        file = tmp_path / "site.yaml"
        file.write_text(yaml.safe_dump(yaml.safe_load(SITE.read_text("utf-8")) | changes), "utf-8")
        out = StringIO()
        settings = load_settings(site=file, data=tmp_path / "data")
        code = Drill(settings, pack, out, "en").run(NOW, [kind])
        assert not (tmp_path / "data").exists()  # nothing of the installation was touched
        return code, out.getvalue()

    return played


def test_a_site_with_people_behind_it_passes_and_shows_every_step(play: Play) -> None:
    code, said = play()
    assert (code, "0 troubles" in said) == (0, True)
    steps = [
        "== crisis, in duty hours", "the patient writes: I want to die", "116 123", "Are you safe right now?",
        "15 minutes without an answer", "priority top", "escalated", "Kim (therapist), 555 0101",
        "Dr Roe (clinical_lead), 555 0102", "== crisis, at night",
    ]  # fmt: skip
    at = [said.index(step) for step in steps]
    assert at == sorted(at)


def test_what_is_read_in_other_countries_is_played_too(play: Play) -> None:
    denmark = {"en": {"name": "Denmark", "emergency": "112", "crisis_line": "70 201 201"}}
    code, said = play(country="DE", countries={"DK": {"languages": denmark}})
    assert (code, "0 troubles" in said) == (0, True)
    steps = [
        "== crisis, in duty hours", "== crisis, in DK", "70 201 201", "These numbers are for Denmark",
        "== crisis, in a country without numbers", "the emergency number of the place where you are (at home 112)",
    ]  # fmt: skip
    at = [said.index(step) for step in steps]
    assert at == sorted(at)


def test_the_notices_to_staff_are_read_out_link_by_link_and_say_nothing_of_the_patient(play: Play) -> None:
    _, said = play()
    steps = [
        "the patient writes", "told Wed 2026-03-11 13:00: Kim: Please look (look soon)", "15 minutes without an answer",
        "told Wed 2026-03-11 13:16: Dr Roe: Nobody has said yet", "To ring: Dr Roe, 555 0102; Kim, 555 0101.",
        "told Wed 2026-03-11 13:31: Dr Roe: Still nobody has seen",
    ]  # fmt: skip
    at = [said.index(step) for step in steps]
    assert at == sorted(at)
    told = " ".join(line for line in said.splitlines() if line.startswith("  told"))
    assert "die" not in told
    assert "crisis" not in told


def test_a_worry_that_no_word_tells_is_played_with_a_line_that_resembles_it(play: Play) -> None:
    code, said = play("worry")
    assert (code, "0 troubles" in said) == (0, True)
    steps = [
        "== worry, in duty hours",
        "the patient writes: ",
        "60 minutes without an answer",
        "alert worry, priority high",
    ]
    at = [said.index(step) for step in steps]
    assert at == sorted(at)
    assert "core exercises" not in said  # what the calendar brings meanwhile is no part of it


def test_what_scores_tell_is_not_played_but_people_must_stand_behind_it(play: Play) -> None:
    assert play("worsening")[0] == 0
    code, said = play("worsening", staff=[])
    assert (code, "worsening: nobody would ever be reached" in said) == (1, True)


def test_at_night_the_hours_without_a_person_are_told(play: Play) -> None:
    _, said = play(staff=[{"role": role, "name": "Lin", "phone": "1"} for role in ("therapist", "clinical_lead")])
    assert "the first person is reached after 9.5 hours; until then there is the help above alone" in said


@pytest.mark.parametrize(
    "changes",
    [
        {"staff": []},
        {"staff": [{"role": "reception", "name": "Ann", "phone": "3", "day_and_night": True}]},
        {"duty": {"zone": "Europe/Berlin", "hours": {}}, "staff": [{"role": "therapist", "name": "L", "phone": "1"}]},
    ],
    ids=["no staff", "no staff of these roles", "never on duty"],
)
def test_it_fails_where_nobody_would_ever_be_reached(play: Play, changes: dict[str, Any]) -> None:
    code, said = play(**changes)
    assert (code, "nobody would ever be reached" in said) == (1, True)


def test_it_fails_where_nobody_stands_behind_the_first(play: Play) -> None:
    code, said = play(staff=[{"role": "therapist", "name": "Lin", "phone": "1"}])
    assert (code, "nobody stands behind the first; name a clinical_lead" in said) == (1, True)


def test_without_a_site_file_it_fails_at_once(pack: Pack, tmp_path: Path) -> None:
    out = StringIO()
    assert Drill(load_settings(data=tmp_path), pack, out, "en").run(NOW, ["crisis"]) == 1
    assert "COACHBOT_SITE is not set" in out.getvalue()


@pytest.mark.slow
def test_the_command_plays_one_kind_and_refuses_an_unknown_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHBOT_SITE", str(SITE))
    ran = CliRunner().invoke(app, ["drill", "--kind", "cauda_equina"])
    assert (ran.exit_code, "112" in ran.stdout, "cauda_equina, at night" in ran.stdout) == (0, True, True)
    assert CliRunner().invoke(app, ["drill", "--kind", "boredom"]).exit_code != 0
