"""Words above every dialog: stop, pause, help, menu, back. Their dialog comes back to the open question."""

from __future__ import annotations

from coachbot.engine.answering import back
from coachbot.engine.asking import reask
from coachbot.engine.asks import Wait
from coachbot.engine.stacking import clear_interrupts
from coachbot.engine.waiting import choose_wait
from coachbot.engine.walk import Walk


def interrupt(walk: Walk, code: str) -> None:
    """A word above every dialog: its dialog goes on top and comes back to the open question."""
    if code == "back":
        back(walk)
    elif code == "stop" and walk.prompt is not None and isinstance(walk.state.ask, Wait):
        choose_wait(walk, "end")
    else:
        open_interrupt(walk, code)


def open_interrupt(walk: Walk, code: str) -> None:
    dialog = walk.library.dialogs.get(walk.library.interrupts.get(code, ""))
    if dialog is None or not walk.may_meet(dialog):
        walk.say_of_itself("nothing_open")
        if walk.prompt is not None:
            reask(walk)
        return
    clear_interrupts(walk)
    walk.push(dialog, "interrupt")
    walk.run()
