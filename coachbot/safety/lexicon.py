"""A lexicon of danger words, from plain data to entries that can be read on a text.

The reading rules for authors stand in the head of content/<language>/safety/lexicon.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coachbot.safety.faults import Fault, did_you_mean
from coachbot.safety.folding import Folded, phrase
from coachbot.safety.patterns import compiled, fold_source, parse
from coachbot.safety.risks import Risk, risks
from coachbot.safety.slots import Slot, WordWalk

#: The kind that no negation clears, only the narrow `denied` list.
CRISIS = "crisis"
_LISTS = ("harmless", "denied", "doubts", "real_words")
_NEGATIONS = ("words", "between", "joins")
_ABOUT = ("language", "clinical_sign_off", "negations", "examples")


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase or expression of a list."""

    #: Inside of a regular expression that can be read.
    source: str
    #: Whether a match may reach from one thought into the next.
    over_breaks: bool
    #: A text that lacks one of these can't match.
    slots: tuple[Slot, ...]
    #: Every whole word that a match may hold.
    words: frozenset[str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when a text first has the words for it: most never are."""
        return compiled(self.source, over_breaks=self.over_breaks)

    def may_match(self, shape: Folded) -> bool:
        """Whether a text has the words without which this can't match."""
        return all(slot.in_text(shape.plain, shape.words) for slot in self.slots)

    def spans(self, marked: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int]]:
        """Where it matches, from every place it can begin at, also inside an earlier match."""
        last = len(marked) if stop is None else stop
        found = self.pattern.search(marked, start)
        while found is not None and found.start() < last:
            yield found.span()
            found = self.pattern.search(marked, found.start() + 1)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is read as danger in one language."""

    language: str
    #: Kind of danger to its entries.
    dangers: Mapping[str, tuple[Entry, ...]]
    #: A find wholly inside one of these is no danger.
    harmless: tuple[Entry, ...]
    #: The same, for crisis alone.
    denied: tuple[Entry, ...]
    #: A denial with one of these words soon after it denies nothing ("but").
    doubts: frozenset[str]
    #: "no", "without": clear what follows, never for crisis.
    negating: frozenset[str]
    #: What may stand between those and the find.
    between: frozenset[str]
    #: "or": carries a negation over to the next word.
    joins: frozenset[str]
    #: Words that look like slips of the keyboard and are none.
    real_words: frozenset[str]

    def vocabulary(self) -> Iterator[str]:
        """Every word of the danger lists, again for each entry it is in."""
        for entries in self.dangers.values():
            for entry in entries:
                yield from entry.words

    def harmless_words(self) -> frozenset[str]:
        """Words that are well written although no danger list has them."""
        words = (entry.words for entry in (*self.harmless, *self.denied))
        return frozenset().union(self.real_words, self.negating, self.between, self.doubts, *words)


class LexiconReader:
    """Reads one lexicon and notes everything that is wrong with it."""

    def __init__(self, language: str, order: Sequence[str]) -> None:
        self.faults: list[Fault] = []
        self._language = language
        self._order = order

    def read(self, data: Mapping[str, object]) -> Lexicon:
        """The lexicon; of use only if no fault was noted."""
        self._keys(data, (*_ABOUT, *_LISTS, *self._order), "")
        said = data.get("language", self._language)
        if said != self._language:
            message = f"this is the lexicon of '{said}', in the folder of '{self._language}'."
            self._fault("language", message, "Write the words of danger of this language, and its name.")
        negations = self._mapping(data.get("negations", {}), "negations")
        self._keys(negations, _NEGATIONS, "negations")
        plain = {key: self._words(negations, key, "negations.") for key in _NEGATIONS}
        return Lexicon(
            self._language,
            {kind: tuple(self._kind(data, kind)) for kind in self._order},
            tuple(self._clearing(data, "harmless")),
            tuple(self._clearing(data, "denied")),
            self._words(data, "doubts"),
            plain["words"],
            plain["between"],
            plain["joins"],
            self._words(data, "real_words"),
        )

    def _kind(self, data: Mapping[str, object], kind: str) -> Iterator[Entry]:
        if kind not in data:
            self._fault(kind, "this kind of danger has no words.", "Add its lists: a name and its entries.")
            return
        lists = self._mapping(data[kind], kind)
        if not lists:
            self._fault(kind, "this kind of danger has no words.", "Add its lists: a name and its entries.")
        for name, entries in lists.items():
            yield from self._list(entries, f"{kind}.{name}")

    def _clearing(self, data: Mapping[str, object], key: str) -> Iterator[Entry]:
        """What clears a find ends where a thought ends; what is danger does not."""
        return self._list(data.get(key, ()), key, optional=key not in data, over_breaks=False)

    def _list(self, entries: object, path: str, *, optional: bool = False, over_breaks: bool = True) -> Iterator[Entry]:
        for place, text in self._texts(entries, path, optional=optional):
            entry = self._entry(text, place, over_breaks=over_breaks)
            if entry is not None:
                yield entry

    def _texts(self, entries: object, path: str, *, optional: bool = False) -> Iterator[tuple[str, str]]:
        if not isinstance(entries, list | tuple):
            self._fault(path, "this is no list.", "Write one entry per line, each after '- '.")
            return
        if not entries and not optional:
            self._fault(path, "this list is empty.", "Add an entry, or remove the list.")
        for number, text in enumerate(entries):
            if isinstance(text, str) and text.strip():
                yield f"{path}.{number}", text.strip()
            else:
                self._fault(f"{path}.{number}", f"{text!r} is no text.", "Write it between quotes.")

    def _entry(self, text: str, path: str, *, over_breaks: bool) -> Entry | None:
        if len(text) > 1 and text[0] == text[-1] == "/":
            return self._expression(fold_source(text[1:-1]), path, over_breaks=over_breaks)
        plain = phrase(text)
        if not plain:
            self._fault(path, f"'{text}' has no letters.", "Write the words that are looked for.")
            return None
        source = re.escape(plain).replace("\\ ", " ")
        entry, _ = _read(source, over_breaks=over_breaks, judged=False)
        return entry

    def _expression(self, source: str, path: str, *, over_breaks: bool) -> Entry | None:
        try:
            entry, found = _read(source, over_breaks=over_breaks, judged=True)
        except (re.error, OverflowError, RecursionError) as error:
            self._fault(path, f"this is no regular expression: {error}.", "Mend it, or write a plain phrase.")
            return None
        for message, cure in found:
            self._fault(path, message, cure)
        return entry

    def _words(self, data: Mapping[str, object], key: str, before: str = "") -> frozenset[str]:
        texts = self._texts(data.get(key, ()), before + key, optional=key not in data)
        words = {path: phrase(text) for path, text in texts}
        for path, word in words.items():
            if " " in word or not word:
                self._fault(path, "this is not one word.", "Write one word without signs, such as 'not'.")
        return frozenset(words.values())

    def _mapping(self, value: object, path: str) -> Mapping[str, object]:
        if isinstance(value, Mapping):
            return value
        self._fault(path, "this is no map.", "Write a name and a colon, with its list below.")
        return {}

    def _keys(self, data: Mapping[str, object], known: Iterable[str], path: str) -> None:
        for key in data:
            if key not in known:
                place = f"{path}.{key}" if path else str(key)
                self._fault(place, f"'{key}' has no meaning here.", did_you_mean(str(key), known))

    def _fault(self, path: str, message: str, cure: str) -> None:
        place = f"{self._language}.{path}" if path else self._language
        self.faults.append(Fault(place, message, cure))


@lru_cache(maxsize=4096)
def _read(source: str, *, over_breaks: bool, judged: bool) -> tuple[Entry | None, tuple[Risk, ...]]:
    """An entry, or what makes it unfit. It is the same for all who read it: whoever checks a pack, and who runs it."""
    tree = parse(source)
    if judged and (found := tuple(risks(tree))):
        return None, found
    walk = WordWalk(tree)
    return Entry(source, over_breaks, tuple(walk.slots), frozenset(walk.words)), ()
