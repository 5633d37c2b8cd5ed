"""Counts after one more practice: pure arithmetic on a `Tally`. Counts only ever go up; there are no streaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coachbot.service.records import Tally

#: Pain up by this much over an exercise, or this high after it, is a flare (facts on the programme: a
#: proposal for the site's expert; the dialogs' guards carry the same figures with their source).
FLARE_RISE = 3
FLARE_LEVEL = 7


def after_practice(tally: Tally, kind: str, week: int, entry: Mapping[str, Any]) -> Tally:
    """The tally with one diary entry more. `entry` has `done` and may have minutes and pain."""
    tally = tally if tally.week == week else replace(tally, week=week, cse_week=0, sct_week=0)
    done = entry.get("done")
    if done is None:
        return tally
    counts = 0 if done == "not_today" else 1
    tally = replace(tally, minutes=tally.minutes + counts * int(entry.get("minutes") or 0))
    if kind == "sct":
        return replace(tally, sct=tally.sct + counts, sct_week=tally.sct_week + counts, sct_last=done)
    tally = replace(tally, cse=tally.cse + counts, cse_week=tally.cse_week + counts, cse_last=done)
    return _after_pain(tally, entry) if counts else tally


def _after_pain(tally: Tally, entry: Mapping[str, Any]) -> Tally:
    before, after = entry.get("pain_before"), entry.get("pain_after")
    if after is None:
        return tally
    tally = replace(tally, pain_last=int(after))
    flared = after >= FLARE_LEVEL or (before is not None and after - before >= FLARE_RISE)
    easy = before is not None and after <= before
    return replace(
        tally,
        flare_run=tally.flare_run + 1 if flared else 0,
        easy_run=tally.easy_run + 1 if easy and not flared else 0,
    )


def after_award(tally: Tally, award: str) -> Tally:
    """One award more."""
    return replace(tally, awards={**tally.awards, award: tally.awards.get(award, 0) + 1})
