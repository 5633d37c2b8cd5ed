"""The coach's own questions about the open one (skip? stop everything? go on?), and their answers."""

from __future__ import annotations

from coachbot.engine.answering import answer, skip
from coachbot.engine.asking import not_understood, set_mode
from coachbot.engine.asks import FreeText
from coachbot.engine.changing import changed
from coachbot.engine.interrupting import interrupt
from coachbot.engine.waiting import choose_wait, go_on_waiting
from coachbot.engine.walk import Walk


def choose_mode(walk: Walk, code: str) -> None:
    """An answer to the coach's own question about the open one."""
    prompt = walk.prompt
    assert prompt is not None
    if code == "skip":
        walk.prompt = changed(prompt, mode="open")
        skip(walk)
    elif code in ("therapist", "stop_all"):
        walk.prompt = changed(prompt, mode="open", tries=0, held="")
        interrupt(walk, "therapist" if code == "therapist" else "stop")
    elif code == "answer":
        _take_held(walk, prompt.held)
    elif code == "end":
        choose_wait(walk, "end")
    elif code == "go_on":
        walk.prompt = changed(prompt, mode="open", tries=0)
        go_on_waiting(walk)
    else:
        walk.prompt = changed(prompt, tries=0)
        set_mode(walk, "open")


def _take_held(walk: Walk, held: str) -> None:
    assert walk.prompt is not None
    walk.prompt = changed(walk.prompt, mode="open", held="")
    if isinstance(walk.state.ask, FreeText) and held:
        answer(walk, held)
    else:
        not_understood(walk)


def reask_paused(walk: Walk) -> None:
    """Still paused: show the way on again."""
    set_mode(walk, "paused")
