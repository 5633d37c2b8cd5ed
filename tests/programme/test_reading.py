"""Reading a programme file: what it says is kept, and every fault comes out at once with its cure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from coachbot.programme.reading import Fault, ProgrammeFault, programme_from

from .people import data, programme


def faults_of(spoiled: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(ProgrammeFault) as caught:
        programme_from(spoiled)
    return caught.value.faults


def test_the_programme_of_the_pack_reads() -> None:
    given = programme()
    assert (given.id, given.version, given.weeks, given.trial) == ("sct_cse", "1", 16, False)
    assert [arm.code for arm in given.arms] == ["combined", "exercise"]
    assert [(a.code, a.day, a.opens, a.closes) for a in given.assessments] == [
        ("baseline", 0, 0, 6),
        ("week_4", 28, 28, 35),
        ("week_16", 112, 105, 119),
    ]
    assert given.burden.quiet_from == time(21, 30)
    assert given.settings.practice_days == {"mon", "wed", "fri"}
    assert given.withheld == {"phq9"}


def test_pain_and_disability_are_asked_first() -> None:
    assert all(a.instruments[:2] == ("rmdq", "nrs") for a in programme().assessments)


def test_the_arms_of_a_touchpoint_are_everyone_in_this_programme() -> None:
    assert all(not touchpoint.arms for touchpoint in programme().touchpoints)


def test_all_faults_come_out_at_once() -> None:
    spoiled = data()
    spoiled["weeks"] = "sixteen"
    spoiled["burden"]["quiet_from"] = 1290
    spoiled["touchpoints"][4]["rule"] = "evry_day"
    spoiled["colour"] = "blue"
    found = {fault.path: fault for fault in faults_of(spoiled)}
    assert set(found) == {"weeks", "burden.quiet_from", "touchpoints.4.rule", "colour"}
    assert "in quotes" in found["burden.quiet_from"].cure
    assert found["touchpoints.4.rule"].cure == "Did you mean `every_day`?"


def test_a_fault_says_where_what_and_the_cure() -> None:
    spoiled = data()
    spoiled["touchpoints"][2]["dialogue"] = spoiled["touchpoints"][2].pop("dialog")
    (fault,) = faults_of(spoiled)
    assert str(fault) == "touchpoints.2.dialogue: `dialogue` is no key that stands here. Did you mean `dialog`?"
    assert fault.place == ("touchpoints", 2, "dialogue")


def test_no_map_at_all_is_a_fault_and_no_crash() -> None:
    assert faults_of([])[0].path == ""  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["planner", "goals", "education", "ends"])
def test_keys_kept_for_later_say_so(key: str) -> None:
    (fault,) = faults_of({**data(), key: {}})
    assert fault.message == f"`{key}` is reserved"
    assert "docs/decisions/0003" in fault.cure


def touch(spoiled: dict[str, Any], name: str) -> dict[str, Any]:
    return next(t for t in spoiled["touchpoints"] if t["id"] == name)


def put(spoiled: dict[str, Any], *path: Any) -> None:
    *way, last, value = path
    for step in way:
        spoiled = spoiled[step]
    spoiled[last] = value


@pytest.mark.parametrize(
    ("where", "spoil"),
    [
        ("weeks", lambda d: put(d, "weeks", 0)),
        ("weeks", lambda d: d.pop("weeks")),
        ("settings.morning_range", lambda d: put(d, "settings", "morning_range", ["05:00", "12:00"])),
        ("format", lambda d: put(d, "format", 2)),
        ("programme", lambda d: put(d, "programme", "SCT+CSE")),
        ("trial", lambda d: put(d, "trial", "maybe")),
        ("arms", lambda d: put(d, "arms", 1, "sessions", ["cse_1", "cse_2", "cse_3", "cse_4", "cse_5"])),
        ("arms.1", lambda d: put(d, "arms", 1, "code", "combined")),
        ("arms.0.sessions", lambda d: d["arms"][0]["sessions"].append("cse_1")),
        ("phases.1", lambda d: put(d, "phases", 1, "first_week", 6)),
        ("phases", lambda d: put(d, "phases", 1, "last_week", 15)),
        ("touchpoints.6", lambda d: put(d, "touchpoints", 6, "id", "week_1")),
        ("touchpoints.5.attends", lambda d: touch(d, "week_1").pop("attends")),
        ("touchpoints.5.arms", lambda d: put(touch(d, "week_1"), "arms", ["combinde"])),
        ("touchpoints.5.arms.0", lambda d: put(touch(d, "week_1"), "arms", [1])),
        ("touchpoints.5.plus_minutes", lambda d: put(touch(d, "week_1"), "plus_minutes", True)),
        ("touchpoints.5.dialog", lambda d: put(touch(d, "week_1"), "dialog", "day one")),
        ("touchpoints.5.delivery", lambda d: put(touch(d, "week_1"), "delivery", "post")),
        ("touchpoints.13.expires", lambda d: put(touch(d, "morning"), "expires", "24:00")),
        ("touchpoints.16.after", lambda d: put(touch(d, "evening"), "after", "orientatoin")),
        ("touchpoints.14.in_place_of", lambda d: put(touch(d, "week_review"), "in_place_of", "morning")),
        ("touchpoints.14.silent_days", lambda d: put(touch(d, "week_review"), "silent_days", 3)),
        ("touchpoints.12.silent_days", lambda d: put(touch(d, "return_21"), "silent_days", 7)),
        ("touchpoints.0", lambda d: d["touchpoints"].insert(0, d["touchpoints"].pop(4))),
        ("touchpoints.1", lambda d: touch(d, "assessment").pop("follow_up")),
        ("touchpoints.2.id", lambda d: put(touch(d, "assessment_reminder"), "id", "nudge")),
        ("touchpoints", lambda d: d["touchpoints"].remove(touch(d, "assessment"))),
        ("assessments.1", lambda d: put(d, "assessments", 1, "opens", 29)),
        ("assessments.2", lambda d: put(d, "assessments", 2, "opens", 30)),
        ("assessments.1.within", lambda d: put(d, "assessments", 1, "within", 8)),
        ("assessments.1.after", lambda d: put(d, "assessments", 1, "after", "week_5")),
        ("assessments.1.at", lambda d: put(d, "assessments", 1, "at", "night")),
        ("assessments.0.reminders", lambda d: d["assessments"][0]["reminders"].reverse()),
        ("assessments.0.reminders", lambda d: put(d, "assessments", 0, "reminders", 1, "after_days", 9)),
        ("assessments.0.reminders", lambda d: put(d, "burden", "reminders_per_assessment", 1)),
        ("burden", lambda d: put(d, "burden", "often")),
        ("burden.per_week", lambda d: put(d, "burden", "per_week", 15)),
        (
            "burden.assessments_only_after_silent_days",
            lambda d: put(d, "burden", "assessments_only_after_silent_days", 3),
        ),
        ("settings.evening", lambda d: put(d, "settings", "evening", "22:00")),
        ("settings.morning", lambda d: put(d, "settings", "morning", "13:00")),
        ("settings.morning_range", lambda d: put(d, "settings", "morning_range", ["05:00"])),
        ("settings.morning_range", lambda d: put(d, "settings", "morning_range", ["12:00", "05:00"])),
        ("settings.practice_days", lambda d: put(d, "settings", "practice_days", ["monday"])),
        ("settings.dial", lambda d: put(d, "settings", "dial", "loud")),
        ("concepts.0.only_arms", lambda d: put(d, "concepts", 0, "only_arms", [])),
        ("concepts.0.words", lambda d: put(d, "concepts", 0, "words", "kind")),
        ("concepts.0.words.en", lambda d: put(d, "concepts", 0, "words", "en", [])),
        ("concepts.0.words.en.0", lambda d: put(d, "concepts", 0, "words", "en", 0, "Kind")),
        ("concepts.0.words.en.0", lambda d: put(d, "concepts", 0, "words", "en", 0, "(kind")),
        ("concepts.0.words.en.0", lambda d: put(d, "concepts", 0, "words", "en", 0, "(kind)?")),
        ("withheld_in_safety_hold", lambda d: put(d, "withheld_in_safety_hold", "phq9")),
    ],
)
def test_a_fault_is_found_at_its_place(where: str, spoil: Callable[[dict[str, Any]], object]) -> None:
    spoiled = data()
    spoil(spoiled)
    assert where in {fault.path for fault in faults_of(spoiled)}
