"""One database transaction, put together from its parts."""

from __future__ import annotations

from coachbot.store.enrolling import EnrollingPart
from coachbot.store.erasing import ErasingPart
from coachbot.store.inbox import InboxPart
from coachbot.store.outbox import OutboxPart
from coachbot.store.patients import PatientsPart
from coachbot.store.reading import ReadingPart
from coachbot.store.rotating import RotatingPart
from coachbot.store.saving import SavingPart
from coachbot.store.settings import SettingsPart
from coachbot.store.timers import TimersPart


class SqlTransaction(
    InboxPart,
    PatientsPart,
    SavingPart,
    TimersPart,
    OutboxPart,
    ReadingPart,
    EnrollingPart,
    ErasingPart,
    SettingsPart,
    RotatingPart,
):
    """`coachbot.service.ports.Transaction` on a SQL database."""
