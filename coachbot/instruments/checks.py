"""What the parts of an instrument must hold to between them: one function per concern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coachbot.instruments.faults import Fault, did_you_mean
from coachbot.instruments.model import Band, Instrument, Item, Score, ValueSet
from coachbot.instruments.recall import RECALLS

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_LOINC = re.compile(r"(\d+)-(\d)")
_ANSWERS = re.compile(r"LL(\d+)-(\d)")
_CODE_CURE = "Use lower case letters, digits and _, and no word of the template language."
#: Words of the template language, which guards and texts could not name.
_TAKEN = frozenset(
    [
        "true",
        "false",
        "none",
        "and",
        "or",
        "not",
        "is",
        "in",
        "if",
        "else",
        "elif",
        "for",
        "set",
        "do",
        "every",
    ]
)


def faults_in(instrument: Instrument) -> Iterator[Fault]:
    """Everything that does not fit together, in reading order."""
    yield from _codes(instrument)
    yield from _loincs(instrument)
    yield from _layout(instrument)
    yield from _ranges(instrument)
    yield from _unused_items(instrument)
    for place, score in enumerate(instrument.scores):
        yield from _score(instrument, score, f"scores.{place}")
    yield from _changes(instrument)
    yield from _safety(instrument)
    yield from _hooks(instrument)
    yield from _kinds(instrument)
    yield from _recalls(instrument)
    yield from _wording(instrument)
    yield from _vectors(instrument)


def _codes(instrument: Instrument) -> Iterator[Fault]:
    yield from _named_once("items", [item.code for item in instrument.items])
    yield from _named_once("scores", [score.code for score in instrument.scores])
    yield from _named_once("anchors", [anchor.code for anchor in instrument.anchors])
    for place, item in enumerate(instrument.items):
        if item.anchors != instrument.anchors:
            yield from _named_once(f"items.{place}.anchors", [anchor.code for anchor in item.anchors])


def _named_once(path: str, codes: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, code in enumerate(codes):
        where = f"{path}.{place}.code"
        if code in seen:
            yield Fault(where, f"'{code}' comes twice.", "Give each its own code.")
        elif not _CODE.fullmatch(code) or code in _TAKEN:
            yield Fault(where, f"'{code}' can't be a code.", _CODE_CURE)
        seen.add(code)


def _loincs(instrument: Instrument) -> Iterator[Fault]:
    places = [("loinc", instrument.loinc)]
    places += [(f"items.{place}.loinc", item.loinc) for place, item in enumerate(instrument.items)]
    places += [(f"scores.{place}.loinc", score.loinc) for place, score in enumerate(instrument.scores)]
    for path, code in places:
        if code is not None and not _check_digit_fits(_LOINC.fullmatch(code)):
            yield Fault(path, f"'{code}' is no LOINC code.", "Look it up at loinc.org; a digit may be wrong.")
    answers = instrument.loinc_answers
    if answers is not None and not _ANSWERS.fullmatch(answers):
        yield Fault("loinc_answers", f"'{answers}' is no LOINC answer list.", "Write it like LL358-3.")


def _check_digit_fits(match: re.Match[str] | None) -> bool:
    """Whether the last digit is the check digit (modulus 10) of those before it."""
    if match is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(match[1])):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return (10 - total % 10) % 10 == int(match[2])


def _layout(instrument: Instrument) -> Iterator[Fault]:
    if instrument.minutes < 1:
        yield Fault("minutes", "it takes at least a minute.", "Write a whole number from 1.")
    if instrument.layout == "ticks" and (instrument.per_page or 0) < 1:
        yield Fault("per_page", "ticks need the number of statements a page.", "Write per_page: 6.")
    if instrument.layout != "ticks" and instrument.per_page is not None:
        yield Fault("per_page", "only ticks have pages.", "Remove it, or write layout: ticks.")
    if instrument.layout == "likert" and any(item.kind == "value" and not item.anchors for item in instrument.items):
        yield Fault("anchors", "likert items need anchors.", "Add anchors: with a code and a value each.")


def _ranges(instrument: Instrument) -> Iterator[Fault]:
    for place, item in enumerate(instrument.items):
        if item.kind in ("text", "several"):
            continue
        path = f"items.{place}"
        if item.low >= item.high:
            yield Fault(path, f"its range is {item.low} to {item.high}.", "Give it at least two different values.")
        if len({anchor.value for anchor in item.anchors}) < len(item.anchors):
            yield Fault(f"{path}.anchors", "two anchors have the same value.", "Give each its own value.")


def _unused_items(instrument: Instrument) -> Iterator[Fault]:
    used = {code for score in instrument.scores for code in score.items}
    for place, item in enumerate(instrument.items):
        if item.scored and item.code not in used:
            yield Fault(
                f"items.{place}",
                f"'{item.code}' is in no score.",
                "Add it to a score, or write scored: false.",
            )


def _score(instrument: Instrument, score: Score, path: str) -> Iterator[Fault]:
    found = list(_score_items(instrument, score, path))
    yield from found
    for place, code in enumerate(score.reverse):
        if code not in score.items:
            yield Fault(
                f"{path}.reverse.{place}",
                f"'{code}' is no item of this score.",
                did_you_mean(code, score.items),
            )
    if score.method == "value" and len(score.items) != 1:
        yield Fault(f"{path}.method", "the method value takes one item.", "Name one item, or use sum or mean.")
    if not 0 <= score.missing.allow < max(len(score.items), 1):
        yield Fault(
            f"{path}.missing.allow",
            "would allow a score out of nothing.",
            "Allow fewer than there are items.",
        )
    yield from _value_set(instrument, score, path)
    if not found and score.method != "index":
        yield from _score_range(score, [instrument.item(code) for code in score.items], path)
    yield from _bands(score, path)


def _value_set(instrument: Instrument, score: Score, path: str) -> Iterator[Fault]:
    """A value set names every item of its score, with a loss for every answer above the lowest."""
    values = score.value_set
    if (score.method == "index") != (values is not None):
        yield Fault(f"{path}.method", "index and value_set go together.", "Write both, or neither.")
        return
    if values is None:
        return
    if score.reverse or score.missing.allow:
        cure = "Remove reverse, and write allow: 0."
        yield Fault(f"{path}.method", "an index has no reversed and no missing items.", cure)
    faults = list(_losses(instrument, score, values, f"{path}.value_set.of"))
    yield from faults
    if not faults:
        worst = round(1 - sum(losses[-1] for losses in values.losses.values()), 6)
        for name, written, reached in (("low", score.low, worst), ("high", score.high, 1)):
            if written != reached:
                message = f"is {written:g}, but its value set reaches {reached:g}."
                yield Fault(f"{path}.{name}", message, f"Write {name}: {reached:g}.")


def _losses(instrument: Instrument, score: Score, values: ValueSet, path: str) -> Iterator[Fault]:
    items = {item.code: item for item in instrument.items}
    for code in values.losses:
        if code not in score.items:
            cure = did_you_mean(code, score.items)
            yield Fault(f"{path}.{code}", f"'{code}' is no item of this score.", cure)
    for code in score.items:
        item, losses = items.get(code), values.losses.get(code, ())
        if item is None:
            continue
        if len(losses) != item.high - item.low:
            message = f"'{code}' has {len(losses)} losses for {item.high - item.low} answers above the lowest."
            yield Fault(path, message, "Give one for each, from the second answer on.")
        elif list(losses) != sorted(losses) or losses[0] < 0:
            yield Fault(f"{path}.{code}", "a worse answer takes away less.", "Check the figures at their source.")


def _score_items(instrument: Instrument, score: Score, path: str) -> Iterator[Fault]:
    items = {item.code: item for item in instrument.items}
    if not score.items:
        yield Fault(f"{path}.items", "the score has no items.", "Write items: all, or a list of codes.")
    for place, code in enumerate(score.items):
        where = f"{path}.items.{place}"
        if code not in items:
            yield Fault(where, f"'{code}' is no item.", did_you_mean(code, items))
        elif not items[code].scored:
            cure = "Take it out, or remove its scored: false."
            yield Fault(where, f"'{code}' is not scored.", cure if items[code].kind == "value" else "Take it out.")
        elif code in score.items[:place]:
            yield Fault(where, f"'{code}' comes twice.", "Name each item once.")


def _score_range(score: Score, items: list[Item], path: str) -> Iterator[Fault]:
    """The range is written down so that a person can check it; it must be what the items can reach."""
    share = len(items) if score.method != "sum" else 1
    low = sum(item.low for item in items) / share
    high = sum(item.high for item in items) / share
    for name, given, reached in (("low", score.low, low), ("high", score.high, high)):
        if given != reached:
            yield Fault(
                f"{path}.{name}",
                f"is {given:g}, but its items reach {reached:g}.",
                f"Write {name}: {reached:g}.",
            )


def _bands(score: Score, path: str) -> Iterator[Fault]:
    if not score.bands:
        return
    of = f"{path}.bands.of"
    yield from _named_once(of, [band.code for band in score.bands])
    if score.bands[0].low != score.low:
        yield Fault(f"{of}.0.low", "the first band does not start at the score's low.", f"Write low: {score.low:g}.")
    for place, band in enumerate(score.bands):
        if band.low > band.high:
            yield Fault(f"{of}.{place}", f"runs from {band.low:g} down to {band.high:g}.", "Swap low and high.")
        if place:
            yield from _joint(score, score.bands[place - 1], band, f"{of}.{place}.low")
    if score.bands[-1].high != score.high:
        last = f"{of}.{len(score.bands) - 1}.high"
        yield Fault(last, "the last band does not end at the score's high.", f"Write high: {score.high:g}.")


def _joint(score: Score, before: Band, band: Band, path: str) -> Iterator[Fault]:
    """Bands of whole numbers go on at the next one; bands of a mean share the bound between them."""
    expected = before.high if score.method == "mean" else before.high + 1
    if band.low == expected:
        return
    kind = "a gap" if band.low > expected else "an overlap"
    yield Fault(path, f"{kind} between '{before.code}' and '{band.code}'.", f"Write low: {expected:g}.")


def _changes(instrument: Instrument) -> Iterator[Fault]:
    scores = [score.code for score in instrument.scores]
    for place, change in enumerate(instrument.change):
        path = f"change.{place}"
        if change.score not in scores:
            yield Fault(f"{path}.score", f"'{change.score}' is no score.", did_you_mean(change.score, scores))
        if change.score in [other.score for other in instrument.change[:place]]:
            yield Fault(f"{path}.score", f"'{change.score}' comes twice.", "Keep one smallest change a score.")
        if change.points <= 0:
            yield Fault(f"{path}.points", "no change would be too small.", "Write a number above 0.")
        if (change.low_start is None) != (change.low_percent is None):
            yield Fault(path, "low_start and low_percent go together.", "Write both, or neither.")
        if change.low_percent is not None and not 0 < change.low_percent <= 100:
            yield Fault(f"{path}.low_percent", "is no share of the start.", "Write a number up to 100.")


def _safety(instrument: Instrument) -> Iterator[Fault]:
    items = {item.code: item for item in instrument.items}
    for place, rule in enumerate(instrument.safety):
        path = f"safety.{place}"
        item = items.get(rule.item)
        if item is None:
            yield Fault(f"{path}.item", f"'{rule.item}' is no item.", did_you_mean(rule.item, items))
        elif rule.at_least is not None and not item.low < rule.at_least <= item.high:
            cure = f"Write a value above {item.low}, up to {item.high}."
            yield Fault(f"{path}.at_least", f"{rule.at_least} would never or always hold.", cure)
        if rule.ask_again < 0 or (rule.ask_again and not rule.about_skipping):
            yield Fault(f"{path}.ask_again", "only a skipped item is asked again.", "Write it beside skipped: true.")


def _hooks(instrument: Instrument) -> Iterator[Fault]:
    """What an item says of danger and what the file's rules say must be the same."""
    ruled = {rule.item for rule in instrument.safety}
    for place, item in enumerate(instrument.items):
        path = f"items.{place}.safety"
        if item.safety == "rules" and item.code not in ruled:
            yield Fault(path, f"no rule is about '{item.code}'.", "Add one under safety:, or write none.", "safety")
        elif item.safety != "rules" and item.code in ruled:
            yield Fault(path, f"a rule is about '{item.code}'.", "Write safety: rules.", "safety")
        if (item.safety == "read") != (item.kind == "text") and item.safety != "rules":
            cure = "Write safety: read for the patient's own words, and only for them."
            yield Fault(path, "free text is read for danger, and nothing else is.", cure, "safety")


def _kinds(instrument: Instrument) -> Iterator[Fault]:
    kept = {item.code for item in instrument.items if item.asked_once}
    for place, item in enumerate(instrument.items):
        path = f"items.{place}"
        if item.about is not None and item.about not in kept:
            cure = did_you_mean(item.about, kept) if kept else "Give that text asked_once: true."
            yield Fault(f"{path}.about", f"'{item.about}' is no text that is kept.", cure)
        if item.kind == "several":
            yield from _named_once(f"{path}.of", item.of)
            if len(item.of) < 2:
                yield Fault(f"{path}.of", "there is nothing to choose from.", "Write of: and two codes or more.")
        if item.kind == "text" and item.longest < 1:
            yield Fault(f"{path}.longest", "no character would be kept.", "Write a whole number from 1.")
        if instrument.layout == "ticks" and item.kind != "value":
            yield Fault(f"{path}.kind", "a page of ticks holds nothing else.", "Ask it in an instrument of its own.")


def _recalls(instrument: Instrument) -> Iterator[Fault]:
    places = [("recall", instrument.recall)]
    places += [(f"items.{place}.recall", item.recall) for place, item in enumerate(instrument.items)]
    for path, recall in places:
        if recall and recall not in RECALLS:
            yield Fault(path, f"'{recall}' is no recall period.", did_you_mean(recall, RECALLS))


def _wording(instrument: Instrument) -> Iterator[Fault]:
    if instrument.wording == "official" and instrument.official is None:
        cure = "Add official: with source, version and licence, or write wording: own."
        yield Fault("official", "official wording without its origin.", cure)
    if instrument.wording == "own" and instrument.official is not None:
        yield Fault("official", "own wording has no official origin.", "Remove it, or write wording: official.")


def _vectors(instrument: Instrument) -> Iterator[Fault]:
    if instrument.items and not any(item.scored for item in instrument.items):
        return
    cases = {vector.case for vector in instrument.vectors}
    scores = [score.code for score in instrument.scores]
    needed = ["floor", "ceiling", "mixed", "missing"]
    if any(score.reverse for score in instrument.scores):
        needed.insert(3, "reversed")
    absent = [case for case in needed if case not in cases]
    if absent:
        yield Fault("vectors", f"no example for {', '.join(absent)}.", "Add one of each, worked out by hand.")
    for place, vector in enumerate(instrument.vectors):
        for part, codes in (("scores", vector.scores), ("bands", vector.bands)):
            for code in codes:
                if code not in scores:
                    yield Fault(f"vectors.{place}.{part}.{code}", "is no score.", did_you_mean(code, scores))
