"""Markdown of words: sections, wordings, parts and choices."""

from __future__ import annotations

from coachbot.authoring.words_reader import read_words
from coachbot.rendering import Section


def _read(source: str) -> dict[str, Section]:
    sections, faults = read_words("a.md", source)
    assert not faults, faults
    return sections


def test_a_section_has_its_text_and_choices_with_lines() -> None:
    section = _read("# Title\n\n## did\nDid you?\n\n- all: Yes, all: really\n\n- part: Part\n")["did"]
    assert section.texts == ("Did you?",)
    assert section.labels == (("all", "Yes, all: really"), ("part", "Part"))
    assert (section.line, section.text_lines, section.label_lines) == (3, (4,), (6, 8))


def test_wordings_and_parts() -> None:
    source = "## did\nDid you?\n### or\nHave you?\n- all: Yes\n### again\nOnce more?\n### example\nFor example: yes\n"
    section = _read(source)["did"]
    assert section.texts == ("Did you?", "Have you?")
    assert section.labels == (("all", "Yes"),)
    assert section.part("again") == ("Once more?",)
    assert section.part("example") == ("For example: yes",)


def test_choices_may_stand_in_the_first_wording() -> None:
    section = _read("## did\nDid you?\n- all: Yes\n### or\nHave you?\n")["did"]
    assert section.texts == ("Did you?", "Have you?")
    assert section.labels == (("all", "Yes"),)


def test_a_wording_can_belong_to_weeks() -> None:
    source = "## a\n### in weeks 5, 9 13\nOne\n### in week 6\nTwo\n### or\nThree\n## b\nPlain\n"
    sections, faults = read_words("w.md", source)
    assert not faults
    assert sections["a"].texts == ("One", "Two", "Three")
    assert sections["a"].weeks == ((5, 9, 13), (6,), ())
    assert sections["b"].weeks == ()


def test_a_week_that_is_no_number_is_a_fault() -> None:
    assert [one.code for one in read_words("w.md", "## a\nOne\n### in weeks odd\nTwo\n")[1]] == ["WORDS_012"]


def test_only_the_last_list_is_choices_and_only_if_all_of_it_is() -> None:
    section = _read("## a\nFirst:\n- one: thing\n\nThen:\n- x: X\n## b\nSteps:\n- Lie down\n- up: Up\n")
    assert section["a"].texts == ("First:\n- one: thing\n\nThen:",)
    assert section["a"].labels == (("x", "X"),)
    assert section["b"].texts == ("Steps:\n- Lie down\n- up: Up",)
    assert section["b"].labels == ()


def test_comments_are_left_out_and_keep_the_lines() -> None:
    section = _read("<!-- for\ntranslators -->\n## a\nText <!-- inside --> here.\n")["a"]
    assert section.texts == ("Text  here.",)
    assert section.line == 3


def test_windows_line_ends_are_read() -> None:
    assert _read("## a\r\nText.\r\n- x: X\r\n")["a"].labels == (("x", "X"),)


def test_a_list_with_another_bullet_just_above_is_no_part_of_the_choices() -> None:
    section = _read("## a\nAny of these?\n* numb\n* weak\n- yes: Yes, or unsure\n- no: No\n")["a"]
    assert section.texts == ("Any of these?\n* numb\n* weak",)
    assert section.labels == (("yes", "Yes, or unsure"), ("no", "No"))
