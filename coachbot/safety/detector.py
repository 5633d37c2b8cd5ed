"""Reads free texts for danger, before any dialog sees them.

A text is read in every language there is a lexicon for: in distress people fall back to the language they know
best. The work grows with the length of the text only: a long one is read in windows that overlap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from coachbot.safety.faults import Fault, LexiconFault
from coachbot.safety.folding import BREAK, Folded, fold, folded
from coachbot.safety.lexicon import CRISIS, Entry, Lexicon, LexiconReader
from coachbot.safety.mending import Mender
from coachbot.safety.slots import Slot

#: A longer text is read in windows of so many characters ...
_WINDOW = 2000
#: ... each with so much of the text before it (what may deny a find) and after it (where a find may end).
_BEFORE, _AFTER = 300, 400
#: How far back a negation is looked for, in characters, and a doubt after a denial, in words.
_NEGATION_REACH = 80
_DOUBT_REACH = 3


class Finding(NamedTuple):
    """Danger that was read in a text."""

    #: crisis, cauda_equina and so on: a kind of the rules.
    kind: str
    #: The words that were read, in their plain shape.
    phrase: str


class _Filed(NamedTuple):
    """An entry where it is looked up."""

    rank: int
    kind: str
    entry: Entry
    lexicon: Lexicon
    #: The other slots, which are asked before the entry is searched for.
    slots: tuple[Slot, ...]


class Detector:
    """Finds danger in a text. Holds nothing of any text; may be shared.

    Without `mends` a text is read as it stands: slips of the keyboard find nothing.
    """

    def __init__(self, lexicons: Sequence[Lexicon], order: Sequence[str], *, mends: bool = True) -> None:
        self._lexicons = {lexicon.language: lexicon for lexicon in lexicons}
        words = Counter(word for lexicon in lexicons for word in lexicon.vocabulary())
        real = frozenset().union(*(lexicon.harmless_words() for lexicon in lexicons))
        self._mender = Mender(words, real) if mends else None
        self._by_word: dict[str, tuple[_Filed, ...]] = {}
        self._by_beginning: dict[str, tuple[_Filed, ...]] = {}
        self._always: tuple[_Filed, ...] = ()
        for lexicon in lexicons:
            for rank, kind in enumerate(order):
                for entry in lexicon.dangers[kind]:
                    self._file(_Filed(rank, kind, entry, lexicon, entry.slots), words)

    def gravest(self, text: str, language: str) -> str | None:
        """The kind of danger that comes first in the order, or None. `language` is the patient's."""
        gravest: _Filed | None = None
        for filed, _ in self._finds(text):
            if gravest is None or filed.rank < gravest.rank:
                gravest = filed
            if gravest.rank == 0:
                break
        return gravest.kind if gravest else None

    def all(self, text: str, language: str) -> tuple[Finding, ...]:
        """Everything that is found: the gravest kinds first, and of one kind the patient's language first."""
        finds = sorted(self._finds(text), key=lambda find: (find[0].rank, find[0].lexicon.language != language))
        return tuple(dict.fromkeys(Finding(filed.kind, phrase) for filed, phrase in finds))

    def _file(self, filed: _Filed, words: Counter[str]) -> None:
        """Put an entry under the slot whose words are the rarest; the others are asked when it is met."""
        slots = sorted(filed.entry.slots, key=lambda slot: _commonness(slot, words))
        filed = filed._replace(slots=tuple(slots[1:]))
        if not slots:
            self._always = (*self._always, filed)
            return
        for word in slots[0].words:
            self._by_word[word] = (*self._by_word.get(word, ()), filed)
        for start in slots[0].beginnings:
            self._by_beginning[start] = (*self._by_beginning.get(start, ()), filed)

    def _finds(self, text: str) -> Iterator[tuple[_Filed, str]]:
        first = fold(text)
        yield from self._read(first)
        for mended in self._mender.readings(text, first) if self._mender else ():
            yield from self._read(mended)

    def _read(self, shape: Folded) -> Iterator[tuple[_Filed, str]]:
        length = len(shape.plain)
        if length <= _WINDOW + _AFTER:
            yield from self._read_window(shape, 0, length)
            return
        for start in range(0, length, _WINDOW):
            lower = max(0, start - _BEFORE)
            window = folded(shape.marked[lower : start + _WINDOW + _AFTER])
            yield from self._read_window(window, start - lower, start - lower + _WINDOW)

    def _read_window(self, shape: Folded, start: int, stop: int) -> Iterator[tuple[_Filed, str]]:
        context = _Context(shape)
        for filed in self._candidates(shape):
            for begin, end in context.dangerous(filed, start, stop):
                yield filed, shape.plain[begin:end]

    def _candidates(self, shape: Folded) -> list[_Filed]:
        """The entries that may match, the gravest first."""
        plain, words = shape.plain, shape.words
        found = [filed for word in self._by_word.keys() & words for filed in self._by_word[word]]
        for start, entries in self._by_beginning.items():
            if start in plain:
                found.extend(entries)
        fitting = {
            id(filed.entry): filed
            for filed in (*found, *self._always)
            if all(slot.in_text(plain, words) for slot in filed.slots)
        }
        return sorted(fitting.values(), key=lambda filed: filed.rank)


def _commonness(slot: Slot, words: Counter[str]) -> float:
    """How likely a slot is met in any text: short words and words of many entries are common."""
    return sum((words[word] + 1) * 0.5 ** len(word) for word in (*slot.words, *slot.beginnings))


class _Context:
    """What stands around the finds of one text, worked out when there is a first find."""

    def __init__(self, shape: Folded) -> None:
        self._shape = shape
        self._spans: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def dangerous(self, filed: _Filed, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """The finds of an entry that begin within a stretch and are neither harmless nor denied."""
        lexicon, denied_until = filed.lexicon, 0
        for begin, end in filed.entry.spans(self._shape.marked, start, stop):
            if filed.kind != CRISIS and self._is_negated(begin, lexicon, denied_until):
                denied_until = max(denied_until, end)
            elif not self._is_cleared(filed, begin, end):
                yield begin, end

    def _is_cleared(self, filed: _Filed, begin: int, end: int) -> bool:
        clearing = self._harmless(filed.lexicon)
        if filed.kind == CRISIS:
            clearing = clearing + self._denied(filed.lexicon)
        return any(first <= begin and end <= last for first, last in clearing)

    def _harmless(self, lexicon: Lexicon) -> list[tuple[int, int]]:
        key = (lexicon.language, "harmless")
        if key not in self._spans:
            self._spans[key] = self._all_spans(lexicon.harmless)
        return self._spans[key]

    def _denied(self, lexicon: Lexicon) -> list[tuple[int, int]]:
        key = (lexicon.language, "denied")
        if key not in self._spans:
            spans = self._all_spans(lexicon.denied)
            self._spans[key] = [span for span in spans if not self._is_doubted(span[1], lexicon)]
        return self._spans[key]

    def _all_spans(self, entries: Sequence[Entry]) -> list[tuple[int, int]]:
        likely = (entry for entry in entries if entry.may_match(self._shape))
        return [span for entry in likely for span in entry.spans(self._shape.marked)]

    def _is_doubted(self, end: int, lexicon: Lexicon) -> bool:
        after = self._shape.plain[end : end + _NEGATION_REACH].split()[:_DOUBT_REACH]
        return not lexicon.doubts.isdisjoint(after)

    def _is_negated(self, begin: int, lexicon: Lexicon, denied_until: int) -> bool:
        """Whether "no", or "no" with such words as "any new", stands directly before, in the same thought."""
        before = self._shape.marked[max(0, begin - _NEGATION_REACH) : begin].rpartition(BREAK)[2].split()
        if begin < denied_until and before and before[-1] in lexicon.joins:
            return True
        for word in reversed(before):
            if word in lexicon.negating:
                return True
            if word not in lexicon.between:
                return False
        return False


def detector_from(
    lexicons: Mapping[str, Mapping[str, object]], order: Sequence[str], *, mends: bool = True
) -> Detector:
    """A detector from the lexicons of all languages (parsed YAML) and the kinds of danger, the gravest first.

    Raises `LexiconFault` as `read_lexicons` does.
    """
    return Detector(read_lexicons(lexicons, order), order, mends=mends)


def read_lexicons(lexicons: Mapping[str, Mapping[str, object]], order: Sequence[str]) -> list[Lexicon]:
    """The lexicons of all languages. Raises `LexiconFault` with everything that is wrong in any of them."""
    faults: list[Fault] = []
    read: list[Lexicon] = []
    if order and not lexicons:
        cure = "Add content/<language>/safety/lexicon.yaml."
        faults.append(Fault("", "there is no lexicon, so that nothing would ever be found.", cure))
    for language, data in lexicons.items():
        reader = LexiconReader(language, order)
        read.append(reader.read(data))
        faults.extend(reader.faults)
    if faults:
        raise LexiconFault(faults)
    return read
