"""What was typed: a command, the number or label of a choice, or a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

_AHEAD = re.compile(r"/\+?\s*(\d+)\s*(m|min|h|d|w)", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
#: Every command, for the message about an unknown one.
COMMANDS = ("/+20min", "/+1h", "/+1d", "/next", "/quit")


@dataclass(frozen=True, slots=True)
class Text:
    """Words for the coach."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """One of the choices on the screen."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """The clock goes on by so much; None: to what comes next."""

    by: timedelta | None


@dataclass(frozen=True, slots=True)
class Quit:
    """The talk ends."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command that does not exist."""

    command: str


Typed: TypeAlias = Text | Press | Ahead | Quit | Unknown


def read_typed(line: str, kind: str = "", choices: Sequence[tuple[str, str]] = ()) -> Typed:
    """Read a typed line. `kind` and `choices` (code and label) are those of the question on the screen.

    The numbers of several choices, and of a scale, are read by the coach itself.
    """
    text = line.strip()
    if text.startswith("/"):
        return _command(text)
    if kind in ("several", "scale", "number"):
        return Text(line)
    number = int(text) if text.isdecimal() else 0
    if 1 <= number <= len(choices) and kind != "wait":
        return Press(*choices[number - 1])
    return next((Press(code, label) for code, label in choices if label.lower() == text.lower()), Text(line))


def _command(text: str) -> Typed:
    word = text.lower()
    if word in ("/quit", "/q", "/exit"):
        return Quit()
    if word in ("/next", "/n"):
        return Ahead(None)
    found = _AHEAD.fullmatch(word)
    if found is None:
        return Unknown(text)
    return Ahead(timedelta(**{_UNITS[found[2][0]]: int(found[1])}))
