"""The plan of three exercises that is a patient's own, and what a clinician changes in it.

The patient chooses it in the talk (`cse/three`); a clinician puts another exercise in the place of one, mostly an
easier or a harder one. What is ruled out never comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coachbot.authoring.exercises import Exercise
from coachbot.engine.changing import changed
from coachbot.errors import EnrolmentError
from coachbot.service.draft import Draft
from coachbot.service.records import PatientRecord

#: The slots of `cse/three`.
PLACES = ("three_1", "three_2", "three_3")


@dataclass(frozen=True, slots=True)
class Place:
    """One of the three, with what can come in its place by one step."""

    exercise: str
    #: Empty where there is none, or where it is ruled out or in the plan already.
    easier: str
    harder: str
    #: A clinician or the screening speaks against it: it is not shown any more.
    is_out: bool


def plan_of(record: PatientRecord) -> tuple[str, ...]:
    """The exercises of the plan; empty before the patient has one."""
    slots = record.conversation.programme_slots
    return tuple(str(slots[name]) for name in PLACES if slots.get(name))


def places_of(
    record: PatientRecord, exercises: Mapping[str, Exercise], ruled_out: tuple[str, ...]
) -> tuple[Place, ...]:
    """The plan as a clinician sees it."""
    plan = plan_of(record)

    def free(name: str) -> str:
        return name if name in exercises and name not in ruled_out and name not in plan else ""

    return tuple(
        Place(name, free(exercises[name].easier), free(exercises[name].harder), name in ruled_out)
        for name in plan if name in exercises
    )  # fmt: skip


def swap(draft: Draft, old: str, new: str, ruled_out: tuple[str, ...]) -> None:
    """Put an exercise in the place of another. Raises EnrolmentError where the plan is not what the clinician saw."""
    slots = draft.record.conversation.programme_slots
    plan = plan_of(draft.record)
    if old not in plan:
        raise EnrolmentError(f"'{old}' is not among the three any more; look at the plan again")
    if new in plan:
        raise EnrolmentError(f"'{new}' is among the three already")
    if new in ruled_out:
        raise EnrolmentError(f"'{new}' is ruled out for this patient; let it in first")
    place = next(name for name in PLACES if slots.get(name) == old)
    talk = changed(draft.record.conversation, programme_slots={**slots, place: new})
    draft.record = changed(draft.record, conversation=talk)
