"""One database transaction, put together from its parts."""

from __future__ import annotations

from coachbot.store.adopting import AdoptingPart
from coachbot.store.auditing import AuditingPart
from coachbot.store.broadcasting import BroadcastingPart
from coachbot.store.clinics import ClinicsPart
from coachbot.store.enrolling import EnrollingPart
from coachbot.store.erasing import ErasingPart
from coachbot.store.inbox import InboxPart
from coachbot.store.lists import ListsPart
from coachbot.store.noticing import NoticingPart
from coachbot.store.outbox import OutboxPart
from coachbot.store.presence import PresencePart
from coachbot.store.reading import ReadingPart
from coachbot.store.retaining import RetainingPart
from coachbot.store.rotating import RotatingPart
from coachbot.store.saving import SavingPart
from coachbot.store.sharding import ShardingPart
from coachbot.store.staffing import StaffingPart
from coachbot.store.timers import TimersPart
from coachbot.store.vitals import VitalsPart
from coachbot.store.windowing import WindowPart


class SqlTransaction(
    InboxPart,
    AdoptingPart,
    SavingPart,
    TimersPart,
    OutboxPart,
    WindowPart,
    ReadingPart,
    EnrollingPart,
    ErasingPart,
    AuditingPart,
    BroadcastingPart,
    ClinicsPart,
    NoticingPart,
    StaffingPart,
    ListsPart,
    VitalsPart,
    RetainingPart,
    RotatingPart,
    ShardingPart,
    PresencePart,
):
    """`coachbot.service.ports.Transaction` on a SQL database."""
