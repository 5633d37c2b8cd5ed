"""How an installation is doing, in numbers without anybody in them: what waits, since when, and who has not looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from coachbot.service.ids import first_id_at

if TYPE_CHECKING:
    from coachbot.service.ports import Clock, Store
    from coachbot.service.presence import Seen

#: A timer is late when it was due so long ago; the engine ticks every second.
LATE = timedelta(seconds=60)
#: Parked turns and timers are counted for so many seconds of real time: a week.
PARKED_FOR_S = 7 * 86_400.0
#: Setting of the store: when the last backup was made, in real seconds.
LAST_BACKUP = "last_backup"


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows that wait, and since when the oldest has."""

    count: int = 0
    oldest: datetime | None = None

    def age_s(self, now: datetime) -> float:
        """How long the oldest has waited; 0 where nothing waits."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


@dataclass(frozen=True, slots=True)
class AlertPile:
    """Open alerts of one priority."""

    open: Pile
    #: Of these: not acknowledged in the time that their rule gives, and handed on to the next person.
    late: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything at one moment, by one snapshot."""

    now: datetime
    #: Messages that are due, by channel.
    outbox: Mapping[str, Pile] = field(default_factory=dict)
    #: Messages that wait for the patient's next word, by channel.
    shut: Mapping[str, int] = field(default_factory=dict)
    claimed: int = 0
    inbox: Pile = Pile()
    #: Timers that should have fired.
    timers: Pile = Pile()
    #: Open alerts by priority.
    alerts: Mapping[str, AlertPile] = field(default_factory=dict)
    #: Turns and timers parked in the last week.
    parked: int = 0
    #: When the last backup was made, in real seconds; None for never.
    backup_at: float | None = None
    #: The processes of an installation that has several, and its leases: name, holder, seconds that are left.
    processes: Sequence[Seen] = ()
    leases: Sequence[tuple[str, str, float]] = ()


class VitalsTransaction(Protocol):
    """What the vitals need of the store. All by an index, or over rows that are few."""

    def outbox_due(self, now: datetime) -> Mapping[str, Pile]: ...
    def outbox_shut(self) -> Mapping[str, int]: ...
    def outbox_claimed(self) -> int: ...
    def inbox_waiting(self) -> Pile: ...
    def timers_due(self, before: datetime) -> Pile: ...
    def open_alerts(self, now: datetime) -> Mapping[str, AlertPile]: ...
    def incidents_since(self, kind: str, first: int) -> int:
        """How many incidents of a kind have this id or a later one."""

    def processes(self) -> Sequence[Seen]: ...
    def leases(self) -> Sequence[tuple[str, str, float]]: ...


def vitals(store: Store, clock: Clock) -> Vitals:
    """How the installation is doing now."""
    now = clock.now()
    with store.reading() as tx:
        backup = tx.setting(LAST_BACKUP)
        return Vitals(
            now=now,
            outbox=tx.outbox_due(now),
            shut=tx.outbox_shut(),
            claimed=tx.outbox_claimed(),
            inbox=tx.inbox_waiting(),
            timers=tx.timers_due(now - LATE),
            alerts=tx.open_alerts(now),
            parked=tx.incidents_since("parked", first_id_at(clock.real() - PARKED_FOR_S)),
            backup_at=float(backup) if backup else None,
            processes=tx.processes(),
            leases=tx.leases(),
        )
