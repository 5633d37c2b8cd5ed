"""What can be wrong with an instrument's data or with answers to it.

ValueError
+-- InstrumentFault   the definition is wrong; carries every fault at once
+-- AnswerFault       an answer does not belong to the instrument
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong in an instrument's data."""

    #: Keys and list positions from the top, joined by dots: `scores.0.items.3`. Empty: the whole file.
    path: str
    message: str
    cure: str
    #: `safety` where nothing says whether an answer is a danger; else the definition contradicts itself.
    about: str = ""


class InstrumentFault(ValueError):
    """An instrument that can't be used, with everything that is wrong with it."""

    def __init__(self, instrument: str, faults: Iterable[Fault]) -> None:
        self.instrument = instrument
        self.faults = tuple(faults)
        lines = [f"{fault.path or 'the file'}: {fault.message} {fault.cure}" for fault in self.faults]
        super().__init__("\n".join([f"Instrument '{instrument}' has {len(lines)} fault(s):", *lines]))


class AnswerFault(ValueError):
    """An answer outside its item's range, or to an item that does not exist."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A cure for a word that is not known: the nearest known one, or all of them."""
    words = list(known)
    near = get_close_matches(word, words, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Use one of: {', '.join(words)}." if words else "Remove it."
