"""Installing a wording: faults and differences first, then all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coachbot.authoring.exchange.fhir_out import questionnaire
from coachbot.authoring.exchange.taking import Told, propose, take
from coachbot.authoring.exchange.worded import load
from coachbot.authoring.pack import load_pack
from coachbot.cli import app
from coachbot.errors import CoachbotError
from tests.authoring.bad_packs import ANCHORED, INSTRUMENT_WORDS, lay

WORDS = INSTRUMENT_WORDS + "## anchors\n- a0: No\n- a1: Yes\n"
TOLD = Told(source="The publisher", version="2.1", licence="Granted to the site", language="en")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A pack with one instrument in our own wording."""
    files = {"content/instruments/one.yaml": ANCHORED, "content/en/instruments/one.md": WORDS}
    return lay(tmp_path / "pack", files)


def resource_of(root: Path, **changes: Any) -> dict[str, Any]:
    made = questionnaire(load(root, "one", "en"), "R5")
    made["extension"] = [one for one in made["extension"] if not one["url"].endswith("wording")]
    made["item"][1]["text"] = "And now, officially?"
    return made | changes


def written(tmp_path: Path, resource: dict[str, Any]) -> Path:
    file = tmp_path / "official.json"
    file.write_text(json.dumps(resource), "utf-8")
    return file


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_differences_are_shown_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    before = contents(root)
    found = propose(written(tmp_path, resource_of(root)), root, TOLD)
    assert found.faults == ()
    assert "wording: own -> official" in found.differences
    assert "en now: How is it now? -> And now, officially?" in found.differences
    assert contents(root) == before


def test_what_is_taken_is_asked_in_those_words_and_says_where_they_are_from(root: Path, tmp_path: Path) -> None:
    take(root, propose(written(tmp_path, resource_of(root)), root, TOLD))
    pack = load_pack(root)
    one = pack.instruments["one"]
    assert one.official is not None
    assert (one.official.source, one.official.version, one.official.licence) == (
        "The publisher", "2.1", "Granted to the site",
    )  # fmt: skip
    section = pack.words.section("en", "instruments/one", "now")
    assert section is not None
    assert section.texts == ("And now, officially?",)
    assert (one.wording_in("en"), one.wording_in("da")) == ("official", "own")
    assert propose(written(tmp_path, resource_of(root)), root, TOLD).differences == ()


def test_without_origin_it_is_not_taken(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root)
    del resource["publisher"], resource["version"], resource["copyright"], resource["url"]
    found = propose(written(tmp_path, resource), root, Told(language="en"))
    assert [fault.partition(":")[0] for fault in found.faults] == ["source", "version", "licence"]
    with pytest.raises(CoachbotError, match="3 fault"):
        take(root, found)


def test_what_fhir_forbids_does_not_hide_what_else_is_wrong(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root)
    resource["status"] = 3
    resource["item"][1]["answerOption"].pop()
    del resource["publisher"], resource["url"]
    faults = "\n".join(propose(written(tmp_path, resource), root, Told(version="1", licence="l")).faults)
    assert all(part in faults for part in ("status", "the answer 'a1' is not there", "source: the file does not say"))


def test_another_resource_is_named_and_changes_nothing(root: Path, tmp_path: Path) -> None:
    found = propose(written(tmp_path, {"resourceType": "Patient", "name": [{"family": "x"}]}), root, Told(name="one"))
    assert found.faults == ("resourceType: this is 'Patient'. Give a file with one Questionnaire.",)
    assert found.differences == ()


def test_a_file_that_scores_otherwise_is_refused(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root)
    extension = next(one for one in resource["extension"] if one["url"].endswith("definition"))
    data = json.loads(extension["valueString"])
    data["scores"][0]["higher_is"] = "better"
    extension["valueString"] = json.dumps(data)
    assert any("scores: the file says otherwise" in fault for fault in propose(
        written(tmp_path, resource), root, TOLD).faults)  # fmt: skip


def test_what_coachbot_check_refuses_is_not_taken(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root)
    option = resource["item"][1]["answerOption"][0]["valueCoding"]
    option["display"] = "An answer whose label is far too long for any button of any phone"
    before = contents(root)
    found = propose(written(tmp_path, resource), root, TOLD)
    assert found.faults
    assert "content/en/instruments/one.md" in found.faults[0]
    assert contents(root) == before


def test_an_instrument_the_pack_does_not_know_comes_with_its_definition(root: Path, tmp_path: Path) -> None:
    file = written(tmp_path, resource_of(root))
    empty = lay(tmp_path / "other", {})
    take(empty, propose(file, empty, TOLD))
    mine, theirs = load_pack(root).instruments["one"], load_pack(empty).instruments["one"]
    assert (theirs.items, theirs.scores, theirs.safety) == (mine.items, mine.scores, mine.safety)


def test_a_questionnaire_of_nobody_is_refused(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root, extension=[], name="other")
    assert "no such instrument" in propose(written(tmp_path, resource), root, TOLD).faults[0]


def test_a_language_without_an_intro_is_refused(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root, language="da")
    resource["item"] = [item for item in resource["item"] if item["type"] != "display"]
    told = Told(source="s", version="1", licence="l")
    assert any("nobody says it in 'da'" in one for one in propose(written(tmp_path, resource), root, told).faults)


# -- our own YAML -----------------------------------------------------------------------------------------
WATCHED = ANCHORED.replace("safety: none", "safety: rules") + (
    "safety:\n  - {item: now, kind: fire, at_least: 1, priority: top, source: ours}\n"
)


def test_our_yaml_is_read_with_its_words_beside_it(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(ANCHORED.replace("instrument: one", "instrument: two"), "utf-8")
    assert any("the words are missing" in one for one in propose(file, root, Told()).faults)
    file.with_suffix(".md").write_text(WORDS, "utf-8")
    take(root, propose(file, root, Told()))
    assert set(load_pack(root).instruments) == {"one", "two"}


def test_a_yaml_that_loses_a_rule_on_danger_is_refused(tmp_path: Path) -> None:
    rules = "kinds:\n  fire: {priority: top, dialog: a/hello}\nitems:\n  - {instrument: one, item: now, kind: fire}\n"
    root = lay(tmp_path / "pack", {
        "content/instruments/one.yaml": WATCHED, "content/en/instruments/one.md": WORDS,
        "content/safety/rules.yaml": rules, "content/en/safety/static.md": "## fire\nFire!\n",
    })  # fmt: skip
    file = tmp_path / "one.yaml"
    file.write_text(ANCHORED, "utf-8")
    file.with_suffix(".md").write_text(WORDS, "utf-8")
    assert any("lacks our rule on 'now' (fire, top)" in one for one in propose(file, root, Told()).faults)


def test_every_fault_of_a_yaml_is_listed(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(ANCHORED.replace("method: value", "method: add").replace("minutes: 1", "minutes: x"), "utf-8")
    places = [fault.partition(":")[0] for fault in propose(file, root, Told()).faults]
    assert {"minutes", "scores.0.method"} <= set(places)


# -- the commands -----------------------------------------------------------------------------------------
def test_the_commands_export_and_import(root: Path, tmp_path: Path) -> None:
    run = CliRunner()
    out = run.invoke(app, ["instruments", "export", "one", "--folder", str(tmp_path), "--pack", str(root)])
    assert out.exit_code == 0, out.output
    file = tmp_path / "one.en.json"
    back = run.invoke(app, ["instruments", "import", str(file), "--pack", str(root)])
    assert (back.exit_code, "nothing differs" in back.stdout) == (0, True)
    file.write_text(json.dumps(resource_of(root)), "utf-8")
    arguments = ["instruments", "import", str(file), "--pack", str(root)]
    assert "add --take to accept them" in run.invoke(app, arguments).stdout
    assert "wrote" in run.invoke(app, [*arguments, "--take"]).stdout


def test_the_command_lists_faults_and_takes_nothing(root: Path, tmp_path: Path) -> None:
    resource = resource_of(root)
    resource["item"][1]["text"] = "{{ x }}"
    arguments = ["instruments", "import", str(written(tmp_path, resource)), "--take", "--pack", str(root)]
    before = contents(root)
    ran = CliRunner().invoke(app, arguments)
    assert (ran.exit_code, "nothing was taken" in ran.stdout) == (1, True)
    assert contents(root) == before
