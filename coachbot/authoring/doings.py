"""Things to be done: from `do: [{award: practice}]` to the engine's actions, by its catalogue."""

from __future__ import annotations

from typing import Any

from coachbot.authoring.draft import Constant, SlotRead
from coachbot.authoring.faults import did_you_mean
from coachbot.authoring.fields import Fields
from coachbot.engine.actions import ACTIONS, Argument, Spec
from coachbot.engine.model import Action, Expression
from coachbot.rendering import FormulaError, compile_expression


def doings_from(state: Fields) -> tuple[Action, ...]:
    """The actions of a state, in order; what is wrong is noted and left out."""
    got = state.data.get("do", [])
    if not isinstance(got, list):
        state.wrong("do", "a list such as [{award: practice}]", got)
        return ()
    made = (_doing(state, place, one) for place, one in enumerate(got))
    return tuple(action for action in made if action is not None)


def _doing(state: Fields, place: int, written: Any) -> Action | None:
    if isinstance(written, str):
        written = {written: None}
    if not isinstance(written, dict) or len(written) != 1:
        state.fault("YAML_008", "each thing to be done is one {action: ...}", at=("do", place))
        return None
    name, value = next(iter(written.items()))
    spec = ACTIONS.get(name)
    if spec is None:
        state.fault("ACTION_001", f"'{name}' is not an action", did_you_mean(name, ACTIONS), at=("do", place))
        return None
    item = Fields(state.document, state.faults, (*state.path, "do", place), written)
    arguments = _as_map(item, spec, value)
    if arguments is None:
        return None
    return Action(name, _free(item, arguments) if spec.free else _by_spec(item, spec, arguments))


def _as_map(item: Fields, spec: Spec, value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    if value is None or value is True:
        return {}
    if spec.sole is not None and not isinstance(value, list):
        return {spec.sole: value}
    item.fault("ACTION_002", f"'{spec.name}' takes a map of parameters", at=(spec.name,))
    return None


def _free(item: Fields, arguments: dict[str, Any]) -> tuple[tuple[str, Expression], ...]:
    made = []
    for slot, value in arguments.items():
        item.checked_code(slot, ("set", slot))
        if (one := _expression(item, "set", slot, value)) is not None:
            made.append((slot, one))
    return tuple(made)


def _by_spec(item: Fields, spec: Spec, given: dict[str, Any]) -> tuple[tuple[str, Expression], ...]:
    known = {argument.name: argument for argument in spec.arguments}
    for name in given:
        if name not in known:
            cure = did_you_mean(name, known)
            item.fault("ACTION_002", f"'{spec.name}' does not take '{name}'", cure, at=(spec.name, name))
    for argument in spec.arguments:
        if argument.required and argument.name not in given:
            item.fault("ACTION_003", f"'{spec.name}' needs '{argument.name}'", at=(spec.name,))
    made = (
        (argument.name, _argument(item, spec, argument, given[argument.name]))
        for argument in spec.arguments
        if argument.name in given
    )
    return tuple((name, one) for name, one in made if one is not None)


def _argument(item: Fields, spec: Spec, argument: Argument, value: Any) -> Expression | None:
    at = (spec.name, argument.name)
    if argument.kind == "slot":
        return SlotRead(item.checked_code(value, at))
    if argument.kind == "slot_or_number":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return Constant(value) if is_number else SlotRead(item.checked_code(value, at))
    if argument.kind == "expression":
        return _expression(item, spec.name, argument.name, value)
    if argument.kind == "code":
        code = item.checked_code(value, at)
        if argument.of and code not in argument.of:
            cure = did_you_mean(code, argument.of)
            item.fault("ACTION_004", f"'{spec.name}' does not know '{code}'", cure, at=at)
        return Constant(code)
    return Constant(str(value))


def _expression(item: Fields, action: str, name: str, value: Any) -> Expression | None:
    try:
        return compile_expression(str(value).lower() if isinstance(value, bool) else str(value))
    except FormulaError as error:
        item.fault("GUARD_001", str(error), at=(action, name))
        return None
