"""The worked examples that travel with an instrument: do they come out as written?

They are run whenever an instrument is read, so that a site's own file with a slip in a reversal, a cut
point or an order of items is refused before a patient meets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from coachbot.instruments.faults import AnswerFault, Fault
from coachbot.instruments.model import Instrument, Vector
from coachbot.instruments.scoring import band, score


def vector_faults(instrument: Instrument) -> Iterator[Fault]:
    """Every example whose scores or bands are not what the instrument makes of its answers."""
    for place, vector in enumerate(instrument.vectors):
        yield from _faults(instrument, vector, f"vectors.{place}")


def _faults(instrument: Instrument, vector: Vector, path: str) -> Iterator[Fault]:
    try:
        scores = score(instrument, vector.answers)
    except AnswerFault as wrong:
        yield Fault(f"{path}.answers", str(wrong), "Correct the example.")
        return
    for code, value in scores.items():
        if code not in vector.scores:
            yield Fault(f"{path}.scores", f"the score '{code}' is not given.", f"Add {code}: {_shown(value)}.")
        elif not _same(value, vector.scores[code]):
            yield _differs(f"{path}.scores.{code}", _shown(value), _shown(vector.scores[code]))
    for code, expected in vector.bands.items():
        found = band(instrument.score(code), scores[code])
        if (found.code if found else "none") != expected:
            yield _differs(f"{path}.bands.{code}", found.code if found else "none", expected)


def _differs(path: str, found: str, expected: str) -> Fault:
    return Fault(path, f"comes out as {found}, not {expected}.", "Correct the example or the scoring above it.")


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, abs_tol=0.005)


def _shown(value: float | None) -> str:
    return "null" if value is None else f"{value:g}"
