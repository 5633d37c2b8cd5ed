"""Responses as FHIR: a QuestionnaireResponse for each, and an Observation for each score that could be given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from coachbot.authoring.exchange import terms
from coachbot.authoring.pack import Pack
from coachbot.instruments import Instrument, Item, Score
from coachbot.service.ports import Transaction
from coachbot.service.records import ResponseRow
from coachbot.service.research import Begun, Choice, Participant, participants, under_way, visible

Resource = dict[str, Any]
_STATUS = {"done": "completed"}


def bundle(pack: Pack, tx: Transaction, choice: Choice) -> Resource:
    """Everything in one Bundle, the same in R4, R4B and R5. The subject is the opaque code of the enrolment."""
    entries = [
        {"fullUrl": url, "resource": resource}
        for one in participants(tx)
        for instrument, row in visible(pack, one, choice)
        for url, resource in _resources(one, instrument, row, choice)
    ] + [
        {"fullUrl": _urn(f"begun:{one.code}:{begun.assessment}:{begun.instrument.id}"), "resource": resource}
        for one in participants(tx)
        for begun in under_way(pack, one, choice)
        if (resource := _so_far(pack, one, begun, choice))
    ]
    return {"resourceType": "Bundle", "type": "collection"} | ({"entry": entries} if entries else {})


def _resources(
    one: Participant, instrument: Instrument, row: ResponseRow, choice: Choice
) -> Iterator[tuple[str, Resource]]:
    url = _urn(f"response:{row.id}")
    yield url, _response(one, instrument, row, choice)
    for score in instrument.scores:
        value = row.body["scores"].get(score.code)
        if value is not None:
            made = _observation(one, instrument, score, row, url, value)
            yield _urn(f"response:{row.id}:{score.code}"), made


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:coachbot:{name}')}"


def _subject(one: Participant) -> Resource:
    return {"type": "Patient", "identifier": {"system": "urn:coachbot:enrolment", "value": one.code}}


def _response(one: Participant, instrument: Instrument, row: ResponseRow, choice: Choice) -> Resource:
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "extension": list(_how(row)),
        "questionnaire": f"{terms.canonical(instrument.id)}|{row.body.get('version')}",
        "status": _STATUS.get(str(row.body.get("result")), "stopped"),
        "subject": _subject(one),
        "authored": row.at.isoformat(),
    }
    if row.body.get("language"):
        made["language"] = row.body["language"]
    items = [found for item in instrument.items for found in _item(instrument, item, row, choice)]
    return made | ({"item": items} if items else {})


def _so_far(pack: Pack, one: Participant, begun: Begun, choice: Choice) -> Resource:
    """A questionnaire that was begun and waits: its answers so far, without a time, since it is not given yet."""
    instrument, language = begun.instrument, one.record.profile.language
    version = pack.library.dialogs[f"instrument/{instrument.id}"].version
    items = [
        {"linkId": item.code, "answer": list(_answers(instrument, item, given))}
        for item in instrument.items
        if (given := begun.answers.get(item.code)) is not None and (item.kind != "text" or choice.words)
    ]
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "language": language,
        "extension": [
            {"url": terms.WORDING, "valueCode": instrument.wording_in(language)},
            {"url": terms.BEGUN, "valueCode": begun.begun},
            {"url": terms.MISSING, "valueUnsignedInt": begun.missing},
        ],
        "questionnaire": f"{terms.canonical(instrument.id)}|{version}",
        "status": "in-progress",
        "subject": _subject(one),
    }
    return made | ({"item": items} if items else {})


def _how(row: ResponseRow) -> Iterator[Resource]:
    """In whose wording it was asked, where it was begun and finished, and how many items have no answer."""
    yield {"url": terms.WORDING, "valueCode": str(row.body.get("wording") or "own")}
    for name, url in (("begun", terms.BEGUN), ("medium", terms.MEDIUM)):
        if row.body.get(name):
            yield {"url": url, "valueCode": str(row.body[name])}
    if row.body.get("missing") is not None:
        yield {"url": terms.MISSING, "valueUnsignedInt": int(row.body["missing"])}


def _item(instrument: Instrument, item: Item, row: ResponseRow, choice: Choice) -> Iterator[Resource]:
    given = row.body["answers"].get(item.code)
    if given is None or (item.kind == "text" and not choice.words):
        return
    yield {"linkId": item.code, "answer": list(_answers(instrument, item, given))}


def _answers(instrument: Instrument, item: Item, given: Any) -> Iterator[Resource]:
    if item.kind == "text":
        yield {"valueString": str(given)}
    elif item.kind == "number":
        yield {"valueDecimal": given}
    elif item.kind == "several":
        yield from ({"valueCoding": _coding(instrument, str(code))} for code in given)
    elif item.anchors:
        codes = {anchor.value: anchor.code for anchor in item.anchors}
        yield {"valueCoding": _coding(instrument, codes[given])}
    elif instrument.layout == "ticks":
        yield {"valueBoolean": bool(given)}
    else:
        yield {"valueInteger": given}


def _coding(instrument: Instrument, code: str) -> Resource:
    return {"system": terms.answers_of(instrument.id), "code": code}


def _observation(
    one: Participant, instrument: Instrument, score: Score, row: ResponseRow, source: str, value: float
) -> Resource:
    """A raw score. It says in whose wording it was asked; no band is ever exported."""
    own = {"system": terms.score_of(instrument.id), "code": score.code}
    codings = [{"system": terms.LOINC, "code": score.loinc}, own] if score.loinc else [own]
    return {
        "resourceType": "Observation",
        "extension": [{"url": terms.WORDING, "valueCode": str(row.body.get("wording") or "own")}],
        "status": "final",
        "code": {"coding": codings, "text": f"{instrument.title}: {score.code}"},
        "subject": _subject(one),
        "effectiveDateTime": row.at.isoformat(),
        "valueQuantity": {"value": value, "unit": "{score}", "system": terms.UCUM, "code": "{score}"},
        "derivedFrom": [{"reference": source, "type": "QuestionnaireResponse"}],
    }
