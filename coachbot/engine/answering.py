"""What an answer does: a slot filled, a danger raised, the next state; a question left out, or gone back to."""

from __future__ import annotations

from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.asking import codes_of, not_understood, reask, show
from coachbot.engine.asks import Ask, Choice, Scale, Wait, YesNo
from coachbot.engine.changing import changed
from coachbot.engine.model import Passed, State, Value
from coachbot.engine.stacking import safety_on_top
from coachbot.engine.walk import Walk

_PASSED_KEPT = 40
#: The code of a choice that leaves a menu.
_WAY_BACK = "go_back"
#: Questions whose answer itself names the way on.
_TELLING = (Choice, YesNo, Scale)


def answer(walk: Walk, value: Value) -> None:
    """The open question is answered with `value`."""
    state = walk.state
    ask = state.ask
    assert ask is not None
    walk.close_prompt("answered")
    walk.fill(_slot_of(ask), value, **_passed(walk, ask))
    kind = danger_of(state, value)
    if kind is not None:
        raise_danger(walk, state, kind, value)
        return
    walk.after_saying(state, _outcome(ask, value))
    walk.run()


def _slot_of(ask: Ask) -> str:
    return str(getattr(ask, "name", ""))


def _outcome(ask: Ask, value: Value) -> str:
    return str(value) if isinstance(ask, _TELLING) else "answered"


def danger_of(state: State, value: Value) -> str | None:
    """The safety kind of an answer; that of leaving the question out where the value is None."""
    if value is None:
        return state.dangers.get("missing")
    if not state.dangers:
        return None
    values = value if isinstance(value, tuple) else (value,)
    return next((state.dangers[str(v)] for v in values if str(v) in state.dangers), None)


def raise_danger(walk: Walk, state: State, kind: str, value: Value) -> None:
    """A dangerous answer: it is kept, the talk goes one state on, and the safety dialog comes on top."""
    walk.emit(fx.Danger(kind, walk.top.dialog, state.name, str(value)))
    asked = state.ask
    walk.after_saying(state, _outcome(asked, value) if asked is not None else None)
    dialog = walk.library.dialogs.get(walk.library.safety.get(kind, ""))
    if dialog is not None:
        safety_on_top(walk, dialog, {"kind": kind}, anew=True)
    else:
        walk.run()


def skip(walk: Walk) -> None:
    """The patient leaves the open question out: its slot is missing, on purpose."""
    state, prompt = walk.state, walk.prompt
    ask = state.ask
    assert ask is not None
    assert prompt is not None
    if getattr(ask, "required", False):
        not_understood(walk, required=True)
        return
    if "missing" in state.dangers and not prompt.skipped:
        walk.prompt = changed(prompt, tries=1, skipped=True)
        show(walk, walk.text(state.section or state.name, "again", ask_kind=ask.kind))
        return
    walk.close_prompt("answered")
    walk.fill(_slot_of(ask), None, **_passed(walk, ask))
    if "missing" in state.dangers:
        raise_danger(walk, state, state.dangers["missing"], None)
        return
    _leave_skipped(walk, state)


def _leave_skipped(walk: Walk, state: State) -> None:
    if state.call is not None:
        walk.after_saying(changed(state, do=()))
    else:
        walk.leave(state, None)
    walk.run()


def _passed(walk: Walk, ask: Ask) -> dict[str, Any]:
    """What changes in the frame of a question that is answered: "back" can return to it."""
    frame = walk.top
    if isinstance(ask, Wait):
        return {}
    return {"passed": (*frame.passed, Passed(frame.state, frame.slots))[-_PASSED_KEPT:]}


def back(walk: Walk) -> None:
    """Return to the question before this one in the same dialog; a menu is left by its own way back."""
    if walk.prompt is not None and _WAY_BACK in codes_of(walk.state.ask):
        answer(walk, _WAY_BACK)
        return
    if walk.prompt is None or not walk.top.passed:
        walk.say_of_itself("back_not_possible")
        if walk.prompt is not None:
            reask(walk)
        return
    before = walk.top.passed[-1]
    if before.state not in walk.dialog.states:
        reask(walk)
        return
    walk.close_prompt("answered")
    walk.replace_top(state=before.state, slots=before.slots, passed=walk.top.passed[:-1])
    walk.run()
