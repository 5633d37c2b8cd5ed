"""What guards and texts may name beside slots: the facts of docs/authoring.md, section 4."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coachbot.service.records import Enrolment, PatientRecord, Profile, Progress, Tally
from coachbot.service.world import World

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AWARDS = ("practice", "session", "return", "assessment", "finish")
_COURSE_WEEKS = 4
_NO_ALERT = {"told_at": None, "read_by": None, "read_at": None}


@lru_cache(maxsize=1024)
def zone_info(zone: str) -> ZoneInfo:
    """The zone of that name; UTC where it is unknown or not told yet."""
    try:
        return ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local_now(profile: Profile, now: datetime) -> datetime:
    """The patient's wall-clock time."""
    return now.astimezone(zone_info(profile.zone))


def facts_of(world: World, record: PatientRecord, now: datetime) -> dict[str, Any]:
    """All facts on one patient at one moment."""
    local = local_now(record.profile, now)
    enrolment = record.enrolment
    progress = enrolment.progress if enrolment else Progress()
    tally = enrolment.tally if enrolment else Tally()
    week = week_of(enrolment, local.date())
    return {
        "patient": _patient(record.profile),
        "programme": _programme(world, enrolment, local.date(), week),
        "today": _today(record.profile, progress, local),
        "diary": _diary(tally, week),
        "away": {"days": (now - record.last_heard).days if record.last_heard else 0},
        "attended": {**world.attendable, **dict.fromkeys(progress.attended, True)},
        "answered": {**world.unanswered, **_answered(progress, local.date())},
        "awards": {**dict.fromkeys(_AWARDS, 0), **tally.awards},
        "site": {**world.site_for(record.profile.language), "on_duty": world.duty.covers(now)},
        "channel": _channel(world, record),
        "alert": {**_NO_ALERT, **progress.alert_news},
        "safety": {"hold": progress.safety_hold},
        "demo": world.demo,
    }


def week_of(enrolment: Enrolment | None, day: date) -> int:
    """Programme week, 1 from the anchor on; 0 before it is known."""
    if enrolment is None or enrolment.anchor is None:
        return 0
    return max((day - enrolment.anchor).days // 7 + 1, 0)


def day_part(local: datetime) -> str:
    """morning, afternoon, evening or night of the patient's clock."""
    hour = local.hour
    if 5 <= hour < 12:
        return "morning"
    if 12 <= hour < 17:
        return "afternoon"
    return "evening" if 17 <= hour < 22 else "night"


def _patient(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "phone": profile.phone,
        "contact": profile.contact,
        "language": profile.language,
        "zone": profile.zone,
        "morning": profile.morning,
        "evening": profile.evening,
        "session_day": profile.session_day,
        "practice_days": profile.practice_days,
        "dial": profile.dial,
    }


def _programme(world: World, enrolment: Enrolment | None, day: date, week: int) -> dict[str, Any]:
    if enrolment is None:
        return {"arm": "", "week": 0, "day": 0, "phase": "before", "trial": False, "name": ""}
    programme = world.pack.programmes.get(enrolment.programme)
    weeks = programme.weeks if programme else 16
    phase = "course" if week <= _COURSE_WEEKS else "maintenance" if week <= weeks else "after"
    return {
        "arm": enrolment.arm,
        "week": week,
        "day": (day - enrolment.anchor).days if enrolment.anchor else 0,
        "phase": phase,
        "trial": bool(programme and programme.trial),
        "name": enrolment.programme,
    }


def _today(profile: Profile, progress: Progress, local: datetime) -> dict[str, Any]:
    weekday = WEEKDAYS[local.weekday()]
    return {
        "date": local.date().isoformat(),
        "weekday": weekday,
        "practice_day": weekday in profile.practice_days,
        "session_day": weekday == profile.session_day,
        "education": progress.education_today,
        "part": day_part(local),
    }


def _diary(tally: Tally, week: int) -> dict[str, Any]:
    current = tally.week == week
    return {
        "cse": tally.cse,
        "sct": tally.sct,
        "cse_week": tally.cse_week if current else 0,
        "sct_week": tally.sct_week if current else 0,
        "cse_last": tally.cse_last,
        "sct_last": tally.sct_last,
        "minutes": tally.minutes,
        "pain_last": tally.pain_last,
        "settled": None,
        "easy_run": tally.easy_run,
        "flare_run": tally.flare_run,
    }


def _answered(progress: Progress, day: date) -> dict[str, int]:
    return {name: (day - date.fromisoformat(on)).days for name, on in progress.answered.items()}


def _channel(world: World, record: PatientRecord) -> dict[str, str]:
    site = world.site_for(record.profile.language)
    channels = site.get("channels", {})
    return dict(channels.get(record.address.channel) or {"name": record.address.channel, "reads": ""})
