"""The inside of a regular expression as plain data, so that it can be judged and indexed.

The standard library's own parser does the reading (`re._parser`, private, therefore met here and nowhere else).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from coachbot.safety.folding import fold_letter, is_unspaced

_parser: Any = import_module("re._parser")
_MOST_OPTIONS = 12
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
#: The parts of a source between which nothing can be put.
_PART = re.compile(r"\\.|\(\?<?[=!]|\(\?:|\[\^?|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Letter:
    """Exactly this character."""

    letter: str


@dataclass(frozen=True, slots=True)
class Letters:
    """One character out of many."""

    #: All that fit; empty if there are too many to list.
    options: tuple[str, ...]
    #: Whether a space fits.
    spaced: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    options: tuple[Sequence, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A sequence, again and again."""

    body: Sequence
    low: int
    #: None: without end.
    high: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """A look ahead or behind: takes no room."""

    body: Sequence


@dataclass(frozen=True, slots=True)
class Edge:
    """A place, such as the edge of a word: takes no room."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something the reading rules have no use for, such as a reference to an earlier group."""

    name: str


Node = Letter | Letters | Choice | Repeat | Look | Edge | Unread
Sequence = tuple[Node, ...]


def parse(source: str) -> Sequence:
    """The nodes of an expression; groups are dissolved into their content. Raises `re.error`."""
    state = _parser.State()
    tree = _parser.parse(source, 0, state)
    strange = [Unread(f"named group {name}") for name in state.groupdict]
    if state.flags & ~re.UNICODE:
        strange.append(Unread("flag"))
    return (*strange, *_sequence(tree))


@cache
def compiled(source: str, *, over_breaks: bool) -> re.Pattern[str]:
    """The expression for marked texts: whole words at both ends, no group remembered.

    With `over_breaks` a space of it matches a break too; never inside a look ahead or behind: "I can't go on. My
    back ..." must not be taken for "I can't go on my walk".
    """
    body = re.sub(r"(?<!\\)\((?!\?)", "(?:", source)
    if over_breaks:
        body = "".join(_over_breaks(body))
    letter = "[a-z0-9]" if any(is_unspaced(sign) for sign in source) else r"\w"
    return re.compile(f"(?<!{letter})(?:{body})(?!{letter})")


def _over_breaks(source: str) -> Iterator[str]:
    looks: list[bool] = []
    in_class = False
    for part in _PART.findall(source):
        if in_class or part in ("[", "[^"):
            in_class = part != "]"
            yield " \\n" if part == " " else part
            continue
        if part.startswith("("):
            looks.append(part in _LOOKS)
        elif part == ")":
            looks.pop()
        yield "[ \\n]" if part == " " and not any(looks) else part


def fold_source(source: str) -> str:
    """The source of an expression with its letters (never its signs) as they are in folded texts."""
    return source if source.isascii() else "".join(map(_one, source))


def _one(letter: str) -> str:
    if letter.isascii():
        return letter
    folded = fold_letter(letter)
    return folded if len(folded) == 1 else letter


def _sequence(tree: Any) -> Sequence:
    nodes: list[Node] = []
    for op, value in tree:
        nodes.extend(_nodes(str(op), value))
    return tuple(nodes)


def _nodes(op: str, value: Any) -> Sequence:
    if op == "SUBPATTERN":
        return _sequence(value[-1])
    if op == "ATOMIC_GROUP":
        return _sequence(value)
    return (_node(op, value),)


def _node(op: str, value: Any) -> Node:
    match op:
        case "LITERAL":
            return _letter(value)
        case "NOT_LITERAL":
            return Letters((), spaced=chr(value) != " ")
        case "ANY":
            return Letters((), spaced=True)
        case "IN":
            return _letters(value)
        case "BRANCH":
            return Choice(tuple(_sequence(option) for option in value[1]))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, body = value
            return Repeat(_sequence(body), int(low), None if high == _parser.MAXREPEAT else int(high))
        case "ASSERT" | "ASSERT_NOT":
            return Look(_sequence(value[1]))
        case "AT":
            return Edge()
    return Unread(op.lower().replace("_", " "))


@cache
def _letter(code: int) -> Letter:
    return Letter(chr(code))


def _letters(items: Any) -> Letters:
    kinds = [str(op) for op, _ in items]
    if all(kind == "LITERAL" for kind in kinds) and len(items) <= _MOST_OPTIONS:
        options = tuple(chr(value) for _, value in items)
        return Letters(options, spaced=" " in options)
    narrow = all(_without_space(str(op), value) for op, value in items)
    return Letters((), spaced=not narrow)


def _without_space(op: str, value: Any) -> bool:
    if op == "LITERAL":
        return chr(value) != " "
    if op == "RANGE":
        return not value[0] <= ord(" ") <= value[1]
    return op == "CATEGORY" and str(value) in ("CATEGORY_WORD", "CATEGORY_DIGIT", "CATEGORY_NOT_SPACE")
