"""Letters that a regular expression can't match without: a cheap look before an expensive search.

The blinding check runs about a hundred expressions over hundreds of texts. Most of them need some letters
in a row (`meditat`, `self`) that most texts don't have, and looking for letters is a hundred times faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# The standard library's own reader of expressions; it has no public name since Python 3.11.
_parser: Any = getattr(re, "_parser", None)

#: One of these (in lower case) is in every text the expression matches.
Literals = frozenset[str]
_NONE: Literals = frozenset()


def literals_of(pattern: str) -> list[Literals]:
    """Sets of letters in a row, the most telling first: a text must have one of each. None where nothing is known."""
    return _certain(_parser.parse(pattern)) if _parser is not None else []


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> Literals:
    """The most telling set among the parts that must all match."""
    return next(iter(_certain(parts)), _NONE)


def _certain(parts: Iterable[tuple[Any, Any]]) -> list[Literals]:
    found: list[Literals] = []
    run = ""
    for kind, value in parts:
        name = str(kind)
        if name == "LITERAL":
            run += chr(value)
            continue
        if name == "AT":
            continue
        found.append(frozenset((run.lower(),)))
        run = ""
        found.append(_of_part(name, value))
    found.append(frozenset((run.lower(),)))
    return sorted((one for one in found if one and "" not in one), key=_worth, reverse=True)


def _worth(literals: Literals) -> tuple[int, int]:
    return min(map(len, literals)), -len(literals)


def _of_part(name: str, value: Any) -> Literals:
    if name == "SUBPATTERN":
        return _of_sequence(value[3])
    if name == "BRANCH":
        each = [_of_sequence(branch) for branch in value[1]]
        return frozenset().union(*each) if all(each) else _NONE
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] > 0:
        return _of_sequence(value[2])
    return _NONE
