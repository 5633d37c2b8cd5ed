"""What can be wrong with a lexicon of danger words.

ValueError
+-- LexiconFault   a lexicon can't be used; carries every fault of every language at once
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong in a lexicon."""

    #: Language, keys and list positions from the top, joined by dots: `en.crisis.direct.3`.
    path: str
    message: str
    cure: str


class LexiconFault(ValueError):
    """Lexicons that can't be used, with everything that is wrong with them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [f"{fault.path or 'the lexicons'}: {fault.message} {fault.cure}" for fault in self.faults]
        super().__init__("\n".join([f"The words of danger have {len(lines)} fault(s):", *lines]))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A cure for a word that is not known: the nearest known one, or all of them."""
    words = list(known)
    near = get_close_matches(word, words, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Use one of: {', '.join(words)}."
