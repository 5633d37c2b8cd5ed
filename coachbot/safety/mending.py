"""Second readings of a text whose words are disguised, spelled out, glued together or mistyped.

A second reading is read beside the first and never instead of it: it can only add a find. It knows the words of the
danger lists alone, and brings words of the text nearer to them:
    suicde, myslef, kil       slips of the keyboard: a letter left out, doubled, swapped, or another vowel
    killlll, diiie            letters held down
    d i e, k.i.l.l            letters one by one
    don;t, can t              a letter cut off
    killmyself                words without spaces
    k*ll, su1c1de, k!ll       letters masked by signs and digits
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from string import ascii_lowercase

from coachbot.safety.folding import UNSPACED, Folded, fold, fold_letter, folded, visible

#: Signs and digits that stand for letters; `*` and `#` for any letter.
_MASKS = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "il",
    "|": "il", "+": "t", "€": "e", "£": "l", "*": ascii_lowercase, "#": ascii_lowercase,
}  # fmt: skip
_MASKED = re.compile(r"[*#@$!|+€£0-9](?:(?=[^\W\d_])|(?<=[^\W\d_].))")
_CHUNK = re.compile(r"[^\s,.;:?\"()/]+")
_ONE_BY_ONE = re.compile(r"(?<!\w)[^\W\d](?:[ \n][^\W\d]){2,}(?!\w)")
_CUT_OFF = re.compile(r"(?<!\w)(\w+)[ \n]([^\W\d])(?!\w)")
_SPACED_OUT = re.compile(f"(?<=[{UNSPACED}])[ \\n](?=[{UNSPACED}])")
_HELD = re.compile(r"(\w)\1{2,}")
#: A letter held down is read as two and then as one, and the other way round ("tooo" is "too" or "to").
_RELEASES = ((r"\1\1", r"\1"), (r"\1", r"\1\1"))
_HELD_LETTERS = re.compile(r"([a-z])\1\1")
_WORD = re.compile(r"\w+")
_VOWELS = "aeiouy"
_HISSES = "csz"
#: Words from this length on may have a letter missing or another vowel; from `_SWAPPED` on two letters swapped.
_MISTYPED = 5
_SWAPPED = 4
#: Longer unknown words may be several words without spaces.
_GLUED = 9
#: How many masked words of one text are looked up, and how many meanings of each are tried.
_MOST_MASKED = 400
_MOST_MEANINGS = 6
_LONGEST_RUN = 4000


class Mender:
    """Knows the words of the danger lists and how they go wrong."""

    def __init__(self, words: Iterable[str], real_words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._known = self._words | frozenset(real_words)
        self._slips = _slips_of(self._words, self._known)
        self._lone = frozenset(ascii_lowercase) - self._known
        self._longest = max(map(len, self._words), default=1)
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._words):
            self._by_start.setdefault((word[0], len(word)), []).append(word)

    def readings(self, text: str, first: Folded) -> Iterator[Folded]:
        """The second readings of a text, whose first reading is given."""
        seen = visible(text)
        texts = self._unmasked(seen) if _MASKED.search(seen) else ()
        for shape in [first, *map(fold, texts)]:
            for letters in _RELEASES if _may_be_held(shape.plain) else _RELEASES[:1]:
                mended = self._mended(shape, letters)
                if mended is not first:
                    yield mended

    def _mended(self, shape: Folded, release: tuple[str, str]) -> Folded:
        """Every word put right; the same object if there is nothing to do."""
        if not self._looks_odd(shape):
            return shape
        marked = _ONE_BY_ONE.sub(lambda run: self._joined(run.group()), shape.marked)
        marked = _CUT_OFF.sub(self._rejoined, marked)
        marked = _WORD.sub(lambda word: self._right(word.group(), release), marked)
        if not marked.isascii():
            marked = _SPACED_OUT.sub("", marked)
        return shape if marked == shape.marked else folded(marked)

    def _looks_odd(self, shape: Folded) -> bool:
        """Whether any word may need mending; says yes too often rather than too seldom."""
        words = shape.words
        if not self._slips.keys().isdisjoint(words) or not self._lone.isdisjoint(words):
            return True
        if _may_be_held(shape.plain) or not shape.plain.isascii():
            return True
        return any(len(word) >= _GLUED and self._unglued(word) is not None for word in words - self._known)

    def _right(self, word: str, release: tuple[str, str]) -> str:
        if word in self._known:
            return word
        slip = self._slips.get(word)
        if slip is not None:
            return slip
        if _HELD.search(word):
            return self._released(word, release)
        return (self._unglued(word) if len(word) >= _GLUED else None) or word

    def _released(self, word: str, release: tuple[str, str]) -> str:
        """A word whose keys were held down, with each such letter twice or once, as some known word has it."""
        for again in release:
            shorter = _HELD.sub(again, word)
            if shorter in self._known:
                return shorter
        once = re.sub(r"(\w)\1+", r"\1", word)
        return self._slips.get(shorter) or self._slips.get(once) or (once if once in self._known else shorter)

    def _joined(self, run: str) -> str:
        letters = re.sub(r"[ \n]", "", run)
        pieces = [letters[at : at + _LONGEST_RUN] for at in range(0, len(letters), _LONGEST_RUN)]
        return " ".join(word for piece in pieces for word in self._cut(piece))

    def _rejoined(self, cut: re.Match[str]) -> str:
        word, letter = cut.groups()
        whole = f"{word}{letter}"
        return whole if letter in self._lone and whole in self._known else cut.group()

    def _unglued(self, word: str) -> str | None:
        """The known words that a long unknown word consists of, or None."""
        if not word.isascii() or len(word) > _LONGEST_RUN:
            return None
        before = {0: 0}
        for start in range(len(word)):
            if start in before:
                for end in self._ends(word, start):
                    before.setdefault(end, start)
        return " ".join(_parts(word, before)) if len(word) in before else None

    def _ends(self, word: str, start: int) -> Iterator[int]:
        """Where the known words end that begin at a place of a word; of one letter only at its beginning ("i")."""
        last = min(len(word), start + self._longest)
        first = start + 2 if start else 1
        return (end for end in range(first, last + 1) if word[start:end] in self._words)

    def _cut(self, letters: str) -> list[str]:
        """Letters cut into the fewest parts: known words, and single letters where none fits."""
        fewest, before = [0], {0: 0}
        for end in range(1, len(letters) + 1):
            starts = range(max(0, end - self._longest), end)
            fits = (start for start in starts if end - start == 1 or letters[start:end] in self._words)
            before[end] = min(fits, key=fewest.__getitem__)
            fewest.append(fewest[before[end]] + 1)
        return _parts(letters, before)

    def _unmasked(self, text: str) -> Iterator[str]:
        """The text with its masked words put in plain, once for every meaning they may have."""
        meanings: dict[str, list[str]] = {}
        for chunk in _CHUNK.findall(text):
            if len(meanings) < _MOST_MASKED and chunk not in meanings and _MASKED.search(chunk):
                meanings[chunk] = self._meanings(chunk)
        known = {chunk: words for chunk, words in meanings.items() if words}
        for turn in range(max(map(len, known.values()), default=0)):
            yield _CHUNK.sub(partial(_meaning, known, turn), text)

    def _meanings(self, chunk: str) -> list[str]:
        """The known words that a masked word may be; closing exclamation marks may or may not belong to it."""
        found: list[str] = []
        for bare in dict.fromkeys((chunk.strip("!*"), chunk.rstrip("!"))):
            masks = [_MASKS.get(sign) or fold_letter(sign) for sign in bare]
            letters = [mask for mask in masks if mask and not mask.isspace()]
            if len(letters) > 2 and not _MASKS.keys().isdisjoint(bare):
                likely = (word for start in letters[0] for word in self._by_start.get((start, len(letters)), ()))
                found += [word for word in likely if _fits(word, letters)]
        return list(dict.fromkeys(found))[:_MOST_MEANINGS]


def _may_be_held(plain: str) -> bool:
    """Whether some letter may stand three times in a row (cheaper to ask than to find out)."""
    return not plain.isascii() or _HELD_LETTERS.search(plain) is not None


def _parts(letters: str, before: Mapping[int, int]) -> list[str]:
    """The parts of a word, from the place where each part that ends somewhere begins."""
    parts: list[str] = []
    end = len(letters)
    while end:
        parts.append(letters[before[end] : end])
        end = before[end]
    return parts[::-1]


def _meaning(known: dict[str, list[str]], turn: int, chunk: re.Match[str]) -> str:
    words = known.get(chunk.group())
    return words[min(turn, len(words) - 1)] if words else chunk.group()


def _fits(word: str, masks: list[str]) -> bool:
    return all(letter in mask for letter, mask in zip(word, masks, strict=True))


@lru_cache(maxsize=8)
def _slips_of(words: frozenset[str], known: frozenset[str]) -> Mapping[str, str]:
    """What the words are mistyped as, where that is no word; kept, as whoever reads the same lists reads the same."""
    slips = {slip: word for word in sorted(words) for slip in _slips(word)}
    return {slip: word for slip, word in slips.items() if slip not in known}


def _slips(word: str) -> Iterator[str]:
    """How a word is often mistyped. The first letter stays: other words lie too near otherwise."""
    for at in range(1, len(word)):
        before, letter, after = word[:at], word[at], word[at + 1 :]
        if len(word) >= _SWAPPED:
            yield f"{before}{letter}{letter}{after}"
            if word[at - 1] == letter:
                yield before + after
            if at > 1:
                yield f"{word[: at - 1]}{letter}{word[at - 1]}{after}"
        if len(word) >= _MISTYPED:
            if after:
                yield before + after
            for group in (_VOWELS, _HISSES):
                if letter in group:
                    yield from (before + other + after for other in group if other != letter)
