"""The controls of a guided practice: pause it, slow it down, read it, go on, end it."""

from __future__ import annotations

from coachbot.engine import effects as fx
from coachbot.engine.asking import set_mode, show, start_wait
from coachbot.engine.asks import Wait
from coachbot.engine.walk import Walk

_SLOWER = 1.5
_SLOWEST = 3.4


def choose_wait(walk: Walk, code: str) -> None:
    """A control of a guided practice: pause it, slow it down, go to its next line, end it."""
    if code == "pause":
        walk.emit(fx.Disarm("wait"))
        set_mode(walk, "paused")
    elif code == "slower":
        walk.replace_top(pace=min(walk.top.pace * _SLOWER, _SLOWEST))
        walk.say_of_itself("wait_slower")
    elif code == "next":
        wait_over(walk)
    elif code == "written":
        _read_instead(walk)
    else:
        walk.emit(fx.Disarm("wait"))
        walk.close_prompt("answered")
        walk.pop("stopped")
        walk.run()


def _read_instead(walk: Walk) -> None:
    """Not the recording, the lines."""
    ask = walk.state.ask
    assert isinstance(ask, Wait)
    walk.emit(fx.Disarm("wait"))
    walk.close_prompt("answered")
    walk.replace_top(state=ask.written)
    walk.run()


def go_on_waiting(walk: Walk) -> None:
    """A practice goes on after a pause: the quiet of its line begins anew, the line is not said twice."""
    show(walk, walk.text("wait_resumed", words="coach"))
    start_wait(walk, walk.state.ask)


def wait_over(walk: Walk) -> None:
    """The pause of a practice is over: the next line comes."""
    walk.emit(fx.Disarm("wait"))
    state = walk.state
    walk.close_prompt("answered")
    walk.after_saying(state, "waited")
    walk.run()
