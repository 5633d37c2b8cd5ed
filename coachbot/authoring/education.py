"""Education: each message of `content/education/*.yaml` becomes a dialog `education/<id>`.

It says the message; with a quiz it asks it, answers what the patient chose, and ends with `done` either way. Whoever
has a condition of `not_for`, or one of the exercises in `moves` ruled out, reads `## instead` and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.asks import Choice
from coachbot.engine.model import Branch, State
from coachbot.rendering import compile_expression

KEYS = ("id", "theme", "sources", "quiz", "arms", "tags", "not_for", "moves")
#: States of every message, so no answer of a quiz is called like them.
_TAKEN = ("suited", "message", "instead", "quiz", "over")
_END = "over"


@dataclass(frozen=True, slots=True)
class EducationMessage:
    """One message of the day, in the order of the weeks."""

    id: str
    theme: str
    sources: tuple[str, ...]
    #: Only patients of these arms ever get it; empty means everybody.
    arms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: Codes of the answers of its quiz; empty without one.
    quiz: tuple[str, ...] = ()
    #: Who has one of these conditions (codes as in an exercise's `not_for`) reads another text instead.
    not_for: tuple[str, ...] = ()
    #: Exercises that it proposes in words: to whom one of them is ruled out, it says the other text too.
    moves: tuple[str, ...] = ()

    @property
    def suits_all(self) -> bool:
        """Nobody needs another text."""
        return not self.not_for and not self.moves

    @property
    def dialog(self) -> str:
        """The dialog that says it."""
        return f"education/{self.id}"


def education_from(document: Document, faults: list[Fault]) -> Iterator[tuple[EducationMessage, Draft]]:
    """The messages of a file and their drafts."""
    if not isinstance(document.data, list):
        faults.append(fault(document.file, 1, "YAML_005", "this is not a list of messages"))
        return
    for place, one in enumerate(document.data):
        item = Fields(document, faults, (place,), one if isinstance(one, dict) else {})
        if not isinstance(one, dict):
            item.fault("YAML_008", "a message is a map of keys")
            continue
        message = _message(item)
        if message.id:
            yield message, _draft(document, message, item.line("id"))


def _message(item: Fields) -> EducationMessage:
    item.only(*KEYS)
    quiz = item.codes("quiz")
    for code in quiz:
        if code in _TAKEN:
            item.fault("DIALOG_018", f"'{code}' can't be an answer of a quiz", at=("quiz",))
    sources = item.texts("sources")
    if not sources:
        item.fault("YAML_007", "'sources' is missing", "Write where the message comes from.")
    return EducationMessage(
        item.code("id"),
        item.code("theme"),
        sources,
        arms=item.codes("arms"),
        tags=item.codes("tags"),
        quiz=quiz,
        not_for=item.codes("not_for"),
        moves=item.codes("moves"),
    )


def _draft(document: Document, message: EducationMessage, line: int) -> Draft:
    states = {} if message.suits_all else _suited(message)
    states["message"] = State("message", says=True, end=None if message.quiz else "done", section="message")
    if message.quiz:
        states |= _quiz(message.quiz)
    return Draft(
        id=message.dialog,
        document=document,
        summary=f"Education: {message.theme}.",
        start="message" if message.suits_all else "suited",
        states=states,
        arms=message.arms,
        words=message.dialog,
        source_words=message.dialog,
        origin="education",
        lines=dict.fromkeys(states, line),
    )


def _suited(message: EducationMessage) -> dict[str, State]:
    """Before anything is read: does something told or decided speak against what it proposes?"""
    against = [f"'{one}' in exercises.conditions" for one in message.not_for]
    against += [f"'{one}' in exercises.ruled_out" for one in message.moves]
    guard = compile_expression(" or ".join(against))
    return {
        "suited": State("suited", branches=(Branch("instead", guard=guard, source=guard.source), Branch("message"))),
        "instead": State("instead", says=True, end="done", section="instead"),
    }


def _quiz(codes: tuple[str, ...]) -> dict[str, State]:
    ways = tuple(Branch(code, code) for code in codes)
    message = State("message", says=True, branches=(Branch("quiz"),), section="message")
    quiz = State("quiz", ask=Choice("quiz", codes), branches=(*ways, Branch(_END)), section="quiz")
    answers = {code: State(code, says=True, end="done", section=code) for code in codes}
    return {"message": message, "quiz": quiz, **answers, _END: State(_END, end="done", section=_END)}
