"""Counts of what waits, for whoever watches the installation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select

from coachbot.service.vitals import AlertPile, Pile
from coachbot.store import tables
from coachbot.store.columns import micros, moment_or_none
from coachbot.store.outbox import OUTBOX, SOME_DAY
from coachbot.store.part import Part
from coachbot.store.statements import Statement, number, word

_ADDRESS = tables.table(tables.Address)
_ALERT = tables.table(tables.Alert)
_INBOX = tables.table(tables.Inbox)
_INCIDENT = tables.table(tables.Incident)
_TIMER = tables.table(tables.Timer)

#: Both lanes are named, since the index of due rows begins with the lane.
_IS_DUE = (OUTBOX.c.state == word("due"), or_(OUTBOX.c.lane == number(0), OUTBOX.c.lane == number(1)))
_BY_CHANNEL = (
    select(_ADDRESS.c.channel, func.count(), func.min(OUTBOX.c.due_at))
    .join_from(OUTBOX, _ADDRESS, _ADDRESS.c.id == OUTBOX.c.address)
    .group_by(_ADDRESS.c.channel)
)
_OUTBOX_DUE = Statement(_BY_CHANNEL.where(*_IS_DUE, OUTBOX.c.due_at <= bindparam("now")))
_OUTBOX_SHUT = Statement(_BY_CHANNEL.where(*_IS_DUE, OUTBOX.c.due_at == number(SOME_DAY)))
_OUTBOX_CLAIMED = Statement(select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == word("claimed")))
_INBOX_WAITING = Statement(
    select(func.count(), func.min(_INBOX.c.received_at)).where(_INBOX.c.state == word("waiting"))
)
_TIMERS_DUE = Statement(select(func.count(), func.min(_TIMER.c.due_at)).where(_TIMER.c.due_at <= bindparam("before")))
_OPEN_ALERTS = Statement(
    select(
        _ALERT.c.priority,
        func.count(),
        func.min(_ALERT.c.opened_at),
        func.sum(case((_ALERT.c.acknowledge_by <= bindparam("now"), number(1)), else_=number(0))),
        func.count(_ALERT.c.escalated_at),
    )
    .where(_ALERT.c.acknowledged_at.is_(None))
    .group_by(_ALERT.c.priority)
)
_INCIDENTS_SINCE = Statement(
    select(func.count()).where(_INCIDENT.c.id >= bindparam("first"), _INCIDENT.c.kind == bindparam("which"))
)


class VitalsPart(Part):
    """`coachbot.service.vitals.VitalsTransaction`."""

    def outbox_due(self, now: datetime) -> Mapping[str, Pile]:
        """Messages that are due, by channel."""
        return {channel: _pile(row) for channel, *row in self._rows(_OUTBOX_DUE, now=micros(now))}

    def outbox_shut(self) -> Mapping[str, int]:
        """Messages that wait for the patient's next word, by channel."""
        return {channel: count for channel, count, _ in self._rows(_OUTBOX_SHUT)}

    def outbox_claimed(self) -> int:
        """Messages that are being sent."""
        return int(self._rows(_OUTBOX_CLAIMED)[0][0])

    def inbox_waiting(self) -> Pile:
        """Updates that wait for their turn."""
        return _pile(self._rows(_INBOX_WAITING)[0])

    def timers_due(self, before: datetime) -> Pile:
        """Timers that were due at a moment and have not fired."""
        return _pile(self._rows(_TIMERS_DUE, before=micros(before))[0])

    def open_alerts(self, now: datetime) -> Mapping[str, AlertPile]:
        """Alerts that nobody has acknowledged, by priority."""
        return {
            priority: AlertPile(_pile(row), int(late), int(escalated))
            for priority, *row, late, escalated in self._rows(_OPEN_ALERTS, now=micros(now))
        }

    def incidents_since(self, kind: str, first: int) -> int:
        """How many incidents of a kind have this id or a later one."""
        return int(self._rows(_INCIDENTS_SINCE, first=first, which=kind)[0][0])


def _pile(row: Any) -> Pile:
    count, oldest = row
    return Pile(int(count), moment_or_none(oldest))
