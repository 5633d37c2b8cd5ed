"""What guards and texts may name beside slots: the facts of docs/authoring.md, section 4.

A turn names few of them, so each group of facts is worked out when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coachbot.programme.gates import awake
from coachbot.service.records import Enrolment, PatientRecord, Profile, Progress, Tally
from coachbot.service.sourcing import sources_of
from coachbot.service.tally import mean_of, new_badge, within_month
from coachbot.service.world import World

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: What the ends of a range of hours are called.
_ENDS = ("first", "last")
_AWARDS = ("practice", "session", "return", "assessment", "finish")
_COURSE_WEEKS = 4
_ALERT = ("kind", "told_at", "read_by", "read_at")
#: In these states the days are planned, and the daily check-in of a rest comes.
PLANNED_STATES = ("active", "treatment_stopped", "finished")
_NO_PROGRESS, _NO_TALLY = Progress(), Tally()


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


def facts_of(world: World, record: PatientRecord, now: datetime) -> Facts:
    """All facts on one patient at one moment."""
    return Facts(world, record, now)


class Facts(Mapping[str, Any]):
    """The facts on one patient at one moment, by group. What was asked for once is kept."""

    __slots__ = ("_found", "_local", "enrolment", "now", "progress", "record", "tally", "world")

    def __init__(self, world: World, record: PatientRecord, now: datetime) -> None:
        self.world = world
        self.record = record
        self.now = now
        self.enrolment = enrolment = record.enrolment
        self.progress = enrolment.progress if enrolment else _NO_PROGRESS
        self.tally = enrolment.tally if enrolment else _NO_TALLY
        self._local: datetime | None = None
        self._found: dict[str, Any] = {}

    @property
    def local(self) -> datetime:
        """The patient's wall-clock time."""
        if self._local is None:
            self._local = local_now(self.record.profile, self.now)
        return self._local

    @property
    def day(self) -> date:
        """The patient's day."""
        return self.local.date()

    @property
    def week(self) -> int:
        """The week of the programme."""
        return week_of(self.enrolment, self.day)

    def __getitem__(self, name: str) -> Any:
        found = self._found
        if name not in found:
            found[name] = _GROUPS[name](self)
        return found[name]

    def __contains__(self, name: object) -> bool:
        return name in _GROUPS

    def __iter__(self) -> Iterator[str]:
        return iter(_GROUPS)

    def __len__(self) -> int:
        return len(_GROUPS)


def _alert(progress: Progress, day: date) -> dict[str, Any]:
    """Of the newest alert of a rest: who was told and who read it, and how many days ago."""
    news = progress.alert_news
    days = {
        f"{what}_days": (day - date.fromisoformat(str(news[f"{what}_on"]))).days if news.get(f"{what}_on") else None
        for what in ("told", "read")
    }
    return {**{name: news.get(name) for name in _ALERT}, **days}


def _reader(world: World, record: PatientRecord, now: datetime) -> dict[str, Any]:
    """Whether somebody reads alerts right now; if not, in how many of the patient's days and at which of their times
    a talk that waits for it comes back: when duty begins, or at the end of their quiet hours."""
    if world.duty.covers(now):
        return {"on_duty": True, "duty_days": None, "duty_at": None}
    programme = world.pack.programmes.get(record.enrolment.programme) if record.enrolment else None
    due = world.duty.next_start(now)
    if programme is not None:
        due = awake(programme.burden, due, record.profile.zone or "UTC")
    there, here = local_now(record.profile, due), local_now(record.profile, now)
    return {"on_duty": False, "duty_days": (there.date() - here.date()).days, "duty_at": there.strftime("%H:%M")}


def _daily(enrolment: Enrolment | None) -> bool:
    """Can the coach write by itself every day? Neither before day 0 nor to somebody who left."""
    return enrolment is not None and enrolment.anchor is not None and enrolment.state in PLANNED_STATES


def week_of(enrolment: Enrolment | None, day: date) -> int:
    """Programme week, 1 from the anchor on; 0 before it is known."""
    if enrolment is None or enrolment.anchor is None:
        return 0
    return week_from(enrolment.anchor, day)


def week_from(anchor: date, day: date) -> int:
    """Programme week of a day, 1 from the anchor on; 0 before."""
    return max((day - anchor).days // 7 + 1, 0)


def day_part(local: datetime) -> str:
    """morning, afternoon, evening or night of the patient's clock."""
    hour = local.hour
    if 5 <= hour < 12:
        return "morning"
    if 12 <= hour < 17:
        return "afternoon"
    return "evening" if 17 <= hour < 22 else "night"


def _paused(progress: Progress, now: datetime, day: date) -> bool:
    """Does a pause, or a silence the patient asked for, hold now?"""
    from_day, until, silent = progress.paused_from, progress.paused_until, progress.silent_until
    pausing = from_day is not None and day.isoformat() >= from_day and (until is None or day.isoformat() < until)
    return pausing or (silent is not None and (silent == "told" or now < datetime.fromisoformat(silent)))


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


def _programme(world: World, record: PatientRecord, day: date, week: int) -> dict[str, Any]:
    enrolment = record.enrolment
    if enrolment is None:
        nothing = {"arm": "", "week": 0, "day": 0, "phase": "before", "name": "", "begun": False}
        return {**nothing, **dict.fromkeys(("trial", "tells_allocation", "offers_other"), False)}
    programme = world.pack.programmes.get(enrolment.programme)
    weeks = programme.weeks if programme else 16
    phase = "course" if week <= _COURSE_WEEKS else "maintenance" if week <= weeks else "after"
    return {
        "arm": enrolment.arm,
        "week": week,
        "day": (day - enrolment.anchor).days if enrolment.anchor else 0,
        "phase": phase,
        "trial": bool(programme and programme.trial),
        "tells_allocation": bool(programme and programme.tells_allocation),
        "offers_other": bool(programme and programme.offers_other),
        "name": enrolment.programme,
        "begun": _begun(enrolment, record.profile.session_day, day),
    }


def _begun(enrolment: Enrolment, session_day: str, day: date) -> bool:
    """Was something to practise shown, or does the first session day lie behind?"""
    if enrolment.anchor is None or enrolment.progress.attended:
        return enrolment.anchor is not None
    days = (enrolment.anchor + timedelta(days=number) for number in range(1, 8))
    return day > next((one for one in days if WEEKDAYS[one.weekday()] == session_day), enrolment.anchor)


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


def _hours(of: Facts) -> dict[str, str]:
    """The first and the last hour at which the morning note and the evening check-in can come."""
    programme = of.world.pack.programmes.get(of.enrolment.programme) if of.enrolment else None
    whole = (time.min, time.max)
    ranges = {
        "morning": programme.settings.morning_range if programme else whole,
        "evening": programme.settings.evening_range if programme else whole,
    }
    ends = ((f"{part}_{end}", hour) for part, hours in ranges.items() for end, hour in zip(_ENDS, hours, strict=True))
    return {name: hour.strftime("%H:%M") for name, hour in ends}


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
        "rated": tally.rated,
    }


def _look_back(world: World, record: PatientRecord, tally: Tally, day: date) -> dict[str, Any]:
    """Then and now. Pain is left out while telling it could bias a trial."""
    pains = (tally.pain_first, tally.pain_latest) if may_show_outcomes(world, record) else ((), ())
    return {
        "month": within_month(tally.practised, day),
        "month_bad": within_month(tally.on_bad_days, day),
        "minutes_first": mean_of(tally.minutes_first),
        "minutes_latest": mean_of(tally.minutes_latest),
        "pain_first": mean_of(pains[0]),
        "pain_latest": mean_of(pains[1]),
    }


def may_show_outcomes(world: World, record: PatientRecord) -> bool:
    """Pain and function are shown once the last assessment is past, or where no trial runs."""
    enrolment = record.enrolment
    programme = world.pack.programmes.get(enrolment.programme) if enrolment else None
    if enrolment is None or programme is None or not programme.trial:
        return True
    return programme.assessments[-1].code in enrolment.progress.assessments


def _answered(progress: Progress, day: date) -> dict[str, int]:
    return {name: (day - date.fromisoformat(on)).days for name, on in progress.answered.items()}


def _channel(world: World, record: PatientRecord) -> dict[str, Any]:
    channel = record.address.channel
    told = world.site_for(record.profile.language).get("channels", {}).get(channel)
    capabilities = world.capabilities.get(channel)
    return {**(told or {"name": channel, "reads": ""}), "sounds": bool(capabilities and "audio" in capabilities.media)}


def _whole_programme(of: Facts) -> dict[str, Any]:
    return {
        **_programme(of.world, of.record, of.day, of.week),
        "paused": _paused(of.progress, of.now, of.day),
        "stopped": of.enrolment is not None and of.enrolment.state == "treatment_stopped",
    }


def _exercises(of: Facts) -> Mapping[str, Any]:
    progress = of.progress
    reasons = str(progress.screening.get("reasons") or "")
    language = of.record.profile.language
    return of.world.exercises.facts(reasons, progress.conditions, progress.taken_out, progress.let_in, language)


def _away(of: Facts) -> dict[str, Any]:
    return {"days": (of.now - of.record.last_heard).days if of.record.last_heard else 0}


def _site(of: Facts) -> dict[str, Any]:
    return {**of.world.site_of(of.record.profile), **_reader(of.world, of.record, of.now)}


def _safety(of: Facts) -> dict[str, Any]:
    return {
        "hold": of.progress.safety_hold,
        "daily": _daily(of.enrolment),
        "told": tuple(sorted(of.world.rules.keys() & of.progress.alerted.keys())),
    }


def _round(of: Facts) -> Mapping[str, Any]:
    from coachbot.service import rounds

    return rounds.facts(of.world, of.record, of.now)


#: How each group of facts is worked out.
def _lessons(of: Facts) -> Mapping[str, Any]:
    return sources_of(of.world.pack.education, of.enrolment.arm if of.enrolment else None)


_GROUPS: Mapping[str, Callable[[Facts], Any]] = {
    "patient": lambda of: _patient(of.record.profile),
    "programme": _whole_programme,
    "hours": _hours,
    "today": lambda of: _today(of.record.profile, of.progress, of.local),
    "diary": lambda of: {**_diary(of.tally, of.week), **_look_back(of.world, of.record, of.tally, of.day)},
    "exercises": _exercises,
    "lessons": _lessons,
    "away": _away,
    "attended": lambda of: {**of.world.attendable, **dict.fromkeys(of.progress.attended, True)},
    "answered": lambda of: {**of.world.unanswered, **_answered(of.progress, of.day)},
    "badges": lambda of: {"earned": of.tally.badges, "new": new_badge(of.tally)},
    "awards": lambda of: {**dict.fromkeys(_AWARDS, 0), **of.tally.awards},
    "site": _site,
    "channel": lambda of: _channel(of.world, of.record),
    "alert": lambda of: _alert(of.progress, of.day),
    "round": _round,
    "safety": _safety,
    "demo": lambda of: of.world.demo,
}
