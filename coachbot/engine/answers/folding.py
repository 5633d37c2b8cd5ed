"""Text made comparable: width, case, digits, marks, dashes and emoji evened out, in bounded time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Set
from functools import lru_cache

#: Characters of a message that are looked at (free text aside). Longer answers are not answers to a choice.
LONGEST = 400

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_WORD = re.compile(rf"\d+|[{_CJK}]|(?:(?![{_CJK}])[^\W\d_])+|[{_EMOJI}]")
_TOKEN = re.compile(rf"(?:(?<!\S)-)?\d+(?:[.,]\d+)*|[{_CJK}]|(?:(?![{_CJK}])[^\W\d_])+|[{_EMOJI}]|[-:/%~<>+&#,;?]")
_ABBREVIATION = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")
_VULGAR = re.compile(r"(\d{0,4})\s?([¼½¾])")
_FEET = re.compile(r"(?<=\d)['’′](?=\d)")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EVEN = str.maketrans(
    {
        **dict.fromkeys("'’‘ʼ`´′", ""),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        "⁄": "/",
        "٫": ".",
        "٬": ",",
        "、": ",",
        "،": ",",
        "。": ".",
        "؟": "?",
        "_": " ",
    }
)


def clean(text: str, longest: int) -> tuple[str, bool]:
    """A free text as it is kept, and whether it had to be shortened to `longest` characters.

    Takes out what databases and screens choke on: control characters, lone surrogates, direction overrides.
    """
    start = text.lstrip()
    kept = _UNWANTED.sub("", start[: 2 * longest + 100].replace("\r\n", "\n")).strip()
    return kept[:longest].rstrip(), len(kept) > longest


def fold(text: str) -> str:
    """The first `LONGEST` characters: folded case and width, plain digits and dashes, no marks, one space."""
    text = _VULGAR.sub(_decimal, _FEET.sub(" ", text.strip()[:LONGEST]))
    even = text.translate(_EVEN)
    if not even.isascii():
        parts = unicodedata.normalize("NFKD", even).translate(_EVEN)
        even = unicodedata.normalize("NFKC", "".join(map(_char, parts)).casefold())
    even = even[: 2 * LONGEST].lower()
    if not even.isprintable():
        even = "".join(char if char.isprintable() else " " for char in even)
    return _ABBREVIATION.sub("", " ".join(even.split()))


def _decimal(match: re.Match[str]) -> str:
    whole = int(match[1] or 0)
    return f" {whole + unicodedata.numeric(match[2]):g}"


def _char(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in ("Cf", "Cs", "Co", "Cn", "Me") or "\u0300" <= char <= "\u036f":
        return ""
    if "\ufe00" <= char <= "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return ""
    return f" {char} " if category == "So" else char


def tokens(folded: str) -> list[str]:
    """Numbers (with their inner dots, commas and sign), words, single CJK characters, symbols."""
    return _TOKEN.findall(folded)


def plain(text: str) -> str:
    """Words and digits with single spaces; emoji if there is nothing else; punctuation if not even that."""
    return _plain_of(fold(text))


def _plain_of(folded: str) -> str:
    found = _WORD.findall(folded)
    words = [one for one in found if one[0].isalnum()]
    if words:
        return " ".join(words)
    return " ".join(dict.fromkeys(found)) or "".join(dict.fromkeys(folded.replace(" ", "")))


@lru_cache(maxsize=8192)
def label_key(label: str) -> str:
    """`plain`, remembered: for authors' words only, so that no patient's words stay in memory."""
    return plain(label)


def spellings(key: str) -> tuple[str, ...]:
    """A key and its calmer forms: "stoppp" as "stopp" and "stop", "no no no" as "no"."""
    words = key.split(" ")
    once = key if len(words) == 1 else " ".join([word for i, word in enumerate(words) if not i or word != words[i - 1]])
    double, single = _LONG_RUN.sub(r"\1\1", once), _LONG_RUN.sub(r"\1", once)
    return tuple(dict.fromkeys((key, once, double, single)))


def holds(key: str, phrases: Iterable[str]) -> bool:
    """True if one of the phrases stands in the key as whole words."""
    padded = f" {key} "
    return any(f" {phrase} " in padded for phrase in phrases)


def head_of(key: str, phrases: Iterable[str]) -> str:
    """The longest phrase that the key begins with, or ""."""
    known = _as_set(phrases)
    end = len(key)
    while end > 0:
        if key[:end] in known:
            return key[:end]
        end = key.rfind(" ", 0, end)
    return ""


def tail_of(key: str, phrases: Iterable[str]) -> str:
    """The longest phrase that the key ends with, or ""."""
    known = _as_set(phrases)
    start = 0
    while start < len(key):
        if key[start:] in known:
            return key[start:]
        start = key.find(" ", start) + 1 or len(key)
    return ""


def _as_set(phrases: Iterable[str]) -> Set[str]:
    return phrases if isinstance(phrases, Set) else frozenset(phrases)


def trimmed(key: str, phrases: Iterable[str]) -> str:
    """The key without such phrases at its ends; never trimmed to nothing."""
    known = _as_set(phrases)
    while True:
        head = head_of(key, known)
        rest = key[len(head) :].strip() if head else key
        tail = tail_of(rest, known)
        rest = rest[: len(rest) - len(tail)].strip() if tail else rest
        if rest in ("", key):
            return key
        key = rest
