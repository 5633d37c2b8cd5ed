"""Questionnaires as FHIR: valid, complete, and the same again when they come back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coachbot.authoring.exchange.fhir_in import Incoming, Matches, definition_in, read_questionnaire, release_of
from coachbot.authoring.exchange.fhir_out import questionnaire
from coachbot.authoring.exchange.terms import MAX_VALUE, ORDINAL, Release
from coachbot.authoring.exchange.validating import can_validate, faults_of
from coachbot.authoring.exchange.worded import Worded, load, read_parts, words_text
from coachbot.instruments import instrument_from
from tests.instruments.conftest import SHIPPED

ROOT = Path(__file__).parents[3]
RELEASES: tuple[Release, ...] = ("R4B", "R5")
Resource = dict[str, Any]
OTHERS = "https://example.org/answers"


def shipped(name: str) -> Worded:
    return load(ROOT, name, "en")


def read(resource: Resource, name: str, matches: Matches | None = None) -> Incoming:
    return read_questionnaire(resource, shipped(name).instrument, matches or Matches())


def foreign(name: str = "gad7") -> Resource:
    """As a publisher would write it: other link ids, other answer codes, no extension of ours."""
    resource = copy.deepcopy(questionnaire(shipped(name), "R4B"))
    del resource["extension"]
    for item in resource["item"]:
        if item["type"] == "display":
            continue
        item["linkId"] = f"/{item['code'][0]['code']}"
        for option in item.get("answerOption", ()):
            option["valueCoding"]["code"] = f"LA-{option['valueCoding']['code']}"
            option["valueCoding"]["system"] = OTHERS
    return resource


# -- out ------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not can_validate(), reason="the extra `fhir` is not installed")
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", SHIPPED)
def test_an_export_is_valid(name: str, release: Release) -> None:
    assert faults_of(questionnaire(shipped(name), release), release) == []


@pytest.mark.skipif(not can_validate(), reason="the extra `fhir` is not installed")
def test_what_is_not_valid_is_found() -> None:
    resource = questionnaire(shipped("gad7"), "R5")
    del resource["item"][0]["linkId"]
    assert "linkId" in faults_of(resource, "R5")[0]


@pytest.mark.parametrize(("release", "kind"), [("R4B", "choice"), ("R5", "coding")])
def test_each_release_has_its_own_words_for_a_choice_and_its_points(release: Release, kind: str) -> None:
    item = next(one for one in questionnaire(shipped("gad7"), release)["item"] if one["linkId"] == "g3")
    assert (item["type"], item["code"][0]["code"]) == (kind, "69733-4")
    last = item["answerOption"][-1]["valueCoding"]
    assert (last["code"], last["display"]) == ("a3", "Almost every day")
    assert last["extension"] == [{"url": ORDINAL[release], "valueDecimal": 3}]


def test_ticks_scales_words_and_numbers_have_their_types() -> None:
    kinds = {
        item["linkId"]: item["type"]
        for name in ("rmdq", "nrs", "psfs", "baseline_zheng")
        for item in questionnaire(shipped(name), "R4B")["item"]
    }
    assert (kinds["r1"], kinds["worst"], kinds["psfs_activity_1"], kinds["height"], kinds["intro"]) == (
        "boolean", "integer", "text", "decimal", "display",
    )  # fmt: skip


def test_what_is_about_an_activity_is_asked_only_with_one() -> None:
    item = next(one for one in questionnaire(shipped("psfs"), "R5")["item"] if one["linkId"] == "able_2")
    assert item["enableWhen"] == [{"question": "psfs_activity_2", "operator": "exists", "answerBoolean": True}]


# -- there and back -------------------------------------------------------------------------------------
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", SHIPPED)
def test_there_and_back_again_is_the_same_instrument(name: str, release: Release, tmp_path: Path) -> None:
    before = shipped(name)
    resource = json.loads(json.dumps(questionnaire(before, release)))
    data = definition_in(resource)
    assert data is not None
    instrument = instrument_from(data)
    assert instrument == before.instrument
    found = read_questionnaire(resource, instrument, Matches())
    assert (found.faults, found.language, found.wording) == ([], "en", "own")
    assert found.order == [item.code for item in instrument.items]
    assert found.words == dict(before.words)
    (tmp_path / "x.md").write_text(words_text({name: found.words[name] for name in before.words}), "utf-8")
    assert read_parts(tmp_path / "x.md") == dict(before.words)


def test_the_release_is_seen_in_the_file() -> None:
    assert release_of(questionnaire(shipped("gad7"), "R5")) == "R5"
    assert release_of(questionnaire(shipped("gad7"), "R4B")) == "R4B"


# -- in from others -------------------------------------------------------------------------------------
def test_items_are_matched_by_loinc_and_answers_by_their_points() -> None:
    found = read(foreign(), "gad7")
    assert found.faults == []
    assert found.order == [f"g{number}" for number in range(1, 8)]
    assert found.words["anchors"].labels == shipped("gad7").words["anchors"].labels


def test_without_points_answers_need_a_map() -> None:
    resource = foreign()
    for item in resource["item"]:
        for option in item.get("answerOption", ()):
            del option["valueCoding"]["extension"]
    assert "the answer 'LA-a0' is none of ours" in read(resource, "gad7").faults[0]
    mapped = Matches(answers={f"LA-a{number}": f"a{number}" for number in range(4)})
    assert read(resource, "gad7", mapped).faults == []


def test_items_without_loinc_need_a_map() -> None:
    resource = foreign()
    for item in resource["item"]:
        item.pop("code", None)
    del resource["code"]
    faults = read(resource, "gad7").faults
    assert len(faults) == 14  # seven of theirs that are unknown, seven of ours that are lacking
    codes = [item["linkId"] for item in resource["item"] if item["type"] != "display"]
    mapped = Matches(items={link: f"g{number}" for number, link in enumerate(codes, 1)})
    assert read(resource, "gad7", mapped).faults == []


def test_groups_are_opened_and_their_headings_named() -> None:
    resource = foreign()
    questions = [item for item in resource["item"] if item["type"] != "display"]
    resource["item"] = [{"linkId": "all", "type": "group", "text": "Over the last two weeks", "item": questions}]
    found = read(resource, "gad7")
    assert found.faults == []
    assert found.notes == ["all: the heading 'Over the last two weeks' of a group is passed over"]


def _item(resource: Resource, place: int) -> Resource:
    asked = [item for item in resource["item"] if item["type"] != "display"]
    found: Resource = asked[place]
    return found


def _drop_item(resource: Resource) -> None:
    resource["item"].remove(_item(resource, 2))


def _double(resource: Resource) -> None:
    resource["item"].append(copy.deepcopy(_item(resource, 2)))


def _other_points(resource: Resource) -> None:
    _item(resource, 0)["answerOption"][0]["valueCoding"]["code"] = "a1"


def _fewer_answers(resource: Resource) -> None:
    del _item(resource, 0)["answerOption"][3]


FAULTS: dict[str, tuple[Callable[[Resource], Any], str]] = {
    "another panel": (lambda r: r["code"][0].update(code="44249-1"), "is it the right file?"),
    "no questionnaire": (lambda r: r.update(resourceType="Patient"), "this is not a Questionnaire"),
    "an item less": (_drop_item, "no item of the file is this one"),
    "an item twice": (_double, "a second item is 'g3'"),
    "an item of another type": (lambda r: _item(r, 0).update(type="integer"), "answered with 'integer'"),
    "an answer less": (_fewer_answers, "the answer 'a3' is not there"),
    "points that contradict a code": (_other_points, "counts 0 there and not here"),
    "no answers": (lambda r: _item(r, 0).pop("answerOption"), "lists no answers"),
    "no text": (lambda r: _item(r, 0).update(text=" "), "has no text"),
    "a text that is a template": (lambda r: _item(r, 0).update(text="How {{ patient.name }}?"), "brackets"),
    "a text that is a heading": (lambda r: _item(r, 0).update(text="How?\n## done"), "begins like a heading"),
    "a shape of its own": (lambda r: r.update(code="69737-5"), "not shaped like a Questionnaire"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_fit_is_a_fault(name: str) -> None:
    spoil, said = FAULTS[name]
    resource = foreign()
    spoil(resource)
    assert any(said in fault for fault in read(resource, "gad7").faults), read(resource, "gad7").faults


def test_another_scale_is_refused() -> None:
    resource = questionnaire(shipped("pseq"), "R4B")
    extension = _item(resource, 0)["extension"]
    next(one for one in extension if one["url"] == MAX_VALUE)["valueInteger"] = 10
    assert any("another scale" in fault for fault in read(resource, "pseq").faults)


def test_all_faults_come_at_once() -> None:
    resource = foreign()
    _drop_item(resource)
    _fewer_answers(resource)
    _item(resource, 4)["text"] = ""
    assert len(read(resource, "gad7").faults) >= 3


def test_another_order_is_kept_and_scores_stay_the_same() -> None:
    """SELFBACK asks the PCS in another order; its codes, and so its subscales, are the standard ones."""
    resource = questionnaire(shipped("pcs"), "R4B")
    asked = [item for item in resource["item"] if item["type"] != "display"]
    order = [1, 2, 3, 4, 5, 12, 6, 7, 13, 8, 9, 10, 11]
    resource["item"] = [asked[place - 1] for place in order]
    assert read(resource, "pcs").order == [f"c{place}" for place in order]


def test_fields_of_r5_that_r4_lacks_are_named() -> None:
    resource = foreign() | {"copyrightLabel": "(c)"}
    assert read(resource, "gad7").notes == ["'copyrightLabel' of R5 is passed over: R4 and R4B do not have it"]
