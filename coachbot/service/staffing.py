"""Who of the site's staff is to be called about an alert, and when: from the site's own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from coachbot.errors import SettingsError
from coachbot.service.duty import Duty

if TYPE_CHECKING:
    from coachbot.service.world import SafetyRule

#: Who hears of an alert first. Whom it goes to when nobody has confirmed, `escalate_to` of its rule says.
FIRST = "therapist"
_KEYS = {"role", "name", "phone", "day_and_night"}


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the site's staff."""

    role: str
    name: str
    phone: str
    #: Can be called outside the duty hours too.
    day_and_night: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who is to be called about an alert."""

    at: datetime
    member: Member
    #: `opened` or `not_acknowledged`.
    why: str


def staff_from(data: Any, file: str) -> tuple[Member, ...]:
    """The `staff:` of a site's file. Raises SettingsError naming the entry and what it lacks."""
    if not isinstance(data, list):
        raise SettingsError(f"COACHBOT_SITE: staff of {file} is no list of people with role, name and phone")
    return tuple(_member(one, place, file) for place, one in enumerate(data, 1))


def _member(one: Any, place: int, file: str) -> Member:
    where = f"COACHBOT_SITE: staff {place} of {file}"
    if not isinstance(one, Mapping) or set(one) - _KEYS:
        raise SettingsError(f"{where} is not understood; it has role, name, phone and, if so, day_and_night: true")
    lacking = [key for key in ("role", "name", "phone") if not str(one.get(key) or "").strip()]
    if lacking:
        raise SettingsError(f"{where} lacks {', '.join(lacking)}")
    return Member(str(one["role"]), str(one["name"]), str(one["phone"]), one.get("day_and_night") is True)


def calls(rule: SafetyRule, opened: datetime, staff: Sequence[Member], duty: Duty) -> tuple[Call, ...]:
    """Who is to be called about an alert that nobody confirms, in the order of time (UTC)."""
    late = opened + timedelta(minutes=rule.acknowledge_minutes)
    found = [*_of(FIRST, opened, "opened", staff, duty), *_of(rule.escalate_to, late, "not_acknowledged", staff, duty)]
    return tuple(sorted(found, key=lambda call: call.at))


def _of(role: str, moment: datetime, why: str, staff: Sequence[Member], duty: Duty) -> Iterator[Call]:
    for member in staff:
        if member.role == role:
            at = moment if member.day_and_night else _in_duty(moment, duty)
            if at is not None:
                yield Call(at, member, why)


def _in_duty(moment: datetime, duty: Duty) -> datetime | None:
    """The moment itself, or when duty begins next; None if it never does."""
    start = duty.next_start(moment)
    return start if duty.covers(start) else None
