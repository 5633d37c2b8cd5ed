"""Assessments as they went: intended, opened, shown and answered, late or missed. Nothing here is ever moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from coachbot.engine import effects as fx
from coachbot.programme.assessing import assessment_id
from coachbot.programme.model import Assessment
from coachbot.service import worsening
from coachbot.service.draft import Draft

_PREFIX = "assessment/"


def code_of(draft: Draft) -> str:
    """The assessment that the open talk belongs to; empty outside one."""
    for frame in draft.record.conversation.frames:
        if frame.dialog.startswith(_PREFIX):
            return frame.dialog.removeprefix(_PREFIX)
    return ""


def round_of(draft: Draft, effect: fx.Respond) -> str:
    """The assessment that a response belongs to: that of its page, or of the open talk."""
    return effect.round.removeprefix(_PREFIX) if effect.round else code_of(draft)


def times_of(draft: Draft, code: str, shown_at: datetime | None) -> dict[str, Any]:
    """When a response was meant to come and when it came. Days are the patient's own, moments UTC.

    `intended` and `closes` come from the anchor alone, so no pause changes them; `late` is after the window.
    """
    times: dict[str, Any] = {"answered_at": draft.now.isoformat()}
    if shown_at is not None:
        times["shown_at"] = shown_at.isoformat()
    assessment = _assessment(draft, code)
    if assessment is None or draft.enrolment is None or draft.enrolment.anchor is None:
        return times
    closes = draft.enrolment.anchor + timedelta(assessment.closes)
    return times | {
        "intended": (draft.enrolment.anchor + timedelta(assessment.day)).isoformat(),
        "closes": closes.isoformat(),
        "opened": draft.progress.opened.get(assessment_id(code)),
        "late": draft.local.date() > closes,
    }


def done(draft: Draft, code: str) -> None:
    """An assessment was answered to its end: in time, or late and marked so."""
    if code in draft.progress.assessments:
        return
    late = dict(draft.progress.assessments_late)
    if _is_late(draft, code):
        late[code] = draft.local.date().isoformat()
    draft.change_progress(
        assessments=(*draft.progress.assessments, code),
        assessments_late=late,
        assessments_missed=_without(draft.progress.assessments_missed, code),
    )
    draft.replan()
    worsening.ask(draft)


def note_missed(draft: Draft) -> None:
    """Record every assessment whose window has closed before it was done."""
    enrolment = draft.enrolment
    programme = draft.world.pack.programmes.get(enrolment.programme) if enrolment else None
    if programme is None or enrolment is None or enrolment.anchor is None:
        return
    shut = {
        one.code: _closing(enrolment.anchor, one).isoformat()
        for one in programme.assessments
        if one.code not in draft.progress.assessments and _closing(enrolment.anchor, one) < draft.local.date()
    }
    if shut != dict(draft.progress.assessments_missed):
        draft.change_progress(assessments_missed=shut)


def _is_late(draft: Draft, code: str) -> bool:
    assessment = _assessment(draft, code)
    anchor = draft.enrolment.anchor if draft.enrolment else None
    return assessment is not None and anchor is not None and draft.local.date() > _closing(anchor, assessment)


def _closing(anchor: date, assessment: Assessment) -> date:
    return anchor + timedelta(assessment.closes)


def _assessment(draft: Draft, code: str) -> Assessment | None:
    programme = draft.world.pack.programmes.get(draft.enrolment.programme) if draft.enrolment else None
    return next((one for one in programme.assessments if one.code == code), None) if programme else None


def _without(days: Mapping[str, str], code: str) -> dict[str, str]:
    return {name: day for name, day in days.items() if name != code}
