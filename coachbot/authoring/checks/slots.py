"""Slots: formulas and actions name what exists, never need what may be missing, and compare with real codes."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from coachbot.authoring import facts
from coachbot.authoring.asks import answers_of, listings_of, slot_name
from coachbot.authoring.checks.context import Context
from coachbot.authoring.dataflow import after_asking, after_doing
from coachbot.authoring.draft import Draft, SlotRead
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.authoring.places import Sure, place_of, places_in, risks, sure_if
from coachbot.engine.actions import ACTIONS
from coachbot.engine.asks import Choice, YesNo
from coachbot.engine.model import Action, State
from coachbot.rendering import Formula


def check_slots(context: Context) -> Iterator[Fault]:
    """Faults in formulas, actions and declarations of the written dialogs."""
    for draft in context.drafts():
        if draft.origin not in ("dialog", "screening"):
            continue
        yield from _declarations(context, draft)
        codes = _codes(context, draft)
        for state in draft.states.values():
            sure = context.flow.walked[draft.id].entering.get(state.name)
            if sure is not None:
                yield from _state(context, draft, state, sure, codes)


# -- declarations ---------------------------------------------------------------------------------------------
def _declarations(context: Context, draft: Draft) -> Iterator[Fault]:
    for name in draft.slots():
        if name in facts.TOPS:
            yield fault(draft.file, _slot_line(draft, name), "SLOT_002", f"'{name}' is a fact")
        wider = context.wider.get(name)
        if wider is not None and name not in draft.declared:
            message = f"'{name}' here is not the '{name}' that outlives its dialog"
            yield fault(draft.file, _slot_line(draft, name), "SLOT_003", message)
    yield from _types(draft)
    names = context.names(draft)
    for name in draft.gives:
        if name not in names:
            cure = did_you_mean(name, names)
            line = draft.top_line("gives")
            yield fault(draft.file, line, "DIALOG_015", f"'{name}' is given but never filled", cure)


def _types(draft: Draft) -> Iterator[Fault]:
    for state in draft.states.values():
        name = slot_name(state.ask)
        declared = draft.declared.get(name) if name else None
        if declared is not None and state.ask is not None and declared.type != state.ask.kind:
            message = f"'{name}' is declared as {declared.type} and asked as {state.ask.kind}"
            yield fault(draft.file, draft.line(state.name, "ask"), "SLOT_001", message)
    kinds: dict[str, str] = {}
    for state in draft.states.values():
        name = slot_name(state.ask)
        if name and state.ask is not None and kinds.setdefault(name, state.ask.kind) != state.ask.kind:
            message = f"'{name}' is asked as {kinds[name]} and as {state.ask.kind}"
            yield fault(draft.file, draft.line(state.name, "ask"), "SLOT_001", message)


def _slot_line(draft: Draft, name: str) -> int:
    if name in draft.declared or name in draft.takes:
        return draft.top_line("slots", name) if name in draft.declared else draft.top_line("takes")
    for state in draft.states.values():
        if slot_name(state.ask) == name:
            return draft.line(state.name, "ask")
        for place, action in enumerate(state.do):
            if action.name == "set" and name in dict(action.arguments):
                return draft.line(state.name, "do", place)
    return 1


# -- one state ------------------------------------------------------------------------------------------------
def _state(
    context: Context, draft: Draft, state: State, sure: Sure, codes: dict[str, frozenset[str]]
) -> Iterator[Fault]:
    answered, skipped = after_asking(state, sure)
    for key, listing in listings_of(state.ask):
        yield from _formula(context, draft, listing, sure, (state.name, "ask", "choice", key), codes)
    done = answered
    for place, action in enumerate(state.do):
        for written, formula in action.arguments:
            at = (state.name, "do", place, action.name, written)
            if isinstance(formula, Formula):
                yield from _formula(context, draft, formula, done, at, codes)
            elif isinstance(formula, SlotRead):
                yield from _read(context, draft, action, written, formula, done, at)
        done = after_doing((action,), done)
    if state.call is not None:
        yield from _call(context, draft, state, done, codes)
    yield from _guards(context, draft, state, done if skipped is None else done & skipped, codes)


def _call(
    context: Context, draft: Draft, state: State, sure: Sure, codes: dict[str, frozenset[str]]
) -> Iterator[Fault]:
    call = state.call
    assert call is not None
    if isinstance(call.by, Formula):
        yield from _formula(context, draft, call.by, sure, (state.name, "call", "by"), codes)
    for slot, formula in call.given:
        if isinstance(formula, Formula):
            yield from _formula(context, draft, formula, sure, (state.name, "call", "with", slot), codes)
    callee = context.reading.drafts.get(call.dialog)
    if callee is None:
        return
    given = [slot for slot, _ in call.given]
    for slot in callee.takes:
        if slot not in given:
            message = f"'{callee.id}' takes '{slot}'"
            yield fault(draft.file, draft.line(state.name, "call"), "DIALOG_014", message)
    for slot in given:
        if slot not in callee.takes:
            cure = did_you_mean(slot, callee.takes) or f"Write takes: [{slot}] in {callee.file}."
            line = draft.line(state.name, "call", "with", slot)
            yield fault(draft.file, line, "DIALOG_015", f"'{callee.id}' does not take '{slot}'", cure)


def _guards(
    context: Context, draft: Draft, state: State, sure: Sure, codes: dict[str, frozenset[str]]
) -> Iterator[Fault]:
    if state.call is not None:
        callee = context.reading.drafts.get(state.call.dialog)
        sure = sure - frozenset(callee.gives) if callee is not None else sure
    for place, branch in enumerate(state.branches):
        if isinstance(branch.guard, Formula):
            yield from _formula(context, draft, branch.guard, sure, (state.name, "next", place, "when"), codes)
            sure = sure | sure_if(branch.guard.node, False)


def _formula(
    context: Context,
    draft: Draft,
    formula: Formula,
    sure: Sure,
    at: tuple[str | int, ...],
    codes: dict[str, frozenset[str]],
) -> Iterator[Fault]:
    line = draft.line(str(at[0]), *at[1:])
    names = context.names(draft)
    known = True
    for place, _ in places_in(formula.node):
        cure = context.unknown(place, names)
        if cure is not None:
            known = False
            yield fault(draft.file, line, "GUARD_002", f"'{place}' does not exist", cure)
    if known:
        for place in dict.fromkeys(risks(formula.node, sure)):
            message = f"'{place}' may be missing in '{formula.source}'"
            yield fault(draft.file, line, "GUARD_003", message, _missing_cure(place))
        for place, code in _impossible(formula.node, codes):
            cure = did_you_mean(code, codes[place])
            yield fault(draft.file, line, "GUARD_004", f"'{place}' is never '{code}'", cure)


def _missing_cure(place: str) -> str:
    return f"Ask '{place} is missing' first, or make its question required."


def _read(
    context: Context,
    draft: Draft,
    action: Action,
    argument: str,
    read: SlotRead,
    sure: Sure,
    at: tuple[str | int, ...],
) -> Iterator[Fault]:
    line = draft.line(str(at[0]), *at[1:])
    names = context.names(draft)
    if read.name not in names:
        cure = did_you_mean(read.name, names)
        yield fault(draft.file, line, "ACTION_005", f"'{read.name}' is not a slot", cure)
        return
    required = {one.name for one in ACTIONS[action.name].arguments if one.required}
    if argument in required and read.name not in sure:
        yield fault(draft.file, line, "ACTION_006", f"'{read.name}' may be missing here")


# -- codes ----------------------------------------------------------------------------------------------------
def _codes(context: Context, draft: Draft) -> dict[str, frozenset[str]]:
    """The codes each slot can have, where that is certain: only asked for, or set to a word."""
    found: dict[str, set[str]] = {}
    open_: set[str] = {*draft.takes, *context.wider}
    for _, state in draft.states.items():
        if state.call is not None:
            callee = context.reading.drafts.get(state.call.dialog)
            open_ |= set(callee.gives) if callee else set()
        name = slot_name(state.ask)
        if isinstance(state.ask, Choice | YesNo):
            found.setdefault(name, set()).update(answers_of(state.ask))
        elif name:
            open_.add(name)
        for action in state.do:
            if action.name == "set":
                _codes_set(action, found, open_)
    known = {name: frozenset(codes) for name, codes in found.items() if name not in open_}
    return known | {name: frozenset(codes) for name, codes in facts.CODES.items()}


def _codes_set(action: Action, found: dict[str, set[str]], open_: set[str]) -> None:
    for slot, value in action.arguments:
        node = value.node if isinstance(value, Formula) else None
        if isinstance(node, nodes.Const) and (isinstance(node.value, str) or node.value is None):
            found.setdefault(slot, set()).update([node.value] if node.value else [])
        else:
            open_.add(slot)


def _impossible(node: nodes.Node, codes: dict[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Comparisons of a slot with a code that it can't have."""
    for compare in (node, *node.find_all(nodes.Compare)):
        if not isinstance(compare, nodes.Compare) or len(compare.ops) != 1:
            continue
        step = compare.ops[0]
        if step.op in ("eq", "ne"):
            yield from _never(compare.expr, step.expr, codes)
            yield from _never(step.expr, compare.expr, codes)


def _never(one: nodes.Node, other: nodes.Node, codes: dict[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    place = place_of(one)
    value = other.value if isinstance(other, nodes.Const) else None
    if isinstance(value, str) and place in codes and value not in codes[place]:
        yield place, value
