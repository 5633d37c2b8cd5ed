"""Every fault code is found in the smallest bad pack, at the right line, and stands in docs/checks.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coachbot.authoring.catalogue import CATALOGUE
from coachbot.authoring.faults import Fault, PackFaults
from coachbot.authoring.pack import check_pack, load_pack
from tests.authoring.bad_packs import BAD, GOOD, HELLO, HELLO_WORDS, Bad, lay

DOCS = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_good_pack_has_no_fault(tmp_path: Path) -> None:
    assert check_pack(lay(tmp_path, {})) == ()


@pytest.mark.parametrize("bad", BAD, ids=[f"{one.code}-{place}" for place, one in enumerate(BAD)])
def test_the_fault_is_found_at_its_line(bad: Bad, tmp_path: Path) -> None:
    faults = check_pack(lay(tmp_path, bad.files))
    found = [one for one in faults if one.code == bad.code]
    assert [(one.file, one.line) for one in found][:1] == [(bad.file, bad.line)], "\n".join(map(str, faults))
    assert bad.said in str(found[0])
    assert found[0].cure


def test_every_code_has_a_smallest_example() -> None:
    assert {one.code for one in BAD} == set(CATALOGUE)


def test_every_code_stands_in_the_docs_as_in_the_catalogue() -> None:
    text = DOCS.read_text("utf-8")
    for code, kind in CATALOGUE.items():
        part = re.search(rf"^### {code}\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
        assert part, f"docs/checks.md lacks {code}"
        assert kind.meaning in part[1], f"docs/checks.md does not say what {code} means"
        assert kind.cure in part[1], f"docs/checks.md does not say what cures {code}"
        assert ("*Warning.*" in part[1]) == (kind.severity == "warning")


def test_all_faults_come_at_once_and_sorted(tmp_path: Path) -> None:
    machine = GOOD[HELLO].replace("part: bye", "part: by").replace("say: true, next", "says: true, next")
    with pytest.raises(PackFaults) as caught:
        load_pack(lay(tmp_path, {HELLO: machine}))
    assert [one.code for one in caught.value.faults if one.file == HELLO] == ["YAML_006", "DIALOG_003"]
    assert "2 error(s)" in str(caught.value) or "error(s)" in str(caught.value)


def test_a_fault_reads_as_place_code_message_and_cure() -> None:
    one = Fault("dialogs/cse/checkin.yaml", 14, "DIALOG_003", "'praize' is not a state.", "Did you mean 'praise'?")
    assert str(one) == "dialogs/cse/checkin.yaml:14 DIALOG_003 'praize' is not a state. Did you mean 'praise'?"


def test_warnings_do_not_keep_a_pack_from_loading(tmp_path: Path) -> None:
    pack = load_pack(lay(tmp_path, {"content/de/a/hello.md": "## hi\nHallo.\n"}))
    assert {one.severity for one in pack.warnings} == {"warning"}


def test_one_slip_is_told_once(tmp_path: Path) -> None:
    words = GOOD[HELLO_WORDS].replace("Hello.", "Hello {{ patient.nmae }}.")
    assert [one.code for one in check_pack(lay(tmp_path, {HELLO_WORDS: words}))] == ["WORDS_007"]


def test_the_words_of_a_dialog_that_cannot_be_read_are_not_blamed(tmp_path: Path) -> None:
    words = GOOD[HELLO_WORDS].replace("Hello.", "Hello {{ did }} {{ part }}.")
    broken = GOOD[HELLO].replace("states:", "states: [", 1)
    assert {one.code for one in check_pack(lay(tmp_path, {HELLO: broken, HELLO_WORDS: words}))} == {"YAML_001"}
