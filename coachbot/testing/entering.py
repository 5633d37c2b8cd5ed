"""A patient put on stage in the middle of a programme, without the talk of the enrolment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from coachbot.authoring.screening import conditions
from coachbot.bootstrap import Coach
from coachbot.engine.model import Conversation, Value
from coachbot.service.facts import local_now
from coachbot.service.ids import new_code, new_patient_id
from coachbot.service.records import Address, Changes, Enrolment, PatientRecord, Profile, Progress, TimerRow
from coachbot.testing.script import Role


def enter(coach: Coach, account: int, channel: str, chat: str, role: Role, now: datetime) -> str:
    """Store the patient of a role as active; the day is planned at once. Returns the patient's id."""
    assert role.enrolled is not None
    _check_screened(coach, role)
    patient, ids = new_patient_id(), coach.world.ids
    address = Address(ids.next(), account, channel, chat)
    profile = profile_of(role)
    anchor, today = role.enrolled, local_now(profile, now).date()
    enrolment = Enrolment(
        ids.next(),
        role.programme,
        role.arm,
        "active",
        anchor,
        progress=_progress(role, anchor, today),
        code=new_code(8),
    )
    talk = _with_slots(coach, Conversation(patient), role)
    record = PatientRecord(patient, coach.site, profile, talk, address, enrolment, last_heard=now)
    with coach.store.writing() as tx:
        tx.add_patient(patient, site=coach.site, address=address, profile=profile)
        changes = Changes(conversations={patient: record}, enrolments={patient: record})
        changes.timers[patient, "plan"] = TimerRow(patient, "plan", now)
        tx.save(changes)
    return patient


def profile_of(role: Role) -> Profile:
    """The settings of a role."""
    settings: dict[str, Any] = dict(role.settings)
    return replace(Profile(name=role.name, zone=role.zone, language=role.language), **settings)


def _progress(role: Role, anchor: date, today: date) -> Progress:
    days = (today - anchor).days
    opened = {"orientation": min(anchor + timedelta(days=1), today - timedelta(days=1)).isoformat()}
    return Progress(
        attended=role.attended,
        assessments=("baseline",) if role.baseline else (),
        education_given=max(days - 1, 0),
        opened=opened if role.orientation else {},
        screening={"outcome": "review" if role.screened else "fit", "reasons": " ".join(role.screened)},
    )


def _check_screened(coach: Coach, role: Role) -> None:
    """A misspelt finding would rule nothing out and prove nothing."""
    known = {reason for one in coach.world.pack.screenings.values() for reason in conditions(one)}
    if unknown := sorted(set(role.screened) - known):
        raise ValueError(f"`screened:` knows {', '.join(sorted(known))}, not {', '.join(unknown)}")


def _with_slots(coach: Coach, talk: Conversation, role: Role) -> Conversation:
    kinds = {
        name: slot for dialog in coach.world.pack.library.dialogs.values() for name, slot in dialog.slots.items()
        if slot.scope != "dialog"
    }  # fmt: skip
    values = {
        name: _value(written, kinds[name].type if name in kinds else "text") for name, written in role.slots.items()
    }
    always = {name: value for name, value in values.items() if name in kinds and kinds[name].scope == "always"}
    programme = {name: value for name, value in values.items() if name not in always}
    return replace(talk, programme_slots=programme, always_slots=always)


def _value(written: str, kind: str) -> Value:
    if kind == "several":
        return tuple(written.split())
    if kind == "flag":
        return written.lower() in ("true", "yes")
    if kind in ("number", "scale"):
        return float(written) if "." in written else int(written)
    return written
