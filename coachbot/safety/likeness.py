"""How like a text is to what people in danger write: a second reading, beside the words of the lexicon.

A lexicon finds what somebody thought of. This reading has learned from several thousand lines, dangerous and harmless
(content/<language>/safety/lines/), how much each word, pair of words and piece of a word speaks for a kind of danger or
against it. A passage's score is the sum of those weights, divided by the root of their number so that long passages are
no graver than short ones. Nothing else is learned; every weight can be read in content/<language>/safety/likeness.json,
which `make likeness` writes.

A text is scored passage by passage: half a sentence that matters is not lost in a long message. The work grows with the
length of the text only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from coachbot.safety.folding import BREAK, fold

T = TypeVar("T")

#: Words in a passage, and how far the next one begins after it. A text but little longer is read as one.
PASSAGE, STRIDE, SPARE = 18, 4, 4
#: After so many words a sign counts anew.
_AGAIN = PASSAGE + SPARE
#: Letters in a piece of a word; a longer word is also known by its beginning.
_PIECE, _BEGINNING = 4, 5
#: Before the first word, after the last, and where a thought ends.
_START, _END, _THOUGHT = "<", ">", "|"


class Reading(NamedTuple):
    """What a score is taken for."""

    #: A kind of danger of content/safety/rules.yaml.
    kind: str
    #: The column of the weights.
    subject: int
    #: In thousandths.
    above: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was learned of one language."""

    #: What each sign says for each subject (a column), in thousandths.
    weights: Mapping[str, Sequence[int]]
    #: The score of a passage without a known sign, in thousandths, by subject.
    bias: tuple[int, ...]
    #: What a score above a limit is read as; of one subject the first that fits.
    readings: tuple[Reading, ...]

    def finds(self, text: str) -> tuple[tuple[str, str], ...]:
        """What the text is read as, each kind with the passage that says so."""
        words = words_of(text)
        if not words:
            return ()
        worst = self._worst(words)
        found: dict[int, tuple[str, str]] = {}
        for kind, subject, above in self.readings:
            score, (start, stop) = worst[subject]
            if score > above:
                passage = " ".join(word for word in words[start:stop] if word != _THOUGHT)
                found.setdefault(subject, (kind, passage))
        return tuple(found.values())

    def scores(self, text: str) -> tuple[float, ...]:
        """The highest score of any passage, by subject, in thousandths."""
        return tuple(score for score, _ in self._worst(words_of(text)))

    def _worst(self, words: Sequence[str]) -> list[tuple[float, tuple[int, int]]]:
        known = known_in(words, self.weights, (0,) * len(self.bias))
        if len(words) <= PASSAGE + SPARE:
            rows = [row for place in known for row in place]
            root = max(1, len(rows)) ** 0.5
            return [
                (sum([row[subject] for row in rows]) / root + bias, (0, len(words)))
                for subject, bias in enumerate(self.bias)
            ]
        counts = [0, *accumulate(map(len, known))]
        roots = [(max(1, counts[stop] - counts[start]) ** 0.5, start, stop) for start, stop in passages(len(words))]
        found = []
        for subject, bias in enumerate(self.bias):
            sums = [0, *accumulate([sum([weights[subject] for weights in place]) for place in known])]
            found.append(
                max(
                    [((sums[stop] - sums[start]) / root + bias, (start, stop)) for root, start, stop in roots],
                    default=(float(bias), (0, 0)),
                )
            )
        return found


def words_of(text: str) -> list[str]:
    """The folded words of a text; a sign of its own stands where a thought ends, and any number is 0."""
    words = fold(text).marked.strip().replace(BREAK, f" {_THOUGHT} ").split()
    return ["0" if word.isdigit() else word for word in words]


def signs_of(words: Sequence[str]) -> list[list[str]]:
    """What can be weighed at each word: itself, its beginning and pieces, and it together with the two before it."""
    last, before = _START, _START
    places: list[list[str]] = []
    for word in words:
        signs = [word, f"{last} {word}", f"{before} {last} {word}", f"{before} _ {word}", *_pieces(f"^{word}$")]
        if len(word) > _BEGINNING:
            signs.append(f"{word[:_BEGINNING]}*")
        places.append(signs)
        before, last = last, word
    if places:
        places[-1].append(f"{last} {_END}")
    return places


def known_in(words: Sequence[str], table: Mapping[str, T], repeated: T) -> list[list[T]]:
    """At each word what a table has of its signs; `repeated` for what was met a passage ago or less.

    So "no no no no" is no graver than "no": a repetition adds nothing to the sum, only to its length.
    """
    met: dict[str, int] = {}
    places = []
    for place, signs in enumerate(signs_of(words)):
        known = []
        for sign in signs:
            if sign in table:
                again = place - met.get(sign, -_AGAIN) < _AGAIN
                known.append(repeated if again else table[sign])
                met[sign] = met[sign] if again else place
        places.append(known)
    return places


def _pieces(word: str) -> Iterator[str]:
    return (f"#{word[start : start + _PIECE]}" for start in range(len(word) - _PIECE + 1))


def passages(length: int) -> Iterator[tuple[int, int]]:
    """Where the passages of a text of so many words begin and end."""
    if length <= PASSAGE + SPARE:
        yield 0, length
        return
    for start in range(0, length - PASSAGE + STRIDE, STRIDE):
        yield start, min(length, start + PASSAGE)


def likeness_from(data: Mapping[str, Any]) -> Likeness:
    """What was learned, from the content of a likeness.json. Raises `ValueError` if it is no such file."""
    try:
        weights, bias = data["weights"], tuple(map(int, data["bias"]))
        readings = tuple(Reading(str(kind), int(subject), int(above)) for kind, subject, above in data["readings"])
        whole = all(len(row) == len(bias) for row in weights.values())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no file that `make likeness` wrote ({error!r})") from None
    if not (whole and all(0 <= one.subject < len(bias) for one in readings)):
        raise ValueError("there is not one number for each subject")
    return Likeness(weights, bias, readings)
