"""The page's words, by language; the browser says which language it would like."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, str]]


def language_for(words: Words, accepted: str) -> str:
    """The best of the languages there are, by an `Accept-Language` header; else English, or the first."""
    for wanted in _wanted(accepted):
        for language in words:
            if language.lower() == wanted or language.lower().split("-")[0] == wanted.split("-")[0]:
                return language
    return "en" if "en" in words else next(iter(words))


def _wanted(accepted: str) -> list[str]:
    """The languages of the header, the dearest first."""
    weighed = []
    for place, piece in enumerate(accepted.lower().split(",")[:20]):
        name, _, weight = piece.partition(";q=")
        weighed.append((-_weight(weight), place, name.strip()))
    return [name for _, _, name in sorted(weighed) if name]


def _weight(written: str) -> float:
    try:
        return float(written or 1)
    except ValueError:
        return 0.0
