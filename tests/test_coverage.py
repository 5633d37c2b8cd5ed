"""The walk through all answers: it reaches every state of the real pack, and sees what can't be reached or rendered."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.testing.coverage import report, walk_all
from coachbot.testing.ground import pack_at
from coachbot.testing.reads import reads_of
from tests.conftest import ROOT

#: One talk with an arm of its own, a limit, a skip, and what is laid over it in each test.
DIALOG = """
dialog: a/talk
summary: s
start: pain
states:
  pain:
    ask: {scale: {name: pain, from: 0, to: 10}}
    next:
      - {when: pain is missing, go: unknown}
      - {when: "pain >= 7", go: much}
      - {else: little}
  unknown: {say: true, end: done}
  much: {say: true, next: which}
  little: {say: true, end: done}
  which:
    ask: {choice: {name: way, of: [rest, walk]}}
    next: {rest: bye, walk: bye, else: bye}
  bye: {say: true, end: done}
"""
WORDS = """## pain
How much?
## unknown
Fine.
## much
That is much{% if pain > 9 %}, very much{% endif %}.
## little
Good.
## which
Which way?
- rest: Rest
- walk: Walk
## bye
See you.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of what every pack needs, with a single talk in it."""
    for name in ("places.yaml", "site.yaml", "en/phrases.yaml", "en/site.yaml", "en/coach.md",
                 "en/safety/static.md", "en/safety/lexicon.yaml"):  # fmt: skip
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / "content" / name).read_bytes())
    kinds = ("crisis", "cauda_equina", "red_flag", "pregnancy")
    rule = "{priority: high, dialog: a/talk, acknowledge_minutes: 15, pause: true, cooldown_minutes: 60}"
    rules = "kinds:\n" + "".join(f"  {kind}: {rule}\n" for kind in kinds)
    (tmp_path / "content/safety").mkdir()
    (tmp_path / "content/safety/rules.yaml").write_text(rules)
    lay(tmp_path, DIALOG, WORDS)
    return tmp_path


def lay(root: Path, dialog: str, words: str) -> None:
    for name, text in (("dialogs/a/talk.yaml", dialog), ("content/en/a/talk.md", words)):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def small(root: Path) -> Pack:
    """The pack, without the checks that want a whole one."""
    from coachbot.authoring.pack import _compiled
    from coachbot.authoring.reading import read_pack

    return _compiled(read_pack(root), ())


def test_every_state_and_both_sides_of_a_limit_are_reached(root: Path) -> None:
    coverage = walk_all(small(root))
    assert coverage.missing == {}
    assert coverage.failures == []
    assert coverage.reached["a/talk"] == {"pain", "unknown", "much", "little", "which", "bye"}


def test_a_state_behind_a_guard_that_is_never_true_is_named(root: Path) -> None:
    lay(root, DIALOG.replace("pain >= 7", "pain > 10"), WORDS)
    out = StringIO()
    assert report(small(root), (), out=out) == 1
    assert "a/talk                               3 of   6" in out.getvalue()
    assert "not reached: much" in out.getvalue()
    assert "3 of 6 states of 1 dialogs reached" in out.getvalue()


def test_a_text_that_fails_for_one_answer_only_is_a_failure(root: Path) -> None:
    lay(root, DIALOG, WORDS.replace("Good.", "Good, {% if pain == 0 %}{{ nobody }}{% endif %}."))
    coverage = walk_all(small(root))
    assert len(coverage.failures) == 1
    assert "content/en/a/talk.md '## little'" in coverage.failures[0]
    assert report(small(root), (), out=StringIO()) == 1


def test_a_second_wording_that_fails_is_found(root: Path) -> None:
    lay(root, DIALOG, WORDS.replace("Fine.", "Fine.\n### or\nOh, {{ pain }}."))
    assert "'## unknown'" in walk_all(small(root)).failures[0]


def test_a_fact_that_may_be_missing_is_tried_missing(root: Path) -> None:
    lay(root, DIALOG, WORDS.replace("See you.", "Call {{ site.phone }}."))
    assert "'## bye'" in walk_all(small(root)).failures[0]


def test_a_circle_is_a_failure_and_no_endless_walk(root: Path) -> None:
    lay(root, DIALOG.replace("little: {say: true, end: done}", "little: {say: true, next: little}"), WORDS)
    assert "more than 100 states" in walk_all(small(root)).failures[0]


def test_what_is_never_read_again_makes_no_difference(root: Path) -> None:
    reads = reads_of(small(root))
    assert reads.decisive["a/talk", "pain"] == frozenset()
    assert reads.live["a/talk", "much"] == {"pain"}
    assert reads.live["a/talk", "bye"] == frozenset()
    assert reads.seen_as("pain", 1) == reads.seen_as("pain", 6) != reads.seen_as("pain", 7)


def test_a_watched_library_is_left_as_it_was(root: Path) -> None:
    before = dict(pack_at(ROOT).library.dialogs)
    report(small(root), (), out=StringIO())
    assert dict(pack_at(ROOT).library.dialogs) == before


@pytest.mark.slow
def test_every_state_of_every_dialog_is_reached_and_every_text_renders() -> None:
    coverage = walk_all(pack_at(ROOT))
    assert coverage.missing == {}
    assert coverage.failures == []
    assert coverage.texts > 2_000
