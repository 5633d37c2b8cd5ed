"""The patient's own particulars out of what they type around them: "my name is Bob but call me bobby" is bobby."""

from __future__ import annotations

import re

from coachbot.engine.answers.folding import plain, trimmed
from coachbot.engine.answers.phrases import Phrases

#: Fewer digits than this are no telephone number.
_LEAST_DIGITS = 3
#: Where a telephone number begins.
_NUMBER = re.compile(r"(?:\+ ?)?\(?\d")
#: What ends a name within a sentence.
_ENDS = re.compile(r"[,;.!?()\n]")
#: Around a name, not part of it.
_EDGES = " \t\"'“”‘’«»:-,;.!?()"


def name_in(text: str, phrases: Phrases) -> str:
    """The name within a text: what follows the last "call me", else "my name is"; the text itself without such."""
    for openings in (phrases.name_wishes, phrases.name_openings):
        rest = _after(text, openings)
        name = _until_end(rest, phrases)
        if name:
            return name
    return text.strip(_EDGES) or text


def is_number_to_call(text: str) -> bool:
    """Whether somebody could dial it."""
    return sum(sign.isdecimal() for sign in text) >= _LEAST_DIGITS


def number_in(text: str) -> str:
    """A number to call, without the words before it; what follows stays ("after six", "ask for Jo")."""
    start = _NUMBER.search(text)
    return text[start.start() :] if start else text


def refuses(text: str, phrases: Phrases) -> bool:
    """Whether somebody who gives no number means to give none: "rather not", "I don't have a phone"."""
    return not phrases.negations.isdisjoint(plain(text).split())


def says_nothing(text: str, phrases: Phrases) -> bool:
    """Whether somebody answers that there is nothing: "nothing, probably", "no", "I don't know"."""
    key, empty = plain(text), phrases.none | phrases.no | phrases.dont_know
    return key in empty or trimmed(key, phrases.polite | phrases.fillers) in empty


def _after(text: str, openings: frozenset[str]) -> str:
    """What follows the last of the phrases, as it was written; empty without one."""
    words = text.split()
    keys = [plain(word) for word in words]
    for start in range(len(words) - 1, -1, -1):
        for end in range(len(words) - 1, start, -1):
            if " ".join(keys[start:end]) in openings:
                return " ".join(words[end:])
    return ""


def _until_end(rest: str, phrases: Phrases) -> str:
    """The words of a name up to a stop, or to a word such as "but", "please", "and"."""
    kept: list[str] = []
    closing = phrases.contrasts | phrases.and_words | phrases.polite
    for word in _ENDS.split(rest.strip(_EDGES))[0].split():
        if plain(word) in closing and kept:
            break
        kept.append(word)
    return " ".join(kept).strip(_EDGES)
