"""What dialogs and their texts read: which slots and facts can still matter from a state on.

Two patients who stand in the same state and differ only in what is never read again are one and the same to
a walk; without that a session of fifteen questions has more ways through it than anybody can walk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from coachbot.authoring import facts
from coachbot.authoring.asks import listings_of
from coachbot.authoring.draft import Constant, SlotRead, filled_by
from coachbot.authoring.pack import Pack
from coachbot.authoring.places import place_of, places_in
from coachbot.engine.actions import ACTIONS
from coachbot.engine.asks import Wait
from coachbot.engine.model import Action, Call, Dialog, Expression, Scope, State
from coachbot.formulas import Formula, parse_text

#: Dialog and state.
Place = tuple[str, str]


def is_fact(name: str) -> bool:
    """Whether a dotted name is a fact and no slot."""
    return name.partition(".")[0] in facts.TOPS


def value_at(scope: Scope, name: str) -> Any:
    """The value of a dotted name; None where there is none."""
    value: Any = scope
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


@dataclass(slots=True)
class Reads:
    """What a pack reads, and with what it compares it."""

    #: Dotted names of facts and names of slots that may still be read from this state on.
    live: dict[Place, frozenset[str]] = field(default_factory=dict)
    #: The same, guards and expressions only: what decides on the way.
    decisive: dict[Place, frozenset[str]] = field(default_factory=dict)
    #: Name to the values it is compared with.
    constants: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    #: Names that are calculated with: their very value matters.
    calculated: set[str] = field(default_factory=set)
    #: Pairs of names that are compared with each other.
    together: set[tuple[str, str]] = field(default_factory=set)
    #: The dialogs that a state may call.
    callees: dict[Place, tuple[Dialog, ...]] = field(default_factory=dict)
    #: What a state's own `set` works out in a way that cannot be looked into, by dialog.
    opaque: dict[str, list[tuple[str, Expression]]] = field(default_factory=lambda: defaultdict(list))
    #: Names that the dialog's own states decide by, without those of the dialogs it calls.
    own: dict[str, frozenset[str]] = field(default_factory=dict)
    #: Path of words and section to the names its texts show or ask about.
    of_text: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def seen_as(self, name: str, value: Any) -> Any:
        """A value as far as anything can tell it from others."""
        constants = self.constants.get(name, set())
        if value is None or isinstance(value, bool) or name in self.calculated or name == "today.education":
            return value
        if isinstance(value, int | float):
            limits = [one for one in constants if isinstance(one, int | float)]
            return tuple((value > one) - (value < one) for one in sorted(limits))
        if isinstance(value, tuple | list):
            return (bool(value), *sorted(set(value) & {one for one in constants if isinstance(one, str)}))
        return value if constants else bool(value)


def reads_of(pack: Pack) -> Reads:
    """Look through every guard, action and text of a pack."""
    return _Reader(pack).read()


_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Own:
    """What one state reads and fills itself, in the order of things."""

    text: frozenset[str]
    doing: frozenset[str]
    leaving: frozenset[str]
    asked: frozenset[str]
    filled: frozenset[str]


class _Reader:
    """Fills `Reads`: first what each state reads itself, then what lies behind it."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.reads = Reads()
        self._own: dict[Place, _Own] = {}
        self.wide = {
            slot.name for dialog in pack.library.dialogs.values() for slot in dialog.slots.values()
            if slot.scope != "dialog"
        }  # fmt: skip

    def read(self) -> Reads:
        for dialog in self.pack.library.dialogs.values():
            for state in dialog.states.values():
                self._own[dialog.id, state.name] = self._state(dialog, state)
                self.reads.callees[dialog.id, state.name] = tuple(self._callees(state.call))
            self.reads.own[dialog.id] = _NONE.union(
                *(one.doing | one.leaving for (of, _), one in self._own.items() if of == dialog.id)
            )
        self._hand_on_constants()
        self._limits_of_screenings()
        self.reads.decisive = self._behind(texts=False)
        self.reads.live = self._behind(texts=True)
        return self.reads

    # -- one state -------------------------------------------------------------------------------------
    def _state(self, dialog: Dialog, state: State) -> _Own:
        given = [one for _, one in state.call.given] if state.call else []
        by = [state.call.by] if state.call and state.call.by else []
        doing = {name for action in state.do for name in self._doing(action)}
        leaving = {name for one in (*(b.guard for b in state.branches), *given, *by) for name in self._formula(one)}
        leaving |= set(dialog.gives) if state.end is not None else set()
        doing |= {name for _, one in listings_of(state.ask) for name in self._formula(one)}
        asked = frozenset((state.ask.name,)) if state.ask is not None and not isinstance(state.ask, Wait) else _NONE
        filled = frozenset(name for action in state.do for name in filled_by(action.name, action.arguments))
        # A skipped question leaves its `do` out, so that what it fills is not sure to be new.
        return _Own(self._text(dialog, state), frozenset(doing), frozenset(leaving), asked, _NONE if asked else filled)

    def _limits_of_screenings(self) -> None:
        """The limits outside which a screening question counts."""
        for screening in self.pack.screenings.values():
            for question in screening.get("questions", ()):
                limits = question.get("outside") or {}
                found = {one for one in (limits.get("low"), limits.get("high")) if one is not None}
                self.reads.constants[str(question.get("code"))] |= found

    def _hand_on_constants(self) -> None:
        """What a slot is compared with matters for what it was set from."""
        for dialog in self.pack.library.dialogs.values():
            for action in (action for state in dialog.states.values() for action in state.do if action.name == "set"):
                for name, one in action.arguments:
                    if isinstance(one, Formula):
                        for place, _ in _all_places(one.node):
                            self.reads.constants[place] |= self.reads.constants.get(name, set())
                    elif not isinstance(one, SlotRead | Constant):
                        self.reads.opaque[dialog.id].append((name, one))

    def _doing(self, action: Action) -> Iterator[str]:
        for _, one in action.arguments:
            yield from self._formula(one)
        yield from ACTIONS[action.name].takes_along

    def _formula(self, formula: Expression | None) -> Iterator[str]:
        if isinstance(formula, Formula):
            yield from self._names(formula.node)
        elif isinstance(formula, SlotRead):
            yield formula.name

    def _text(self, dialog: Dialog, state: State) -> frozenset[str]:
        if not state.says and state.ask is None:
            return frozenset()
        section = state.section or state.name
        return self.section(dialog.words, section)

    def section(self, words: str, section: str) -> frozenset[str]:
        """The names that the texts and labels of a section read, in any language."""
        known = self.reads.of_text.get((words, section))
        if known is None:
            sources = [source for one in self._sections(words, section) for source in one]
            found = (name for source in sources if "{" in source for name in self._names(parse_text(source)))
            known = self.reads.of_text[words, section] = frozenset(found)
        return known

    def _sections(self, words: str, section: str) -> Iterator[Iterable[str]]:
        for language in self.pack.words.languages:
            worded = self.pack.words.section(language, words, section)
            if worded is not None:
                yield (*worded.texts, *worded.again, *worded.example, *(label for _, label in worded.labels))

    def _names(self, node: nodes.Node) -> Iterator[str]:
        self._compared(node)
        for place, _ in places_in(node):
            yield place if is_fact(place) else place.partition(".")[0]

    def _compared(self, node: nodes.Node) -> None:
        for compare in node.find_all(nodes.Compare):
            self._constants([compare.expr, *(step.expr for step in compare.ops)])
        for sum_ in node.find_all((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div)):
            self.reads.calculated.update(place for place, _ in places_in(sum_))
        if isinstance(node, nodes.Compare):
            self._constants([node.expr, *(step.expr for step in node.ops)])
        if isinstance(node, nodes.BinExpr) and not isinstance(node, nodes.And | nodes.Or):
            self.reads.calculated.update(place for place, _ in places_in(node))

    def _constants(self, terms: list[nodes.Expr]) -> None:
        values = {term.value for term in terms if isinstance(term, nodes.Const)}
        for term in terms:
            if isinstance(term, nodes.List | nodes.Tuple):
                values |= {one.value for one in term.items if isinstance(one, nodes.Const)}
        names = {place for term in terms for place, _ in _all_places(term)}
        if len(names) > 1:  # compared with each other, so that any value may be the one that matters
            self.reads.calculated |= names
            self.reads.together |= {(one, other) for one in names for other in names if one < other}
        for name in names:
            self.reads.constants[name] |= values

    # -- what lies behind ------------------------------------------------------------------------------
    def _behind(self, *, texts: bool) -> dict[Place, frozenset[str]]:
        """Each state with everything it leads to, calls included, until nothing is added any more."""
        found = dict.fromkeys(self._own, _NONE)
        changed = True
        while changed:
            changed = False
            for dialog in self.pack.library.dialogs.values():
                for state in reversed(list(dialog.states.values())):
                    place = (dialog.id, state.name)
                    own = self._own[place]
                    after = own.leaving.union(*self._next(found, dialog, state)) - own.filled
                    more = ((own.doing | after) - own.asked) | (own.text if texts else _NONE)
                    changed |= len(more) > len(found[place])
                    found[place] = more
        return found

    def _next(self, found: dict[Place, frozenset[str]], dialog: Dialog, state: State) -> Iterator[frozenset[str]]:
        for branch in state.branches:
            yield found[dialog.id, branch.to]
        for callee in self.reads.callees[dialog.id, state.name]:
            begin = found[callee.id, callee.start]
            yield frozenset(name for name in begin if is_fact(name) or name in self.wide)

    def _callees(self, call: Call | None) -> Iterator[Dialog]:
        dialogs = self.pack.library.dialogs
        if call is None:
            return
        if call.dialog:
            yield from (dialogs[name] for name in (call.dialog,) if name in dialogs)
        else:
            yield from (dialog for name, dialog in dialogs.items() if name.startswith(call.folder))


def _all_places(node: nodes.Node) -> Iterator[tuple[str, int]]:
    place = place_of(node)
    return iter([(place, 0)]) if place else places_in(node)
