"""From answers to scores, bands and dangers.

A skipped item is missing, never 0. What a score does about missing items is data (`MissingRule`).
"""

from __future__ import annotations

from collections.abc import Mapping

from coachbot.instruments.faults import AnswerFault, did_you_mean
from coachbot.instruments.model import Answer, Band, Instrument, Item, SafetyRule, Score, ValueSet

_URGENCY = {"top": 0, "high": 1, "medium": 2, "low": 3}


def score(instrument: Instrument, answers: Mapping[str, Answer]) -> Mapping[str, float | None]:
    """Every score of the instrument, by code; None where too many items are missing.

    An item that `answers` lacks, or holds as None, is missing. A score with missing items that is still
    given can have a fraction; it is never rounded here. Raises AnswerFault for an unknown item or a value
    outside its range.
    """
    items = {item.code: item for item in instrument.items}
    for code, value in answers.items():
        _refuse_wrong(instrument, items, code, value)
    return {one.code: _value(one, items, answers) for one in instrument.scores}


def band(score: Score, value: float | None) -> Band | None:
    """The band a value falls in, or None for a missing value or a score without bands.

    The band with the highest lower bound that the value reaches: a fraction (from prorating) stays in the
    lower band, and a bound that two bands of a mean share belongs to the upper one. This only looks the
    band up; whether it may be told is `may_interpret`'s to say (`bands` asks it).
    """
    if value is None:
        return None
    if not score.low <= value <= score.high:
        raise AnswerFault(
            f"{score.code}: {value:g} is outside {score.low:g} to {score.high:g}. Score the answers again."
        )
    reached = [one for one in score.bands if one.low <= value]
    return max(reached, key=lambda one: one.low, default=None)


def bands(instrument: Instrument, values: Mapping[str, float | None]) -> Mapping[str, Band | None]:
    """The band of every score that may be told: None for all of them under the project's own wording."""
    told = may_interpret(instrument)
    return {one.code: band(one, values.get(one.code)) if told else None for one in instrument.scores}


def may_interpret(instrument: Instrument) -> bool:
    """Whether bands and change verdicts may be given: only the official wording was validated."""
    return instrument.wording == "official"


def dangers(instrument: Instrument, item: str, value: Answer) -> tuple[SafetyRule, ...]:
    """The safety rules that this answer meets, most urgent first. None is a skipped item.

    To be asked at every single answer, before anything else is done with it. A rule about skipping says
    with `ask_again` how often the question is put once more before the rule holds.
    """
    _refuse_wrong(instrument, {one.code: one for one in instrument.items}, item, value)
    met = [rule for rule in instrument.safety if rule.item == item and _meets(rule, value)]
    return tuple(sorted(met, key=lambda rule: _URGENCY[rule.priority]))


def _meets(rule: SafetyRule, value: Answer) -> bool:
    if value is None or rule.at_least is None:
        return value is None and rule.about_skipping
    return isinstance(value, int | float) and value >= rule.at_least


def _value(one: Score, items: Mapping[str, Item], answers: Mapping[str, Answer]) -> float | None:
    if one.value_set is not None:
        return _index(one, one.value_set, items, answers)
    given = [
        _counted(items[code], value, code in one.reverse)
        for code in one.items
        if isinstance(value := answers.get(code), int)
    ]
    missing = len(one.items) - len(given)
    if missing > one.missing.allow or not given:
        return None
    if one.method == "sum":
        return sum(given) * len(one.items) / len(given)
    return sum(given) / len(given)


def _index(one: Score, values: ValueSet, items: Mapping[str, Item], answers: Mapping[str, Answer]) -> float | None:
    """1 for full health; None as soon as one answer is missing, for a state of health can't be guessed."""
    lost = 0.0
    for code in one.items:
        value = answers.get(code)
        if not isinstance(value, int):
            return None
        if value > items[code].low:
            lost += values.losses[code][value - items[code].low - 1]
    return round(1 - lost, 6)


def _counted(item: Item, value: int, reverse: bool) -> int:
    return item.low + item.high - value if reverse else value


def _refuse_wrong(instrument: Instrument, items: Mapping[str, Item], code: str, value: Answer) -> None:
    if code not in items:
        raise AnswerFault(f"{instrument.id} has no item '{code}'. {did_you_mean(code, items)}")
    wrong = None if value is None else _wrong(items[code], value)
    if wrong:
        raise AnswerFault(f"{instrument.id}.{code}: {value!r} {wrong} Ask again, or store it as missing (None).")


def _wrong(item: Item, value: Answer) -> str:
    """What is wrong with an answer; empty if it fits the item."""
    if item.kind == "text":
        return "" if isinstance(value, str) else "is no text."
    if item.kind == "several":
        known = isinstance(value, tuple | list) and set(value) <= set(item.of)
        return "" if known else f"is not among {', '.join(item.of)}."
    if isinstance(value, bool) or not isinstance(value, int if item.kind == "value" else int | float):
        return "is no whole number." if item.kind == "value" else "is no number."
    known_values = {anchor.value for anchor in item.anchors}
    if not item.low <= value <= item.high or (known_values and value not in known_values):
        return f"is outside {item.low} to {item.high}."
    return ""
