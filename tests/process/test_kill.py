"""A coach that is killed in the middle of a talk: the same question is open afterwards, nothing lost or doubled."""

from __future__ import annotations

import pytest

from tests.process.conftest import Process, Visitor

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow


def _come_in(process: Process) -> Visitor:
    visitor = Visitor(process.url)
    visitor.enter(process.tell("invite", "sct_cse", "combined"))
    visitor.wait_for_more(0)
    return visitor


def _go_on(visitor: Visitor) -> None:
    """Answer the open question with its first choice."""
    seen = len(visitor.coach_lines())
    question = visitor.open_question()
    visitor.press(question["token"], question["choices"][0][0])
    visitor.wait_for_more(seen)


def test_the_same_question_is_open_after_a_kill(process: Process) -> None:
    visitor = _come_in(process)
    _go_on(visitor)
    before, lines = visitor.open_question(), visitor.lines()
    process.kill()
    process.start()
    assert visitor.open_question() == before
    assert visitor.lines() == lines
    _go_on(visitor)
    assert visitor.open_question() != before


def test_what_was_acknowledged_before_a_kill_is_answered_after_it(process: Process) -> None:
    visitor = _come_in(process)
    question = visitor.open_question()
    seen = len(visitor.coach_lines())
    visitor.press(question["token"], question["choices"][0][0])
    process.kill()
    process.start()
    lines = visitor.wait_for_more(seen - 1)
    ids = [line["id"] for line in visitor.lines()]
    assert len(ids) == len(set(ids))
    texts = [line["body"].get("text") for line in visitor.wait_for_more(seen)]
    assert len(texts) == len(set(texts)), "something was said twice"
    assert len(lines) >= seen


def test_a_message_sent_again_after_a_kill_counts_once(process: Process) -> None:
    visitor = _come_in(process)
    name = visitor.say("2")
    process.kill()
    process.start()
    visitor.say("2", name)
    mine = [line for line in visitor.lines() if line["by"] == "patient" and line["body"].get("text") == "2"]
    assert len(mine) == 1


def test_a_second_engine_on_the_same_data_refuses_with_one_line(process: Process) -> None:
    import subprocess
    import sys

    second = subprocess.run(
        [sys.executable, "-m", "coachbot", "run", "--port", "0"],
        env={**process.environment(), "COACHBOT_PORT": str(process.port + 1)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert second.returncode != 0
    assert "Traceback" not in second.stderr


def test_it_stops_when_it_is_asked_to(process: Process) -> None:
    _come_in(process)
    assert process.stop() == 0
