"""Ways through a dialog: unreachable states, dead ends, answers without a way, circles without a question."""

from __future__ import annotations

from collections.abc import Iterator

from coachbot.authoring.asks import answers_of, skippable
from coachbot.authoring.checks.context import Context
from coachbot.authoring.dataflow import is_coded, results_of
from coachbot.authoring.draft import Draft, called
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.engine.model import State


def check_flow(context: Context) -> Iterator[Fault]:
    """Faults in the ways through the written dialogs."""
    silent = _silent_dialogs(context)
    for draft in context.written():
        entering = context.flow.walked[draft.id].entering
        for name, state in draft.states.items():
            if name not in entering:
                yield _at(draft, state, "DIALOG_004", f"no way leads to '{name}'")
            if not state.branches and state.end is None and not _has_next(draft, state):
                yield _at(draft, state, "DIALOG_005", f"nothing follows '{name}'")
            yield from _answers(context, draft, state)
        yield from _circles(context, draft, silent)
    yield from _calling_circles(context, silent)


def _at(draft: Draft, state: State, code: str, message: str, cure: str = "", *path: str | int) -> Fault:
    return fault(draft.file, draft.line(state.name, *path), code, message, cure)


def _has_next(draft: Draft, state: State) -> bool:
    """Whether something was written that could not be understood; then that is the fault."""
    states = draft.document.data.get("states")
    written = states.get(state.name) if isinstance(states, dict) else None
    return isinstance(written, dict) and bool(written.get("next"))


# -- answers ------------------------------------------------------------------------------------------------
def _answers(context: Context, draft: Draft, state: State) -> Iterator[Fault]:
    keyed = [branch.answer for branch in state.branches if branch.answer is not None]
    if not keyed:
        return
    has_else = any(branch.answer is None for branch in state.branches)
    if state.call is not None:
        yield from _results(context, draft, state, keyed, has_else)
        return
    known = answers_of(state.ask)
    for answer in keyed:
        if answer not in known:
            cure = did_you_mean(answer, known)
            yield _at(draft, state, "DIALOG_008", f"'{answer}' is not an answer here", cure, "next", answer)
    lost = [answer for answer in known if answer not in keyed]
    if not has_else and lost and (is_coded(state) or keyed):
        said = ", ".join(f"'{answer}'" for answer in lost)
        yield _at(draft, state, "DIALOG_009", f"the answer {said} leads nowhere", "", "next")


def _results(context: Context, draft: Draft, state: State, keyed: list[str], has_else: bool) -> Iterator[Fault]:
    callees = [callee for at, callee in called(draft, context.reading.drafts) if at is state]
    if not callees:
        return
    known = {"skipped"}
    for callee in callees:
        known |= set(results_of(callee, context.flow.walked[callee.id]))
    for answer in keyed:
        if answer not in known:
            cure = did_you_mean(answer, known)
            yield _at(draft, state, "DIALOG_020", f"'{answer}' is not a result of the call", cure, "next", answer)
    lost = sorted(known - {*keyed, "skipped"})
    if lost and not has_else:
        said = ", ".join(f"'{answer}'" for answer in lost)
        yield _at(draft, state, "DIALOG_009", f"the result {said} leads nowhere", "", "next")


# -- circles ------------------------------------------------------------------------------------------------
def _silent_dialogs(context: Context) -> frozenset[str]:
    """Dialogs that can be talked through without any question, or be passed over."""
    drafts = context.reading.drafts
    silent: set[str] = {name for name, draft in drafts.items() if draft.arms}
    grew = True
    while grew:
        grew = False
        for name, draft in drafts.items():
            if name not in silent and _through(context, draft, silent):
                silent.add(name)
                grew = True
    return frozenset(silent)


def _through(context: Context, draft: Draft, silent: set[str]) -> bool:
    """Whether a way from start to an end meets no question."""
    return bool(_unasked_results(context, draft, silent))


def _unasked_results(context: Context, draft: Draft, silent: frozenset[str] | set[str]) -> set[str]:
    """The results to which a way from the start meets no question; `skipped` where a dialog just runs out."""
    waiting, seen, results = [draft.start], set(), set()
    while waiting:
        state = draft.states.get(waiting.pop())
        if state is None or state.name in seen or _asks(context, draft, state, silent):
            continue
        seen.add(state.name)
        if state.end is not None or not state.branches:
            results.add(state.end or "skipped")
        waiting.extend(branch.to for branch in state.branches)
    return results


def _unasked_ways(context: Context, state: State, silent: frozenset[str]) -> Iterator[str]:
    """Where a state that does not always ask can lead without a question, as far as a called folder tells."""
    if state.call is None or not state.call.folder:
        yield from (branch.to for branch in state.branches)
        return
    called = (one for name, one in context.reading.drafts.items() if name.startswith(state.call.folder))
    results = {"skipped"}.union(*(_unasked_results(context, one, silent) for one in called))
    yield from (branch.to for branch in state.branches if branch.answer is None or branch.answer in results)


def _asks(context: Context, draft: Draft, state: State, silent: frozenset[str] | set[str]) -> bool:
    """Whether nobody gets past this state without a question."""
    if state.ask is not None:
        return True
    if state.call is None or state.call.folder:
        return False
    return state.call.dialog in context.reading.drafts and state.call.dialog not in silent


def _circles(context: Context, draft: Draft, silent: frozenset[str]) -> Iterator[Fault]:
    """Each circle of states without a question, told once, at its first state."""
    done: set[str] = set()
    for name in draft.states:
        trail = _circle_from(context, draft, silent, name)
        if trail and not done & set(trail):
            done |= set(trail)
            said = " -> ".join([*trail, trail[0]])
            yield fault(draft.file, draft.line(name), "DIALOG_006", f"a circle without a question: {said}")


def _circle_from(context: Context, draft: Draft, silent: frozenset[str], start: str) -> list[str]:
    """A way from a state back to it without a question; empty if there is none."""
    waiting: list[list[str]] = [[start]]
    seen: set[str] = set()
    while waiting:
        trail = waiting.pop()
        state = draft.states.get(trail[-1])
        if state is None or state.name in seen or _asks(context, draft, state, silent):
            continue
        seen.add(state.name)
        for following in _unasked_ways(context, state, silent):
            if following == start:
                return trail
            waiting.append([*trail, following])
    return []


def _calling_circles(context: Context, silent: frozenset[str]) -> Iterator[Fault]:
    """Dialogs that call each other from their starts, with no question on the way."""
    drafts = context.reading.drafts
    first = {name: _called_at_once(context, draft, silent) for name, draft in drafts.items()}
    told: set[str] = set()
    for name in drafts:
        trail = _chain(name, first)
        if trail and not told & set(trail):
            told |= set(trail)
            said = " -> ".join([*trail, trail[0]])
            yield fault(
                drafts[name].file,
                drafts[name].line(first[name][trail[1 % len(trail)]], "call"),
                "DIALOG_013",
                f"a circle of calls: {said}",
            )


def _called_at_once(context: Context, draft: Draft, silent: frozenset[str]) -> dict[str, str]:
    """Dialogs that can be called before any question, and the state that calls each."""
    found: dict[str, str] = {}
    waiting, seen = [draft.start], set()
    while waiting:
        state = draft.states.get(waiting.pop())
        if state is None or state.name in seen or (state.ask is not None and not skippable(state.ask)):
            continue
        seen.add(state.name)
        if state.ask is not None:
            continue
        if state.call is not None and state.call.dialog:
            found.setdefault(state.call.dialog, state.name)
        if not _asks(context, draft, state, silent):
            waiting.extend(branch.to for branch in state.branches)
    return found


def _chain(start: str, first: dict[str, dict[str, str]]) -> list[str]:
    waiting: list[list[str]] = [[start]]
    seen: set[str] = set()
    while waiting:
        trail = waiting.pop()
        for following in first.get(trail[-1], {}):
            if following == start:
                return trail
            if following not in seen:
                seen.add(following)
                waiting.append([*trail, following])
    return []
