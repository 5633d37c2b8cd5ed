"""Forgiving a slip of the thumb: only long words, only a clear winner, never past a negation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

from coachbot.engine.answers.folding import holds, trimmed
from coachbot.engine.answers.options import Option
from coachbot.engine.answers.phrases import Phrases

#: Letters a word needs before it may be misspelt.
LETTERS = 5
#: How alike two words must be (0 to 1), and by how much the best must beat the next.
ALIKE, MARGIN = 0.75, 0.1
#: Longer texts tell stories; a label inside one proves nothing.
LONGEST_STORY = 12


def likeness(written: str, meant: str) -> float:
    """0 to 1: the mean likeness, word by word; 0 if one word differs that is short or unlike."""
    if written.count(" ") != meant.count(" "):
        return 0.0
    ours, theirs = written.split(" "), meant.split(" ")
    total = 0.0
    for one, other in zip(ours, theirs, strict=True):
        same = 1.0 if one == other else _word_likeness(one, other)
        if not same:
            return 0.0
        total += same
    return total / len(ours)


def _word_likeness(one: str, other: str) -> float:
    if min(len(one), len(other)) < LETTERS or not (one.isalpha() and other.isalpha()):
        return 0.0
    return OSA.normalized_similarity(one, other, score_cutoff=ALIKE)


def clear_winner(written: str, candidates: Iterable[tuple[str, str]]) -> str | None:
    """The code of the candidate (code, phrase) most like the text, if no other code comes near."""
    best: dict[str, float] = {}
    for code, phrase in candidates:
        score = likeness(written, phrase)
        if score > best.get(code, 0.0):
            best[code] = score
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MARGIN):
        return None
    return ranked[0][0]


def guess(options: tuple[Option, ...], key: str, phrases: Phrases) -> tuple[str, ...]:
    """The codes a text may mean: one if it is clear, several if it is torn, none if nothing fits."""
    short = trimmed(key, phrases.fillers | phrases.polite)
    same = {one.code for one in options for name in one.names if trimmed(name, phrases.fillers) == short}
    if len(same) == 1:
        return tuple(same)
    inside = _contained(options, key, phrases)
    if inside:
        return tuple(inside)
    fair = [
        (one.code, form)
        for one in options
        for name in one.names
        for form in (name, trimmed(name, phrases.fillers))
        if holds(name, phrases.negations) == holds(short, phrases.negations)
    ]
    winner = clear_winner(short, fair)
    return (winner,) if winner else ()


def _contained(options: tuple[Option, ...], key: str, phrases: Phrases) -> list[str]:
    """Options whose label or code stands in the text, or whose label holds the text."""
    if len(key.split(" ")) > LONGEST_STORY or len(key) < LETTERS:
        return []
    names = {
        one.code: [form for name in one.names for form in (name, trimmed(name, phrases.fillers))] for one in options
    }
    inside = {
        code: found
        for code, own in names.items()
        if (found := [one for one in own if _tells(one, phrases) and holds(key, (one,))])
    }
    if inside and not holds(_rest(key, inside), phrases.negations):
        return list(inside)
    negated = holds(key, phrases.negations)
    return [
        code
        for code, own in names.items()
        if any(holds(name, (key,)) and holds(name, phrases.negations) == negated for name in own)
    ]


def _tells(name: str, phrases: Phrases) -> bool:
    """True for a name long enough to be recognised inside a sentence."""
    return len(name) >= LETTERS and name not in phrases.fillers


def _rest(key: str, inside: Mapping[str, list[str]]) -> str:
    """The text without the names found in it."""
    rest = f" {key} "
    for name in sorted((one for own in inside.values() for one in own), key=len, reverse=True):
        rest = rest.replace(f" {name} ", "  ")
    return " ".join(rest.split())
