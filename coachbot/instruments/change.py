"""Better, worse or about the same: the change between two scores of one patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coachbot.instruments.model import Instrument, Score, SmallestChange, Source
from coachbot.instruments.scoring import may_interpret

Verdict = Literal["better", "worse", "about_the_same"]
Silence = Literal["own_wording", "missing", "no_smallest_change"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a score, or why nothing can be said about it."""

    score: str
    #: None when nothing may be said; then `silence` says why.
    verdict: Verdict | None
    #: Now minus before, in points of the score; None if one of them is missing.
    by: float | None
    silence: Silence | None
    #: Where the smallest change was taken from; only with a verdict.
    source: Source | None


def change(instrument: Instrument, score_code: str, before: float | None, now: float | None) -> Change:
    """Compare two scores by the smallest change that matters, in the direction the score knows as better.

    A change of exactly the smallest one counts. The difference is always given; the verdict only under the
    official wording. Raises KeyError for an unknown score.
    """
    score = instrument.score(score_code)
    if before is None or now is None:
        return Change(score_code, None, None, "missing", None)
    by = now - before
    if not may_interpret(instrument):
        return Change(score_code, None, by, "own_wording", None)
    rule = next((one for one in instrument.change if one.score == score_code), None)
    if rule is None:
        return Change(score_code, None, by, "no_smallest_change", None)
    return Change(score_code, _verdict(score, rule, before, by), by, None, rule.source)


def _verdict(score: Score, rule: SmallestChange, before: float, by: float) -> Verdict:
    gain = by if score.higher_is == "better" else -by
    if gain > 0 and gain >= _smallest_gain(rule, before):
        return "better"
    return "worse" if -gain >= rule.points else "about_the_same"


def _smallest_gain(rule: SmallestChange, before: float) -> float:
    if rule.low_start is None or rule.low_percent is None or before >= rule.low_start:
        return rule.points
    return before * rule.low_percent / 100
