"""Counts after one more practice: pure arithmetic on a `Tally`. Counts only ever go up; there are no streaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from coachbot.engine.changing import changed
from coachbot.programme.rewards import BadDay, Reward, earned
from coachbot.service.records import Tally

#: Pain up by this much over an exercise, or this high after it, is a flare (facts on the programme: a
#: proposal for the site's expert; the dialogs' guards carry the same figures with their source).
FLARE_RISE = 3
FLARE_LEVEL = 7
#: A practice told to be shorter than this says nothing about the whole dose. [P], to be signed off by a clinician.
WHOLE_MINUTES = 10
#: Days that "this month" looks back: four weeks, so that each weekday is in it equally often.
MONTH = 28
#: How many practices, the first and the latest, a look back compares: one alone says little.
COMPARED = 4


def after_practice(tally: Tally, kind: str, week: int, entry: Mapping[str, Any], *, again: bool = False) -> Tally:
    """The tally with one diary entry more. `entry` has `done` and may have minutes, pain, and `guided`.

    `again`: the exercises of this day are counted already. Two minutes in the afternoon and the rest in the evening are
    one practice; minutes and pain are those of both.
    """
    tally = tally if tally.week == week else changed(tally, week=week, cse_week=0, sct_week=0)
    done = entry.get("done")
    if done is None:
        return tally
    counts = 0 if done == "not_today" else 1
    minutes = tally.minutes + counts * int(entry.get("minutes") or 0)
    if kind == "sct":
        sct, week_of_it = tally.sct + counts, tally.sct_week + counts
        return changed(tally, minutes=minutes, sct=sct, sct_week=week_of_it, sct_last=done)
    new = 0 if again else counts
    felt = _after_pain(tally, entry) if counts else {}
    return changed(tally, minutes=minutes, cse=tally.cse + new, cse_week=tally.cse_week + new, cse_last=done, **felt)


def _after_pain(tally: Tally, entry: Mapping[str, Any]) -> dict[str, int]:
    """What changes of what counts for the dose: practices at home. One in part ends the row of easy ones, whatever the
    pain; a guided lesson or a short practice adds none to it, and a rise or a flare in any of them ends it."""
    before, after = entry.get("pain_before"), entry.get("pain_after")
    if after is None:
        return {"easy_run": 0} if entry.get("done") == "part" and not entry.get("guided") else {}
    flared = after >= FLARE_LEVEL or (before is not None and after - before >= FLARE_RISE)
    return {
        "pain_last": int(after),
        "rated": tally.rated + int(not entry.get("guided")),
        "flare_run": tally.flare_run + 1 if flared else 0,
        "easy_run": _easy_run(tally.easy_run, entry, flared),
    }


def _easy_run(run: int, entry: Mapping[str, Any], flared: bool) -> int:
    """How many whole practices in a row went by without a rise, after this one."""
    before, after = entry.get("pain_before"), entry["pain_after"]
    if flared or before is None or after > before:
        return 0
    if entry.get("guided"):
        return run
    if entry.get("done") != "all":
        return 0
    return run + int(entry.get("minutes") is None or entry["minutes"] >= WHOLE_MINUTES)


def counted_on(tally: Tally, day: date) -> bool:
    """Are the exercises of this local day counted already?"""
    return day.isoformat() in tally.practised


def remembered(tally: Tally, day: date, entry: Mapping[str, Any], bad: BadDay) -> Tally:
    """The tally with what a look back needs of one diary entry on the exercises, on the local day `day`."""
    done, barrier = entry.get("done"), entry.get("barrier")
    if done == "not_today":
        return _hindered(tally, str(barrier)) if barrier else tally
    if done is None:
        return tally
    before, minutes = entry.get("pain_before"), entry.get("minutes")
    is_bad = before is not None and bad.is_met(int(before), tally.pain_first)
    return changed(
        tally,
        practised=_recent(tally.practised, day, True),
        on_bad_days=_recent(tally.on_bad_days, day, is_bad),
        bad_days=tally.bad_days + int(is_bad and day.isoformat() not in tally.on_bad_days),
        minutes_first=_first(tally.minutes_first, minutes),
        minutes_latest=_latest(tally.minutes_latest, minutes),
        pain_first=_first(tally.pain_first, before),
        pain_latest=_latest(tally.pain_latest, before),
    )


def _hindered(tally: Tally, barrier: str) -> Tally:
    return changed(tally, barriers={**tally.barriers, barrier: tally.barriers.get(barrier, 0) + 1})


def within_month(days: Sequence[str], today: date) -> int:
    """How many of these local days lie in the 28 days that end today."""
    return sum(0 <= (today - date.fromisoformat(day)).days < MONTH for day in days)


def _recent(days: tuple[str, ...], day: date, add: bool) -> tuple[str, ...]:
    kept = {one for one in days if (day - date.fromisoformat(one)).days < MONTH}
    return tuple(sorted(kept | ({day.isoformat()} if add else set())))


def _first(values: tuple[int, ...], value: Any) -> tuple[int, ...]:
    return values if value is None or len(values) >= COMPARED else (*values, int(value))


def _latest(values: tuple[int, ...], value: Any) -> tuple[int, ...]:
    return values if value is None else (*values, int(value))[-COMPARED:]


def mean_of(values: Sequence[int]) -> int | None:
    """The rounded mean of as many values as a look back compares; None while there are fewer."""
    return int(sum(values) / len(values) + 0.5) if len(values) == COMPARED else None


def with_badges(tally: Tally, rewards: Sequence[Reward], lessons: int) -> Tally:
    """The tally with the badges that are earned by now; `lessons` is how many were attended."""
    counts = {
        "exercise": tally.cse,
        "bad_day": tally.bad_days,
        "lesson": lessons,
        "return": tally.awards.get("return", 0),
    }
    badges = earned(rewards, counts, tally.badges)
    return tally if badges == tally.badges else changed(tally, badges=badges)


def new_badge(tally: Tally) -> str | None:
    """The first badge that the patient has not been told of."""
    return next((badge for badge in tally.badges if badge not in tally.badges_told), None)


def after_telling(tally: Tally) -> Tally:
    """The patient was told of the newest badge, as `new_badge` names it."""
    badge = new_badge(tally)
    return changed(tally, badges_told=(*tally.badges_told, badge)) if badge else tally


def after_award(tally: Tally, award: str) -> Tally:
    """One award more."""
    return changed(tally, awards={**tally.awards, award: tally.awards.get(award, 0) + 1})
