"""A FHIR Questionnaire read beside the instrument it is to give its wording to.

Items are matched by LOINC code, by the site's own map or by link id; answers by code or by their points. What does
not match is a fault, never a guess: an answer stored under the wrong code can't be told from a right one later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from coachbot.authoring.exchange import terms
from coachbot.authoring.exchange.fhir_out import SAID
from coachbot.authoring.exchange.worded import Part
from coachbot.instruments import Instrument, Item

#: Fields of R5 that say nothing to a coach that asks one question at a time; they are named, then passed over.
_ONLY_R5 = ("versionAlgorithmString", "versionAlgorithmCoding", "copyrightLabel", "answerConstraint", "disabledDisplay")
_TYPES = {"text": ("text", "string"), "number": ("decimal", "quantity", "integer"), "several": terms.CHOICES}


@dataclass(frozen=True, slots=True)
class Matches:
    """What a site says of names that can't be matched by themselves: theirs to ours."""

    items: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Incoming:
    """What was read of a Questionnaire."""

    language: str = ""
    source: str = ""
    version: str = ""
    licence: str = ""
    wording: str = "official"
    words: dict[str, Part] = field(default_factory=dict)
    #: Codes of the items in the order in which the file asks them.
    order: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    #: What was understood another way or passed over.
    notes: list[str] = field(default_factory=list)


def definition_in(resource: Mapping[str, Any]) -> dict[str, Any] | None:
    """The definition that our own export carries; None in other people's files."""
    written = _extension(resource, terms.DEFINITION, "valueString")
    if written is None:
        return None
    try:
        data = json.loads(written)
    except json.JSONDecodeError:
        return None
    return data if isinstance(data, dict) else None


def read_questionnaire(resource: Mapping[str, Any], instrument: Instrument, matches: Matches) -> Incoming:
    """The words of a Questionnaire for an instrument, with every fault in `faults`."""
    found = Incoming(
        language=str(resource.get("language") or ""),
        source=str(resource.get("publisher") or resource.get("url") or ""),
        version=str(resource.get("version") or ""),
        licence=str(resource.get("copyright") or ""),
        wording=str(_extension(resource, terms.WORDING, "valueCode") or "official"),
    )
    try:
        _Reading(instrument, matches, found).read(resource)
    except (AttributeError, TypeError, ValueError) as wrong:
        found.faults.append(f"the file is not shaped like a Questionnaire ({wrong}). Hold it against FHIR first.")
    return found


def release_of(resource: Mapping[str, Any]) -> terms.Release:
    """Which release a file speaks: R5 renamed the type of a choice and added fields. In doubt the older one."""
    items = list(_flat(resource.get("item")))
    r5 = any(one.get("type") == "coding" or "answerConstraint" in one for one in items)
    return "R5" if r5 or any(name in resource for name in _ONLY_R5) else "R4B"


def _flat(items: Any) -> Iterator[Mapping[str, Any]]:
    """All items, those in groups too, in reading order."""
    for one in items if isinstance(items, list) else ():
        if isinstance(one, Mapping):
            yield one
            yield from _flat(one.get("item"))


def _extension(element: Mapping[str, Any], url: str, value: str) -> Any:
    found = element.get("extension")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping) and one.get("url") == url:
            return one.get(value)
    return None


def _points(option: Mapping[str, Any], coding: Mapping[str, Any]) -> float | None:
    for element in (coding, option):
        for url in terms.ORDINALS:
            points = _extension(element, url, "valueDecimal")
            if isinstance(points, int | float):
                return float(points)
    return None


class _Reading:
    """One reading of one Questionnaire."""

    def __init__(self, instrument: Instrument, matches: Matches, found: Incoming) -> None:
        self.instrument = instrument
        self.matches = matches
        self.found = found
        self.by_loinc = {item.loinc: item.code for item in instrument.items if item.loinc}
        self.codes = {item.code for item in instrument.items}

    def fault(self, place: str, message: str, cure: str) -> None:
        self.found.faults.append(f"{place}: {message} {cure}")

    # -- the whole -----------------------------------------------------------------------------------
    def read(self, resource: Mapping[str, Any]) -> None:
        if resource.get("resourceType") != "Questionnaire":
            self.fault("resourceType", "this is not a Questionnaire.", "Give a file with one Questionnaire.")
            return
        self._panel(resource)
        shared: set[tuple[tuple[str, str], ...]] = set()
        for one in _flat(resource.get("item")):
            self._one(one, shared)
        self._named(resource)
        for code in sorted(self.codes - set(self.found.order)):
            self.fault(
                code, "no item of the file is this one.", "Name it under items: of the map, or correct the file."
            )
        if len(shared) == 1 and self.instrument.anchors:
            self.found.words["anchors"] = Part(labels=shared.pop())

    def _panel(self, resource: Mapping[str, Any]) -> None:
        codes = [one.get("code") for one in resource.get("code") or () if one.get("system") == terms.LOINC]
        if self.instrument.loinc and codes and self.instrument.loinc not in codes:
            message = f"its LOINC code is {', '.join(map(str, codes))}, that of {self.instrument.id} is another."
            self.fault("code", message, f"{self.instrument.loinc} is expected; is it the right file?")

    def _named(self, resource: Mapping[str, Any]) -> None:
        for name in _ONLY_R5:
            if name in resource or any(name in one for one in _flat(resource.get("item"))):
                self.found.notes.append(f"'{name}' of R5 is passed over: R4 and R4B do not have it")

    # -- an item -------------------------------------------------------------------------------------
    def _one(self, one: Mapping[str, Any], shared: set[tuple[tuple[str, str], ...]]) -> None:
        link = str(one.get("linkId") or "")
        kind = one.get("type")
        if kind == "group":
            if one.get("text"):
                self.found.notes.append(f"{link}: the heading '{one['text']}' of a group is passed over")
            return
        if kind == "display":
            self._said(link, one)
            return
        code = self._code(link, one)
        if code is None:
            return
        if code in self.found.order:
            self.fault(link, f"a second item is '{code}'.", "Keep one, or map them apart.")
            return
        self.found.order.append(code)
        self._asked(link, one, self.instrument.item(code), shared)

    def _said(self, link: str, one: Mapping[str, Any]) -> None:
        if link not in SAID:
            self.found.notes.append(f"{link}: a text that is no question is passed over")
            return
        labels = json.loads(_extension(one, terms.LABELS, "valueString") or "[]")
        self.found.words[link] = Part(self._text(link, one, None), tuple((str(a), str(b)) for a, b in labels))

    def _code(self, link: str, one: Mapping[str, Any]) -> str | None:
        loincs = [code.get("code") for code in one.get("code") or () if code.get("system") == terms.LOINC]
        known = next((self.by_loinc[loinc] for loinc in loincs if loinc in self.by_loinc), None)
        code = self.matches.items.get(link) or known or link
        if code in self.codes:
            return code
        cure = f"Map it under items: to one of {', '.join(item.code for item in self.instrument.items)}."
        self.fault(link or "an item", f"'{link}' is no item of {self.instrument.id}.", cure)
        return None

    def _asked(self, link: str, one: Mapping[str, Any], item: Item, shared: set[tuple[tuple[str, str], ...]]) -> None:
        text = self._text(link, one, item)
        self._type(link, one, item)
        labels = self._labels(link, one, item) if item.anchors or item.kind == "several" else ()
        if item.anchors and item.anchors == self.instrument.anchors:
            shared.add(labels)
            if len(shared) > 1:
                self.fault(link, "its answers read otherwise than those above.", "Give them the same words.")
            labels = ()
        self.found.words[item.code] = Part(text, labels)
        again = _extension(one, terms.AGAIN, "valueString")
        if again:
            self.found.words[f"{item.code}_again"] = Part(str(again))

    def _text(self, link: str, one: Mapping[str, Any], item: Item | None) -> str:
        text = str(one.get("text") or "").strip()
        if not text:
            self.fault(link, "it has no text.", "Write one: a patient would be asked nothing.")
        lines = text.splitlines()
        if any(line.startswith(("#", "---", "- ", "* ", "<!--")) for line in lines):
            self.fault(link, "a line begins like a heading, a rule or a list.", "Put the text into plain sentences.")
        rest = text.replace(f"{{{{ {item.about} }}}}", "") if item is not None and item.about else text
        if any(mark in rest for mark in ("{{", "{%", "{#")):
            self.fault(link, "its text holds brackets that the templates would read.", "Take the curly brackets out.")
        return text

    def _type(self, link: str, one: Mapping[str, Any], item: Item) -> None:
        allowed = self._types(item)
        if one.get("type") not in allowed:
            message = f"it is answered with '{one.get('type')}', '{item.code}' with {' or '.join(allowed)}."
            self.fault(link, message, "Is it the right file?")
        for url, ours in ((terms.MIN_VALUE, item.low), (terms.MAX_VALUE, item.high)):
            theirs = _extension(one, url, "valueInteger")
            theirs = _extension(one, url, "valueDecimal") if theirs is None else theirs
            if theirs is not None and theirs != ours:
                message = f"its range is to {theirs:g}, that of '{item.code}' from {item.low} to {item.high}."
                self.fault(link, message, "It is another scale; scores would be wrong.")

    def _types(self, item: Item) -> tuple[str, ...]:
        if item.kind != "value":
            return _TYPES[item.kind]
        if item.anchors:
            return terms.CHOICES
        return ("boolean",) if self.instrument.layout == "ticks" else ("integer", "decimal")

    # -- answers -------------------------------------------------------------------------------------
    def _labels(self, link: str, one: Mapping[str, Any], item: Item) -> tuple[tuple[str, str], ...]:
        if not one.get("answerOption"):
            cure = "Put the answers into the file (answerOption): a value set elsewhere is not looked up."
            self.fault(link, "it lists no answers.", cure)
            return ()
        ours = [anchor.code for anchor in item.anchors] or list(item.of)
        found: dict[str, str] = {}
        for option in one["answerOption"]:
            coding = option.get("valueCoding") or {}
            code = self._answer(link, option, coding, item, ours)
            if code in found:
                self.fault(link, f"two answers are '{code}'.", "Map them apart.")
            elif code is not None:
                found[code] = str(coding.get("display") or "").strip()
        for code in ours:
            if not found.get(code):
                self.fault(link, f"the answer '{code}' is not there, or has no words.", "Add it, or map it.")
        return tuple((code, found.get(code, "")) for code in ours)

    def _answer(
        self, link: str, option: Mapping[str, Any], coding: Mapping[str, Any], item: Item, ours: list[str]
    ) -> str | None:
        theirs = str(coding.get("code") or "")
        points = _points(option, coding)
        by_points = {float(anchor.value): anchor.code for anchor in item.anchors}
        code = self.matches.answers.get(theirs) or (theirs if theirs in ours else None)
        if code is None and points is not None:
            code = by_points.get(points)
        if code not in ours:
            cure = f"Map it under answers: to one of {', '.join(ours)}, or give it its points."
            self.fault(link, f"the answer '{theirs}' is none of ours.", cure)
            return None
        if points is not None and item.anchors and by_points.get(points) != code:
            self.fault(link, f"the answer '{theirs}' counts {points:g} there and not here.", "Correct one of them.")
        return code
