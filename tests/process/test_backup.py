"""`coachbot backup` and `coachbot keys` beside a living coach, and the coach put back in another place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.process.conftest import Process, Visitor

#: Every test starts processes of its own.
pytestmark = pytest.mark.slow


def enter(process: Process) -> Visitor:
    """A patient who has come in and has an open question."""
    visitor = Visitor(process.url)
    visitor.enter(process.tell("invite", "sct_cse", "combined"))
    visitor.wait_for_more(0)
    return visitor


@contextmanager
def talking(*visitors: Visitor) -> Iterator[None]:
    """These patients write on and on."""
    stop = threading.Event()

    def talk(visitor: Visitor) -> None:
        while not stop.is_set():
            visitor.say("menu")
            stop.wait(0.01)

    threads = [threading.Thread(target=talk, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_coach_backed_up_under_load_goes_on_in_another_place_at_the_same_open_question(
    process: Process, tmp_path: Path
) -> None:
    mei, loud = enter(process), [enter(process) for _ in range(3)]
    question, before = mei.open_question(), len(mei.coach_lines())
    with talking(*loud):
        said = process.tell("backup", str(tmp_path / "b"), "--keys", str(tmp_path / "k"), "--keep", "3")
    assert "4 patients, verified" in said
    process.kill()

    (tmp_path / "new").mkdir()
    again = Process(tmp_path / "new")
    told = again.tell(
        "restore", str(tmp_path / "b"), "--keys", str(tmp_path / "k"), "--master", str(tmp_path / "keys.json")
    )
    assert "4 patients, as they stood at" in told
    assert "lost: everything of the" in told
    again.start()
    try:
        mei.client.base_url = again.url  # type: ignore[assignment]
        assert mei.open_question() == question
        mei.press(question["token"], question["choices"][0][0])
        assert len(mei.wait_for_more(before)) > before
        assert "Traceback" not in (again.data / "log.txt").read_text()
    finally:
        assert again.stop() == 0
