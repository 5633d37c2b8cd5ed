"""Blinding: ideas that an arm must not meet, found in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from coachbot.programme.model import Programme


@dataclass(frozen=True, slots=True)
class ConceptFound:
    """A concept that gives itself away in a text: which, by which words, and where they start and end."""

    concept: str
    words: str
    start: int
    end: int


def forbidden_in(programme: Programme, arm: str, language: str, text: str) -> tuple[ConceptFound, ...]:
    """Every place in `text` that speaks of a concept this arm must not meet, in reading order.

    A language without words of its own finds nothing: `languages_of` says which languages are covered.
    """
    found = (hit for code, words in _forbidden(programme, arm, language) for hit in _hits(code, words, text))
    return tuple(sorted(found, key=lambda hit: (hit.start, hit.concept)))


def languages_of(programme: Programme) -> frozenset[str]:
    """The languages in which every concept has words."""
    each = [frozenset(concept.words) for concept in programme.concepts]
    return frozenset.intersection(*each) if each else frozenset()


def _forbidden(programme: Programme, arm: str, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for concept in programme.concepts:
        if arm not in concept.only_arms and language in concept.words:
            yield concept.code, concept.words[language]


def _hits(code: str, words: tuple[str, ...], text: str) -> Iterator[ConceptFound]:
    for match in pattern_of(words).finditer(text):
        yield ConceptFound(code, match.group(), match.start(), match.end())


@lru_cache(maxsize=256)
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of all fragments. A space stands for any white space character; case is ignored."""
    joined = "|".join(f"(?:{fragment})" for fragment in words)
    return re.compile(joined.replace(" ", r"\s"), re.IGNORECASE)
