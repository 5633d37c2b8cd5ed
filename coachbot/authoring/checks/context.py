"""What the checks share: a pack as read, its sure slots, and what each dialog may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from coachbot.authoring import facts
from coachbot.authoring.dataflow import Dataflow
from coachbot.authoring.draft import Draft, called, wider_slots
from coachbot.authoring.faults import did_you_mean
from coachbot.authoring.reading import Reading
from coachbot.engine.model import Slot


@dataclass
class Context:
    """One checking of one pack."""

    reading: Reading
    #: Most messages in a row without the patient's turn.
    burst: int = 20
    _names: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def flow(self) -> Dataflow:
        """Which slots are sure where."""
        return Dataflow(self.reading.drafts)

    @cached_property
    def wider(self) -> dict[str, Slot]:
        """Slots of the pack that outlive their dialog."""
        return wider_slots(self.reading.drafts.values())

    def names(self, draft: Draft) -> frozenset[str]:
        """Slots that a dialog may name."""
        if draft.id not in self._names:
            own = {*draft.slots(), *self.wider}
            for _, callee in called(draft, self.reading.drafts):
                own.update(callee.gives)
            self._names[draft.id] = frozenset(own)
        return self._names[draft.id]

    def unknown(self, place: str, names: frozenset[str]) -> str | None:
        """None if a place exists; otherwise the cure for naming it."""
        top, _, key = place.partition(".")
        if top in facts.SINGLE or (top in names and top not in facts.TOPS):
            return None if not key else f"'{top}' has no parts."
        if top == facts.ANSWERED:
            return self._known_key(key, self.reading.instruments)
        if top == "attended":
            return self._known_key(key, self._sessions)
        if top in facts.FACTS:
            return self._known_key(key, facts.FACTS[top])
        return did_you_mean(top, {*names, *facts.TOPS})

    @cached_property
    def _sessions(self) -> frozenset[str]:
        """What can be attended, in any programme of the pack."""
        programmes = self.reading.programmes.values()
        return frozenset(code for one in programmes for arm in one.arms for code in arm.sessions)

    def _known_key(self, key: str, keys: Iterable[str]) -> str | None:
        known = set(keys)
        if not known or key.partition(".")[0] in known or not key:
            return None
        return did_you_mean(key, known) or "See section 4 of docs/authoring.md."

    def drafts(self) -> Iterator[Draft]:
        """Every dialog."""
        yield from self.reading.drafts.values()

    def written(self) -> Iterator[Draft]:
        """The dialogs that were written state by state."""
        return (draft for draft in self.drafts() if draft.origin == "dialog")

    def words_file(self, draft: Draft, language: str) -> str:
        """The words file of a dialog, as messages name it."""
        return f"content/{language}/{draft.source_words}.md"
