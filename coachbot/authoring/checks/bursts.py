"""Bursts: how many messages may come in a row before the patient has a turn. A pause counts as a turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coachbot.authoring.checks.context import Context
from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, fault
from coachbot.engine.model import State
from coachbot.rendering import mark, split

_NEVER = -1


@dataclass(frozen=True, slots=True)
class Run:
    """Messages of a dialog: until its first question, all through without one, and after its last."""

    before: int = 0
    through: int = _NEVER
    after: int = 0


def check_bursts(context: Context) -> Iterator[Fault]:
    """States from which more messages follow than a channel and a person bear."""
    counting = _Counting(context)
    for draft in context.drafts():
        found = [(counting.from_state(draft, name, ()), name) for name in _beginnings(draft)]
        most, name = max(found, default=(0, ""))
        if most > context.burst:
            line = draft.line(name)
            message = f"up to {most} messages in a row from '{name}', without the patient's turn"
            yield fault(draft.file, line, "DIALOG_017", message)


def _beginnings(draft: Draft) -> Iterator[str]:
    """Where runs of messages begin: the start, and what follows a question."""
    yield draft.start
    for state in draft.states.values():
        if state.ask is not None or state.call is not None:
            yield from (branch.to for branch in state.branches)


class _Counting:
    def __init__(self, context: Context) -> None:
        self.context = context
        self._runs: dict[str, Run] = {}
        self._known: dict[tuple[str, str], int] = {}

    def from_state(self, draft: Draft, name: str, trail: tuple[str, ...]) -> int:
        """Most messages from a state on until the patient's turn or the end."""
        key = (draft.id, name)
        if key in self._known:
            return self._known[key]
        state = draft.states.get(name)
        if state is None or name in trail:
            return 0
        own = self._messages(draft, state)
        if state.ask is None:
            onward = max((self.from_state(draft, one.to, (*trail, name)) for one in state.branches), default=0)
            own += self._with_call(state, onward)
        if not trail:
            self._known[key] = own
        return own

    def _with_call(self, state: State, onward: int) -> int:
        """A called dialog's messages, and those after it if it asks nothing."""
        if state.call is None:
            return onward
        runs = [self.run(callee) for callee in self._callees(state)]
        most = [max(run.before, run.through + onward if run.through != _NEVER else 0) for run in runs]
        return max([onward, *most])

    def _callees(self, state: State) -> list[Draft]:
        call, drafts = state.call, self.context.reading.drafts
        assert call is not None
        if call.folder:
            return [draft for name, draft in drafts.items() if name.startswith(call.folder)]
        return [drafts[call.dialog]] if call.dialog in drafts else []

    def run(self, draft: Draft) -> Run:
        """The runs of a whole dialog; a dialog that calls itself counts once."""
        if draft.id not in self._runs:
            self._runs[draft.id] = Run()
            before = self.from_state(draft, draft.start, ())
            through = self._through(draft, draft.start, ())
            self._runs[draft.id] = Run(before, through)
        return self._runs[draft.id]

    def _through(self, draft: Draft, name: str, trail: tuple[str, ...]) -> int:
        state = draft.states.get(name)
        if state is None or name in trail or state.ask is not None:
            return _NEVER
        own = self._messages(draft, state)
        if state.call is not None:
            inner = max((self.run(callee).through for callee in self._callees(state)), default=0)
            if inner == _NEVER:
                return _NEVER
            own += inner
        if not state.branches:
            return own
        onward = max(self._through(draft, one.to, (*trail, name)) for one in state.branches)
        return _NEVER if onward == _NEVER else own + onward

    def _messages(self, draft: Draft, state: State) -> int:
        if not state.says and state.ask is None:
            return 0
        words = self.context.reading.words
        section = words.section(words.default_language, draft.words, state.section or state.name)
        texts = section.texts if section else ()
        return max((len(split(mark(text))) for text in texts), default=1)
