"""SELFBACK's schedule: five rounds at their days, the same in both arms, and nobody can come in yet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from coachbot.authoring.pack import Pack
from coachbot.errors import EnrolmentError
from coachbot.programme.model import Programme
from coachbot.programme.plan import plan_ahead
from coachbot.programme.reading import programme_from
from tests.service.house import House

from .people import ANCHOR, patient

ROOT = Path(__file__).parents[2]
DAYS = [(0, "selfback_baseline"), (42, "selfback_week_6"), (91, "selfback_month_3"), (182, "selfback_month_6"),
        (274, "selfback_month_9")]  # fmt: skip


@pytest.fixture(scope="module")
def selfback() -> Programme:
    text = (ROOT / "content" / "programmes" / "selfback.yaml").read_text("utf-8")
    return programme_from(yaml.safe_load(text))


@pytest.mark.parametrize("arm", ["app", "usual_care"])
def test_both_arms_are_asked_five_times_and_nothing_else_comes(selfback: Programme, arm: str) -> None:
    person = patient(arm=arm, assessments_done=frozenset())
    plans = plan_ahead(selfback, person, ANCHOR, 290)
    sent = [((d.day - ANCHOR).days, p.id) for d in plans for p in d.planned if p.kind != "reminder"]
    assert sent == [(day, f"assessment:{code}") for day, code in DAYS]


def test_a_pause_moves_none_of_them(selfback: Programme) -> None:
    paused = patient(arm="app", paused_from=ANCHOR + timedelta(30), paused_until=ANCHOR + timedelta(120))
    plans = plan_ahead(selfback, paused, ANCHOR, 290)
    sent = [(d.day - ANCHOR).days for d in plans for p in d.planned if p.kind == "assessment"]
    assert sent == [day for day, _ in DAYS]


def test_it_asks_what_the_trial_asked(selfback: Programme) -> None:
    batteries = {one.code: set(one.instruments) for one in selfback.assessments}
    baseline = batteries.pop("selfback_baseline")
    assert {"phq8", "pcs", "baseline_selfback"} <= baseline
    assert "gpe" not in baseline
    assert all("gpe" in battery for battery in batteries.values())
    for battery in (baseline, *batteries.values()):
        assert {"rmdq", "nrs_2", "pseq", "fabq_pa", "bipq", "eq5d5l", "eq_vas", "sgpals"} <= battery
        assert not battery & {"phq9", "nrs", "scs_sf"}


def test_nobody_can_be_invited_to_a_schedule(tmp_path: Path, pack: Pack) -> None:
    house = House(tmp_path, pack)
    with pytest.raises(EnrolmentError, match="schedule only"):
        house.coach.enrolments.invite("selfback", "app")
    house.store.close()


def test_the_first_round_asks_more_than_the_later_ones(pack: Pack) -> None:
    states = pack.library.dialogs["assessment/selfback_round"].machine
    assert states.following("last_part", None, {"first": "yes"}) == "rest_2"
    assert states.following("last_part", None, {"first": "no"}) == "gpe"
