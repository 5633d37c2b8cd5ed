"""Whether a text is evidently written in a language that the coach cannot read.

Cheap and honest: most of its letters are of another script, or words that are common in another language outweigh
those that are common in one that is read. It names no language and understands nothing; where it is not sure, it
says no.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

#: A single strange letter (a sign, a slip) is no writing.
_LEAST_LETTERS = 2
#: So many different words of other languages, and one in so many of all words, make it evident.
_LEAST_WORDS, _ONE_IN = 2, 3
#: What is read of a longer text.
_ENOUGH = 2000
_NO_LETTERS = re.compile("[^a-z]+")
#: The script of a letter stands first in its Unicode name; a name without it belongs to every script.
_LATIN = "LATIN"
_COMMON = frozenset({"FULLWIDTH", "MODIFIER", "MICRO", "MASCULINE", "FEMININE", "DOUBLE-STRUCK", "MATHEMATICAL"})


class Tongue:
    """Tells texts in languages that are read from others. Holds nothing of any text; may be shared."""

    def __init__(self, scripts: Iterable[str], own: Iterable[str], other: Iterable[str], cries: Iterable[str]) -> None:
        self._scripts = frozenset(scripts) | _COMMON
        self._own = frozenset(map(_plain, own))
        self._other = frozenset(map(_plain, other)) - self._own
        self._cries = frozenset(map(_plain, cries)) - self._own

    def is_other(self, text: str) -> bool:
        """Whether nobody who reads only our languages could read `text`."""
        text = text[:_ENOUGH]
        return self._is_of_other_script(text) or self._has_other_words(text)

    def _is_of_other_script(self, text: str) -> bool:
        if not self._scripts > _COMMON or (text.isascii() and _LATIN in self._scripts):
            return False
        letters = [_script(sign) for sign in text if sign.isalpha()]
        strange = sum(script not in self._scripts for script in letters)
        return strange >= _LEAST_LETTERS and 2 * strange > len(letters)

    def _has_other_words(self, text: str) -> bool:
        words = _plain(text).split()
        if len(words) == 1:
            return words[0] in self._cries
        strange, known = self._other.intersection(words), self._own.intersection(words)
        return len(strange) >= _LEAST_WORDS and len(strange) > len(known) and _ONE_IN * len(strange) >= len(set(words))


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _plain(text: str) -> str:
    """Small letters without their accents, with spaces for everything that is no letter."""
    if text.isascii():
        return _NO_LETTERS.sub(" ", text.lower().replace("'", "")).strip()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        sign if sign.isalpha() else " " for sign in decomposed if not unicodedata.combining(sign) and sign not in "'’"
    ).strip()


def tongue_from(data: Mapping[str, Mapping[str, object]], read: Collection[str]) -> Tongue:
    """From the parsed `content/safety/languages.yaml` and the languages that are read.

    A language that is read and not in the file stays unknown; without any that is known, no script is strange.
    """
    ours = [data[language] for language in read if language in data]
    others = [one for language, one in data.items() if language not in read]
    scripts = {str(script) for one in ours for script in _listed(one, "scripts")}
    return Tongue(
        scripts,
        (word for one in ours for name in ("words", "cries") for word in _listed(one, name)),
        (word for one in others for name in ("words", "cries") for word in _listed(one, name)),
        (word for one in others for word in _listed(one, "cries")),
    )


def _listed(one: Mapping[str, object], name: str) -> list[str]:
    value = one.get(name, [])
    if isinstance(value, str):
        return value.split()
    return [str(entry) for entry in value] if isinstance(value, list) else []
