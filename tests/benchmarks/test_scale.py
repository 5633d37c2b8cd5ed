"""A simulated day: those awake are written to and half of them answer; whoever sleeps costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import day
from benchmarks.ground import ground
from benchmarks.scale import BEGIN, END, Sizes, measured, put_into, report
from coachbot.authoring.pack import Pack
from coachbot.service.clock import StandingClock
from tests import postgres

pytestmark = pytest.mark.slow
_MINUTES = 11 * 60


def test_patients_who_are_awake_talk_and_the_others_wait(pack: Pack) -> None:
    phones, clock = day.Phones(), StandingClock(day.MORNING)
    with ground(0, pack, channel=phones, clock=clock) as base:
        day.wake(base.coach, day.enrol(base.coach, base.account, 30, 10))
        found = day.live(base, phones, clock, minutes=_MINUTES)
        with base.coach.store.reading() as tx:
            asleep = [brief.patient for brief in tx.enrolments() if not tx.outbox(brief.patient)]
    assert found.updates > 0
    assert found.sent >= found.updates
    assert len(asleep) >= 20


def test_the_tables_are_made_and_stand_in_the_page(tmp_path: Path) -> None:
    found = measured(5, Sizes(awake=5, minutes=6 * 60, memory=False), "")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    put_into(page, report([found]))
    text = page.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| 5 | SQLite | one process | 5 |" in text


@pytest.mark.postgres
def test_two_workers_live_a_day_and_what_a_process_holds_is_told() -> None:
    found = measured(12, Sizes(awake=6, minutes=8 * 60), postgres.needed())
    lived = {told: (one.turns > 0, one.sent > 0) for told, (one, _) in found.days.items()}
    assert lived == {"1 worker": (True, True), "2 workers": (True, True)}
    assert found.memory.keys() == {"worker", "web"}
    assert "message" in found.rows
