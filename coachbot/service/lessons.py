"""The lessons of the day in the order that fits one patient, from what they told; and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coachbot.instruments import Answer, Instrument
from coachbot.instruments.scoring import bands, may_interpret
from coachbot.programme.model import Programme
from coachbot.programme.needs import Lesson, Needs, Placed, in_order, raised
from coachbot.service.draft import Draft
from coachbot.service.records import PatientRecord, Progress

_NO_NEEDS = Needs(0, 0, ())


def lessons_for(draft: Draft) -> tuple[Placed, ...]:
    """The lessons this patient's arm may meet: those given, then the rest in the order of the needs."""
    enrolment = draft.enrolment
    if enrolment is None:
        return ()
    programme = draft.world.pack.programmes.get(enrolment.programme)
    needs = programme.needs if programme else _NO_NEEDS
    lessons = [Lesson(m.id, m.tags) for m in draft.world.pack.education if not m.arms or enrolment.arm in m.arms]
    given = _given(enrolment.progress, [lesson.id for lesson in lessons])
    return in_order(needs, lessons, given, raised(needs, heard_from(draft.record)))


def _given(progress: Progress, usual: Sequence[str]) -> list[str]:
    """What was given; an enrolment that began before this was kept was given the usual order."""
    log = list(progress.education_log)
    older = [one for one in usual if one not in log][: max(progress.education_given - len(log), 0)]
    return [*older, *log][: progress.education_given]


def heard_from(record: PatientRecord) -> Mapping[str, object]:
    """All that the rules of needs may look at, under the keys they name it by."""
    enrolment = record.enrolment
    if enrolment is None:
        return {}
    told = {f"told.{name}": value for name, value in record.conversation.programme_slots.items()}
    barriers = {f"barrier.{code}": count for code, count in enrolment.tally.barriers.items()}
    return {**told, **barriers, **enrolment.progress.heard}


def heard_in(
    programme: Programme, instrument: Instrument, answers: Mapping[str, Answer], scores: Mapping[str, Any]
) -> dict[str, Any]:
    """What the rules want to keep of one questionnaire. Bands only where its wording allows them."""
    wanted = {rule.heard for rule in programme.needs.rules}
    return {key: value for key, value in _said(instrument, answers, scores) if key in wanted}


def _said(
    instrument: Instrument, answers: Mapping[str, Answer], scores: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for item, value in answers.items():
        yield f"answer.{instrument.id}.{item}", value
    if may_interpret(instrument):
        for name, band in bands(instrument, scores).items():
            yield f"band.{instrument.id}.{name}", band.code if band else None
