"""Bursts: how many messages may come in a row before the patient has a turn.

For a person a pause of a practice counts as a turn. A messenger that counts messages since the patient's last word
(`on_narrow`) goes on counting through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from coachbot.authoring.checks.context import Context
from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.reading import Reading
from coachbot.engine.asks import Wait
from coachbot.engine.model import State
from coachbot.rendering import Bubble, mark, split

#: Messages all through a dialog, and whether the last of them is a text that the next may be joined to.
Through: TypeAlias = tuple[int, bool]
_NEVER: Through = (-1, False)


@dataclass(frozen=True, slots=True)
class Run:
    """Messages of a dialog: until its first question, and all through without one."""

    before: int = 0
    through: Through = _NEVER


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest run of messages in a dialog, and the state in which it begins."""

    draft: Draft
    state: str
    messages: int

    @property
    def place(self) -> str:
        """File and line, as faults name them."""
        return f"{self.draft.file}:{self.draft.line(self.state)}"


def check_bursts(context: Context) -> Iterator[Fault]:
    """States from which more messages follow than a person bears."""
    for found in _longest(_Counting(context.reading)):
        if found.messages > context.burst:
            message = f"up to {found.messages} messages in a row from '{found.state}', without the patient's turn"
            yield fault(found.draft.file, found.draft.line(found.state), "DIALOG_017", message)


def on_narrow(reading: Reading, *, joins: bool) -> Iterator[Longest]:
    """The longest run of each dialog as a messenger counts it that takes few after a patient's word. `joins`: texts of
    one turn go out as one message."""
    return _longest(_Counting(reading, joins=joins, through_pauses=True))


def _longest(counting: _Counting) -> Iterator[Longest]:
    for draft in counting.reading.drafts.values():
        found = [(counting.from_state(draft, name, ()), name) for name in _beginnings(draft)]
        most, name = max(found, default=(0, ""))
        yield Longest(draft, name, most)


def _beginnings(draft: Draft) -> Iterator[str]:
    """Where runs of messages begin: the start, and what follows a question."""
    yield draft.start
    for state in draft.states.values():
        if state.ask is not None or state.call is not None:
            yield from (branch.to for branch in state.branches)


class _Counting:
    def __init__(self, reading: Reading, *, joins: bool = False, through_pauses: bool = False) -> None:
        self.reading = reading
        self._joins = joins
        self._through_pauses = through_pauses
        self._runs: dict[tuple[str, bool], Run] = {}
        self._known: dict[tuple[str, str, bool], int] = {}

    def from_state(self, draft: Draft, name: str, trail: tuple[str, ...], after_text: bool = False) -> int:
        """Most messages from a state on until the patient's turn or the end. `after_text`: a text stands before it
        that its own may be joined to."""
        key = (draft.id, name, after_text)
        if key in self._known:
            return self._known[key]
        state = draft.states.get(name)
        if state is None or name in trail:
            return 0
        own, text = self._messages(draft, state, after_text)
        if state.call is not None:
            own += self._with_call(draft, state, (*trail, name), text)
        elif not self._ends(state):
            own += self._onward(draft, state, (*trail, name), text)
        if not trail:
            self._known[key] = own
        return own

    def _onward(self, draft: Draft, state: State, trail: tuple[str, ...], after_text: bool) -> int:
        return max((self.from_state(draft, one.to, trail, after_text) for one in state.branches), default=0)

    def _ends(self, state: State) -> bool:
        """Whether a run ends here, because it is the patient's turn."""
        return state.ask is not None and not (self._through_pauses and isinstance(state.ask, Wait))

    def _with_call(self, draft: Draft, state: State, trail: tuple[str, ...], after_text: bool) -> int:
        """A called dialog's messages, and those after it if it asks nothing."""
        runs = [self.run(callee, after_text) for callee in self._callees(state)]
        through = [run.through for run in runs if run.through != _NEVER] or [(0, after_text)]
        after = [count + self._onward(draft, state, trail, text) for count, text in dict.fromkeys(through)]
        return max([*(run.before for run in runs), *after])

    def _callees(self, state: State) -> list[Draft]:
        call, drafts = state.call, self.reading.drafts
        assert call is not None
        if call.folder:
            return [draft for name, draft in drafts.items() if name.startswith(call.folder)]
        return [drafts[call.dialog]] if call.dialog in drafts else []

    def run(self, draft: Draft, after_text: bool) -> Run:
        """The runs of a whole dialog; a dialog that calls itself counts once."""
        key = (draft.id, after_text)
        if key not in self._runs:
            self._runs[key] = Run()
            before = self.from_state(draft, draft.start, (), after_text)
            through = self._through(draft, draft.start, (), after_text)
            self._runs[key] = Run(before, through)
        return self._runs[key]

    def _through(self, draft: Draft, name: str, trail: tuple[str, ...], after_text: bool) -> Through:
        state = draft.states.get(name)
        if state is None or name in trail or self._ends(state):
            return _NEVER
        own, text = self._messages(draft, state, after_text)
        if state.call is not None:
            inner = max((self.run(callee, text).through for callee in self._callees(state)), default=(0, text))
            if inner == _NEVER:
                return _NEVER
            own, text = own + inner[0], inner[1]
        if not state.branches:
            return own, text
        onward = max(self._through(draft, one.to, (*trail, name), text) for one in state.branches)
        return _NEVER if onward == _NEVER else (own + onward[0], onward[1])

    def _messages(self, draft: Draft, state: State, after_text: bool) -> tuple[int, bool]:
        """Messages of a state, and whether the last of them is a text that the next may be joined to."""
        if not state.says and state.ask is None:
            return 0, after_text
        words = self.reading.words
        section = words.section(words.default_language, draft.words, state.section or state.name)
        texts = section.texts if section else ()
        counts = [self._count(split(mark(text)), after_text) for text in texts] or [(1, True)]
        most, text = max(counts)
        return most, text and state.ask is None  # a question stands alone, and so does what a pause follows

    def _count(self, bubbles: tuple[Bubble, ...], after_text: bool) -> tuple[int, bool]:
        count = 0
        for bubble in bubbles:
            joined = self._joins and after_text and not bubble.picture
            count += not joined
            after_text = not bubble.picture
        return count, after_text
