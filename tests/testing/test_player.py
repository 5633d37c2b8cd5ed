"""Playing a screenplay: what comes true, and how a failure reads."""

from __future__ import annotations

import pytest

from coachbot.testing.failure import ScreenplayFailure
from tests.testing.conftest import Played

EVENING = "== Wed 2026-03-04 19:00\n"
ASKED = EVENING + "coach: Did you get to your core exercises*  [Not today]\n"


def report(played: Played, lines: str) -> str:
    with pytest.raises(ScreenplayFailure) as caught:
        played(lines)
    return str(caught.value)


def test_the_first_line_after_a_time_finds_its_message_among_those_of_the_day(played: Played) -> None:
    played(ASKED)


def test_after_a_word_of_the_patient_the_next_message_is_meant(played: Played) -> None:
    text = report(played, ASKED + "patient: [Part of it]\ncoach: *before* you started*\n")
    assert "expected  *before* you started*" in text
    assert "came  About how many minutes" in text


def test_a_message_that_comes_later_is_hinted_at(played: Played) -> None:
    lines = EVENING + "coach: *, Mei*\ncoach: nothing of the kind\n"
    assert "nothing of the kind" in report(played, lines)


def test_a_gap_passes_over_messages(played: Played) -> None:
    played(ASKED + "patient: <sticker>\ncoach: ...\ncoach: Did you get to*\n")


def test_missing_buttons_are_named(played: Played) -> None:
    text = report(played, ASKED + "patient: <sticker>\ncoach: ...\ncoach: Did you get*  [Never]\n")
    assert "[Never]" in text


def test_silence_is_broken_by_any_word(played: Played) -> None:
    text = report(played, ASKED + "patient: 1\ncoach: nothing\n")
    assert "expected  nothing" in text
    assert "About how many minutes" in text


def test_a_failure_shows_where_the_patient_stood(played: Played) -> None:
    text = report(played, ASKED + "expect: slot did = part\n")
    assert "test.screenplay:8: A test" in text
    assert "came  missing" in text
    assert "state  cse/checkin/did_you   enrolment active" in text
    assert "stack  common/evening:exercises > cse/checkin:did_you" in text
    assert "Wed 19:00  Did you get to your core exercises today, Mei?" in text


def test_a_button_that_is_not_there_is_told_with_those_that_are(played: Played) -> None:
    text = report(played, ASKED + "patient: [Maybe]\n")
    assert "there is no one button [Maybe]; there is [Yes, all of it] [Part of it] [Not today]" in text


def test_time_does_not_go_back(played: Played) -> None:
    assert "it is Wed 2026-03-04 19:00 already" in report(played, EVENING + "== 2026-03-04 10:00\n")


def test_a_turn_that_raises_fails_the_screenplay(played: Played) -> None:
    text = report(played, ASKED + "break: template cse/checkin minutes\npatient: [Part of it]\ncoach: About how*\n")
    assert "came  nothing" in text


def test_a_broken_text_costs_no_answer(played: Played) -> None:
    played(
        ASKED + "break: template cse/checkin minutes\npatient: [Part of it]\ncoach: nothing\n"
        "mend: template cse/checkin minutes\nwait: 2 s\ncoach: About how many minutes*\nexpect: no incident\n"
    )


def test_what_cannot_be_broken_is_said(played: Played) -> None:
    assert "there are no words cse/checkin '## nowhere'" in report(
        played, ASKED + "break: template cse/checkin nowhere\n"
    )


@pytest.mark.parametrize(
    "expectation",
    [
        "diary cse 2026-03-04 = part",
        "diary cse today minutes = 20",
        "no diary sct today",
        "state none",
        "fact diary.cse_week = 1",
        "fact programme.arm = exercise",
        "setting evening = 19:00",
        "slot did missing",
        "timer plan at Thu 04:00",
        "no timer nag",
        "no alert",
        "outbox empty",
        "outbox 2 unprompted today",
        "unprompted this week <= 12",
        "enrolment active",
        "not attended cse_2",
        "assessment baseline done",
        "assessment week_4 not done",
        "no response phq9",
        "no incident",
    ],
)
def test_what_lies_behind_the_talk_can_be_expected(played: Played, expectation: str) -> None:
    played(ASKED + f"patient: [Part of it]\nanswer: until done\nexpect: {expectation}\n")


@pytest.mark.parametrize(
    "expectation",
    [
        "diary cse 2026-03-04 = all",
        "no diary cse today",
        "state cse/checkin/minutes",
        "fact diary.cse_week >= 2",
        "timer wait",
        "alert crisis",
        "enrolment finished",
        "attended cse_2",
        "response phq9 total = 3",
        "incident parked",
        "erased",
    ],
)
def test_what_is_not_so_fails(played: Played, expectation: str) -> None:
    lines = ASKED + f"patient: [Part of it]\nanswer: until done\nexpect: {expectation}\n"
    assert f"expected  {expectation}" in report(played, lines)


def test_an_instrument_that_is_not_asked_cannot_be_answered(played: Played) -> None:
    text = report(played, ASKED + "answer: instrument gad7 = all 1\n")
    assert "instrument/gad7 is not open; open is cse/checkin/did_you" in text


def test_the_application_can_be_closed_and_built_anew(played: Played) -> None:
    played(ASKED + "patient: [Part of it]\nrestart\npatient: 20\ncoach: *before*\n")


def test_the_same_update_twice_is_one(played: Played) -> None:
    played(ASKED + "patient: [Part of it]\npatient: [Part of it] (again)\ncoach: nothing\nexpect: slot did = part\n")
