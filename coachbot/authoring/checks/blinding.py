"""Blinding: no words that an arm may meet show a concept that belongs to other arms only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.literals import literals_of
from coachbot.programme.concepts import pattern_of
from coachbot.programme.model import Concept


def check_blinding(context: Context) -> Iterator[Fault]:
    """Concepts in words, labels, descriptions of pictures and phrases that the wrong arm can meet."""
    arms = {draft.source_words: _arms(context, draft.source_words) for draft in context.drafts()}
    for programme in context.reading.programmes.values():
        every = frozenset(arm.code for arm in programme.arms)
        for concept in programme.concepts:
            for language, fragments in concept.words.items():
                yield from _language(context, concept, every, language, fragments, arms)


def _arms(context: Context, words: str) -> frozenset[str] | None:
    """The arms that can meet a words file; None for all of them."""
    found: set[str] = set()
    for draft in context.drafts():
        if draft.source_words == words:
            if not draft.arms:
                return None
            found.update(draft.arms)
    return frozenset(found)


def _language(
    context: Context,
    concept: Concept,
    every: frozenset[str],
    language: str,
    fragments: tuple[str, ...],
    arms: dict[str, frozenset[str] | None],
) -> Iterator[Fault]:
    texts = [(file, text, text.lower()) for file, text in _readable(context, concept, every, language, arms)]
    everything = "\n".join(lowered for _, _, lowered in texts)
    for fragment in fragments:
        pattern = pattern_of((fragment,))
        literals = literals_of(pattern.pattern)
        if not _may_be_in(everything, literals):
            continue
        for file, text, lowered in texts:
            if _may_be_in(lowered, literals):
                for found in pattern.finditer(text):
                    yield _fault(file, text, found, concept)


def _may_be_in(lowered: str, literals: frozenset[str]) -> bool:
    """Whether a text has the letters without which an expression matches nothing."""
    return not literals or any(one in lowered for one in literals)


def _fault(file: str, text: str, found: re.Match[str], concept: Concept) -> Fault:
    line = text.count("\n", 0, found.start()) + 1
    shown = " ".join(found[0].split())
    only = ", ".join(sorted(concept.only_arms))
    message = f"'{shown}' belongs to '{concept.code}', which only {only} may meet"
    return fault(file, line, "BLIND_001", message)


def _readable(
    context: Context,
    concept: Concept,
    every: frozenset[str],
    language: str,
    arms: dict[str, frozenset[str] | None],
) -> Iterator[tuple[str, str]]:
    """Every words file of a language that an arm outside the concept's can meet, as written."""
    for path in context.reading.shelves.get(language, {}):
        meets = arms.get(path) or every
        if not meets <= concept.only_arms:
            file = f"content/{language}/{path}.md"
            yield file, context.reading.files.sources.get(file, "")
    file = f"content/{language}/phrases.yaml"
    yield file, context.reading.files.sources.get(file, "")
