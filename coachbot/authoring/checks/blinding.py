"""Blinding: no words that an arm may meet show a concept that belongs to other arms only."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.literals import literals_of
from coachbot.programme.concepts import pattern_of
from coachbot.programme.model import Concept

#: In place of arms: whoever it is.
_ALL = "*"
#: Stands between texts that are looked through as one; in no expression.
_BETWEEN = "\0"
#: Any white space character to a space.
_SPACES = {ord(one): " " for one in map(chr, range(0x3001)) if one.isspace()}
_CAPITAL = re.compile(r"(?<!\\)[A-Z]")


def check_blinding(context: Context) -> Iterator[Fault]:
    """Concepts in words, labels, descriptions of pictures and phrases that the wrong arm can meet."""
    arms = _arms(context)
    for programme in context.reading.programmes.values():
        every = frozenset(arm.code for arm in programme.arms)
        for concept in programme.concepts:
            for language, fragments in concept.words.items():
                texts = tuple(_readable(context, concept, every, language, arms))
                yield from _found(concept, fragments, texts)


def _arms(context: Context) -> dict[str, frozenset[str]]:
    """Words file to the arms that can meet it; a file that all of them can meet is left out."""
    found: dict[str, set[str]] = {}
    for draft in context.drafts():
        found.setdefault(draft.source_words, set()).update(draft.arms or (_ALL,))
    return {words: frozenset(arms) for words, arms in found.items() if _ALL not in arms}


def _found(concept: Concept, fragments: tuple[str, ...], texts: tuple[tuple[str, str], ...]) -> Iterator[Fault]:
    """What gives a concept away. Most texts lack the letters of most fragments, and are not searched for them."""
    flat = [_flat(text) for _, text in texts]
    starts = list(accumulate((len(text) + 1 for text in flat), initial=0))
    everything = _BETWEEN.join(flat)
    for fragment in fragments:
        literals = literals_of(fragment)
        for at in _holding(literals[0], everything, starts) if literals else range(len(texts)):
            if all(any(one in flat[at] for one in others) for others in literals[1:]):
                for found in _places(fragment, texts[at][1], flat[at]):
                    yield _fault(*texts[at], found, concept)


@lru_cache(maxsize=2048)
def _flat(text: str) -> str:
    """A text with one kind of letters and of spaces; each is looked through for many concepts."""
    return text.lower().translate(_SPACES)


def _places(fragment: str, text: str, flat: str) -> Iterator[tuple[int, int]]:
    """Where it stands. One kind of letters and of spaces is searched through far faster than all kinds."""
    simple = len(text) == len(flat) and not _CAPITAL.search(fragment)
    pattern = re.compile(fragment) if simple else pattern_of((fragment,))
    return (found.span() for found in pattern.finditer(flat if simple else text))


def _holding(literals: frozenset[str], everything: str, starts: list[int]) -> list[int]:
    """The texts, by place, that have the letters without which an expression matches nothing."""
    held: set[int] = set()
    for literal in literals:
        at = everything.find(literal)
        while at >= 0:
            held.add(number := bisect_right(starts, at) - 1)
            at = everything.find(literal, starts[number + 1] - 1)
    return sorted(held)


def _fault(file: str, text: str, found: tuple[int, int], concept: Concept) -> Fault:
    line = text.count("\n", 0, found[0]) + 1
    only = ", ".join(sorted(concept.only_arms))
    message = f"'{' '.join(text[slice(*found)].split())}' belongs to '{concept.code}', which only {only} may meet"
    return fault(file, line, "BLIND_001", message)


def _readable(
    context: Context,
    concept: Concept,
    every: frozenset[str],
    language: str,
    arms: dict[str, frozenset[str]],
) -> Iterator[tuple[str, str]]:
    """Every words file of a language that an arm outside the concept's can meet, as written."""
    for path in context.reading.shelves.get(language, {}):
        meets = arms.get(path, every)
        if not meets <= concept.only_arms:
            file = f"content/{language}/{path}.md"
            yield file, context.reading.files.sources.get(file, "")
    file = f"content/{language}/phrases.yaml"
    yield file, context.reading.files.sources.get(file, "")
