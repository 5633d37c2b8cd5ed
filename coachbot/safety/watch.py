"""Both readings of danger together: the words of the lexicon, and how like a text is to what people in danger write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from coachbot.safety.detector import Detector, Finding
from coachbot.safety.folding import fold
from coachbot.safety.likeness import Likeness

Passes: TypeAlias = Callable[[str], bool]


def none_of_them(kind: str) -> bool:
    """No kind is passed over."""
    return False


class Watch:
    """Reads every free text for danger. Either reading is enough: to miss it is worse than to ask once too often."""

    def __init__(self, detector: Detector, likeness: Mapping[str, Likeness], order: Sequence[str]) -> None:
        self._detector = detector
        self._likeness = tuple(likeness.values())
        self._rank = {kind: rank for rank, kind in enumerate(order)}

    def gravest(
        self, text: str, language: str, offered: Iterable[str] = (), passed_over: Passes = none_of_them
    ) -> str | None:
        """The kind of danger that comes first in the order, or None. `language` is the patient's.

        `offered` are the answers that the open question shows. Whoever types one of them has answered, whatever its
        words resemble: "still not safe" goes where the talk leads it. What the lexicon finds in it is found. Kinds that
        are `passed_over` are not looked for by likeness; it is asked of a kind only once that is found.
        """
        told = self._detector.gravest(text, language)
        if told is not None and self._rank[told] == 0:
            return told
        kinds = [kind for likeness in self._likeness for kind, _ in likeness.finds(text) if not passed_over(kind)]
        if kinds and fold(text).plain in {fold(label).plain for label in offered}:
            kinds.clear()
        if told is not None:
            kinds.append(told)
        return min(kinds, key=self._rank.__getitem__, default=None)

    def dangers(
        self, text: str, language: str, offered: Iterable[str] = (), passed_over: Passes = none_of_them
    ) -> tuple[str, ...]:
        """The gravest kind (see `gravest`), and after it every other kind that words tell, in the order of the kinds.

        What a text only resembles is no second danger: one likeness is asked about, not two.
        """
        first = self.gravest(text, language, offered, passed_over)
        if first is None:
            return ()
        told = (find.kind for find in self._detector.all(text, language))
        return tuple(dict.fromkeys((first, *told)))

    def all(self, text: str, language: str) -> tuple[Finding, ...]:
        """Everything that either reading finds, the gravest kinds first."""
        likened = [Finding(kind, passage) for likeness in self._likeness for kind, passage in likeness.finds(text)]
        return tuple(sorted((*self._detector.all(text, language), *likened), key=lambda find: self._rank[find.kind]))
