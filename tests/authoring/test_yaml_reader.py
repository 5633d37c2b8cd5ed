"""YAML is read with YAML 1.2's meaning, with lines, by libyaml and by the pure composer alike."""

from __future__ import annotations

import pytest
import yaml

from coachbot.authoring import yaml_reader
from coachbot.authoring.yaml_reader import read_yaml


@pytest.fixture(params=["fast", "pure"])
def composer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(yaml, "__with_libyaml__", False)
        monkeypatch.setattr(yaml_reader, "_COMPOSER", yaml_reader._composer())


@pytest.mark.usefixtures("composer")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("Off", "Off"), ("y", "y"), ("true", True), ("False", False),
        ("null", None), ("~", None), ("", None), ("3", 3), ("-7", -7), ("0o17", 15), ("0x1F", 31), ("017", 17),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("12:30", "12:30"), ("1_000", "1_000"),
        ("2026-03-07", "2026-03-07"),
        ("'3'", "3"), ('"true"', "true"), ("+", "+"), ("-", None), ("3 h", "3 h"), ("<<", "<<"),
    ],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    document, faults = read_yaml("a.yaml", f"key: {written}\n" if written != "-" else "key:\n")
    assert not faults
    assert document.data == {"key": meant}
    assert type(document.data["key"]) is type(meant)


@pytest.mark.usefixtures("composer")
def test_every_key_and_item_has_its_line() -> None:
    document, _ = read_yaml("a.yaml", "a:\n  b: 1\n  c:\n    - x\n    - {d: 2}\n")
    assert document.line("a") == 1
    assert document.line("a", "c", 0) == 4
    assert document.line("a", "c", 1, "d") == 5
    assert document.line("a", "c", 1, "nothing", "deeper") == 5
    assert document.line("nothing") == 1


@pytest.mark.usefixtures("composer")
@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("a: 1\na: 2\n", "YAML_002", 2),
        ("a: &x 1\nb: *x\n", "YAML_003", 1),
        ("a: [1]\nb: !!int '3'\n", "YAML_004", 2),
        ("a: [1\nb: 2\n", "YAML_001", 2),
        ("? [a]\n: 1\n", "YAML_008", 1),
        ("a: 1\n---\nb: 2\n", "YAML_001", 2),
    ],
)
def test_what_is_refused(source: str, code: str, line: int) -> None:
    _, faults = read_yaml("a.yaml", source)
    assert [(one.code, one.line) for one in faults] == [(code, line)]


@pytest.mark.usefixtures("composer")
def test_an_alias_inside_itself_ends() -> None:
    _, faults = read_yaml("a.yaml", "a: &x [*x]\n")
    assert faults[0].code == "YAML_003"


def test_signs_in_plain_words_are_no_anchors() -> None:
    document, faults = read_yaml("a.yaml", "a: you & me!\n")
    assert not faults
    assert document.data == {"a": "you & me!"}
