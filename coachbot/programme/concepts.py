"""Blinding: ideas that an arm must not meet, found in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coachbot.programme.model import Programme

#: In place of a concept's code: words that tell which arm somebody is in.
ALLOCATION = "allocation"
#: Letters that look like Latin ones (Unicode's confusables, those of the alphabets below).
_LOOKS_LATIN = str.maketrans(
    "\u0430\u0432\u0435\u0451\u0455\u0456\u0457\u0458\u04bb\u043e\u0440\u0441\u0443\u0445\u0501\u051b\u051d\u0261"
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u03b1\u03bd\u03bf\u03c1\u03b9\u03f2\u0131\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0578\u057d\u0585",
    "abeesiijhopcyxdqwg" "ABESIJKMHOPCTYX" "avopiciABEZHIKMNOPTYXnuo",
)  # fmt: skip
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
#: Marks on letters, and signs that take no room.
_UNSEEN = ("Mn", "Me", "Cf")
#: Markdown's emphasis between two letters: `com**passion**`.
_EMPHASIS = re.compile(r"(?<=[^\W_])[*_~`]+(?=[^\W_])")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class ConceptFound:
    """A concept that gives itself away in a text: which, by which words, and where they start and end."""

    concept: str
    words: str
    start: int
    end: int


def forbidden_in(programme: Programme, arm: str, language: str, text: str) -> tuple[ConceptFound, ...]:
    """Every place in `text` that speaks of a concept this arm must not meet, or tells the arm, in reading order.

    Letters are compared by their shape: signs that look alike, marks and what can't be seen hide nothing. A language
    without words of its own finds nothing: `languages_of` says which languages are covered.
    """
    shape = shape_of(text)
    found = (hit for code, words in _forbidden(programme, arm, language) for hit in _hits(code, words, text, shape))
    return tuple(sorted(set(found), key=lambda hit: (hit.start, hit.concept)))


def languages_of(programme: Programme) -> frozenset[str]:
    """The languages in which every concept, and what tells the arm, has words."""
    each = [frozenset(concept.words) for concept in programme.concepts]
    each += [frozenset(programme.allocation)] if programme.allocation else []
    return frozenset.intersection(*each) if each else frozenset()


def _forbidden(programme: Programme, arm: str, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for concept in programme.concepts:
        if arm not in concept.only_arms and language in concept.words:
            yield concept.code, concept.words[language]

    if language in programme.allocation:
        yield ALLOCATION, programme.allocation[language]


def _hits(code: str, words: tuple[str, ...], text: str, shape: Shape) -> Iterator[ConceptFound]:
    for match in pattern_of(words).finditer(text):
        yield ConceptFound(code, match.group(), match.start(), match.end())
    if shape.letters != text:
        for match in pattern_of(words).finditer(shape.letters):
            start, end = shape.places[match.start()], shape.places[match.end() - 1] + 1
            yield ConceptFound(code, text[start:end], start, end)


@dataclass(frozen=True, slots=True)
class Shape:
    """A text as the eye reads it, and where each of its letters stands in the text."""

    letters: str
    places: Sequence[int]


def shape_of(text: str) -> Shape:
    """Marks on letters, what can't be seen, and emphasis within a word left out; letters that look Latin made so."""
    if text.isascii() and not _EMPHASIS.search(text):
        return Shape(text, range(len(text)))
    within = {place for found in _EMPHASIS.finditer(text) for place in range(*found.span())}
    pairs = [
        (one, place)
        for place, sign in enumerate(text) if place not in within
        for one in unicodedata.normalize("NFKD", sign).translate(_LOOKS_LATIN)
        if unicodedata.category(one) not in _UNSEEN
    ]  # fmt: skip
    return Shape("".join(one for one, _ in pairs), tuple(place for _, place in pairs))


def mixed_words(text: str) -> Iterator[tuple[int, str]]:
    """Words whose letters belong to more than one alphabet, with where they begin: somebody hides a word."""
    if not text.isascii():
        for word in _WORD.finditer(text):
            if len({name for one in word.group() if (name := _alphabet(one))}) > 1:
                yield word.start(), word.group()


@lru_cache(maxsize=4096)
def _alphabet(sign: str) -> str:
    """Latin, Cyrillic, Greek or Armenian; empty for anything else. Chinese stands beside Latin letters rightly."""
    return next((name for name in _ALPHABETS if unicodedata.name(sign, "").startswith(name)), "")


@lru_cache(maxsize=256)
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of all fragments. A space stands for any white space character; case is ignored."""
    joined = "|".join(f"(?:{fragment})" for fragment in words)
    return re.compile(joined.replace(" ", r"\s"), re.IGNORECASE)
