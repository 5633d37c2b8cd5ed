"""Does a message fit what the screenplay expects? `*` is anything; markdown, case and white space do not count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from coachbot.service.markup import plain

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "–": "-", "—": "-", "\xa0": " "})


def folded(text: str) -> str:
    """A text as it is compared: no markdown, plain quotes, single spaces, lower case."""
    return " ".join(plain(text).translate(_QUOTES).split()).lower()


def fits(pattern: str, message: str) -> bool:
    """Does the whole message fit the pattern?"""
    return _compiled(pattern).fullmatch(folded(message)) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"\*+", pattern.translate(_QUOTES))
    return re.compile(".*".join(re.escape(" ".join(piece.split()).lower()) for piece in pieces), re.DOTALL)


def missing_labels(wanted: Sequence[str], shown: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The wanted labels that are not among those shown (code and label of each)."""
    return tuple(label for label in wanted if find_label(label, shown) is None)


def find_label(wanted: str, shown: Sequence[tuple[str, str]]) -> str | None:
    """The code of the one button meant: by label, by code, by how the label begins or by a part of
    it; None if there is none, or more than one."""
    by_label = [code for code, label in shown if fits(wanted, label)]
    by_code = [code for code, _ in shown if code == wanted.strip()]
    by_start = [code for code, label in shown if folded(label).startswith(folded(wanted))]
    by_part = [code for code, label in shown if folded(wanted) in folded(label)]
    for found in (by_label, by_code, by_start, by_part):
        if len(found) == 1:
            return found[0]
    return None
