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
from collections.abc import Iterable, Iterator
from functools import partial
from string import ascii_lowercase

from coachbot.safety.folding import Folded, fold, fold_letter, folded

#: Signs and digits that stand for letters; `*` and `#` for any letter.
_MASKS = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "il",
    "|": "il", "+": "t", "€": "e", "£": "l", "*": ascii_lowercase, "#": ascii_lowercase,
}  # fmt: skip
_MASK = re.compile(r"[*#@$!|+€£\d]")
_MASKED = re.compile(r"[^\W\d_][*#@$!|+€£\d]|[*#@$!|+€£\d][^\W\d_]")
_CHUNK = re.compile(r"[^\s,.;:?\"()/]+")
_ONE_BY_ONE = re.compile(r"(?<!\w)[^\W\d](?:[ \n][^\W\d]){2,}(?!\w)")
_CUT_OFF = re.compile(r"(\w+)[ \n]([^\W\d])(?!\w)")
_HELD = re.compile(r"(\w)\1{2,}")
_HELD_LETTERS = tuple(letter * 3 for letter in ascii_lowercase)
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
        self._slips = {slip: word for word in sorted(self._words) for slip in _slips(word)}
        for word in self._known:
            self._slips.pop(word, None)
        self._lone = frozenset(ascii_lowercase) - self._known
        self._longest = max(map(len, self._words), default=1)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._words):
            self._by_length.setdefault(len(word), []).append(word)

    def readings(self, text: str, first: Folded) -> Iterator[Folded]:
        """The second readings of a text, whose first reading is given."""
        texts = list(self._unmasked(text)) if _MASK.search(text) and _MASKED.search(text) else []
        for shape in [first, *map(fold, texts)]:
            mended = self._mended(shape)
            if mended is not first:
                yield mended

    def _mended(self, shape: Folded) -> Folded:
        """Every word put right; the same object if there is nothing to do."""
        if not self._looks_odd(shape):
            return shape
        marked = _ONE_BY_ONE.sub(lambda run: self._joined(run.group()), shape.marked)
        marked = _CUT_OFF.sub(self._rejoined, marked)
        marked = _WORD.sub(lambda word: self._right(word.group()), marked)
        return shape if marked == shape.marked else folded(marked)

    def _looks_odd(self, shape: Folded) -> bool:
        """Whether any word may need mending; says yes too often rather than too seldom."""
        words = shape.words
        if not self._slips.keys().isdisjoint(words) or not self._lone.isdisjoint(words):
            return True
        if any(letters in shape.plain for letters in _HELD_LETTERS):
            return True
        if not shape.plain.isascii():
            return True
        return any(len(word) >= _GLUED and self._unglued(word) is not None for word in words - self._known)

    def _right(self, word: str) -> str:
        if word in self._known:
            return word
        slip = self._slips.get(word)
        if slip is not None:
            return slip
        if _HELD.search(word):
            return self._released(word)
        return (self._unglued(word) if len(word) >= _GLUED else None) or word

    def _released(self, word: str) -> str:
        """A word whose keys were held down, with each such letter twice or once, as some known word has it."""
        for again in (r"\1\1", r"\1"):
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
        if not self._begins_known(word) or len(word) > _LONGEST_RUN:
            return None
        cut = self._cut(word)
        return " ".join(cut) if all(part in self._known for part in cut) else None

    def _begins_known(self, word: str) -> bool:
        return any(word[:length] in self._known for length in range(1, self._longest + 1))

    def _cut(self, letters: str) -> list[str]:
        """Letters cut into the fewest parts: known words, and single letters where none fits."""
        fewest: list[tuple[int, int]] = [(0, 0)]
        for end in range(1, len(letters) + 1):
            starts = range(max(0, end - self._longest), end)
            fewest.append(
                min(
                    (fewest[start][0] + 1, start)
                    for start in starts
                    if end - start == 1 or letters[start:end] in self._words
                )
            )
        parts: list[str] = []
        end = len(letters)
        while end:
            start = fewest[end][1]
            parts.append(letters[start:end])
            end = start
        return parts[::-1]

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
        for bare in dict.fromkeys((chunk.strip("!*"), chunk.rstrip("!"), chunk)):
            masks = [_MASKS.get(sign) or fold_letter(sign) for sign in bare]
            letters = [mask for mask in masks if mask and not mask.isspace()]
            if len(letters) > 2 and not _MASKS.keys().isdisjoint(bare):
                found += [word for word in self._by_length.get(len(letters), ()) if _fits(word, letters)]
        return list(dict.fromkeys(found))[:_MOST_MEANINGS]


def _meaning(known: dict[str, list[str]], turn: int, chunk: re.Match[str]) -> str:
    words = known.get(chunk.group())
    return words[min(turn, len(words) - 1)] if words else chunk.group()


def _fits(word: str, masks: list[str]) -> bool:
    return all(letter in mask for letter, mask in zip(word, masks, strict=True))


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
