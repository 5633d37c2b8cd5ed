"""Carrying out what dialogs ask for (`do:`), on the draft of a turn: in memory, to be committed with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.asks import Several
from coachbot.engine.changing import changed
from coachbot.engine.model import Dialog
from coachbot.instruments import Answer, Instrument, Item
from coachbot.instruments.scoring import score
from coachbot.programme.gates import awake
from coachbot.programme.localtime import moment
from coachbot.programme.rewards import BadDay
from coachbot.service import assessing, safety, worsening
from coachbot.service import tally as tallies
from coachbot.service.draft import Draft
from coachbot.service.lessons import heard_in
from coachbot.service.records import AlertRow, ConsentRow, DiaryRow, ResponseRow, Tally

Arguments = Mapping[str, Any]
#: Kind of a diary entry on what has changed in the patient's health or treatment.
HEALTH_CHANGE = "health_change"
_IN = re.compile(r"(\d+(?:\.\d+)?)\s*(min|m|h|d)")
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days"}
#: What `attended` calls the lessons, which both arms have.
_LESSON = "cse_"
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
    today = draft.local.date()
    draft.diary.append(DiaryRow(draft.new_id(), draft.record.id, today, kind, draft.now, body))
    again = tallies.counted_on(draft.tally, today)
    tally = tallies.after_practice(draft.tally, kind, draft.week, body, again=again)
    if kind == "cse":
        tally = _with_badges(draft, tallies.remembered(tally, today, body, _bad_day(draft)))
        missed = draft.progress.missed + 1 if body["done"] == "not_today" else 0
        draft.change_enrolment(tally=tally, progress=changed(draft.progress, missed=missed))
    else:
        draft.change_tally(tally)


def _with_badges(draft: Draft, tally: Tally) -> Tally:
    programme = draft.world.pack.programmes.get(draft.enrolment.programme) if draft.enrolment else None
    lessons = sum(code.startswith(_LESSON) for code in draft.progress.attended)
    return tallies.with_badges(tally, programme.rewards, lessons) if programme is not None else tally


def _tell_badge(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_tally(tallies.after_telling(draft.tally))


def _bad_day(draft: Draft) -> BadDay:
    programme = draft.world.pack.programmes.get(draft.enrolment.programme) if draft.enrolment else None
    return programme.bad_day if programme else BadDay(tallies.FLARE_LEVEL, tallies.FLARE_RISE)


def _award(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.change_tally(_with_badges(draft, tallies.after_award(draft.tally, str(arguments["award"]))))


def _attended(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    what = str(arguments["what"])
    if what not in draft.progress.attended:
        draft.change_progress(attended=(*draft.progress.attended, what))
        draft.change_tally(_with_badges(draft, draft.tally))


def _assessment_done(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    assessing.done(draft, str(arguments["assessment"]))


def _rule_out(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    """A condition told in a talk: what is not for it stays out from now on, until a clinician clears it."""
    condition = str(arguments["condition"])
    if condition not in draft.progress.conditions:
        draft.change_progress(conditions=(*draft.progress.conditions, condition))


def _rule_in(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    """A misreading is put right; what the screening found stays as it is."""
    kept = tuple(one for one in draft.progress.conditions if one != str(arguments["condition"]))
    draft.change_progress(conditions=kept)


# -- settings -----------------------------------------------------------------------------------------
def _save(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    changes = {name: value for name, value in arguments.items() if value is not None}
    if not changes:
        return
    if "zone" in changes:
        changes = {"country": "", **changes}  # where somebody was before says nothing any more
    draft.change_profile(**changes)
    safety.tell_of_country(draft)
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


def _doctor_page(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    draft.later("doctor_page")


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


def _record_change(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    """What is worse or new, other treatment, other medicine: kept as told, beside the alert that staff see."""
    what, details = tuple(arguments.get("what") or ()), arguments.get("details")
    if not what:
        return
    body = {"what": list(what), "asked_in": act.dialog} | ({"details": str(details)} if details else {})
    row = DiaryRow(draft.new_id(), draft.record.id, draft.local.date(), HEALTH_CHANGE, draft.now, body)
    draft.diary.append(row)


def _hand_over(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    open_alert(draft, "hand_over", "medium", {"reason": arguments["reason"], "dialog": act.dialog})


def open_alert(draft: Draft, kind: str, priority: str, body: dict[str, Any]) -> AlertRow:
    """Something a therapist must see."""
    row = AlertRow(draft.new_id(), draft.record.id, kind, priority, draft.now, body)
    draft.alerts.append(row)
    return row


def _record_guess(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    """Which programme the patient believes to have been in, and how sure: kept like a questionnaire."""
    answers = {name: arguments[name] for name in ("guess", "sure") if arguments.get(name) is not None}
    if not answers:
        return
    body = {
        "answers": answers,
        "scores": {},
        "wording": "own",
        "version": draft.world.pack.library.dialogs[act.dialog].version,
        "language": draft.record.profile.language,
        "result": "done",
    }
    row = ResponseRow(draft.new_id(), draft.record.id, "blinding", "", draft.local.date(), draft.now, body)
    draft.responses.append(row)


# -- later --------------------------------------------------------------------------------------------
def _remind(draft: Draft, arguments: Arguments, act: fx.Act) -> None:
    dialog = str(arguments["dialog"])
    due = _reminder_due(draft, arguments)
    if act.touchpoint and not arguments.get("at"):  # a talk the coach began does not come back at night
        due = _waking(draft, due)
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


def _waking(draft: Draft, due: datetime) -> datetime:
    """The moment itself, or the end of the programme's quiet hours."""
    programme = draft.world.pack.programmes.get(draft.enrolment.programme) if draft.enrolment else None
    zone = draft.record.profile.zone or "UTC"
    return awake(programme.burden, due, zone) if programme else due


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
    day, scores, assessment = draft.local.date(), dict(score(instrument, answers)), assessing.round_of(draft, effect)
    _remember_answers(draft, instrument, answers, scores)
    worsening.look(draft, instrument, scores)
    body = {
        "answers": answers,
        "scores": scores,
        "wording": instrument.wording_in(draft.record.profile.language),
        "version": dialog.version,
        "language": draft.record.profile.language,
        "result": effect.result,
        "begun": effect.begun,
        "medium": "page" if effect.round else "chat",
        "missing": sum(value is None for value in answers.values()),
        **assessing.times_of(draft, assessment, effect.shown_at),
    }
    draft.responses.append(
        ResponseRow(draft.new_id(), draft.record.id, effect.instrument, assessment, day, draft.now, body)
    )
    if effect.result == "done":
        answered = {**draft.progress.answered, effect.instrument: day.isoformat()}
        draft.change_progress(answered=answered)


def _remember_answers(
    draft: Draft, instrument: Instrument, answers: Mapping[str, Answer], scores: Mapping[str, Any]
) -> None:
    """Keep what may move lessons of the day forward; the newest answer counts."""
    programme = draft.world.pack.programmes.get(draft.enrolment.programme) if draft.enrolment else None
    if programme is not None and (heard := heard_in(programme, instrument, answers, scores)):
        draft.change_progress(heard={**draft.progress.heard, **heard})


def item_answers(instrument: Instrument, dialog: Dialog, slots: Mapping[str, Any]) -> dict[str, Answer]:
    """Slots of an instrument's dialog as item values: anchors to numbers, ticks to 1 and 0, skipped to None."""
    answers: dict[str, Answer] = {item.code: None for item in instrument.items}
    for state in dialog.states.values():
        if isinstance(state.ask, Several) and (ticked := slots.get(state.ask.name)) is not None:
            answers.update({code: int(code in ticked) for code in state.ask.of if code in answers})
    answers.update({item.code: _answer(item, slots[item.code]) for item in instrument.items if _told(slots, item)})
    return answers


def _told(slots: Mapping[str, Any], item: Item) -> bool:
    return slots.get(item.code) is not None


def _answer(item: Item, slot: Any) -> Answer:
    if item.kind == "text":
        return str(slot)
    if item.kind == "several":
        return tuple(slot)
    if item.kind == "number":
        return float(slot)
    values = {anchor.code: anchor.value for anchor in item.anchors}
    return values[slot] if isinstance(slot, str) and slot in values else int(slot)


_HANDLERS: dict[str, Callable[[Draft, Arguments, fx.Act], None]] = {
    "record_practice": _record_practice,
    "award": _award,
    "tell_badge": _tell_badge,
    "alert": _alert,
    "rule_out": _rule_out,
    "record_change": _record_change,
    "rule_in": _rule_in,
    "record_guess": _record_guess,
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
    "doctor_page": _doctor_page,
    "erase": _erase,
    "hand_over": _hand_over,
    "draw_progress": _draw_progress,
    "assessment_done": _assessment_done,
}
