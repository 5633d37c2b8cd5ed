"""The exercises that ship: six groups, two pictures each, chains that hold, and nobody is offered the wrong one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image

from coachbot.authoring.exercises import GROUPS, Exercise, name_of, rung
from coachbot.authoring.pack import Pack, load_pack
from coachbot.authoring.screening import conditions
from coachbot.testing import Role, Stage
from coachbot.testing.channel import Message

ROOT = Path(__file__).parents[1]
PACK: Pack = load_pack(ROOT)
EVERY = sorted(PACK.exercises)
WEDNESDAY = datetime(2026, 3, 4, 13, tzinfo=UTC)
PICTURE = re.compile(r"^!\[(.+)\]\((\S+)\)$", re.MULTILINE)
#: The findings of the screening that speak against exercises, and the condition that each stands for.
FOUND = {
    reason: next(iter(codes))
    for one in PACK.screenings.values() for reason, codes in conditions(one).items() if len(codes) == 1
}  # fmt: skip


def words(exercise: str) -> dict[str, str]:
    sections = PACK.words.sections("en", f"exercise/{exercise}")
    return {name: "\n---\n".join(section.texts) for name, section in sections.items()}


def test_twenty_four_exercises_fill_six_groups_with_three_or_more() -> None:
    counted = Counter(one.group for one in PACK.exercises.values())
    assert len(EVERY) == 24
    assert set(counted) == set(GROUPS)
    assert min(counted.values()) >= 3


@pytest.mark.parametrize("exercise", EVERY)
def test_an_exercise_shows_its_start_and_its_end_and_says_what_one_sees(exercise: str) -> None:
    shown = PICTURE.findall(words(exercise)["card"])
    assert [name for _, name in shown] == [f"exercises/{exercise}_{at}.png" for at in ("start", "end")]
    (start, end) = (alt for alt, _ in shown)
    assert start != end
    assert min(len(start), len(end)) >= 15
    files = [PACK.picture("en", name) for _, name in shown]
    drawn = [Image.open(file).convert("RGB") for file in files if file is not None]
    assert [one.size for one in drawn] == [(640, 400)] * 2
    assert drawn[0].tobytes() != drawn[1].tobytes()
    assert all(file.with_suffix(".svg").read_text("utf-8").startswith("<svg") for file in files if file is not None)


@pytest.mark.parametrize("exercise", EVERY)
def test_an_exercise_says_how_much_what_goes_wrong_what_is_easier_and_when_to_stop(exercise: str) -> None:
    said = words(exercise)
    assert "**How much**: " in said["card"]
    assert {"mistake", "easier", "stop"} <= set(said)
    assert "stop" in said["stop"].lower() or "instead" in said["stop"]
    assert not re.search(r"\b(harm|damage|injur|break)", " ".join(said.values()).lower())


@pytest.mark.parametrize("exercise", EVERY)
def test_a_choice_calls_an_exercise_by_the_name_on_its_card(exercise: str) -> None:
    card = PACK.words.sections("en", f"exercise/{exercise}")
    for dialog, section in (("cse/three", "look"), ("cse/exercises", PACK.exercises[exercise].group)):
        found = PACK.words.section("en", dialog, section)
        assert found is not None
        assert dict(found.labels)[exercise] == name_of(card)


@pytest.mark.parametrize("exercise", EVERY)
def test_a_text_sends_nobody_to_an_exercise_that_is_not_for_them(exercise: str) -> None:
    said = " ".join(words(exercise)[part] for part in ("card", "mistake", "easier", "stop")).lower()
    for name, other in PACK.exercises.items():
        if name_of(PACK.words.sections("en", f"exercise/{name}")).lower() in said:
            assert set(other.not_for) <= set(PACK.exercises[exercise].not_for), f"{exercise} names {name}"


@pytest.mark.parametrize("exercise", EVERY)
def test_easier_and_harder_name_each_other_and_every_chain_ends(exercise: str) -> None:
    one = PACK.exercises[exercise]
    assert one.easier == "" or PACK.exercises[one.easier].harder == exercise
    assert one.harder == "" or PACK.exercises[one.harder].easier == exercise
    passed = [exercise]
    while harder := PACK.exercises[passed[-1]].harder:
        assert harder not in passed
        passed.append(harder)
    assert rung(PACK.exercises, PACK.exercises[passed[-1]]) >= len(passed) - 1


def test_what_an_exercise_is_not_for_is_what_the_screening_asks_about() -> None:
    named = {code for one in PACK.exercises.values() for code in one.not_for}
    assert named == set(FOUND.values())


@pytest.mark.parametrize("reason", sorted(FOUND))
def test_what_the_screening_found_is_offered_nowhere(reason: str) -> None:
    barred = {name for name, one in PACK.exercises.items() if FOUND[reason] in one.not_for}
    assert barred
    offered: set[str] = set()
    with Stage(WEDNESDAY) as stage:
        mei = stage.enter(Role("Mei", arm="exercise", enrolled=date(2026, 3, 2), screened=(reason,)))
        names = {name_of(PACK.words.sections("en", f"exercise/{name}")): name for name in EVERY}
        stage.say(mei, "menu")
        stage.press(mei, "Practise now")
        for label in ("For the belly", "For the back", "For a steady middle", "For seat", "To loosen", "To ease"):
            stage.press(mei, label)
            offered |= {names[one] for one in _labels(mei.messages[-1]) if one in names}
            stage.press(mei, "Other kinds")
        stage.press(mei, "My three")
        for label in ("Belly and back", "A steady middle"):
            stage.press(mei, label)
            offered |= {names[one] for one in _labels(mei.messages[-1]) if one in names}
            stage.press(mei, "Begin a new plan")
    assert offered == set(EVERY) - barred


def _labels(message: Message) -> list[str]:
    return [label for _, label in message.labels]


@pytest.mark.parametrize(
    ("found", "plans"),
    [
        ((), [["abdominals", "back_extensors", "flexibility"], ["core", "flexibility", "gluteal"]]),
        (("pregnancy",), [["core", "flexibility", "gluteal"]] * 2),
        (("osteoporosis",), [["abdominals", "back_extensors", "flexibility"], ["core", "flexibility", "gluteal"]]),
        (("surgery",), [["relief", "relief", ""]] * 2),
        (("surgery", "pregnancy"), [["relief", "", ""]] * 2),
    ],
)
def test_a_plan_begins_with_belly_and_back_or_with_the_middle(found: tuple[str, ...], plans: list[list[str]]) -> None:
    from coachbot.service.exercising import ExerciseBook

    facts = ExerciseBook(PACK).facts(" ".join(f"exercise_safety.{one}" for one in found), "en")
    nothing = Exercise("", "", {})
    got = [[PACK.exercises.get(one, nothing).group for one in facts[name]] for name in ("belly_and_back", "middle")]
    assert got == plans
    chosen = [one for name in ("belly_and_back", "middle") for one in facts[name]]
    assert not set(chosen) & set(facts["ruled_out"])


def test_a_question_left_out_rules_out_all_that_its_answers_could() -> None:
    from coachbot.service.exercising import ExerciseBook

    left_out = ExerciseBook(PACK).facts("exercise_safety.skipped age", "en")["ruled_out"]
    assert set(left_out) == {name for name, one in PACK.exercises.items() if one.not_for}
    assert ExerciseBook(PACK).facts("age night_pain", "en")["ruled_out"] == ()
