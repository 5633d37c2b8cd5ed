"""The finite-state machine of a dialog, on the `transitions` library.

One immutable Machine per dialog is shared by all patients: it is never bound to a model. The library checks and
holds states and transitions; a turn asks the transitions of its state in their order, as the library's own trigger
does, without its logging, callbacks and event objects (0.5 µs instead of 20). The machine answers one question
only, "which state next"; effects are computed elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, cast

from transitions import Machine, Transition

_TRIGGER = "go"
#: Whether a way is open, given the answer and the names in scope.
Condition: TypeAlias = Callable[[str | None, Mapping[str, Any]], bool]


class Way(Protocol):
    """What the machine needs of a branch."""

    @property
    def to(self) -> str: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def guard(self) -> Callable[[Mapping[str, Any]], Any] | None: ...


class DialogMachine:
    """Which state follows which, for one dialog."""

    __slots__ = ("_ways", "guarded", "states")

    def __init__(self, states: Iterable[str], branches: Iterable[tuple[str, Way]]) -> None:
        self.states = tuple(states)
        machine = Machine(model=None, states=list(self.states), initial=None, auto_transitions=False, send_event=False)
        guarded = set()
        for source, branch in branches:
            machine.add_transition(_TRIGGER, source, branch.to, conditions=[_condition(branch)])
            if branch.guard is not None:
                guarded.add(source)
        #: The states from which guards decide where to go.
        self.guarded = frozenset(guarded)
        self._ways = _ways(machine)

    def following(self, state: str, outcome: str | None, scope: Mapping[str, Any]) -> str | None:
        """The state after `state`, or None where no branch fits (the dialog then ends).

        `outcome` is the answer's code or the result of a call; None for a skipped question.
        """
        return self.way(state, outcome, scope)[1]

    def way(self, state: str, outcome: str | None, scope: Mapping[str, Any]) -> tuple[int, str | None]:
        """The same, and before it how many branches of the state were asked to find it."""
        asked = 0
        for to, holds in self._ways.get(state, ()):
            asked += 1
            if holds(outcome, scope):
                return asked, to
        return asked, None


def _ways(machine: Machine) -> Mapping[str, tuple[tuple[str, Condition], ...]]:
    """The transitions of each state, in the order in which the library would try them."""
    event = machine.events.get(_TRIGGER)
    if event is None:
        return {}
    return {state: tuple(map(_way, ways)) for state, ways in event.transitions.items()}


def _way(transition: Transition) -> tuple[str, Condition]:
    (condition,) = transition.conditions
    return str(transition.dest), cast(Condition, condition.func)


def _condition(branch: Way) -> Condition:
    if branch.guard is not None:
        holds = getattr(branch.guard, "run", branch.guard)  # a formula's own function: a call less
        return lambda outcome, scope: bool(holds(scope))
    if branch.answer is not None:
        answer = branch.answer
        return lambda outcome, scope: outcome == answer
    return lambda outcome, scope: True
