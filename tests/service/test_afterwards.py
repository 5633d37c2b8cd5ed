"""What comes after a commit is not lost with the process, and comes once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from coachbot.authoring.pack import Pack
from coachbot.service.records import Afterwards
from coachbot.testing.script import Role
from coachbot.testing.stage import Person, Stage


@pytest.fixture
def stage(pack: Pack) -> Iterator[Stage]:
    with Stage(datetime(2026, 3, 9, 9, tzinfo=UTC), pack=pack) as built:
        yield built


@pytest.fixture
def kim(stage: Stage) -> Person:
    return stage.enter(Role("Kim", zone="Europe/Berlin", enrolled=date(2026, 3, 3)))


def _dies_before_it(stage: Stage) -> list[Afterwards]:
    """From now on whatever is to follow a commit only goes into a list."""
    left: list[Afterwards] = []

    def take(pieces: Sequence[Afterwards]) -> None:
        left.extend(pieces)

    stage.coach.turns._afterwards = take
    return left


def _pictures(kim: Person) -> int:
    return sum(message.row.body.get("name") == "progress.png" for message in kim.messages)


def test_a_picture_that_was_not_drawn_is_drawn_after_the_next_start(stage: Stage, kim: Person) -> None:
    assert _dies_before_it(stage) == []
    stage.say(kim, "my progress")
    assert _pictures(kim) == 0
    stage.restart()
    stage.travel(timedelta(minutes=3))
    assert _pictures(kim) == 1
    stage.travel(timedelta(minutes=30))
    assert _pictures(kim) == 1


def test_a_picture_that_is_begun_twice_comes_once(stage: Stage, kim: Person) -> None:
    draw = stage.coach.turns._afterwards
    left = _dies_before_it(stage)
    stage.say(kim, "my progress")
    for piece in [*left, *left]:
        draw([piece])
    stage.settle()
    assert _pictures(kim) == 1


def test_no_timer_is_left_once_it_is_drawn(stage: Stage, kim: Person) -> None:
    stage.say(kim, "my progress")
    assert _pictures(kim) == 1
    assert not [timer for timer in stage.timers(kim) if timer.purpose.startswith("afterwards")]


def test_what_cannot_be_done_is_given_up_and_shown_to_the_operator(stage: Stage, kim: Person) -> None:
    left = _dies_before_it(stage)
    stage.say(kim, "my progress")
    stage.travel(timedelta(hours=2))
    assert len(left) == 5
    with stage.store.reading() as tx:
        assert [one.detail for one in tx.incidents()] == ["progress, after the commit"]


def _asks_every_twenty_seconds(stage: Stage, kim: Person, times: int) -> None:
    for _ in range(times):
        stage.say(kim, "my progress")
        stage.travel(timedelta(seconds=20))


def test_who_asks_again_and_again_does_not_put_off_what_was_lost(stage: Stage, kim: Person) -> None:
    left = _dies_before_it(stage)
    _asks_every_twenty_seconds(stage, kim, 6)
    assert len(left) > 6, "none was begun anew"


def test_who_asks_again_and_again_does_not_hide_from_the_operator_that_it_cannot_be_done(
    stage: Stage, kim: Person
) -> None:
    _dies_before_it(stage)
    _asks_every_twenty_seconds(stage, kim, 60)
    with stage.store.reading() as tx:
        assert "progress, after the commit" in [one.detail for one in tx.incidents()]


def test_what_was_asked_for_several_times_and_lost_comes_once(stage: Stage, kim: Person) -> None:
    _dies_before_it(stage)
    _asks_every_twenty_seconds(stage, kim, 3)
    stage.restart()
    stage.travel(timedelta(minutes=30))
    assert _pictures(kim) == 1
    assert not [timer for timer in stage.timers(kim) if timer.purpose.startswith("afterwards")]
