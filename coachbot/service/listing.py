"""Lists in the place of buttons: how their lines are signed, and what a patient means who writes a sign.

A number counts lines only where it can mean nothing else. Where the choices carry numbers of their own ("4 to 6
days", the values of a questionnaire), letters stand before them, and a number keeps its meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from coachbot.engine.answers.options import counts_positions, options_of
from coachbot.engine.events import Pressed

#: The finishing buttons of a list: the line below the list says how to finish instead.
FINISHING = ("done", "none")
#: Questions whose choices are read by their position.
_COUNTED = ("choice", "several", "yes_no")
_LETTERS = re.compile(r"[A-Z](?:(?:\s*[,;、.]\s*|\s+)[A-Z])*\s*[.)]?")
_LONGEST = 100


def signs(choices: Sequence[Sequence[str]], kind: str) -> tuple[str, ...]:
    """What stands before each line: 1, 2, 3 or A, B, C."""
    labels = {str(code): str(label) for code, label in choices}
    counts = kind in _COUNTED and counts_positions(options_of(tuple(labels), labels))
    if counts or len(labels) > len(ascii_uppercase):
        return tuple(str(number) for number in range(1, len(labels) + 1))
    return tuple(ascii_uppercase[: len(labels)])


def lines_of(choices: Sequence[Sequence[str]], kind: str) -> list[tuple[str, str, str]]:
    """Sign, code and label of each line of a list; several choices are finished by writing them."""
    shown = [(str(code), str(label)) for code, label in choices if kind != "several" or code not in FINISHING]
    return [(sign, code, label) for sign, (code, label) in zip(signs(shown, kind), shown, strict=True)]


def may_be_letters(text: str) -> bool:
    """Whether a text is letters of a list and nothing else."""
    return len(text) <= _LONGEST and _LETTERS.fullmatch(_plain(text)) is not None


def chosen_by_letters(text: str, token: str, body: Mapping[str, Any]) -> Pressed | None:
    """The choice that letters stand for, in the list of a message; None if it has none such."""
    kind = str((body.get("ask") or {}).get("kind") or "")
    if kind in ("scale", "wait"):
        return None
    codes = {sign: code for sign, code, _ in lines_of(body.get("listed") or (), kind)}
    wanted = re.findall(r"[A-Z]", _plain(text))
    if not wanted or any(letter not in codes for letter in wanted):
        return None
    if kind == "several":
        return Pressed(token, "".join(f"{codes[letter]}+" for letter in wanted))
    return Pressed(token, codes[wanted[0]]) if len(wanted) == 1 else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()
