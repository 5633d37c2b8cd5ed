"""What can be wrong with a pack: the catalogue of codes, a fault with its place and cure, and all at once.

    Exception
    +-- PackFaults    a pack that can't be used, with every error in it

Each code stands in docs/checks.md with its meaning, its cure and the smallest example.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from coachbot.authoring.catalogue import CATALOGUE

Severity = Literal["error", "warning"]
_NEAR = 60


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, where it stands and what cures it."""

    #: Path inside the pack, such as `dialogs/cse/checkin.yaml`.
    file: str
    line: int
    code: str
    message: str
    cure: str = ""

    @property
    def severity(self) -> Severity:
        """An error keeps the pack from loading; a warning does not."""
        return CATALOGUE[self.code].severity

    def __str__(self) -> str:
        cure = f" {self.cure}" if self.cure else ""
        return f"{self.file}:{self.line} {self.code} {self.message}{cure}"


class PackFaults(Exception):
    """A pack that can't be used, with every fault found in it. Correct them and load it again."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        errors = [one for one in self.faults if one.severity == "error"]
        super().__init__("\n".join([f"The pack has {len(errors)} error(s):", *map(str, errors)]))


def fault(file: str, line: int, code: str, message: str, cure: str = "") -> Fault:
    """A fault; without a cure of its own it carries the catalogue's."""
    return Fault(file, line, code, _sentence(message), cure or CATALOGUE[code].cure)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A cure for an unknown word: the nearest known one, or the few there are; empty if neither helps."""
    words = sorted(set(known))
    near = process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=_NEAR)
    if near is not None:
        return f"Did you mean '{near[0]}'?"
    return f"There are: {', '.join(words)}." if 0 < len(words) <= 12 else ""


def _sentence(message: str) -> str:
    return message if message.endswith((".", "?", "!")) else f"{message}."
