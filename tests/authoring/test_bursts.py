"""How many messages come in a row, as a person counts them and as a messenger does that takes few."""

from __future__ import annotations

from pathlib import Path

from coachbot.authoring.checks.bursts import on_narrow
from coachbot.authoring.reading import read_pack
from tests.authoring.bad_packs import DIALOG, HELLO, HELLO_WORDS, WORDS, lay

PRACTICE = "practice: rest\nminutes: 1\nlines:\n" + "".join(f"  - {{line_{n}: 10}}\n" for n in range(6))
LINES = "".join(f"## line_{n}\nLine {n}.\n" for n in range(6))


def longest(root: Path, *, joins: bool) -> dict[str, int]:
    return {one.draft.id: one.messages for one in on_narrow(read_pack(root), joins=joins)}


def test_texts_of_one_turn_count_as_one_where_they_are_joined(tmp_path: Path) -> None:
    words = WORDS.replace("Hello.", "Hello.\n---\nAgain.\n---\nOnce more.")
    root = lay(tmp_path, {HELLO_WORDS: words})
    assert longest(root, joins=False)["a/hello"] == 4
    assert longest(root, joins=True)["a/hello"] == 1


def test_a_picture_stands_alone_and_parts_the_texts_around_it(tmp_path: Path) -> None:
    words = WORDS.replace("Hello.", "Hello.\n\n![A tree](tree.svg)\n\nAgain.")
    assert longest(lay(tmp_path, {HELLO_WORDS: words}), joins=True)["a/hello"] == 3


def test_a_pause_of_a_practice_is_no_word_of_the_patients(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        "content/practices/rest.yaml": PRACTICE,
        "content/en/practices/rest.md": LINES,
    }
    assert longest(lay(tmp_path, files), joins=True)["practice/rest"] == 6


def test_what_a_dialog_says_around_a_practice_counts_too(tmp_path: Path) -> None:
    machine = DIALOG.replace(
        "hi: {say: true, next: ask}", "hi: {say: true, next: rest}\n  rest: {call: practice/rest, next: {else: ask}}"
    )
    files: dict[str, str | bytes | None] = {
        HELLO: machine,
        "content/practices/rest.yaml": PRACTICE,
        "content/en/practices/rest.md": LINES,
    }
    assert longest(lay(tmp_path, files), joins=False)["a/hello"] == 8
    assert longest(lay(tmp_path, files), joins=True)["a/hello"] == 7
