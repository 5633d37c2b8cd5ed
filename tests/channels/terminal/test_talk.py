"""Talking at the terminal, and writing it down as a screenplay."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from coachbot.channels.terminal.channel import Terminal
from coachbot.channels.terminal.screen import Screen
from coachbot.playing import play
from coachbot.service.markup import plain
from coachbot.settings import Settings
from coachbot.testing import play as play_screenplay
from coachbot.testing.player import play_screenplay as perform
from coachbot.testing.reader import parse_screenplay

WORDS = {
    "choice": "{number}) {label}", "chosen": "{number}) {label} x", "several": "several", "scale": "{low} to {high}",
    "controls": "({labels})", "picture": "[{alt}]", "file": "[{name}]",
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_a_talk_begins_with_the_invitation_and_ends_by_quit(settings: Settings) -> None:
    out = StringIO()
    play(settings, "sct_cse", "combined", lines=StringIO("/quit\n"), out=out)
    assert "I am a computer program, not a person." in " ".join(out.getvalue().split())
    assert "1) Yes, let's begin" in out.getvalue()
    assert out.getvalue().rstrip().endswith("Goodbye.")


def test_the_clock_can_be_moved_to_what_comes_next(settings: Settings) -> None:
    out = StringIO()
    play(settings, "sct_cse", "exercise", lines=StringIO("2\n/next\n/dance\n"), out=out)
    assert "I will write once more tomorrow" in " ".join(out.getvalue().split())
    assert out.getvalue().count("Your code works") == 2
    assert "There is no command /dance" in out.getvalue()


def test_a_recorded_talk_can_be_played_again(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "recorded.screenplay"
    lines = StringIO("hm\n2\n/next\n1\n1\nyes\nMei\nskip\n/quit\n")
    play(settings, "sct_cse", "combined", path, lines=lines, out=StringIO())
    assert "patient: [Another time]" in path.read_text("utf-8")
    play_screenplay(path)


def test_screenplays_are_played_on_the_terminal_too(tmp_path: Path) -> None:
    out = StringIO()
    head = "patient: Mei, arm exercise\nenrolled: 2026-03-02\nattended: cse_1\n"
    text = head + "== Wed 2026-03-04 19:00\ncoach: Did you get to*\n"
    perform(parse_screenplay(text, tmp_path / "x"), channel=Terminal(Screen(out, WORDS, width=60)))
    assert "1) Yes, all of it\n  2) Part of it\n  3) Not today" in out.getvalue()


def test_markdown_becomes_plain_text() -> None:
    assert plain("**Now** *breathe* [here](https://a.b)\n- one\n# Two") == "Now breathe here (https://a.b)\n• one\nTwo"
    assert plain("3 * 4 * 5, snake_case_name") == "3 * 4 * 5, snake_case_name"
