"""A dialog on its way from files to the engine: what was read, and where each part of it stands.

Every kind of content (dialogs, practices, education, ...) is read into drafts; the checks work on drafts;
`finished` turns them into the engine's dialogs once all slots of the pack are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from coachbot.authoring.asks import slot_name, slot_type
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.machine import DialogMachine
from coachbot.engine.model import EMPTY, Dialog, Scope, Slot, State
from coachbot.rendering import Words


@dataclass(frozen=True, slots=True)
class Constant:
    """An argument written out: a code, a text or a number."""

    value: Any

    def __call__(self, scope: Scope) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class SlotRead:
    """An argument that is a slot's value."""

    name: str

    def __call__(self, scope: Scope) -> Any:
        return scope.get(self.name)


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read of one dialog."""

    id: str
    document: Document
    summary: str
    start: str
    states: Mapping[str, State]
    #: Slots declared under `slots:`.
    declared: Mapping[str, Slot] = EMPTY
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    moved: Mapping[str, str] = EMPTY
    keeps: bool = False
    arms: tuple[str, ...] = ()
    #: Where the engine finds the words, and the file under content/<language>/ in which they were written.
    words: str = ""
    source_words: str = ""
    origin: str = "dialog"
    #: Where each state stands, for dialogs that were not written state by state.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Sections that the words file may have, where they are not just the states.
    sections: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """The file it was read from."""
        return self.document.file

    def line(self, state: str, *path: str | int) -> int:
        """The line of a state or of something in it."""
        if self.origin == "dialog":
            return self.document.line("states", state, *path)
        return self.lines.get(state, 1)

    def top_line(self, *path: str | int) -> int:
        """The line of a key of the dialog itself."""
        return self.document.line(*path) if self.origin == "dialog" else 1

    def slots(self) -> dict[str, Slot]:
        """Every slot of the dialog: declared, asked for, set, taken or brought back by a call."""
        found = dict(self.declared)
        for name, kind in self._filled():
            found.setdefault(name, Slot(name, kind))
        for name in self.takes:
            found.setdefault(name, Slot(name, "text"))
        return found

    def _filled(self) -> Iterable[tuple[str, str]]:
        for state in self.states.values():
            if name := slot_name(state.ask):
                yield name, slot_type(state.ask) if state.ask else ""
            for action in state.do:
                yield from ((name, "text") for name in filled_by(action.name, action.arguments))


def filled_by(action: str, arguments: Iterable[tuple[str, Any]]) -> tuple[str, ...]:
    """The slots that an action fills at once."""
    from coachbot.engine.actions import ACTIONS

    if action == "set":
        return tuple(name for name, _ in arguments)
    return ACTIONS[action].fills if action in ACTIONS else ()


def wider_slots(drafts: Iterable[Draft]) -> dict[str, Slot]:
    """All slots of the pack that outlive their dialog."""
    return {slot.name: slot for draft in drafts for slot in draft.declared.values() if slot.scope != "dialog"}


def finished(draft: Draft, drafts: Mapping[str, Draft], wider: Mapping[str, Slot], words: Words) -> Dialog:
    """The engine's dialog: with its machine, its slots as missing, and the version of machine and words."""
    slots = _with_given(draft, drafts, draft.slots())
    return Dialog(
        id=draft.id,
        version=_version(draft, words),
        summary=draft.summary,
        start=draft.start,
        states=draft.states,
        machine=DialogMachine(
            draft.states,
            [(state.name, branch) for state in draft.states.values() for branch in state.branches],
        ),
        slots=slots,
        takes=draft.takes,
        gives=draft.gives,
        moved=draft.moved,
        keeps=draft.keeps,
        arms=draft.arms,
        words=draft.words,
        origin=draft.origin,
        blank=dict.fromkeys([*wider, *slots]),
    )


def called(draft: Draft, drafts: Mapping[str, Draft]) -> Iterable[tuple[State, Draft]]:
    """The dialogs that a dialog may call, with the state that does."""
    for state in draft.states.values():
        if state.call is None:
            continue
        if state.call.dialog in drafts:
            yield state, drafts[state.call.dialog]
        elif state.call.folder:
            yield from ((state, one) for name, one in drafts.items() if name.startswith(state.call.folder))


def _with_given(draft: Draft, drafts: Mapping[str, Draft], slots: dict[str, Slot]) -> dict[str, Slot]:
    for _, callee in called(draft, drafts):
        if not callee.gives:
            continue
        known = callee.slots()
        for name in callee.gives:
            slots.setdefault(name, Slot(name, known[name].type if name in known else "text"))
    return slots


def _version(draft: Draft, words: Words) -> str:
    """A short hash of the machine as written and of all words in all languages."""
    digest = sha256(draft.id.encode())
    digest.update(draft.document.source.encode())
    for language in words.languages:
        for name, section in words.sections(language, draft.words).items():
            digest.update(repr((language, name, section.texts, section.labels)).encode())
            digest.update(repr((section.again, section.example, section.weeks)).encode())
    return digest.hexdigest()[:12]
