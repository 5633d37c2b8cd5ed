"""The crowd of the demo's clinic: a past that fits its figures, and last days that were lived."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coachbot.service.ports import Transaction
from coachbot.testing import cohort, crowd
from coachbot.testing.crowd import Figure
from coachbot.testing.ground import open_in

UNTIL = datetime(2026, 3, 11, 10, tzinfo=UTC)
_SOME = (
    Figure("Aino Virtanen", "exercise", 60, 0.9),
    Figure("Ben Adler", "combined", 40, 0.15, missed=("week_4",)),
    Figure("Carla Mancini", "combined", 20, 0.8, away=6),
    Figure("Dilek Kaya", "exercise", 30, 0.8, state="paused"),
    Figure("Emil Larsen", "exercise", 124, 0.8, state="finished"),
)


def test_sixty_come_in_with_names_of_their_own_at_many_weeks_and_in_both_arms() -> None:
    everybody = crowd.figures()
    names = [one.name for one in everybody] + [one.name for one in cohort.COHORT]
    assert len(set(names)) == len(names) == 60
    assert len({one.days // 7 for one in everybody}) >= 16
    assert sum(one.arm == "combined" for one in everybody) == len(everybody) // 2
    assert sum(bool(one.away) for one in everybody) >= 3
    assert {one.state for one in everybody} == {"active", "paused", "finished"}
    assert max(one.adherence for one in everybody) - min(one.adherence for one in everybody) > 0.4
    assert everybody == crowd.figures()


@pytest.mark.slow
def test_the_past_fits_the_figure_and_the_last_days_were_lived(tmp_path: Path) -> None:
    patients = crowd.live(_SOME, tmp_path, UNTIL, 1, 7)
    store = open_in(tmp_path, "")
    with store.reading() as tx:
        keen, seldom, silent, paused, finished = (_Seen(tx, patient) for patient in patients)
    store.close()
    assert keen.days > 3 * seldom.days
    assert keen.assessments == ("baseline", "week_4")
    assert seldom.assessments == ("baseline",)
    assert keen.practised == len(keen.recent)  # the tally tells the same as the diary
    assert keen.messages > 0
    assert (UNTIL - silent.heard).days >= 6
    assert paused.paused
    assert (finished.state, finished.assessments) == ("finished", ("baseline", "week_4", "week_16"))
    assert not any(one.alerts for one in (keen, seldom, paused, finished))


class _Seen:
    """What the database holds of one of them."""

    def __init__(self, tx: Transaction, patient: str) -> None:
        record = tx.load([patient])[patient]
        assert record.enrolment is not None
        assert record.last_heard is not None
        done = {row.day for row in tx.diary(patient) if row.kind == "cse" and row.body["done"] != "not_today"}
        self.heard, self.state = record.last_heard, record.enrolment.state
        self.assessments = record.enrolment.progress.assessments
        self.paused = record.enrolment.progress.paused_from is not None
        self.practised = len(record.enrolment.tally.practised)
        self.days = len(done)
        newest = max(done, default=UNTIL.date())
        self.recent = {day for day in done if (newest - day).days < 28}
        self.messages = sum(row["state"] == "sent" for row in tx.outbox(patient))
        self.alerts = [alert.kind for alert in tx.alerts(patient) if alert.priority in ("high", "top")]
