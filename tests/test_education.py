"""The daily lessons: how many, how long, what they carry."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from coachbot.authoring.education import EducationMessage
from coachbot.packs import pack_root
from coachbot.settings import load_settings
from coachbot.testing.ground import pack_at

ROOT = pack_root(load_settings())
MESSAGES = pack_at(ROOT).education


def said(message: EducationMessage) -> str:
    section = pack_at(ROOT).words.section("en", message.dialog, "message")
    assert section is not None
    return "\n".join(section.texts)


def test_there_is_one_for_each_of_112_days_in_every_arm() -> None:
    assert len({m.id for m in MESSAGES}) == 112
    assert not [m.id for m in MESSAGES if m.arms], "both arms get the same set"


def test_fourteen_themes_are_each_met_at_least_six_times() -> None:
    themes = Counter(m.theme for m in MESSAGES)
    assert len(themes) == 14
    assert min(themes.values()) >= 6


def test_the_first_four_weeks_meet_every_theme_twice() -> None:
    assert set(Counter(m.theme for m in MESSAGES[:28]).values()) == {2}


def test_at_least_a_third_carry_a_quiz_that_answers_every_choice() -> None:
    quizzes = [m for m in MESSAGES if m.quiz]
    assert 3 * len(quizzes) >= len(MESSAGES)
    words = pack_at(ROOT).words
    assert not [(m.id, code) for m in quizzes for code in m.quiz if words.section("en", m.dialog, code) is None]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.id)
def test_each_is_short_and_has_one_thing_to_try_and_sources_with_a_year(message: EducationMessage) -> None:
    text = said(message)
    assert len(text.split()) < 90
    assert len(re.findall(r"\*\*Try", text)) == 1
    assert message.sources
    assert all(re.search(r"\b(19|20)\d\d\b", source) for source in message.sources)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.id)
def test_none_claims_what_the_trial_of_the_programme_found(message: EducationMessage) -> None:
    assert not re.search(r"zheng|this programme (works|helps|reduces|cures)|our (trial|study)", said(message), re.I)
    assert not [s for s in message.sources if "zheng" in s.lower()]


def test_reviews_are_named_in_the_plural_only_where_several_stand_behind_it() -> None:
    told = [m for m in MESSAGES if re.search(r"\breviews\b", said(m), re.I)]
    several = re.compile(r"review of systematic reviews|(review|meta-analysis).*(review|meta-analysis)", re.I)
    assert told
    assert [m.id for m in told if not several.search(" ".join(m.sources))] == []


def test_the_code_of_a_quiz_answer_means_what_its_label_says() -> None:
    """Codes are stored and read later: of these four the labels had once moved on without them."""
    quiz = {m.id: m.quiz for m in MESSAGES}
    found = {one: pack_at(ROOT).words.section("en", f"education/{one}", "quiz") for one in quiz if quiz[one]}
    labels = {one: dict(section.labels) for one, section in found.items() if section is not None}
    assert labels["no_time_audit"]["at_work"] == "At work"
    assert labels["three_silly_ideas"]["delivered"] == "Have it delivered"
    assert labels["belts_and_gadgets"]["exercise_class"] == "An exercise class"
    assert labels["coffee_clock"]["afternoon"] == "Later than that"


def test_no_quiz_opens_as_if_it_knew_what_was_missed() -> None:
    words = pack_at(ROOT).words
    opened = {m.id: words.section("en", m.dialog, "quiz") for m in MESSAGES if m.quiz}
    assert [
        one for one, quiz in opened.items() if quiz and re.match(r"You (haven't|didn't|missed)", quiz.texts[0])
    ] == []


def test_the_file_and_the_pack_have_the_same_order() -> None:
    written = yaml.safe_load((Path(ROOT) / "content/education/messages.yaml").read_text("utf-8"))
    assert [one["id"] for one in written] == [m.id for m in MESSAGES]
