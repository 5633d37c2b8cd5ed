"""A round of questionnaires as its page sees it: what belongs to it, what is left, and whether it is still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from coachbot.engine.filling import needed, slot_of
from coachbot.engine.model import EMPTY, NO_SHEET, Dialog, Library, Sheet, Value
from coachbot.programme.model import Assessment, Programme
from coachbot.service.facts import local_now
from coachbot.service.links import Bearing
from coachbot.service.records import PatientRecord
from coachbot.service.world import World

#: Answered so shortly before a round began, a questionnaire is not asked again in it (`rmdq_due` of the first round).
FRESH_DAYS = 7
_INSTRUMENT = "instrument/"


# -- which round, and what belongs to it ----------------------------------------------------------------
def programme_of(world: World, record: PatientRecord) -> Programme | None:
    """The programme that the patient is in."""
    return world.pack.programmes.get(record.enrolment.programme) if record.enrolment else None


def open_round(world: World, record: PatientRecord, now: datetime) -> Assessment | None:
    """The assessment whose window holds the patient's day and that is not done."""
    found = _round_of_the_day(world, record, now)
    done = record.enrolment.progress.assessments if record.enrolment else ()
    return found if found is not None and found.code not in done else None


def _round_of_the_day(world: World, record: PatientRecord, now: datetime) -> Assessment | None:
    """The assessment whose window holds the patient's day, done or not; windows never overlap."""
    programme, enrolment = programme_of(world, record), record.enrolment
    if programme is None or enrolment is None or enrolment.anchor is None or enrolment.state == "withdrawn":
        return None
    number = (local_now(record.profile, now).date() - enrolment.anchor).days
    return next((one for one in programme.assessments if min(one.opens, one.day) <= number <= one.closes), None)


def bearing_of(record: PatientRecord, assessment: Assessment) -> Bearing:
    """What a link to the page of this round is bound to."""
    return Bearing(record.id, assessment.code, _day(record, assessment.day).isoformat())


def asked_in(library: Library, dialog: str) -> tuple[str, ...]:
    """The questionnaires that a dialog asks, in the order in which it stands written, those of called dialogs too."""
    return tuple(dict.fromkeys(_asked(library, dialog, set())))


def _asked(library: Library, name: str, seen: set[str]) -> Iterator[str]:
    dialog = library.dialogs.get(name)
    if dialog is None or name in seen:
        return
    seen.add(name)
    for state in dialog.states.values():
        called = state.call.dialog if state.call else ""
        if called.startswith(_INSTRUMENT):
            yield called.removeprefix(_INSTRUMENT)
        elif called:
            yield from _asked(library, called, seen)


def battery(world: World, record: PatientRecord, assessment: Assessment) -> tuple[str, ...]:
    """The questionnaires of this round for this patient, in the order of the talk."""
    arm = record.enrolment.arm if record.enrolment else ""
    dialogs = world.pack.library.dialogs
    return tuple(
        name
        for name in asked_in(world.pack.library, assessment.dialog)
        if name in assessment.instruments and arm in (dialogs[_INSTRUMENT + name].arms or (arm,))
    )


# -- what is left -----------------------------------------------------------------------------------------
def sheet_of(record: PatientRecord, assessment: Assessment) -> Sheet:
    """What was answered on the page."""
    return record.conversation.sheets.get(assessment.dialog, NO_SHEET)


def finished(record: PatientRecord, assessment: Assessment) -> tuple[str, ...]:
    """Questionnaires of this round that were answered to their end, on the page or in the talk."""
    since = _day(record, min(assessment.opens, assessment.day) - FRESH_DAYS).isoformat()
    answered = record.enrolment.progress.answered if record.enrolment else EMPTY
    told = (name for name in assessment.instruments if str(answered.get(name) or "") > since)
    return tuple(dict.fromkeys((*sheet_of(record, assessment).done, *told)))


def left(world: World, record: PatientRecord, assessment: Assessment) -> tuple[str, ...]:
    """Those that are not finished."""
    done = finished(record, assessment)
    return tuple(name for name in battery(world, record, assessment) if name not in done)


def fillable(world: World, record: PatientRecord, assessment: Assessment, now: datetime) -> tuple[str, ...]:
    """Those of them that may be filled in now: not what waits for a reader on duty, nor what rests after a danger."""
    shut = set() if world.duty.covers(now) else opens_on_duty(world)
    programme = programme_of(world, record)
    if record.enrolment is not None and record.enrolment.progress.safety_hold and programme is not None:
        shut = shut | set(programme.withheld)
    return tuple(name for name in left(world, record, assessment) if name not in shut)


def opens_on_duty(world: World) -> set[str]:
    """Questionnaires that open only while somebody who reads alerts is on duty."""
    return {rule["instrument"] for rule in world.pack.safety.rules.get("items") or () if rule.get("opens_only_on_duty")}


def in_talk(record: PatientRecord, instrument: str) -> Mapping[str, Value]:
    """What the talk has of a questionnaire that it has not finished."""
    frames = record.conversation.frames
    return next((frame.slots for frame in frames if frame.dialog == _INSTRUMENT + instrument), EMPTY)


def known(record: PatientRecord, assessment: Assessment, instrument: str) -> dict[str, Value]:
    """Every answer of this round to a questionnaire, the talk's first: it counts."""
    on_page = sheet_of(record, assessment).answers.get(instrument, EMPTY)
    return {**record.conversation.programme_slots, **on_page, **in_talk(record, instrument)}


def is_complete(dialog: Dialog, answers: Mapping[str, Value]) -> bool:
    """Was each question that is for this patient answered or left out?"""
    return all(slot_of(state) in answers for state in needed(dialog, answers))


# -- facts ------------------------------------------------------------------------------------------------
_NO_ROUND: Mapping[str, Any] = {"link": None, "minutes": 0, "on_page": False, "filled": False, "done": False}


def facts(world: World, record: PatientRecord, now: datetime) -> Mapping[str, Any]:
    """What dialogs may name of the round that is open now.

    `link` leads to its page, if there is one; `on_page`: something was answered there; `filled`: nothing is left that
    could be filled in now; `done`: nothing is left at all.
    """
    assessment = _round_of_the_day(world, record, now)
    if assessment is None:
        return _NO_ROUND
    rest = left(world, record, assessment)
    on_page = assessment.dialog in record.conversation.sheets
    return {
        "link": (link(world, record, assessment) if open_round(world, record, now) else "") or None,
        "minutes": sum(world.pack.instruments[name].minutes for name in rest),
        "on_page": on_page,
        "filled": on_page and not fillable(world, record, assessment, now),
        "done": on_page and not rest,
    }


def link(world: World, record: PatientRecord, assessment: Assessment) -> str:
    """The link to the page of this round on the patient's channel; empty where there is none."""
    if not assessment.on_page or "page" not in world.small_words.get(world.pack.library.default_language, {}):
        return ""
    return world.links.link(bearing_of(record, assessment), record.address.channel)


def _day(record: PatientRecord, number: int) -> date:
    assert record.enrolment is not None
    assert record.enrolment.anchor is not None
    return record.enrolment.anchor + timedelta(number)
