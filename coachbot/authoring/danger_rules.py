"""The rules of danger (content/safety/rules.yaml), read strictly: what is misspelled or missing there takes a net away.

A clock with a slip in its name would never run, and nobody would notice until it was needed. So every key is known,
every number is one, and what must be there is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coachbot.authoring.fields import Fields
from coachbot.instruments import Instrument

PRIORITIES = ("low", "medium", "high", "top")
SILENCES = ("not_safe", "tell")
_TOP = ("kinds", "items", "worsening", "while_paused")
_KIND = (
    "priority", "dialog", "static", "acknowledge_minutes", "escalate_to", "pause", "cooldown_minutes", "learned",
    "scored", "once", "yields_to", "silence_minutes", "silence", "source", "clinical_sign_off",
)  # fmt: skip
#: What every kind must say, where a pack is run and not only read.
_NEEDED = ("acknowledge_minutes", "cooldown_minutes", "pause", "escalate_to")
_ITEM = ("instrument", "item", "kind", "opens_only_on_duty", "source", "clinical_sign_off")
_WORSENING = ("kind", "scores", "clinical_sign_off")
_SCORE = ("instrument", "score", "by", "source", "confirmed")
_PAUSED = ("dialog", "rests", "at", "clinical_sign_off")


@dataclass(frozen=True, slots=True)
class Rules:
    """The file in its parts, each read once."""

    top: Fields
    kinds: Mapping[str, Fields]
    items: Sequence[Fields]
    worsening: Fields | None
    paused: Fields | None


def parts(top: Fields) -> Rules:
    """The parts of the file; one that is no map or list is noted and stands as empty."""
    kinds = top.fields("kinds", required=True)
    items = tuple(top.each("items"))
    paused = top.fields("while_paused") if "while_paused" in top else None
    worsening = top.fields("worsening") if "worsening" in top else None
    return Rules(top, {name: kinds.fields(name) for name in kinds.data}, items, worsening, paused)


def check_rules(rules: Rules, *, whole: bool) -> None:
    """Note every key and value that is not what it should be; `whole`: also what a coach that is run would lack."""
    rules.top.only(*_TOP)
    for rule in rules.kinds.values():
        _check_kind(rule, tuple(rules.kinds))
    for item in rules.items:
        item.only(*_ITEM)
        item.flag("opens_only_on_duty")
    if rules.paused is not None:
        rules.paused.only(*_PAUSED)
        rules.paused.texts("rests")
    for name, key in _lacking(rules) if whole else ():
        rules.kinds[name].fault("SAFETY_002", f"'{name}' does not say its {key}", f"Write {key}: below it.")


def check_worsening(rules: Rules, instruments: Mapping[str, Instrument]) -> None:
    """Note what of `worsening:` does not fit the kinds and the instruments."""
    worse = rules.worsening
    if worse is None:
        return
    worse.only(*_WORSENING)
    kind = worse.text("kind")
    if kind not in rules.kinds or not rules.kinds[kind].data.get("scored"):
        worse.fault("SAFETY_002", f"'{kind}' is not a kind of these rules with scored: true", at=("kind",))
    for one in worse.each("scores", required=True):
        one.only(*_SCORE)
        one.text("source")
        one.flag("confirmed", default=True)
        _check_score(one, instruments.get(one.text("instrument")))


def _check_score(one: Fields, instrument: Instrument | None) -> None:
    name = one.data.get("instrument")
    if instrument is None:
        one.fault("SAFETY_002", f"'{name}' is not an instrument", at=("instrument",))
        return
    code, by = one.text("score"), one.number("by") or 0
    score = next((each for each in instrument.scores if each.code == code), None)
    if score is None:
        one.fault("SAFETY_002", f"'{code}' is not a score of {name}", at=("score",))
    elif not 0 < by <= score.high - score.low:
        one.fault("SAFETY_002", f"{by:g} is no step within {score.low:g} to {score.high:g}", at=("by",))


def _lacking(rules: Rules) -> Iterator[tuple[str, str]]:
    yield from ((name, key) for name, rule in rules.kinds.items() for key in _NEEDED if key not in rule)
    asked = {str(item.data.get("kind")) for item in rules.items}  # after an answer that is a danger something is asked
    unheard = [name for name in rules.kinds if name in asked and "silence_minutes" not in rules.kinds[name]]
    yield from ((name, "silence_minutes") for name in unheard)


def _check_kind(rule: Fields, kinds: tuple[str, ...]) -> None:
    rule.only(*_KIND)
    if rule.text("priority") not in ("", *PRIORITIES):
        rule.fault("SAFETY_002", "the priority is one of low, medium, high, top", at=("priority",))
    if rule.data.get("silence", SILENCES[0]) not in SILENCES:
        rule.fault("SAFETY_002", "what silence means is one of not_safe, tell", at=("silence",))
    for other in rule.texts("yields_to"):
        if other not in kinds:
            rule.fault("SAFETY_002", f"'{other}' is not a kind of these rules", at=("yields_to",))
    for key in ("pause", "learned", "scored", "once"):
        rule.flag(key)
    for key in ("static", "escalate_to"):
        rule.text(key, "")
    for key, least in (("acknowledge_minutes", 1), ("cooldown_minutes", 0), ("silence_minutes", 1)):
        if key in rule and rule.whole(key) < least and isinstance(rule.data[key], int):
            rule.fault("SAFETY_002", f"{key} is at least {least}", at=(key,))
    if "silence" in rule and "silence_minutes" not in rule:
        rule.fault("SAFETY_002", "silence means nothing without silence_minutes", at=("silence",))
