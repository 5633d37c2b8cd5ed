"""A turn that came from the page of a round: an answer, or the end of it. The talk says nothing but help in danger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.answering import danger_of
from coachbot.engine.changing import changed
from coachbot.engine.events import Event, Filled, RoundFilled
from coachbot.programme.model import Assessment
from coachbot.service import acts, assessing, rounds, safety
from coachbot.service.draft import Draft
from coachbot.service.records import DiaryRow
from coachbot.service.speaking import Delivery

#: Kind of a diary entry that keeps an answer given a second time.
REPEATED = "answered_twice"
#: Kind of one that keeps an answer to a round that was over.
LATE = "answered_late"
_TIMER = "page"
_Apply = Callable[[Draft, Event, Delivery], None]


def take(draft: Draft, answer: Mapping[str, Any], apply: _Apply) -> None:
    """One answer from a page. What comes too late for its round is kept beside, and heard if it is a danger."""
    assessment = _assessment(draft, str(answer.get("assessment")))
    if assessment is None:
        _too_late(draft, answer, apply)
        return
    if answer.get("finish"):
        finish(draft, assessment, apply)
        return
    value = answer.get("value")
    value = tuple(value) if isinstance(value, list) else value
    event = Filled(
        assessment.dialog, str(answer.get("instrument")), str(answer.get("state")), value, _finished(draft, assessment)
    )
    apply(draft, event, Delivery())
    programme = rounds.programme_of(draft.world, draft.record)
    pause = timedelta(minutes=programme.page_pause_minutes if programme else 0)
    draft.arm(_TIMER, draft.now + pause, assessment=assessment.code)


def _too_late(draft: Draft, answer: Mapping[str, Any], apply: _Apply) -> None:
    """An answer to a round that is over: kept where staff and the patient's own copy show it, never scored."""
    instrument, name, value = (answer.get(key) for key in ("instrument", "state", "value"))
    dialog = draft.world.pack.library.dialogs.get(f"instrument/{instrument}")
    state = dialog.states.get(str(name)) if dialog is not None else None
    if state is None or value is None:
        return
    _keep_beside(draft, LATE, {"instrument": instrument, "question": name, "value": value, "on": "page"})
    kind = danger_of(state, tuple(value) if isinstance(value, list) else value)
    if kind is not None:
        rule = safety.respond_to(draft, kind, item=f"instrument/{instrument}/{name}={value}")
        apply(draft, safety.concern(draft, (rule.kind,)), Delivery())


def run_out(draft: Draft, code: str, apply: _Apply) -> None:
    """Nobody has written on the page for a while."""
    assessment = _assessment(draft, code)
    if assessment is not None:
        finish(draft, assessment, apply)


def finish(draft: Draft, assessment: Assessment, apply: _Apply) -> None:
    """Finish every questionnaire that stands complete; with the last of them the talk has its last words."""
    draft.disarm(_TIMER)
    for name in rounds.left(draft.world, draft.record, assessment):
        apply(draft, Filled(assessment.dialog, name, "", None, _finished(draft, assessment)), Delivery())
    if rounds.fillable(draft.world, draft.record, assessment, draft.now):
        return
    if not rounds.left(draft.world, draft.record, assessment):
        assessing.done(draft, assessment.code)
    if not _in_danger(draft) and not draft.progress.hand_over:
        apply(draft, RoundFilled(assessment.dialog), Delivery())


def keep_repeated(draft: Draft, effect: fx.Repeated) -> None:
    """The second answer to a question: kept where staff and the patient's own copy show it, never scored."""
    value = list(effect.value) if isinstance(effect.value, tuple) else effect.value
    told = {"instrument": effect.instrument, "question": effect.state, "value": value, "on": effect.on}
    _keep_beside(draft, REPEATED, told)


def _keep_beside(draft: Draft, kind: str, body: Mapping[str, Any]) -> None:
    draft.diary.append(DiaryRow(draft.new_id(), draft.record.id, draft.local.date(), kind, draft.now, body))


def close_those_shut(draft: Draft) -> None:
    """Where the window has shut, what was answered on the page and not finished is kept as far as it came."""
    programme, enrolment = rounds.programme_of(draft.world, draft.record), draft.enrolment
    if not draft.record.conversation.sheets or programme is None or enrolment is None or enrolment.anchor is None:
        return
    number = (draft.local.date() - enrolment.anchor).days
    for assessment in programme.assessments:
        if assessment.closes < number and assessment.dialog in draft.record.conversation.sheets:
            _close(draft, assessment)


def _close(draft: Draft, assessment: Assessment) -> None:
    sheet = draft.record.conversation.sheets[assessment.dialog]
    for name, answers in sheet.answers.items():
        if name not in sheet.done:
            acts.respond(draft, fx.Respond(name, answers, "lapsed", None, assessment.dialog, sheet.begun_in(name)))
    sheets = {dialog: one for dialog, one in draft.record.conversation.sheets.items() if dialog != assessment.dialog}
    draft.record = changed(draft.record, conversation=changed(draft.record.conversation, sheets=sheets))


def _assessment(draft: Draft, code: str) -> Assessment | None:
    assessment = rounds.open_round(draft.world, draft.record, draft.now)
    return assessment if assessment is not None and assessment.code == code else None


def _finished(draft: Draft, assessment: Assessment) -> tuple[str, ...]:
    return rounds.finished(draft.record, assessment)


def _in_danger(draft: Draft) -> bool:
    """A talk that follows a danger is open, or the rest after it holds: nothing else is said now."""
    opened = any(frame.opened == "safety" for frame in draft.record.conversation.frames)
    return opened or draft.progress.safety_hold
