"""Which slots are sure in which state: a walk over all ways through all dialogs, calls and skips included.

A slot is sure in a state if every way there filled it. Any question that is not required can be skipped;
then its slot is missing. Dialogs are walked again until nothing changes, because what a caller hands over
and what a dialog gives back depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from coachbot.authoring.asks import answers_of, skippable, slot_name
from coachbot.authoring.draft import Draft, called, filled_by
from coachbot.authoring.facts import ALWAYS_THERE
from coachbot.authoring.places import NOTHING, Sure, may_be_missing, sure_if
from coachbot.engine.asks import Choice, Wait, YesNo
from coachbot.engine.model import Action, Branch, State
from coachbot.rendering import Formula

SKIPPED, STOPPED = "skipped", "stopped"
_ROUNDS = 12


@dataclass(slots=True)
class Walked:
    """What was found out about one dialog."""

    #: Slots that are sure on entering each state that can be reached.
    entering: dict[str, Sure] = field(default_factory=dict)
    #: Slots that are sure where the state calls another dialog: after its question and its doings.
    calling: dict[str, Sure] = field(default_factory=dict)
    #: Results of the dialog, and what is sure at each.
    results: dict[str, Sure] = field(default_factory=dict)


class Dataflow:
    """The sure slots of all dialogs of a pack."""

    def __init__(self, drafts: Mapping[str, Draft]) -> None:
        self.drafts = drafts
        self.walked = {name: Walked() for name in drafts}
        self._taken: dict[str, Sure] = {}
        #: Which states of a dialog call which dialogs, looked up once.
        self._calls = {name: tuple(called(draft, drafts)) for name, draft in drafts.items()}
        #: On what a dialog was last walked: what it is handed, and how what it calls ends.
        self._walked_on: dict[str, object] = {}
        for _ in range(_ROUNDS):
            before = self._state()
            self._round()
            if self._state() == before:
                break

    def _state(self) -> object:
        return {name: (dict(one.results), self._taken.get(name)) for name, one in self.walked.items()}

    def _round(self) -> None:
        self._taken = self._handed_over()
        for name, draft in self.drafts.items():
            taken = self._taken.get(name, NOTHING)
            ground = (taken, [dict(self.walked[callee.id].results) for _, callee in self._calls[name]])
            if name not in self._walked_on or ground != self._walked_on[name]:
                self._walked_on[name] = ground
                self.walked[name] = self._walk(draft, taken)

    def _handed_over(self) -> dict[str, Sure]:
        """What is sure of each dialog's `takes`: what every call hands over as a sure value."""
        taken: dict[str, Sure] = {}
        for draft in self.drafts.values():
            entering = self.walked[draft.id].calling
            for state, callee in self._calls[draft.id]:
                sure = entering.get(state.name, ALWAYS_THERE)
                given = frozenset(_sure_given(state, sure)) & frozenset(callee.takes)
                taken[callee.id] = taken.get(callee.id, given) & given
        return taken

    # -- one dialog ------------------------------------------------------------------------------------
    def _walk(self, draft: Draft, taken: Sure) -> Walked:
        walked = Walked()
        waiting = [(draft.start, ALWAYS_THERE | taken)]
        while waiting:
            name, sure = waiting.pop()
            state = draft.states.get(name)
            if state is None:
                continue
            known = walked.entering.get(name)
            merged = sure if known is None else known & sure
            if merged != known:
                walked.entering[name] = merged
                waiting.extend(self._onward(draft, state, merged, walked))
        return walked

    def _onward(self, draft: Draft, state: State, sure: Sure, walked: Walked) -> Iterator[tuple[str, Sure]]:
        answered, skipped = after_asking(state, sure)

        done = walked.calling[state.name] = after_doing(state.do, answered)
        if isinstance(state.ask, Wait):
            _result(walked, STOPPED, done)
        if state.call is not None:
            yield from self._after_call(draft, state, done, skipped, walked)
        elif state.end is not None:
            _result(walked, state.end, done if skipped is None else done & skipped)
        else:
            yield from _after_answer(state, done, skipped, walked)

    def _after_call(
        self, draft: Draft, state: State, done: Sure, skipped: Sure | None, walked: Walked
    ) -> Iterator[tuple[str, Sure]]:
        base = done if skipped is None else done & skipped
        results = self._results_of_call(draft, state, base)
        if state.end is not None:
            _result(walked, state.end, _all_of(results, base))
            return
        keyed = {branch.answer for branch in state.branches if branch.answer is not None}
        rest = _all_of({name: sure for name, sure in results.items() if name not in keyed}, base)
        for branch in state.branches:
            if branch.answer is not None:
                yield branch.to, results.get(branch.answer, base)
        yield from _by_guards(state, rest)
        if keyed and not _has_else(state):
            for name, sure in results.items():
                if name not in keyed:
                    _result(walked, SKIPPED if name == SKIPPED else "done", sure)

    def _results_of_call(self, draft: Draft, state: State, base: Sure) -> dict[str, Sure]:
        """Each result of a call and what is sure after it; passing a dialog over gives nothing."""
        found: dict[str, Sure] = {}
        for at, callee in self._calls[draft.id]:
            if at is not state:
                continue
            gives = frozenset(callee.gives)
            for name, sure in results_of(callee, self.walked[callee.id]).items():
                after = (base - gives) | (sure & gives)
                found[name] = found.get(name, after) & after
            if callee.arms and not set(draft.arms or ("",)) <= set(callee.arms):
                found[SKIPPED] = found.get(SKIPPED, base) & base
        if state.call is not None and state.call.folder:
            found[SKIPPED] = found.get(SKIPPED, base) & base
        return found


def results_of(draft: Draft, walked: Walked) -> dict[str, Sure]:
    """The results a dialog can end with, as a caller sees them."""
    results = dict(walked.results)
    if draft.origin in ("practice", "instrument"):
        results.setdefault(STOPPED, NOTHING)
    return results


# -- one state ------------------------------------------------------------------------------------------------
def after_asking(state: State, sure: Sure) -> tuple[Sure, Sure | None]:
    """What is sure once the question is answered, and once it is skipped (None: it can't be)."""
    if state.ask is None:
        return sure, None
    slot = slot_name(state.ask)
    answered = sure | {slot} if slot else sure
    return answered, sure - {slot} if skippable(state.ask) else None


def after_doing(do: tuple[Action, ...], sure: Sure) -> Sure:
    for action in do:
        fresh: set[str] = set()
        filled = filled_by(action.name, action.arguments)
        if action.name == "set":
            values = dict(action.arguments)
            fresh = {slot for slot in filled if _is_sure(values[slot], sure)}
        sure = (sure - frozenset(filled)) | fresh
    return sure


def _is_sure(value: object, sure: Sure) -> bool:
    return not may_be_missing(value.node, sure) if isinstance(value, Formula) else True


def _sure_given(state: State, sure: Sure) -> Iterator[str]:
    for slot, value in state.call.given if state.call else ():
        if _is_sure(value, sure):
            yield slot


def _after_answer(state: State, answered: Sure, skipped: Sure | None, walked: Walked) -> Iterator[tuple[str, Sure]]:
    keyed = {branch.answer for branch in state.branches if branch.answer is not None}
    for branch in state.branches:
        if branch.answer is not None:
            yield branch.to, answered
    covered = bool(keyed) and keyed >= set(answers_of(state.ask))
    if covered and skipped is None:
        return
    rest = skipped if covered and skipped is not None else answered & (answered if skipped is None else skipped)
    yield from _by_guards(state, rest)
    if keyed and not _has_else(state) and skipped is not None:
        _result(walked, SKIPPED, skipped)


def _by_guards(state: State, sure: Sure) -> Iterator[tuple[str, Sure]]:
    """The ways without an answer, in order: each guard that was false makes something sure for the next."""
    for branch in state.branches:
        if branch.answer is not None:
            continue
        node = guard_node(branch)
        yield branch.to, sure | sure_if(node, True) if node is not None else sure
        if node is not None:
            sure = sure | sure_if(node, False)


def guard_node(branch: Branch) -> nodes.Expr | None:
    """The syntax tree of a branch's guard, if it has one that was written."""
    return branch.guard.node if isinstance(branch.guard, Formula) else None


def _has_else(state: State) -> bool:
    return any(branch.answer is None and branch.guard is None for branch in state.branches)


def _result(walked: Walked, name: str, sure: Sure) -> None:
    walked.results[name] = walked.results.get(name, sure) & sure


def _all_of(results: Mapping[str, Sure], otherwise: Sure) -> Sure:
    found = list(results.values())
    return frozenset.intersection(*found) if found else otherwise


def is_coded(state: State) -> bool:
    """Whether the answers of a state's question are codes that `next` has to cover."""
    return isinstance(state.ask, Choice | YesNo)
