"""Filter words: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

from datetime import date

import pytest

from coachbot.authoring.pack import Pack
from coachbot.errors import StaffError
from coachbot.service.broadcasts.audience import read_audience
from coachbot.service.broadcasts.records import Head
from tests.service.broadcasts.conftest import Office


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("arms=combined", r"character 1: 'arms=combined' is not a filter; did you mean 'arm'\?"),
        ("week=3 arm=cmobined", r"character 8: there is no arm 'cmobined'; did you mean 'combined'\?"),
        ("week=6-3", "week 3 comes before week 6"),
        ("week=soon", "'soon' is no week"),
        ("exercise_days<many", "'many' is not a number"),
        ("score:rmdqq>3", r"did you mean 'rmdq'\?"),
        ("language=xx", "there is no language 'xx'"),
        ("week=1 week=2", "stands there twice"),
        ("everyone", "is not a filter"),
        ("arm<combined", "write arm=combined"),
    ],
)
def test_a_word_that_means_nothing_is_named_with_its_place(pack: Pack, written: str, told: str) -> None:
    with pytest.raises(StaffError, match=told):
        read_audience(written, pack)


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("", "combined exercise walker"),
        ("everybody", "combined exercise walker"),
        ("programme=sct_cse arm=exercise", "exercise"),
        ("week=3", "combined exercise walker"),
        ("week=4-", ""),
        ("exercise_days>=1", "walker"),
        ("exercise_days<1 arm=combined", "combined"),
        ("tag=walkers", "walker"),
        ("score:rmdq>=1", ""),
    ],
)
def test_who_fits(office: Office, written: str, who: str) -> None:
    from dataclasses import replace

    people = {"combined": office.house.patient(), "exercise": office.house.patient("exercise")}
    people["walker"] = office.house.patient(tags=("walkers",))
    record = office.house.record(people["walker"])
    assert record.enrolment is not None
    tally = replace(record.enrolment.tally, practised=("2026-03-09",))
    office.put(replace(record, enrolment=replace(record.enrolment, tally=tally)))
    one = office.draft(audience=written)
    assert office.broadcasts.rehearse(office.lin, one.id).meant == len(who.split())
    if who:
        office.broadcasts.send(office.lin, one.id)
        office.house.settle()
    assert {name for name, person in people.items() if person.texts} == set(who.split())


@pytest.mark.parametrize(
    ("written", "anchor", "told"),
    [
        ("", "2026-03-01", True),
        ("arm=combined", "2026-03-01", True),
        ("arm=exercise", "2026-03-01", False),
        ("", None, False),
        ("tag=walkers", "2026-03-01", None),
        ("tag=walkers arm=exercise", "2026-03-01", False),
        ("week=2", "2026-03-01", True),
        ("week=3", "2026-03-01", False),
        ("week=2", "2026-03-04", None),
        ("week=1-2", "2026-03-04", True),
    ],
    ids=str,
)
def test_what_stands_openly_tells_or_says_that_it_does_not(
    pack: Pack, written: str, anchor: str | None, told: bool | None
) -> None:
    """On 10 March in the west it is 11 March in the east: somebody whose week ends between the two must be opened."""
    head = Head(1, "p", "sct_cse", "combined", "active", anchor)
    assert read_audience(written, pack).told_by(head, (date(2026, 3, 10), date(2026, 3, 11))) is told
