"""Education that proposes a movement: it says which, so that nobody reads of one that is not for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.education import EducationMessage
from coachbot.authoring.exercises import name_of
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.authoring.reading import DEFAULT_LANGUAGE


def check_suited(context: Context) -> Iterator[Fault]:
    """Exercises and conditions that education names are there, and an exercise in its words is among them."""
    for message in context.reading.education:
        yield from _links(context, message)
        yield from _named(context, message)


def _links(context: Context, message: EducationMessage) -> Iterator[Fault]:
    draft = context.reading.drafts[message.dialog]
    exercises = context.reading.exercises
    heeded = {code for one in exercises.values() for code in one.not_for}
    for known, codes, kind, what in (
        (exercises.keys(), message.moves, "EDUCATION_002", "is not an exercise"),
        (heeded, message.not_for, "EDUCATION_003", "rules no exercise out"),
    ):
        for code in sorted(set(codes) - known):
            yield fault(draft.file, draft.line("suited"), kind, f"'{code}' {what}", did_you_mean(code, known))


def _named(context: Context, message: EducationMessage) -> Iterator[Fault]:
    """By the names on the cards; what a text describes without naming it, only its author can see."""
    draft = context.reading.drafts[message.dialog]
    own = context.reading.words.sections(DEFAULT_LANGUAGE, message.dialog)
    text = "\n".join(said for name, section in own.items() if name != "instead" for said in section.texts)
    for code in context.reading.exercises:
        name = name_of(context.reading.words.sections(DEFAULT_LANGUAGE, f"exercise/{code}"))
        if name and code not in message.moves and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE):
            yield fault(draft.file, draft.line("message"), "EDUCATION_004", f"'{message.id}' names '{name}'")
