"""A step that came as a form: its fields as answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from coachbot.pages.showing import kind_of
from coachbot.service.page_answers import Given
from coachbot.service.pages import Question, Step

#: Value of a field that says: left out on purpose.
LEFT_OUT = "-"

Fields = Mapping[str, Sequence[str]]


def answers_of(step: Step, fields: Fields) -> list[Given]:
    """What the form answers that was not known yet; what was left empty stays open."""
    found = []
    for question in step.questions:
        told, value = _told(question, fields)
        if told and not question.in_talk and not (question.known and _same(question.value, value)):
            found.append(Given(secrets.token_hex(8), step.instrument, question.state, value))
    return found


def _told(question: Question, fields: Fields) -> tuple[bool, object]:
    name = question.state
    if (fields.get(f"{name}.out") or [""])[0] == LEFT_OUT:
        return True, None
    given = list(fields.get(name) or ())
    match kind_of(question):
        case "several":
            return bool(given) or f"{name}.none" in fields, given
        case "choice" | "numbers":
            value = given[0] if given else ""
            return bool(value), None if value == LEFT_OUT else value
        case _:
            value = given[0].strip() if given else ""
            return bool(value), value


def _same(known: object, given: object) -> bool:
    if isinstance(known, tuple):
        return list(known) == given
    if isinstance(known, int | float) and isinstance(given, str):
        return f"{known:g}" == given
    return known == given
