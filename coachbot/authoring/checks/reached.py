"""Whether anything ever opens a dialog: the calendar, another dialog, a word above every talk, a danger."""

from __future__ import annotations

from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.draft import Constant, Draft
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.engine.answers.phrases import INTERRUPTS

#: Opened by the coach itself: with a code, and after evenings without practice.
_BY_ITSELF = frozenset({"enrol/welcome", "common/missed"})


def check_reached(context: Context) -> Iterator[Fault]:
    """Written dialogs that nothing opens (a warning, in packs with a programme), and interrupts that do not exist."""
    yield from _interrupts(context)
    if not context.reading.programmes or context.reading.broken:
        return  # what a broken dialog calls is not known
    opened, folders = _opened(context)
    for draft in context.written():
        if draft.id not in opened and not draft.id.startswith(folders):
            yield fault(draft.file, 1, "DIALOG_021", f"nothing opens '{draft.id}'")


def _opened(context: Context) -> tuple[set[str], tuple[str, ...]]:
    """The dialogs that something names, and the folders of which a call takes any."""
    reading = context.reading
    named = {*_BY_ITSELF, *reading.interrupts.values(), *reading.safety.dialogs.values()}
    for programme in reading.programmes.values():
        named.update(one.dialog for one in programme.touchpoints)
        named.update(one.dialog for one in programme.assessments)
    if reading.moments is not None:
        named.update(one.dialog for one in reading.moments.moments.of)
    folders = []
    for draft in context.drafts():
        for state in draft.states.values():
            if state.call is not None:
                named.add(state.call.dialog or "")
                folders += [state.call.folder] if state.call.folder else []
        named.update(_reminded(draft))
    return named, tuple(folders)


def _reminded(draft: Draft) -> Iterator[str]:
    """Other dialogs that a dialog asks to be opened later; its own name opens nothing new."""
    for state in draft.states.values():
        for action in state.do:
            dialog = dict(action.arguments).get("dialog")
            if action.name == "remind" and isinstance(dialog, Constant) and dialog.value != draft.id:
                yield str(dialog.value)


def _interrupts(context: Context) -> Iterator[Fault]:
    document = context.reading.interrupts_file
    for code in context.reading.interrupts if document is not None else ():
        if document is not None and code not in INTERRUPTS:
            cure = did_you_mean(code, INTERRUPTS) or f"There are: {', '.join(INTERRUPTS)}."
            yield fault(document.file, document.line(code), "INTERRUPT_002", f"'{code}' is no interrupt", cure)
