"""An instrument with its words as a FHIR Questionnaire (R4B or R5)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from coachbot.authoring.exchange import terms
from coachbot.authoring.exchange.terms import Release
from coachbot.authoring.exchange.worded import Part, Worded
from coachbot.instruments import Instrument, Item

Resource = dict[str, Any]
#: Sections that are said and not asked.
SAID = ("intro", "in_chat", "page", "done")


def questionnaire(worded: Worded, release: Release) -> Resource:
    """The Questionnaire. Nothing of the instrument is lost: what FHIR has no place for stands in an extension."""
    instrument = worded.instrument
    official = instrument.official
    resource: Resource = {
        "resourceType": "Questionnaire",
        "language": worded.language,
        "extension": [
            {"url": terms.DEFINITION, "valueString": json.dumps(worded.data, ensure_ascii=False, sort_keys=True)},
            {"url": terms.WORDING, "valueCode": instrument.wording_in(worded.language)},
        ],
        "url": terms.canonical(instrument.id),
        "version": official.version if official else "own",
        "name": instrument.id,
        "title": instrument.title,
        "status": "active",
        "subjectType": ["Patient"],
        "publisher": official.source if official else "coachbot",
        "copyright": official.licence if official else _licence(instrument),
        "item": list(_items(worded, instrument, release)),
    }
    if instrument.loinc:
        resource["code"] = [_loinc(instrument.loinc)]
    return resource


def _licence(instrument: Instrument) -> str:
    return f"{instrument.licence.terms}. Granted by: {instrument.licence.granted_by}."


def _loinc(code: str) -> Resource:
    return {"system": terms.LOINC, "code": code}


def _items(worded: Worded, instrument: Instrument, release: Release) -> Iterator[Resource]:
    for name in SAID[:-1]:
        yield from _said(name, worded.words)
    for item in instrument.items:
        yield _item(worded, instrument, item, release)
    yield from _said(SAID[-1], worded.words)


def _said(name: str, words: Mapping[str, Part]) -> Iterator[Resource]:
    part = words.get(name)
    if part is None or not part.text:
        return
    made: Resource = {"linkId": name, "text": part.text, "type": "display"}
    if part.labels:
        made["extension"] = [{"url": terms.LABELS, "valueString": json.dumps(part.labels, ensure_ascii=False)}]
    yield made


def _item(worded: Worded, instrument: Instrument, item: Item, release: Release) -> Resource:
    part = worded.words[item.code]
    made: Resource = {"linkId": item.code, "text": part.text}
    extensions = list(_limits(instrument, item))
    again = worded.words.get(f"{item.code}_again")
    if again is not None:
        extensions.append({"url": terms.AGAIN, "valueString": again.text})
    if extensions:
        made["extension"] = extensions
    if item.loinc:
        made["code"] = [_loinc(item.loinc)]
    made |= _typed(worded, instrument, item, release)
    if item.about:
        made["enableWhen"] = [{"question": item.about, "operator": "exists", "answerBoolean": True}]
    return made


def _typed(worded: Worded, instrument: Instrument, item: Item, release: Release) -> Resource:
    if item.kind == "text":
        return {"type": "text", "maxLength": item.longest}
    if item.kind == "number":
        return {"type": "decimal"}
    if item.kind == "several":
        labels = dict(worded.words[item.code].labels)
        options = [_option(instrument, code, labels[code], None, release) for code in item.of]
        return {"type": terms.CHOICE[release], "repeats": True, "answerOption": options}
    if item.anchors:
        labels = labels_of(worded.words, item.code)
        points = [(anchor.code, labels[anchor.code], anchor.value) for anchor in item.anchors]
        options = [_option(instrument, code, label, value, release) for code, label, value in points]
        return {"type": terms.CHOICE[release], "answerOption": options}
    return {"type": "boolean" if instrument.layout == "ticks" else "integer"}


def labels_of(words: Mapping[str, Part], code: str) -> dict[str, str]:
    """The labels of an item's answers: its own, or those that all items share."""
    own = words[code].labels if code in words else ()
    return dict(own or words.get("anchors", Part()).labels)


def _option(instrument: Instrument, code: str, label: str, points: int | None, release: Release) -> Resource:
    coding: Resource = {"system": terms.answers_of(instrument.id), "code": code, "display": label}
    if points is not None:
        coding["extension"] = [{"url": terms.ORDINAL[release], "valueDecimal": points}]
    return {"valueCoding": coding}


def _limits(instrument: Instrument, item: Item) -> Iterator[Resource]:
    if item.kind == "number":
        yield {"url": terms.MIN_VALUE, "valueDecimal": item.low}
        yield {"url": terms.MAX_VALUE, "valueDecimal": item.high}
        if item.unit:
            coding = {"system": terms.UCUM, "code": terms.UNITS[item.unit], "display": item.unit}
            yield {"url": terms.UNIT, "valueCoding": coding}
    elif item.kind == "value" and not item.anchors and instrument.layout == "scale":
        yield {"url": terms.MIN_VALUE, "valueInteger": item.low}
        yield {"url": terms.MAX_VALUE, "valueInteger": item.high}
