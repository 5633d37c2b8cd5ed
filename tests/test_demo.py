"""The demo's clock: to the next touchpoint only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from coachbot.authoring.pack import Pack
from coachbot.demo import Demo
from coachbot.errors import EnrolmentError
from tests.service.house import House


@pytest.fixture
def house(tmp_path: Path, pack: Pack) -> Iterator[House]:
    built: Any = House(tmp_path, pack)
    built.clock.ahead = timedelta()
    yield built
    built.store.close()


def demo_of(house: House) -> Demo:
    return Demo(house.coach, cast(Any, house.clock), cast(Any, None), {"webchat": house.channel})


def test_before_anybody_s_days_are_planned_the_clock_stays_where_it_is(house: House) -> None:
    person = house.stranger()
    house.send(person, kind="start", text=house.code())
    before = house.clock.now()
    with pytest.raises(EnrolmentError, match="Nothing is planned yet"):
        demo_of(house)._jump(timedelta(days=60), True)
    assert house.clock.now() == before


def test_with_planned_days_it_goes_to_the_next_talk_and_no_farther(house: House) -> None:
    house.arm(house.patient(), "plan")
    house.settle()
    before = house.clock.now()
    demo_of(house)._jump(timedelta(days=60), True)
    assert timedelta() < house.clock.now() - before < timedelta(days=3)
