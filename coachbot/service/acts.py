"""Carrying out what dialogs ask for (`do:`), on the draft of a turn: in memory, to be committed with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.asks import Several
from coachbot.engine.model import Dialog
from coachbot.instruments import Instrument
from coachbot.instruments.scoring import score
from coachbot.programme.localtime import moment
from coachbot.service import safety
from coachbot.service import tally as tallies
from coachbot.service.draft import Draft
from coachbot.service.records import AlertRow, ConsentRow, DiaryRow, ResponseRow

Arguments = Mapping[str, Any]
_IN = re.compile(r"(\d+(?:\.\d+)?)\s*(min|m|h|d)")
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days"}
#: Settings that change when things come.
_SCHEDULE = {"zone", "morning", "evening", "session_day", "practice_days", "dial"}


def carry_out(draft: Draft, act: fx.Act) -> None:
    """Do one act. An unknown one is a fault of the pack that `coachbot check` finds."""
    _HANDLERS[act.action](draft, act.arguments, act)


# -- practice -----------------------------------------------------------------------------------------
def _record_practice(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    kind = str(arguments["kind"])
    body = {name: value for name, value in arguments.items() if name != "kind" and value is not None}
    if "done" not in body:
        return
    draft.diary.append(DiaryRow(draft.new_id(), draft.record.id, draft.local.date(), kind, draft.now, body))
    draft.change_tally(tallies.after_practice(draft.tally, kind, draft.week, body))
    missed = draft.progress.missed + 1 if body["done"] == "not_today" else 0
    if kind == "cse":
        draft.change_progress(missed=missed)


def _award(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_tally(tallies.after_award(draft.tally, str(arguments["award"])))


def _attended(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    what = str(arguments["what"])
    if what not in draft.progress.attended:
        draft.change_progress(attended=(*draft.progress.attended, what))


def _assessment_done(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    name = str(arguments["assessment"])
    if name not in draft.progress.assessments:
        draft.change_progress(assessments=(*draft.progress.assessments, name))
        draft.replan()


# -- settings -----------------------------------------------------------------------------------------
def _save(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    changes = {name: value for name, value in arguments.items() if value is not None}
    if not changes:
        return
    draft.change_profile(**changes)
    if _SCHEDULE & changes.keys():
        draft.replan()


def _dial(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_profile(dial=str(arguments["dial"]))
    draft.replan()


def _consent(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    given = arguments.get("given") == "yes"
    body = {"words": _words_shown(draft), "language": draft.record.profile.language}
    draft.consents.append(
        ConsentRow(draft.new_id(), draft.record.id, str(arguments["version"]), given, draft.now, body)
    )
    if not given:
        draft.change_enrolment(state="withdrawn")


def _words_shown(draft: Draft) -> str:
    """Which words the patient saw: the version of the dialog they stand in."""
    frames = draft.record.conversation.frames
    return f"{frames[-1].dialog}@{frames[-1].version}" if frames else ""


def _screened(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    outcome = arguments.get("outcome") or "review"
    draft.change_progress(screening={"outcome": outcome, "reasons": arguments.get("reasons") or ""})
    priority = "medium" if outcome == "review" else "low"
    if outcome != "not_now":
        open_alert(draft, "waits_for_confirmation", priority, {"reasons": arguments.get("reasons") or ""})


# -- silence, pause, leaving --------------------------------------------------------------------------
def _silence(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    until: str | None = str(arguments["until"])
    if until == "now":
        until = None
    elif until == "tomorrow":
        tomorrow = draft.local.date() + timedelta(days=1)
        until = moment(tomorrow, time(4, 0), draft.record.profile.zone or "UTC").isoformat()
    draft.change_progress(silent_until=until)
    draft.replan()


def _pause(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    days = arguments.get("days")
    today = draft.local.date()
    until = (today + timedelta(days=int(days))).isoformat() if days else None
    draft.change_progress(paused_from=today.isoformat(), paused_until=until)
    draft.replan()


def _resume(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_progress(paused_from=None, paused_until=None, silent_until=None)
    draft.replan()


def _stop_treatment(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_enrolment(state="treatment_stopped")
    draft.change_progress(silent_until=None)
    draft.replan()


def _withdraw(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_enrolment(state="withdrawn")
    open_alert(draft, "withdrew", "low", {})
    draft.replan()


def _export(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.later("export")


def _erase(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_enrolment(state="withdrawn")
    draft.replan()
    draft.later("erase")


def _draw_progress(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.later("progress")


# -- people -------------------------------------------------------------------------------------------
def _alert(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    kind, priority, note = str(arguments["kind"]), str(arguments["priority"]), arguments.get("note")
    rule = draft.world.rules.get(kind)
    if rule is None:
        open_alert(draft, kind, priority, {"note": note} if note else {})
    else:
        safety.tell_staff(draft, rule, priority, words=str(note or ""))


def _hand_over(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    open_alert(draft, "hand_over", "medium", {"reason": arguments["reason"], "dialog": act.dialog})


def open_alert(draft: Draft, kind: str, priority: str, body: dict[str, Any]) -> AlertRow:
    """Something a therapist must see."""
    row = AlertRow(draft.new_id(), draft.record.id, kind, priority, draft.now, body)
    draft.alerts.append(row)
    return row


# -- later --------------------------------------------------------------------------------------------
def _remind(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    dialog = str(arguments["dialog"])
    due = _reminder_due(draft, arguments)
    draft.arm(f"remind:{dialog}", due, dialog=dialog, touchpoint=act.touchpoint)


def _reminder_due(draft: Draft, arguments: Arguments) -> datetime:
    at = arguments.get("at")
    if arguments.get("when") == "on_duty":
        return draft.world.duty.next_start(draft.now)
    if at:
        return _next_time(draft, time.fromisoformat(str(at)))
    found = _IN.fullmatch(str(arguments.get("in") or "3 h").strip())
    if found is None:
        raise ValueError(f"remind: '{arguments.get('in')}' is not a time like '3 h' or '20 min'")
    return draft.now + timedelta(**{_UNITS[found[2]]: float(found[1])})


def _next_time(draft: Draft, at: time) -> datetime:
    zone = draft.record.profile.zone or "UTC"
    day: date = draft.local.date()
    due = moment(day, at, zone)
    return due if due > draft.now else moment(day + timedelta(days=1), at, zone)


# -- answers to instruments ---------------------------------------------------------------------------
def respond(draft: Draft, effect: fx.Respond) -> None:
    """Store the answers to an instrument, with scores and the wording they were asked in."""
    instrument = draft.world.pack.instruments.get(effect.instrument)
    if instrument is None:
        return
    dialog = draft.world.pack.library.dialogs[f"instrument/{effect.instrument}"]
    answers = item_answers(instrument, dialog, effect.answers)
    if all(value is None for value in answers.values()):
        return
    day = draft.local.date()
    body = {
        "answers": answers,
        "scores": dict(score(instrument, answers)),
        "wording": instrument.wording,
        "version": dialog.version,
        "language": draft.record.profile.language,
        "result": effect.result,
    }
    draft.responses.append(
        ResponseRow(draft.new_id(), draft.record.id, effect.instrument, _assessment(draft), day, draft.now, body)
    )
    if effect.result == "done":
        answered = {**draft.progress.answered, effect.instrument: day.isoformat()}
        draft.change_progress(answered=answered)


def _assessment(draft: Draft) -> str:
    for frame in draft.record.conversation.frames:
        if frame.dialog.startswith("assessment/"):
            return frame.dialog.removeprefix("assessment/")
    return ""


def item_answers(instrument: Instrument, dialog: Dialog, slots: Mapping[str, Any]) -> dict[str, int | None]:
    """Slots of an instrument's dialog as item values: anchors to numbers, ticks to 1 and 0, skipped to None."""
    answers: dict[str, int | None] = {item.code: None for item in instrument.items}
    for state in dialog.states.values():
        if isinstance(state.ask, Several) and (ticked := slots.get(state.ask.name)) is not None:
            answers.update({code: int(code in ticked) for code in state.ask.of})
    for item in instrument.items:
        slot = slots.get(item.code)
        if slot is not None:
            values = {anchor.code: anchor.value for anchor in item.anchors}
            answers[item.code] = values[slot] if isinstance(slot, str) and slot in values else int(slot)
    return answers


_HANDLERS: dict[str, Callable[[Draft, Arguments, fx.Act], None]] = {
    "record_practice": _record_practice,
    "award": _award,
    "alert": _alert,
    "save": _save,
    "consent": _consent,
    "screened": _screened,
    "remind": _remind,
    "attended": _attended,
    "silence": _silence,
    "pause": _pause,
    "resume": _resume,
    "dial": _dial,
    "stop_treatment": _stop_treatment,
    "withdraw": _withdraw,
    "export_data": _export,
    "erase": _erase,
    "hand_over": _hand_over,
    "draw_progress": _draw_progress,
    "assessment_done": _assessment_done,
}
