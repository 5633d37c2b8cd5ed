"""Scores that lie much worse than before: a person looks, and the patient is asked at the end, without a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coachbot.service import worsening
from coachbot.service.draft import Draft
from tests.service.house import House, Person


@pytest.fixture
def draft(house: House) -> Draft:
    person: Person = house.patient()
    return Draft(house.coach.world, house.record(person), house.clock.now(), 1)


def answered(draft: Draft, instrument: str, **scores: float | None) -> list[str]:
    """Give an instrument these scores. Returns what staff were told of."""
    before = len(draft.alerts)
    worsening.look(draft, draft.world.pack.instruments[instrument], scores)
    return [str(alert.body["item"]) for alert in draft.alerts[before:]]


def test_a_first_score_is_compared_with_nothing(draft: Draft) -> None:
    assert answered(draft, "rmdq", total=24) == []


def test_five_points_more_than_at_the_start_are_told(draft: Draft) -> None:
    answered(draft, "rmdq", total=9)
    assert answered(draft, "rmdq", total=14) == ["rmdq.total: 9 to 14"]
    assert (draft.alerts[0].kind, draft.alerts[0].priority) == ("worsening", "medium")


def test_four_points_are_not(draft: Draft) -> None:
    answered(draft, "rmdq", total=9)
    assert answered(draft, "rmdq", total=13) == []


def test_slow_worsening_is_seen_against_the_start(draft: Draft) -> None:
    for total in (8, 11):
        assert answered(draft, "rmdq", total=total) == []
    assert answered(draft, "rmdq", total=14) == ["rmdq.total: 8 to 14"]


def test_a_relapse_is_seen_against_the_last_time(draft: Draft) -> None:
    for total in (15, 8):
        answered(draft, "rmdq", total=total)
    assert answered(draft, "rmdq", total=14) == ["rmdq.total: 8 to 14"]


def test_better_is_never_told(draft: Draft) -> None:
    answered(draft, "rmdq", total=20)
    assert answered(draft, "rmdq", total=1) == []


def test_a_missing_score_is_compared_with_nothing_and_replaces_nothing(draft: Draft) -> None:
    answered(draft, "rmdq", total=9)
    assert answered(draft, "rmdq", total=None) == []
    assert draft.progress.scored["rmdq.total"] == {"first": 9, "last": 9}


def test_each_pain_rating_is_compared_with_itself(draft: Draft) -> None:
    answered(draft, "nrs", current=1, worst=4, average=2)
    assert answered(draft, "nrs", current=9, worst=5, average=5) == ["nrs.average: 2 to 5"]


def test_where_a_higher_score_is_better_a_fall_is_worse(draft: Draft) -> None:
    rule = replace(draft.world.worsening[0], instrument="pseq", by=10, higher_is_worse=False)
    draft.world = replace(draft.world, worsening=(rule,))
    answered(draft, "pseq", total=40)
    assert answered(draft, "pseq", total=50) == []
    assert answered(draft, "pseq", total=30) == ["pseq.total: 50 to 30"]


def test_the_question_comes_once_at_the_end_of_the_round(draft: Draft) -> None:
    answered(draft, "rmdq", total=9)
    answered(draft, "rmdq", total=20)
    worsening.ask(draft)
    assert "safety_again:worsening" in draft.timers
    assert [row.body["safety"] for row in draft.outbox] == ["worsening"]
    draft.timers.clear()
    worsening.ask(draft)
    assert draft.timers == {}


def test_while_a_clinicians_rest_lasts_staff_know_and_nothing_more_is_asked(draft: Draft) -> None:
    draft.change_progress(safety_hold=True)
    answered(draft, "rmdq", total=9)
    assert answered(draft, "rmdq", total=20)
    worsening.ask(draft)
    assert draft.timers.keys().isdisjoint({"safety_again:worsening"})
