"""Who is told of an alert, and who is next when nobody says that they have seen it. Pure.

The chain has three links: whose patient it is; the role that the rule of the danger names (`escalate_to`), by
the site's own list of staff; everybody who treats. Where nobody of a link can be told, the next one is told at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from coachbot.service.duty import Duty
from coachbot.service.notices.records import AlertHead
from coachbot.service.staff.records import StaffRow
from coachbot.service.staffing import FIRST, Member

Link = Literal["first", "next", "everybody"]
#: Told at once, day and night. Anything less waits for the duty hours, and `low` is not told at all.
URGENT = ("high", "top")
TOLD = ("medium", "high", "top")


@dataclass(frozen=True, slots=True)
class People:
    """Who could be told."""

    #: Open accounts of those who treat.
    staff: Sequence[StaffRow]
    #: Numbers of those who have a way.
    reachable: frozenset[int]
    #: The site's own list, with roles and phone numbers.
    members: Sequence[Member] = ()


def links_due(
    head: AlertHead, now: datetime, duty: Duty, patience: timedelta | None = None
) -> Iterator[tuple[Link, datetime]]:
    """The links of the chain that are due by now, and since when (patients' time, UTC).

    `patience`: for how long the second link is waited for; as long as for the first where nothing is said.
    """
    if head.priority not in TOLD:
        return
    if head.priority in URGENT or duty.covers(now):
        yield "first", head.opened_at
    if head.escalated_at is None or head.acknowledge_by is None:
        return
    yield "next", head.escalated_at
    last = head.escalated_at + (patience or head.acknowledge_by - head.opened_at)
    if last <= now:
        yield "everybody", last


def told_of(link: Link, carers: Collection[int], escalate_to: str, people: People) -> frozenset[int]:
    """The accounts to be told at a link."""
    everybody = frozenset(row.id for row in people.staff)
    wanted = everybody
    if link == "first":
        wanted = frozenset(carers) & everybody
    elif link == "next":
        wanted = _of_role(escalate_to, people)
    return (wanted or everybody) & people.reachable or everybody & people.reachable


def _of_role(role: str, people: People) -> frozenset[int]:
    """The accounts of the site's people in a role, found by name."""
    names = {folded_name(one.name) for one in people.members if one.role == role}
    return frozenset(row.id for row in people.staff if folded_name(row.name) in names)


def at_hand(link: Link, escalate_to: str, members: Sequence[Member]) -> tuple[Member, ...]:
    """Whom to ring about it, whoever is told: from the second link on those who were told first, too."""
    roles = (FIRST,) if link == "first" else (escalate_to, FIRST)
    return tuple(one for role in roles for one in members if one.role == role)


def folded_name(name: str) -> str:
    """A name as two lists of people agree on it."""
    return " ".join(name.split()).casefold()
