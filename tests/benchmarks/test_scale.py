"""A simulated day: those awake are written to and half of them answer; whoever sleeps costs nothing."""

from __future__ import annotations

import pytest

from benchmarks import day
from benchmarks.ground import ground
from benchmarks.scale import measured
from coachbot.authoring.pack import Pack
from coachbot.service.clock import StandingClock

pytestmark = pytest.mark.slow
_MINUTES = 11 * 60


def test_patients_who_are_awake_talk_and_the_others_wait(pack: Pack) -> None:
    phones, clock = day.Phones(), StandingClock(day.MORNING)
    with ground(0, pack, channel=phones, clock=clock) as base:
        day.enrol(base.coach, base.account, 30, 10)
        found = day.live(base, phones, clock, minutes=_MINUTES)
        with base.coach.store.reading() as tx:
            asleep = [brief.patient for brief in tx.enrolments() if not tx.outbox(brief.patient)]
    assert found.updates > 0
    assert found.sent >= found.updates
    assert len(asleep) >= 20


def test_a_row_of_the_table_is_made() -> None:
    row = measured(5, 5, 60, "")
    assert row[:2] == ("5", "5")
