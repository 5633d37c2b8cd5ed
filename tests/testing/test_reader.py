"""Reading a screenplay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from coachbot.testing import script
from coachbot.testing.reader import parse_screenplay
from coachbot.testing.script import Screenplay, ScreenplayFault

Read = Callable[[str], Screenplay]
START = "== Mon 2026-03-09 08:00\n"


def steps(screenplay: Screenplay) -> list[script.Step]:
    return [line.step for line in screenplay.lines[1:]]


def test_the_head_tells_who_is_on_stage() -> None:
    play = parse_screenplay(
        "# Two people\n"
        "patient: Mei, zone Asia/Shanghai, arm combined, practice_days mon wed fri, evening 19:30\n"
        "enrolled: 2026-03-03\nattended: sct_1 cse_1\nbaseline: due\nslots: sct_what=friend, cse_step=2\n"
        "patient: Sam, zone Europe/London, arm exercise\n"
        "seed: 7\n== Sat 2026-03-07 10:00\nrestart\n",
        Path("two.screenplay"),
    )
    mei, sam = play.roles
    assert play.title == "Two people"
    assert play.seed == 7
    assert mei.enrolled == date(2026, 3, 3)
    assert mei.attended == ("sct_1", "cse_1")
    assert mei.settings == {"practice_days": ("mon", "wed", "fri"), "evening": "19:30"}
    assert mei.slots == {"sct_what": "friend", "cse_step": "2"}
    assert not mei.baseline
    assert sam.enrolled is None


def test_the_coach_speaks_with_wildcards_and_buttons(read: Read) -> None:
    said, gap, silent, after = steps(
        read(START + "coach (quiet): Good *   [Yes] [No]\ncoach: ...\ncoach: nothing\ncoach: ... then this\n")
    )
    assert said == script.CoachSays("Good *", ("Yes", "No"), marks=frozenset({"quiet"}))
    assert gap == script.CoachGap()
    assert silent == script.CoachSilent()
    assert after == script.CoachSays("then this", after_others=True)


def test_the_patient_writes_presses_and_sends(read: Read) -> None:
    lines = "patient: nope\npatient: [Yes] [No]\npatient: <sticker>\npatient: <empty>\npatient: nope (again)\n"
    assert steps(read(START + lines)) == [
        script.Says("nope"),
        script.Presses(("Yes", "No")),
        script.Sends("sticker"),
        script.Says(""),
        script.Repeats(),
    ]


def test_a_very_long_text_needs_no_very_long_line(read: Read) -> None:
    (step,) = steps(read(START + "patient: <64kB>\n"))
    assert isinstance(step, script.Says)
    assert len(step.text) == 64 * 1024


def test_an_old_button_is_pressed_by_name(read: Read) -> None:
    assert steps(read(START + "Mei presses old [Later]\n")) == [script.Presses(("Later",), old=True)]


def test_lines_about_somebody_name_them() -> None:
    play = parse_screenplay(
        "patient: Mei, arm combined\npatient: Sam, arm exercise\n"
        "== Sat 2026-03-07 10:00\nSam: hi\ncoach to Sam: *\nexpect Mei: erased\nanswer Sam: anything\n",
        Path("two.screenplay"),
    )
    assert [line.who for line in play.lines] == ["", "Sam", "Sam", "Mei", "Sam"]


def test_an_indented_line_goes_on_from_the_one_before(read: Read) -> None:
    assert steps(read(START + "coach: one\n    two\n")) == [script.CoachSays("one two")]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("answer: instrument gad7 = all 1", script.Answers("instrument", "gad7", "all 1")),
        ("answer: until done", script.Answers("done")),
        ("break: template cse/checkin did_you", script.Breaks("cse/checkin", "did_you")),
        ("staff: confirm by Dr Lin", script.StaffActs("confirm", "", "Dr Lin")),
        ("staff: acknowledge crisis", script.StaffActs("acknowledge", "crisis")),
        ("staff: clear pregnancy by Lin", script.StaffActs("clear", "pregnancy", "Lin")),
        ("staff: end rest", script.StaffActs("end rest")),
        ("restart", script.Restarts()),
        ("wait: 40 s", script.WaitsReal(40.0)),
    ],
)
def test_everything_else_that_can_happen(read: Read, line: str, step: script.Step) -> None:
    assert steps(read(START + line)) == [step]


def test_life_goes_on_by_a_rule(read: Read) -> None:
    until, passing = steps(
        read(START + "live: until 2026-06-20, answering evenings and sessions\nlet: 112 days pass\n")
    )
    assert isinstance(until, script.Lives)
    assert isinstance(passing, script.Lives)
    assert until.answering == ("evenings", "sessions")
    assert passing.answering == ("all",)
    assert passing.until.ahead is not None


def test_every_fault_is_told_at_once_with_its_line(read: Read) -> None:
    with pytest.raises(ScreenplayFault) as caught:
        read(START + "coach:\nNobody: hello\nexpect: rain\npatient: <rocket>\nwhatever\n== Mon 2026-03-07\n")
    text = str(caught.value)
    assert [f"test.screenplay:{n}:" in text for n in range(7, 13)] == [True] * 6
    assert "'Nobody' is neither a kind of line nor on stage (Mei)" in text
    assert "'rain' cannot be expected" in text


def test_the_first_line_must_say_the_day(read: Read) -> None:
    with pytest.raises(ScreenplayFault, match="must say the day"):
        read("coach: *\n")


def test_somebody_must_be_on_stage() -> None:
    with pytest.raises(ScreenplayFault, match="no patient is on stage"):
        parse_screenplay("== Sat 2026-03-07 10:00\n", Path("empty.screenplay"))


def test_an_empty_file_says_so() -> None:
    with pytest.raises(ScreenplayFault, match="nothing happens in it"):
        parse_screenplay("", Path("empty.screenplay"))
