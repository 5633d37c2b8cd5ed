"""One plain shape for whatever somebody types, so that lists of words can be read on it.

Letters become lower case without accents; apostrophes and invisible characters go; white space and hyphens become
one space; every other sign (also emoji and line breaks) becomes a break. A break reads as a space where danger is
looked for, and as the end of a thought where a denial is looked for: "no, numb between my legs" denies nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

#: Between two thoughts; as long as a space, so that places in the two shapes agree.
BREAK = "\n"
#: Scripts that put no spaces between words (Thai to Khmer, kana, Han): each letter is read as a word.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
#: Where a script without spaces meets one with spaces; they are read apart.
_MEETING = re.compile(f"(?<=[{UNSPACED}])(?=[^{UNSPACED}])|(?<=[^{UNSPACED}])(?=[{UNSPACED}])")
_TOKEN = re.compile(f"[{UNSPACED}]|[^{UNSPACED} ]+")
_APOSTROPHES = "'’‘‛`´ʼʻ′＇ʹˈ"
_HYPHENS = "-_‐‑‒"
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_FILLERS = "\u115f\u1160\u3164\uffa0"


class Folded(NamedTuple):
    """A text in its plain shape."""

    #: Words with one space, or one break, between two of them.
    marked: str
    #: The same with spaces only; every place is the same as in `marked`.
    plain: str
    #: The words that occur.
    words: frozenset[str]


def fold(text: str) -> Folded:
    """The plain shape of a text, in time linear in its length."""
    letters = text.translate(_TABLE)
    if not letters.isascii() and _UNSPACED.search(letters):
        letters = _MEETING.sub(" ", letters)
    return folded(BREAK.join([tidy for thought in letters.split(BREAK) if (tidy := " ".join(thought.split()))]))


def folded(marked: str) -> Folded:
    """A shape from its marked text."""
    plain = marked.replace(BREAK, " ")
    words = plain.split(" ") if plain.isascii() else _TOKEN.findall(plain)
    return Folded(marked, plain, frozenset(words))


def phrase(text: str) -> str:
    """A plain phrase of a lexicon as it can occur in a folded text."""
    return fold(text).plain


def visible(text: str) -> str:
    """A text with its signs kept: without what can't be seen, and wide or ornate characters as common ones."""
    return text if text.isascii() else text.translate(_VISIBLE)


def is_unspaced(letter: str) -> bool:
    """Whether a letter belongs to a script without spaces between words."""
    return not letter.isascii() and _UNSPACED.match(letter) is not None


def fold_letter(letter: str) -> str:
    """What one character becomes: letters, a space, a break, or nothing."""
    folded = _TABLE[ord(letter)]
    return folded if isinstance(folded, str) else ""


def _fold_letter(letter: str) -> str:
    if letter in _APOSTROPHES or letter in _FILLERS:
        return ""
    if letter in _LINE_ENDS:
        return BREAK
    if letter in _HYPHENS or letter.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", letter).casefold()
    return unicodedata.normalize("NFC", "".join(_sign(part) for part in parts))


def _sign(part: str) -> str:
    category = unicodedata.category(part)
    if category[0] in "LN" or category == "Mc":
        return part
    if category in ("Mn", "Me", "Cf", "Cc"):
        return ""
    return " " if category[0] == "Z" else BREAK


def _visible_letter(letter: str) -> str:
    common = unicodedata.normalize("NFKC", letter)
    return common if _fold_letter(letter) or letter in _APOSTROPHES else ""


class _Table(dict[int, str]):
    """What characters become, worked out once for each, when it is first met."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__({code: become(chr(code)) for code in range(128)})
        self._become = become

    def __missing__(self, code: int) -> str:
        letters = self._become(chr(code))
        self[code] = letters
        return letters


_TABLE = _Table(_fold_letter)
_VISIBLE = _Table(_visible_letter)
