"""Dialogs: from `dialogs/cse/checkin.yaml` to a draft. The form is docs/authoring.md, section 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from coachbot.authoring.asks import ask_from
from coachbot.authoring.doings import doings_from
from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, did_you_mean
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.model import Branch, Call, Expression, Slot, SlotScope, State
from coachbot.rendering import Formula, FormulaError, compile_expression

SLOT_TYPES = ("choice", "several", "number", "scale", "yes_no", "time", "date", "text", "flag")
SLOT_SCOPES: tuple[SlotScope, ...] = get_args(SlotScope)
#: Folders of dialogs that are made from other files.
MADE_FOLDERS = ("practice", "education", "exercise", "instrument", "screening")
TOP_KEYS = ("dialog", "summary", "start", "states", "keeps", "arms", "slots", "takes", "gives", "moved")
STATE_KEYS = ("say", "ask", "do", "call", "next", "end", "quiet")


def dialog_from(document: Document, name: str, faults: list[Fault]) -> Draft:
    """The draft of a dialog file; `name` is its path under dialogs/ without the ending."""
    top = Fields(document, faults)
    top.only(*TOP_KEYS)
    _check_name(top, name)
    states = _states(top)
    return Draft(
        id=name,
        document=document,
        summary=top.text("summary", ""),
        start=_start(top, states),
        states=states,
        declared=_slots(top.fields("slots")),
        takes=top.codes("takes"),
        gives=top.codes("gives"),
        moved=_moved(top.fields("moved"), states),
        keeps=top.flag("keeps"),
        arms=top.codes("arms"),
        words=name,
        source_words=name,
    )


def _check_name(top: Fields, name: str) -> None:
    written = top.text("dialog")
    if written and written != name:
        top.fault("DIALOG_001", f"this is '{name}', not '{written}'", f"Write dialog: {name}.", at=("dialog",))
    if name.split("/")[0] in MADE_FOLDERS:
        top.fault("DIALOG_018", f"'{name.split('/')[0]}/' is kept for dialogs made from content/")


def _states(top: Fields) -> dict[str, State]:
    group = top.fields("states", required=True)
    if not group.data and isinstance(top.data.get("states"), dict):
        top.fault("DIALOG_002", "there are no states", at=("states",))
    states = {}
    for name in group.data:
        group.checked_code(name, (name,))
        states[name] = _state(name, group.fields(name), group.data)
    return states


def _start(top: Fields, states: Mapping[str, State]) -> str:
    start = top.text("start")
    if start and states and start not in states:
        top.fault("DIALOG_003", f"'{start}' is not a state", did_you_mean(start, states), at=("start",))
    return start


def _state(name: str, state: Fields, names: Iterable[str]) -> State:
    state.only(*STATE_KEYS)
    for one, other in (("say", "ask"), ("next", "end")):
        if one in state and other in state:
            state.fault("DIALOG_010", f"'{name}' has {one} and {other}", at=(other,))
    return State(
        name=name,
        says=state.flag("say"),
        ask=ask_from(state),
        do=doings_from(state),
        call=_call(state),
        branches=_branches(state, names),
        end=state.checked_code(state.data["end"], ("end",)) if "end" in state else None,
        quiet=state.flag("quiet"),
        section=name,
    )


# -- calls ------------------------------------------------------------------------------------------------
def _call(state: Fields) -> Call | None:
    got = state.data.get("call")
    if got is None:
        return None
    if isinstance(got, str):
        return Call(got)
    call = state.fields("call")
    call.only("dialog", "with", "in", "by")
    if "in" in call or "by" in call:
        return Call(folder=_folder(call.text("in")), by=formula(call, "by", call.text("by")), given=_given(call))
    return Call(call.text("dialog"), given=_given(call))


def _folder(written: str) -> str:
    return written if written.endswith("/") else f"{written}/"


def _given(call: Fields) -> tuple[tuple[str, Expression], ...]:
    group = call.fields("with")
    made = ((slot, formula(group, slot, value)) for slot, value in group.data.items())
    return tuple((slot, one) for slot, one in made if one is not None)


def formula(fields: Fields, key: str | int, written: Any) -> Formula | None:
    """A compiled expression; what can't be read is noted at its key."""
    try:
        return compile_expression(_as_source(written))
    except FormulaError as error:
        fields.fault("GUARD_001", str(error), at=(key,))
        return None


def _as_source(written: Any) -> str:
    if isinstance(written, bool):
        return str(written).lower()
    if written is None:
        return "none"
    if isinstance(written, list):
        return f"[{', '.join(repr(str(one)) for one in written)}]"
    return str(written)


# -- what follows -----------------------------------------------------------------------------------------
def _branches(state: Fields, names: Iterable[str]) -> tuple[Branch, ...]:
    got = state.data.get("next")
    if got is None:
        if "next" in state:
            state.wrong("next", "a state", got)
        return ()
    if isinstance(got, str):
        return _known((Branch(got),), state, names, lambda branch: ("next",))
    if isinstance(got, dict):
        group = state.fields("next")
        return tuple(_by_answer(group, names))
    if isinstance(got, list):
        return _by_guards(state, names)
    state.wrong("next", "a state, a map of answers or a list of guards", got)
    return ()


def _by_answer(group: Fields, names: Iterable[str]) -> Iterable[Branch]:
    """One branch per answer; `else` comes last, wherever it was written."""
    branches = [Branch(group.text(key), None if key == "else" else key) for key in group.data]
    branches.sort(key=lambda branch: branch.answer is None)
    return _known(tuple(branches), group, names, lambda branch: (branch.answer or "else",))


def _by_guards(state: Fields, names: Iterable[str]) -> tuple[Branch, ...]:
    branches = []
    ways = list(state.each("next"))
    for place, way in enumerate(ways):
        branch = _guarded(way, names)
        if branch is not None:
            branches.append(branch)
            if branch.guard is None and place < len(ways) - 1:
                state.fault("DIALOG_011", "what follows an else is never reached", at=("next", place + 1))
    if ways and "else" not in ways[-1]:
        state.fault("DIALOG_011", "no else at the end of the guards", at=("next",))
    return tuple(branches)


def _guarded(way: Fields, names: Iterable[str]) -> Branch | None:
    if "else" in way:
        way.only("else")
        return _first(_known((Branch(way.text("else")),), way, names, lambda branch: ("else",)))
    way.only("when", "go")
    when = way.data.get("when")
    if when is None:
        way.wrong("when", "a guard", when)
        return None
    guard = formula(way, "when", when)
    if guard is None:
        return None
    branch = Branch(way.text("go"), guard=guard, source=guard.source)
    return _first(_known((branch,), way, names, lambda one: ("go",)))


def _first(branches: tuple[Branch, ...]) -> Branch | None:
    return branches[0] if branches else None


def _known(branches: tuple[Branch, ...], fields: Fields, names: Iterable[str], place: Any) -> tuple[Branch, ...]:
    """The branches whose target is a state; the others are noted."""
    known = []
    for branch in branches:
        if branch.to in names:
            known.append(branch)
        elif branch.to:
            cure = did_you_mean(branch.to, names)
            fields.fault("DIALOG_003", f"'{branch.to}' is not a state", cure, at=place(branch))
    return tuple(known)


# -- slots and renamed states -----------------------------------------------------------------------------
def _slots(group: Fields) -> dict[str, Slot]:
    return {name: _slot(name, group, group.fields(name)) for name in group.data}


def _slot(name: str, group: Fields, slot: Fields) -> Slot:
    group.checked_code(name, (name,))
    slot.only("type", "scope")
    kind, scope = slot.text("type"), slot.text("scope", "dialog")
    if kind and kind not in SLOT_TYPES:
        slot.fault("YAML_008", f"'{kind}' is not a type", did_you_mean(kind, SLOT_TYPES), at=("type",))
    for known in SLOT_SCOPES:
        if scope == known:
            return Slot(name, kind, known)
    slot.fault("YAML_008", f"'{scope}' is not a scope", did_you_mean(scope, SLOT_SCOPES), at=("scope",))
    return Slot(name, kind)


def _moved(group: Fields, states: Mapping[str, State]) -> dict[str, str]:
    moved = {}
    for old in group.data:
        new = group.text(old)
        if old in states:
            group.fault("DIALOG_016", f"'{old}' still is a state", at=(old,))
        elif new not in states:
            group.fault("DIALOG_016", f"'{new}' is not a state", did_you_mean(new, states), at=(old,))
        moved[old] = new
    return moved
