"""A study's export: tidy, complete, pseudonymous, blinded, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from coachbot.authoring.exchange.validating import can_validate, faults_of
from coachbot.service.clinic.records import StepRow, Steps
from coachbot.service.exporting import as_mapping, collect, page
from coachbot.service.fhir_responses import bundle
from coachbot.service.records import Changes, ResponseRow
from coachbot.service.redcap import DICTIONARY, files
from coachbot.service.research import Choice, Table, tables
from coachbot.service.tabular import csv_text, harmless, table_csv, write_parquet
from tests.service.filling import Filling
from tests.service.house import House, Person

BLIND, OPEN = Choice(), Choice(words=True, arm=True)


@pytest.fixture
def person(house: House) -> Person:
    """Somebody who answered four questionnaires, one of them with formulas for own words, and began a fifth."""
    person = house.patient()
    house.open(person, "instrument/gad7")
    for code in ("a1", "a1", "a0", "a0", "a0", "a0"):
        house.press(person, code)
    house.say(person, "skip")
    house.open(person, "instrument/psfs")
    for word in ("=HYPERLINK(1)", "skip", "skip", "4"):
        house.say(person, word)
    house.open(person, "instrument/scs_sf")
    for _ in range(12):
        house.press(person, "a3")
    house.open(person, "instrument/gpe")
    house.say(person, "-2")
    house.open(person, "instrument/nrs")
    house.say(person, "6")
    return person


def made(house: House, choice: Choice) -> dict[str, Table]:
    with house.store.reading() as tx:
        return {table.name: table for table in tables(house.coach.world.pack, tx, choice)}


def rows(table: Table, **like: Any) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    found = [dict(zip(names, row, strict=True)) for row in table.rows]
    return [row for row in found if all(row[name] == value for name, value in like.items())]


def test_steps_that_a_system_sent_stand_by_day_in_both_arms_alike(house: House, person: Person) -> None:
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)
    walked = [StepRow(number, person.id, at.date(), Steps(2000, at, at, f"s{number}")) for number in (1, 2)]
    with house.store.writing() as tx:
        tx.add_steps(walked)
        data = collect(house.coach.world, tx, person.id)
    assert [row["steps"] for row in rows(made(house, BLIND)["steps"])] == [4000]
    assert [row["day"] for row in rows(made(house, BLIND)["steps"])] == [13]
    assert as_mapping(data)["steps"] == [{"day": at.date(), "steps": 4000}]
    assert "<td>2026-03-10</td><td>4000</td>" in page(house.coach.world, data).decode()


# -- tidy tables ------------------------------------------------------------------------------------------
def test_a_row_is_one_answer_with_its_wording_and_its_day(house: House, person: Person) -> None:
    answers = made(house, BLIND)["answers"]
    (first,) = rows(answers, instrument="gad7", item="g1")
    assert (first["value"], first["skipped"], first["day"], first["wording"]) == (1.0, False, 14, "own")
    (last,) = rows(answers, instrument="gad7", item="g7")
    assert (last["value"], last["skipped"]) == (None, True)


def test_a_score_that_could_not_be_given_is_empty(house: House, person: Person) -> None:
    scores = made(house, BLIND)["scores"]
    assert [row["value"] for row in rows(scores, instrument="gpe")] == [-2.0]
    assert [round(row["value"], 2) for row in rows(scores, instrument="gad7")] == [2.33]


def test_what_was_begun_and_waits_is_not_lost(house: House, person: Person) -> None:
    begun = rows(made(house, BLIND)["answers"], instrument="nrs")
    assert [(row["item"], row["value"], row["result"]) for row in begun] == [
        ("current", 6.0, "in_progress"), ("worst", None, "in_progress"), ("average", None, "in_progress"),
    ]  # fmt: skip


def test_a_score_says_how_many_of_its_answers_are_missing(house: House, person: Person) -> None:
    scores = made(house, BLIND)["scores"]
    assert [row["missing"] for row in rows(scores, instrument="gad7")] == [1]
    assert [row["missing"] for row in rows(scores, instrument="gpe")] == [0]


def test_where_it_was_answered_is_told_and_what_was_begun_on_a_page_is_not_lost(house: House) -> None:
    filling = Filling(house)
    filling.answer("gad7")
    filling.give("nrs", "worst", 7)
    filling.give("pcs", "c1", "a2")
    house.open(filling.person, "instrument/rmdq")
    house.press(filling.person, "none")  # the first page of statements, in the chat
    answers = made(house, BLIND)["answers"]
    worst = rows(answers, instrument="nrs", item="worst")
    assert [(row["value"], row["result"], row["medium"]) for row in worst] == [(7.0, "in_progress", "page")]
    assert [row["value"] for row in rows(answers, instrument="pcs", item="c1")] == [2.0]
    statements = rows(answers, instrument="rmdq", item="r1")
    assert [(row["value"], row["result"], row["medium"]) for row in statements] == [(0.0, "in_progress", "chat")]
    filling.finish()
    done = rows(made(house, BLIND)["scores"], instrument="gad7")
    assert [(row["value"], row["medium"], row["begun"]) for row in done] == [(0, "page", "page")]


def test_the_guess_comes_with_the_arm_alone(house: House) -> None:
    person = house.patient()
    body = {"answers": {"guess": "first", "sure": 3}, "scores": {}, "wording": "own", "result": "done"}
    with house.store.writing() as tx:
        row = ResponseRow(1, person.id, "blinding", "", date(2026, 3, 11), house.clock.now(), body)
        tx.save(Changes(responses=[row]))
    assert "guesses" not in made(house, BLIND)
    assert [(row["guess"], row["sure"]) for row in rows(made(house, OPEN)["guesses"])] == [("first", "3")]


def test_assessments_are_told_with_their_state(house: House, person: Person) -> None:
    found = rows(made(house, BLIND)["assessments"])
    assert [(row["assessment"], row["intended_day"], row["closes_day"], row["state"]) for row in found] == [
        ("baseline", 0, 6, "done"), ("week_4", 28, 35, "open"), ("week_16", 112, 119, "open"),
    ]  # fmt: skip


def test_every_column_item_and_score_stands_in_the_codebook(house: House, person: Person) -> None:
    found = made(house, OPEN)
    book = {(row["table"], row["name"]) for row in rows(found.pop("codebook"))}
    for table in found.values():
        assert {(table.name, column.name) for column in table.columns} <= book
    assert {("answers", f"{row['instrument']}.{row['item']}") for row in rows(found["answers"])} <= book
    assert {("scores", f"{row['instrument']}.{row['score']}") for row in rows(found["scores"])} <= book


# -- who may see what -------------------------------------------------------------------------------------
def everything(house: House, choice: Choice) -> str:
    with house.store.reading() as tx:
        pack = house.coach.world.pack
        texts = [table_csv(table) for table in tables(pack, tx, choice)]
        return "".join([*texts, *files(pack, tx, choice).values(), json.dumps(bundle(pack, tx, choice))])


def test_no_name_no_own_words_no_arm_and_nothing_that_tells_it(house: House, person: Person) -> None:
    text = everything(house, BLIND)
    for kept_out in ("Kim", "HYPERLINK", "combined", "scs_sf", "sct_1", person.id, person.chat):
        assert kept_out not in text, kept_out
    assert house.enrolment_code(person) in text


def test_own_words_and_the_arm_come_only_when_asked_for(house: House, person: Person) -> None:
    text = everything(house, OPEN)
    for asked_for in ("HYPERLINK", "combined", "scs_sf"):
        assert asked_for in text, asked_for


def test_who_has_no_day_0_is_not_exported(house: House, person: Person) -> None:
    house.stranger()
    assert len(made(house, BLIND)["participants"].rows) == 1


# -- files ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1 or so", "@home", "\t=1", "  =1", "\r=1", "\n=1"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    shown = "'" + text.replace("\r", "\n")
    assert harmless(text) == shown
    back = list(csv.reader(StringIO(csv_text(["x"], [(text,)]), newline="")))
    assert back[1:] == [[shown]]


def test_lines_in_a_text_never_break_a_row() -> None:
    back = list(csv.reader(StringIO(csv_text(["x", "y"], [("one\r\ntwo\rthree", 1)]), newline="")))
    assert back == [["x", "y"], ["one\ntwo\nthree", "1"]]


def test_numbers_below_zero_stay_numbers() -> None:
    assert csv_text(["x", "y", "z"], [(-2.0, -0.5, None)]) == "x,y,z\n-2,-0.5,\n"


def test_formulas_of_a_patient_are_harmless_in_every_file(house: House, person: Person) -> None:
    with house.store.reading() as tx:
        pack = house.coach.world.pack
        texts = [*(table_csv(table) for table in tables(pack, tx, OPEN)), *files(pack, tx, OPEN).values()]
    cells = [cell for text in texts for row in csv.reader(StringIO(text)) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith("=")]


def test_parquet_keeps_types_and_meanings(house: House, person: Person, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = made(house, BLIND)["answers"]
    write_parquet(table, tmp_path / "answers.parquet")
    back = parquet.read_table(tmp_path / "answers.parquet")
    assert [str(field.type) for field in back.schema][:5] == ["string", "string", "string", "string", "double"]
    assert back.schema.field("item").metadata == {b"meaning": b"Code of the question"}
    assert back.num_rows == len(table.rows)


# -- REDCap -----------------------------------------------------------------------------------------------
def redcap(house: House, choice: Choice = BLIND) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    with house.store.reading() as tx:
        texts = files(house.coach.world.pack, tx, choice)
    return tuple(  # type: ignore[return-value]
        list(csv.DictReader(StringIO(texts[name]))) for name in ("redcap_dictionary.csv", "redcap_data.csv")
    )


def test_the_dictionary_has_redcaps_columns_and_each_field_once(house: House, person: Person) -> None:
    dictionary, _ = redcap(house)
    assert tuple(dictionary[0]) == DICTIONARY
    names = [entry[DICTIONARY[0]] for entry in dictionary]
    assert (names[0], len(names)) == ("record_id", len(set(names)))
    by_name = {entry[DICTIONARY[0]]: entry for entry in dictionary}
    assert by_name["gad7_g1"]["Choices, Calculations, OR Slider Labels"] == "0, a0 | 1, a1 | 2, a2 | 3, a3"
    assert by_name["bipq_cause"]["Identifier?"] == "y"
    assert (by_name["gpe_effect"]["Text Validation Min"], by_name["gpe_effect"]["Text Validation Max"]) == ("-5", "5")


def test_every_field_of_the_data_is_in_the_dictionary(house: House, person: Person) -> None:
    dictionary, data = redcap(house)
    known = {entry[DICTIONARY[0]] for entry in dictionary} | {f"{entry['Form Name']}_complete" for entry in dictionary}
    assert {name.partition("___")[0] for name in data[0]} - known == {"redcap_event_name"}


def test_a_row_is_a_person_at_an_assessment(house: House, person: Person) -> None:
    _, data = redcap(house)
    (row,) = data
    assert (row["record_id"], row["redcap_event_name"]) == (house.enrolment_code(person), "unscheduled_arm_1")
    assert (row["gad7_g1"], row["gad7_g7"], row["gad7_complete"], row["gpe_effect"]) == ("1", "", "1", "-2")
    assert [row[f"gad7_how_{name}"] for name in ("begun", "medium", "missing")] == ["chat", "chat", "1"]
    assert [row[f"gpe_how_{name}"] for name in ("begun", "medium", "missing")] == ["chat", "chat", "0"]
    assert row["pcs_how_missing"] == ""


def test_what_is_under_way_stands_incomplete_where_it_is(house: House, person: Person) -> None:
    _, (row,) = redcap(house)
    assert [row[f"nrs_{name}"] for name in ("current", "worst", "average")] == ["6", "", ""]
    assert [row[f"nrs_how_{name}"] for name in ("begun", "medium", "missing")] == ["chat", "", "2"]
    assert (row["nrs_complete"], row["nrs_score_worst"]) == ("0", "")
    with house.store.reading() as tx:
        entries = bundle(house.coach.world.pack, tx, BLIND)["entry"]
    (begun,) = [one["resource"] for one in entries if one["resource"].get("status") == "in-progress"]
    assert begun["questionnaire"].startswith("urn:coachbot:questionnaire:nrs|")
    assert begun["item"] == [{"linkId": "current", "answer": [{"valueInteger": 6}]}]
    assert "authored" not in begun


# -- FHIR -------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not can_validate(), reason="the extra `fhir` is not installed")
@pytest.mark.parametrize("release", ["R4B", "R5"])
def test_responses_and_totals_are_valid_fhir(house: House, person: Person, release: Any) -> None:
    with house.store.reading() as tx:
        found = bundle(house.coach.world.pack, tx, OPEN)
    assert faults_of(found, release) == []


def test_a_total_names_its_loinc_code_and_the_response_it_is_from(house: House, person: Person) -> None:
    with house.store.reading() as tx:
        entries = bundle(house.coach.world.pack, tx, BLIND)["entry"]
    urls = {entry["fullUrl"]: entry["resource"] for entry in entries}
    total = next(r for r in urls.values() if r["resourceType"] == "Observation" and "GAD-7" in r["code"]["text"])
    assert total["code"]["coding"][0]["code"] == "70274-6"
    response = urls[total["derivedFrom"][0]["reference"]]
    assert response["item"][0] == {
        "linkId": "g1",
        "answer": [{"valueCoding": {"system": "urn:coachbot:answers:gad7", "code": "a1"}}],
    }
    assert "g7" not in {item["linkId"] for item in response["item"]}


def test_a_response_says_where_it_was_begun_and_finished_and_what_is_missing(house: House, person: Person) -> None:
    with house.store.reading() as tx:
        entries = bundle(house.coach.world.pack, tx, BLIND)["entry"]
    found = [one["resource"] for one in entries if one["resource"]["resourceType"] == "QuestionnaireResponse"]
    told = next(one["extension"] for one in found if "gad7" in one["questionnaire"])
    assert told == [
        {"url": "urn:coachbot:wording", "valueCode": "own"},
        {"url": "urn:coachbot:begun", "valueCode": "chat"},
        {"url": "urn:coachbot:medium", "valueCode": "chat"},
        {"url": "urn:coachbot:missing", "valueUnsignedInt": 1},
    ]


def test_what_the_page_has_of_a_questionnaire_that_the_talk_has_open_is_not_lost(house: House) -> None:
    filling = Filling(house)
    filling.give("gad7", "g3", "a2")
    house.open(filling.person, "instrument/gad7")
    house.press(filling.person, "a1")
    found = rows(made(house, BLIND)["answers"], instrument="gad7")
    assert [(row["item"], row["value"]) for row in found if not row["skipped"]] == [("g1", 1.0), ("g3", 2.0)]
    assert {(row["assessment"], row["medium"], row["begun"], row["result"]) for row in found} == {
        ("week_4", "chat", "page", "in_progress")
    }
