"""The real pack: it loads, fast, is in the form of the schemas, and can be drawn."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from coachbot.authoring import pack as packs
from coachbot.authoring.draw import mermaid, svg
from coachbot.authoring.files import Files
from coachbot.authoring.literals import literals_of
from coachbot.authoring.pack import Pack, check_pack, load_pack
from coachbot.authoring.reading import read_pack
from coachbot.authoring.schema import FOLDERS, READ_KEYS, schemas
from coachbot.programme.concepts import pattern_of
from coachbot.testing.ground import pack_at
from tests.authoring.bad_packs import HELLO, HELLO_WORDS, WORDS, lay

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def real() -> Pack:
    return pack_at(ROOT)


def test_the_real_pack_loads_without_errors(real: Pack) -> None:
    assert "cse/checkin" in real.library.dialogs
    assert real.programmes["sct_cse"].weeks == 16
    assert len(real.education) >= 100


def test_the_example_of_the_design_reads_as_it_is_written(real: Pack) -> None:
    dialog = real.library.dialogs["cse/checkin"]
    follow = dialog.machine.following
    scope = {**dialog.blank, "pain_before": 3, "pain_after": 7}
    assert follow("did_you", "not_today", scope) == "barrier"
    assert follow("pain_after", "7", scope) == "flare"
    assert follow("pain_after", "4", {**scope, "pain_after": 4}) == "record"
    assert follow("did_you", None, scope) is None


def test_every_version_is_short_and_changes_with_words(tmp_path: Path) -> None:
    before = load_pack(lay(tmp_path / "a", {})).library.dialogs["a/hello"].version
    after = load_pack(lay(tmp_path / "b", {HELLO_WORDS: WORDS.replace("Hello.", "Hi.")})).library.dialogs["a/hello"]
    again = load_pack(lay(tmp_path / "c", {})).library.dialogs["a/hello"].version
    assert re.fullmatch(r"[0-9a-f]{12}", before)
    assert before == again != after.version


def test_every_slot_that_outlives_a_dialog_is_known_to_all(real: Pack) -> None:
    dialogs = real.library.dialogs.values()
    wider = {slot.name for one in dialogs for slot in one.slots.values() if slot.scope != "dialog"}
    assert wider
    assert all(wider <= set(one.blank) for one in dialogs)


@pytest.mark.parametrize("kind", list(FOLDERS))
def test_every_file_of_the_pack_is_valid_by_its_schema(kind: str) -> None:
    schema = schemas()[kind]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    documents = [document for _, document in Files(ROOT).yaml(FOLDERS[kind])]
    assert documents
    for document in documents:
        errors = [f"{list(one.absolute_path)}: {one.message}" for one in validator.iter_errors(document.data)]
        assert not errors, f"{document.file}: {errors[:3]}"


@pytest.mark.parametrize("kind", list(READ_KEYS))
def test_schemas_and_readers_know_the_same_keys(kind: str) -> None:
    schema = schemas()[kind]
    properties = (schema["items"] if kind == "education" else schema)["properties"]
    assert set(properties) == set(READ_KEYS[kind])


def test_a_schema_refuses_what_the_reader_refuses() -> None:
    validator = Draft202012Validator(schemas()["dialog"])
    good = {"dialog": "a/b", "start": "x", "states": {"x": {"say": True, "end": "done"}}}
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "states": {"x": {"says": True}}})
    assert not validator.is_valid({**good, "states": {"x": {"ask": {"choice": {"name": "did"}}}}})
    assert not validator.is_valid({**good, "states": {"x": {"do": [{"award": "practise"}], "end": "done"}}})


def test_a_drawing_shows_states_answers_and_guards(real: Pack) -> None:
    drawn = mermaid(real.library.dialogs["cse/checkin"])
    assert drawn.startswith("stateDiagram-v2\n    [*] --> did_you\n")
    assert "did_you --> barrier : not_today" in drawn
    assert "see_you --> [*] : done" in drawn


def test_a_drawing_is_svg_where_graphviz_is_installed(real: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = svg(real.library.dialogs["cse/checkin"])
    assert drawn is None or drawn.lstrip().startswith(b"<?xml")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert svg(real.library.dialogs["cse/checkin"]) is None


def test_a_picture_is_found_inside_content_only(real: Pack) -> None:
    found = real.picture("en", "exercises/bridge_start.png")
    assert found is not None
    assert found.is_file()
    assert real.picture("en", "../pyproject.toml") is None
    assert real.picture("en", "exercises/../../../pyproject.toml") is None


def test_the_quick_look_never_misses_what_the_expression_finds(real: Pack) -> None:
    sources = [
        text.lower() for name, text in read_pack(ROOT).files.sources.items() if "/sct/" in name or "practices" in name
    ]
    hits = 0
    for concept in real.programmes["sct_cse"].concepts:
        for fragment in concept.words.get("en", ()):
            literals = literals_of(pattern_of((fragment,)).pattern)
            for text in sources:
                if pattern_of((fragment,)).search(text):
                    hits += 1
                    assert all(any(one in text for one in each) for each in literals), fragment
    assert hits > 20


def test_check_says_the_same_from_the_command_line(tmp_path: Path) -> None:
    root = lay(tmp_path, {HELLO: "dialog: a/hello\nstart: hi\nstates: {}\n"})
    ran = subprocess.run(
        [sys.executable, "-m", "coachbot.authoring", str(root)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert ran.returncode == 1
    assert "dialogs/a/hello.yaml:3 DIALOG_002" in ran.stdout


def test_a_pack_without_words_still_tells_everything(tmp_path: Path) -> None:
    assert [one.code for one in check_pack(lay(tmp_path, {HELLO_WORDS: None}))] == ["WORDS_001"]


def test_an_empty_folder_is_a_pack_with_nothing(tmp_path: Path) -> None:
    assert packs.load_pack(tmp_path).library.dialogs == {}


_SAID = re.compile(r'(?:say_of_itself|say_section)\((?:draft, )?"(\w+)"|text\("(\w+)", words="coach"')


def test_every_sentence_the_coach_says_of_itself_is_written(real: Pack) -> None:
    code = "".join(
        path.read_text("utf-8") for room in ("engine", "service") for path in (ROOT / "coachbot" / room).rglob("*.py")
    )
    said = {one or other for one, other in _SAID.findall(code)}
    assert said
    assert [name for name in sorted(said) if not real.words.has("en", "coach", name)] == []
