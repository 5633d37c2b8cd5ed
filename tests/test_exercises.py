"""The exercises that ship: six groups, two pictures each, chains that hold, and nobody is offered the wrong one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image

from coachbot.authoring.exercises import GROUPS, Exercise, name_of, rung
from coachbot.authoring.pack import Pack
from coachbot.authoring.screening import conditions
from coachbot.engine.asks import Choice
from coachbot.rendering import bubbles_of
from coachbot.service.exercising import ExerciseBook
from coachbot.testing import Role, Stage
from coachbot.testing.channel import Message
from coachbot.testing.ground import pack_at

ROOT = Path(__file__).parents[1]
PACK: Pack = pack_at(ROOT)
EVERY = sorted(PACK.exercises)
WEDNESDAY = datetime(2026, 3, 4, 13, tzinfo=UTC)
PARTS = ("card", "mistake", "easier", "harder", "stop")
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
def test_an_exercise_tells_a_harder_way_or_says_in_its_data_why_there_is_none(exercise: str) -> None:
    told = words(exercise).get("harder", "")
    reason = PACK.exercises[exercise].no_harder
    assert bool(told) != bool(reason)
    assert len(told or reason) >= 30


def test_only_what_eases_or_loosens_has_no_harder_way() -> None:
    without = {one.group for one in PACK.exercises.values() if one.no_harder}
    assert without <= {"relief", "flexibility"}


@pytest.mark.parametrize("exercise", EVERY)
def test_who_must_not_do_an_exercise_is_told_in_words_that_the_screening_uses(exercise: str) -> None:
    phrases = dict(PACK.words.sections("en", "exercise")["not_for"].labels)
    told = words(exercise)["stop"]
    assert {code for code, phrase in phrases.items() if phrase in told} == set(PACK.exercises[exercise].not_for)
    assert not re.search(r"\w_\w|\{not_for\}", told)


@pytest.mark.parametrize("exercise", EVERY)
def test_a_choice_calls_an_exercise_by_the_name_on_its_card(exercise: str) -> None:
    card = PACK.words.sections("en", f"exercise/{exercise}")
    for dialog, section in (("cse/three", "look"), ("cse/exercises", PACK.exercises[exercise].group)):
        found = PACK.words.section("en", dialog, section)
        assert found is not None
        assert dict(found.labels)[exercise] == name_of(card)
    later = [dict(one.labels) for one in PACK.words.sections("en", "cse/one_to_try").values()]
    assert {labels[exercise] for labels in later if exercise in labels} <= {name_of(card)}


@pytest.mark.parametrize("exercise", EVERY)
def test_a_text_sends_nobody_to_an_exercise_that_is_not_for_them(exercise: str) -> None:
    said = " ".join(words(exercise)[part] for part in PARTS if part in words(exercise)).lower()
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


LESSONS = [*(f"cse/lesson_{number}" for number in range(1, 5))]


def called(dialogs: Iterable[str]) -> set[str]:
    """The exercises that some dialogs show by name."""
    states = [state for name in dialogs for state in PACK.library.dialogs[name].states.values()]
    return {state.call.dialog.removeprefix("exercise/") for state in states if state.call and state.call.dialog} & {
        *EVERY
    }


def test_every_exercise_that_stands_in_no_lesson_is_brought_to_the_patient_later() -> None:
    asks = [state.ask for state in PACK.library.dialogs["cse/one_to_try"].states.values()]
    offered = {code for ask in asks if isinstance(ask, Choice) for code in ask.of}
    assert set(EVERY) - called(LESSONS) == offered & set(EVERY)
    assert len(offered & set(EVERY)) == 14


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


#: By which words an exercise is described where its name is not said.
TOLD = {
    "knee_rocking": r"knees? sway",
    "cat_camel": r"hollow your back",
    "legs_on_chair": r"legs on a chair",
    "drawing_in": r"draw the lower belly in",
    "clam": r"like a shell",
    "prone_arm_leg": r"cushion under your belly",
    "knee_to_chest": r"knee to chest",
}
#: Beside the programme's own exercises: bending and lifting at will, for nobody with a spine that must be spared.
SPARED = {"recent_surgery", "recent_fracture", "osteoporosis"}
FREE_BENDING = r"roll up again|round back|bend down ten times|bend a little|different ways|on one leg"


def _heard_by(reason: str) -> str:
    """All that the shared helps, the experiments and the daily education can say to somebody with this finding."""
    facts = {
        "exercises": ExerciseBook(PACK).facts(reason),
        "programme": {"week": 3},
        "site": {"therapist": "Lin", "emergency": "112", "reads_when": "daily"},
    }
    facts |= {"diary": {"month": 3, "cse_week": 2, "cse": 9, "minutes": 90, "month_bad": 0}, "patient": {"name": "Mei"}}
    told = []
    for path in ("common/flare_help", "common/two_minutes", "cse/often_2", "cse/often_3", "cse/lesson_3", "cse/aside"):
        for name, section in PACK.words.sections("en", path).items():
            if name == "home":  # said where nothing is ruled out; the others hear `home_own`
                continue
            told += [bubble.markdown for text in section.texts for bubble in bubbles_of(text, facts)]
    for message in PACK.education:
        states = PACK.library.dialogs[message.dialog].states
        first = states[PACK.library.dialogs[message.dialog].start]
        kept_away = first.name == "suited" and first.branches[0].guard is not None and first.branches[0].guard(facts)
        sections = PACK.words.sections("en", message.dialog)
        told += (
            ["\n".join(sections["instead"].texts)]
            if kept_away
            else [text for name, section in sections.items() if name != "instead" for text in section.texts]
        )
    return "\n".join(told).lower()


@pytest.mark.parametrize("reason", sorted(FOUND))
def test_what_the_screening_found_is_proposed_in_no_help_and_no_daily_text(reason: str) -> None:
    heard = _heard_by(reason)
    barred = [name for name in TOLD if FOUND[reason] in PACK.exercises[name].not_for]
    assert not [name for name in barred if re.search(TOLD[name], heard)]
    if FOUND[reason] in SPARED:
        assert not re.findall(FREE_BENDING, heard)


def test_whoever_nothing_speaks_against_hears_of_all_of_them() -> None:
    heard = _heard_by("")
    assert not [name for name in TOLD if name != "clam" and not re.search(TOLD[name], heard)]
    assert re.search(FREE_BENDING, heard)


#: How many exercises each lesson gives to be held at home; the step of the dose is at most the lesson's own.
HELD = {1: 2, 2: 4, 3: 5, 4: 5}
SETS = {1: ((6, 4, 2), 5), 2: ((6, 4, 2), 10), 3: ((8, 6, 4), 10), 4: ((10, 8, 6), 10)}
LOOSENING_MINUTES, REST_S, BETWEEN_S = 3, 30, 2


@pytest.mark.parametrize("lesson", sorted(HELD))
def test_the_minutes_that_a_lesson_names_are_enough_for_its_dose(lesson: int) -> None:
    text = PACK.words.sections("en", f"cse/lesson_{lesson}")["home"].texts[0]
    named = re.search(r"About (\d+) minutes", text)
    times, hold = SETS[lesson]
    seconds = sum(times) * (hold + BETWEEN_S) + (len(times) - 1) * REST_S
    assert named is not None
    assert HELD[lesson] * seconds / 60 + LOOSENING_MINUTES <= int(named[1]) * 1.1


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
    facts = ExerciseBook(PACK).facts(" ".join(f"exercise_safety.{one}" for one in found), "en")
    nothing = Exercise("", "", {})
    got = [[PACK.exercises.get(one, nothing).group for one in facts[name]] for name in ("belly_and_back", "middle")]
    assert got == plans
    chosen = [one for name in ("belly_and_back", "middle") for one in facts[name]]
    assert not set(chosen) & set(facts["ruled_out"])


def test_a_question_left_out_rules_out_all_that_its_answers_could() -> None:
    left_out = ExerciseBook(PACK).facts("exercise_safety.skipped age", "en")["ruled_out"]
    assert set(left_out) == {name for name, one in PACK.exercises.items() if one.not_for}
    assert ExerciseBook(PACK).facts("age night_pain", "en")["ruled_out"] == ()
