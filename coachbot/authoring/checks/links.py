"""Links between files: calls, reminders, programmes, interrupts, safety rules, exercises name what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coachbot.authoring.checks.context import Context
from coachbot.authoring.draft import Constant, Draft
from coachbot.authoring.exercises import NOT_FOR, Exercise
from coachbot.authoring.exercises import SHARED as EXERCISE_WORDS
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.authoring.reading import BUILT_IN, DEFAULT_LANGUAGE
from coachbot.authoring.safety import STATIC
from coachbot.authoring.screening import conditions
from coachbot.engine.model import State
from coachbot.programme.model import Programme


def check_links(context: Context) -> Iterator[Fault]:
    """Everything that names a dialog, an instrument or an exercise that is not there."""
    for draft in context.drafts():
        for state in draft.states.values():
            yield from _calls(context, draft, state)
            yield from _reminders(context, draft, state)
            yield from _ruled_out(context, draft, state)
            yield from _dangers(context, draft, state)
    for programme in context.reading.programmes.values():
        yield from _programme(context, programme)
    yield from _interrupts(context)
    yield from _safety(context)
    yield from _exercises(context)
    yield from _scores(context)


def _missing(context: Context, file: str, line: int, code: str, dialog: str) -> Iterator[Fault]:
    if not context.reading.knows(dialog):
        cure = did_you_mean(dialog, context.reading.drafts)
        yield fault(file, line, code, f"'{dialog}' is not a dialog", cure)


def _calls(context: Context, draft: Draft, state: State) -> Iterator[Fault]:
    call = state.call
    if call is None:
        return
    if call.dialog:
        yield from _missing(context, draft.file, draft.line(state.name, "call"), "DIALOG_012", call.dialog)
    elif not any(name.startswith(call.folder) for name in context.reading.drafts):
        line = draft.line(state.name, "call", "in")
        folders = {name.rpartition("/")[0] + "/" for name in context.reading.drafts}
        cure = did_you_mean(call.folder, folders)
        yield fault(draft.file, line, "DIALOG_012", f"'{call.folder}' is not a folder of dialogs", cure)


def _reminders(context: Context, draft: Draft, state: State) -> Iterator[Fault]:
    for place, action in enumerate(state.do):
        named = dict(action.arguments).get("dialog")
        if action.name == "remind" and isinstance(named, Constant):
            line = draft.line(state.name, "do", place, "remind", "dialog")
            yield from _missing(context, draft.file, line, "DIALOG_012", str(named.value))


def _ruled_out(context: Context, draft: Draft, state: State) -> Iterator[Fault]:
    """A condition that no exercise heeds would be told for nothing."""
    heeded = {code for one in context.reading.exercises.values() for code in one.not_for}
    for place, action in enumerate(state.do):
        told = dict(action.arguments).get("condition")
        if action.name in ("rule_out", "rule_in") and isinstance(told, Constant) and told.value not in heeded:
            line = draft.line(state.name, "do", place)
            message = f"'{told.value}' rules no exercise out"
            yield fault(draft.file, line, "ACTION_004", message, did_you_mean(str(told.value), heeded))


def _dangers(context: Context, draft: Draft, state: State) -> Iterator[Fault]:
    for kind in dict.fromkeys(state.dangers.values()):
        if kind not in context.reading.safety.dialogs:
            line = draft.line(state.name)
            cure = did_you_mean(kind, context.reading.safety.dialogs)
            cure = cure or "Add it to content/safety/rules.yaml."
            yield fault(draft.file, line, "SAFETY_001", f"the danger '{kind}' leads to no dialog", cure)


def _programme(context: Context, programme: Programme) -> Iterator[Fault]:
    document = context.reading.programme_files[programme.id]
    for place, touchpoint in enumerate(programme.touchpoints):
        if touchpoint.dialog:
            line = document.line("touchpoints", place, "dialog")
            yield from _missing(context, document.file, line, "PROGRAMME_002", touchpoint.dialog)
            yield from _takes(context, document.file, line, touchpoint.dialog)
    for place, assessment in enumerate(programme.assessments):
        line = document.line("assessments", place, "dialog")
        yield from _missing(context, document.file, line, "PROGRAMME_002", assessment.dialog)
        for name in assessment.instruments:
            if name not in context.reading.instruments and f"instrument/{name}" not in context.reading.broken:
                line = document.line("assessments", place, "instruments")
                cure = did_you_mean(name, context.reading.instruments)
                yield fault(document.file, line, "PROGRAMME_002", f"'{name}' is not an instrument", cure)


def _takes(context: Context, file: str, line: int, dialog: str) -> Iterator[Fault]:
    draft = context.reading.drafts.get(dialog)
    if draft is not None and draft.takes:
        message = f"'{dialog}' takes {', '.join(draft.takes)}, and the calendar hands nothing over"
        yield fault(file, line, "DIALOG_014", message, "Let another dialog call it.")


def _interrupts(context: Context) -> Iterator[Fault]:
    document = context.reading.interrupts_file
    if document is None:
        return
    for code, dialog in context.reading.interrupts.items():
        if dialog != BUILT_IN:
            yield from _missing(context, document.file, document.line(code), "INTERRUPT_001", dialog)
            yield from _takes(context, document.file, document.line(code), dialog)


def _safety(context: Context) -> Iterator[Fault]:
    safety = context.reading.safety
    told: set[tuple[str, int]] = set()
    for kind, dialog in safety.dialogs.items():
        file, line = safety.places[kind]
        if (file, line) not in told and dialog and not context.reading.knows(dialog):
            told.add((file, line))
            cure = did_you_mean(dialog, context.reading.drafts)
            yield fault(file, line, "SAFETY_001", f"'{dialog}' is not a dialog", cure)
    yield from _static(context)


def _static(context: Context) -> Iterator[Fault]:
    """Each kind of danger has its static text, in the default language at least."""
    safety = context.reading.safety
    written = safety.static.get(DEFAULT_LANGUAGE, {})
    kinds = safety.rules.get("kinds")
    for kind, rule in kinds.items() if isinstance(kinds, dict) else ():
        section = rule.get("static", kind) if isinstance(rule, dict) else kind
        if section not in written:
            file, line = safety.places[kind]
            message = f"the danger '{kind}' has no static text '## {section}'"
            cure = f"Write it in content/{DEFAULT_LANGUAGE}/{STATIC}.md."
            yield fault(file, line, "SAFETY_003", message, cure)


def _exercises(context: Context) -> Iterator[Fault]:
    asked = {code for one in context.reading.screenings.values() for code in _ruling_out(one)}
    for exercise in context.reading.exercises.values():
        draft = context.reading.drafts[f"exercise/{exercise.id}"]
        yield from _neighbours(context, draft, exercise)
        yield from _circle(context, draft, exercise)
        yield from _not_for(context, draft, exercise, asked)


def _not_for(context: Context, draft: Draft, exercise: Exercise, asked: set[str]) -> Iterator[Fault]:
    """Conditions that no screening finds out, or for which a patient is told no words."""
    shared = context.reading.words.section(DEFAULT_LANGUAGE, EXERCISE_WORDS, NOT_FOR)
    said = {code for code, _ in shared.labels} if shared else set()
    line = draft.document.line("not_for")
    for code in exercise.not_for:
        if code not in asked:
            cure = did_you_mean(code, asked)
            yield fault(draft.file, line, "EXERCISE_002", f"no screening ever finds out '{code}'", cure)
        elif code not in said:
            yield fault(draft.file, line, "EXERCISE_005", f"no patient is told what '{code}' means")


def _ruling_out(screening: Mapping[str, Any]) -> Iterator[str]:
    return (code for codes in conditions(screening).values() for code in codes)


def _neighbours(context: Context, draft: Draft, exercise: Exercise) -> Iterator[Fault]:
    exercises = context.reading.exercises
    for key, back in (("easier", "harder"), ("harder", "easier")):
        other = getattr(exercise, key)
        line = draft.document.line(key)
        if other and other not in exercises:
            cure = did_you_mean(other, exercises)
            yield fault(draft.file, line, "EXERCISE_001", f"'{other}' is not an exercise", cure)
        elif other and getattr(exercises[other], back) != exercise.id:
            named = getattr(exercises[other], back)
            but = f"names '{named}'" if named else "names no exercise"
            message = f"'{other}' is {key}, but {but} as its {back} one"
            yield fault(draft.file, line, "EXERCISE_003", message)


def _circle(context: Context, draft: Draft, exercise: Exercise) -> Iterator[Fault]:
    """Told at the exercise that comes first in the alphabet, once a circle."""
    exercises = context.reading.exercises
    passed = [exercise.id]
    while (harder := exercises[passed[-1]].harder) in exercises and harder not in passed:
        passed.append(harder)
    if harder == exercise.id == min(passed):
        chain = " -> ".join((*passed, harder))
        yield fault(draft.file, draft.document.line("harder"), "EXERCISE_004", f"{chain} has no hardest")


def _scores(context: Context) -> Iterator[Fault]:
    """Instruments of which no band and no smallest change ever reads a score."""
    for name, instrument in context.reading.instruments.items():
        judged = {change.score for change in instrument.change}
        if instrument.scores and not any(score.bands or score.code in judged for score in instrument.scores):
            draft = context.reading.drafts[f"instrument/{name}"]
            line = draft.document.line("scores")
            yield fault(draft.file, line, "INSTRUMENT_002", f"no band and no change reads a score of '{name}'")
