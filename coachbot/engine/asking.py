"""Opening a question, showing it again, and asking anew in other words when an answer was not understood."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from coachbot.engine import effects as fx
from coachbot.engine.asks import Ask, Choice, Scale, Several, Wait, YesNo
from coachbot.engine.changing import changed
from coachbot.engine.model import State

if TYPE_CHECKING:
    from coachbot.engine.walk import Walk

#: How often a question is put in other words before the coach offers to skip it.
_REPHRASINGS = 2
#: The controls of a guided practice, and of one that is heard: a recording has a pace of its own.
WAITING, WAITING_RECORDED = ("pause", "slower", "next", "end"), ("written", "next", "end")


def open_prompt(walk: Walk, state: State) -> None:
    """Ask the state's question; a pause of a practice starts its timer."""
    walk.prompt = walk.new_prompt(state)
    show(walk)
    start_wait(walk, state.ask)


def start_wait(walk: Walk, ask: Ask | None) -> None:
    """The quiet stretch of a practice begins: its timer brings the next line."""
    if isinstance(ask, Wait) and walk.prompt is not None:
        walk.emit(fx.Arm("wait", timedelta(seconds=ask.seconds * walk.top.pace), walk.prompt.token))


def show(walk: Walk, text: fx.Text | None = None) -> None:
    """Show the open question with its choices, in the state's own words or in `text`."""
    state, prompt, asked = walk.state, walk.prompt, walk.asked
    assert prompt is not None
    section = state.section or state.name
    codes, labels_from = _offered(walk, state, asked)
    walk.emit(
        fx.Show(
            text or walk.text(section),
            prompt.token,
            asked,
            codes,
            labels_from,
            prompt.chosen,
            state.quiet or isinstance(state.ask, Wait),
            _group(walk, reworded=text is not None),
        )
    )


def _group(walk: Walk, *, reworded: bool) -> str | None:
    """Which earlier message this one replaces: an instrument's last item, or a list whose ticks change."""
    state, prompt = walk.state, walk.prompt
    if state.in_place or reworded or prompt is None or not isinstance(state.ask, Several):
        return state.in_place
    return prompt.token


def offered(walk: Walk) -> tuple[tuple[str, ...], tuple[str, str]]:
    """The codes now on offer and the words section that labels them."""
    return _offered(walk, walk.state, walk.asked)


def _offered(walk: Walk, state: State, asked: Ask | None) -> tuple[tuple[str, ...], tuple[str, str]]:
    prompt = walk.prompt
    assert prompt is not None
    match prompt.mode:
        case "paused":
            return ("go_on", "end"), ("coach", "wait_paused")
        case "confirm_stop":
            return ("stop_all", "answer"), ("coach", "confirm_stop")
        case "offer_skip":
            return _skip_codes(state.ask), ("coach", "offer_skip")
        case "open":
            return codes_of(asked), (walk.dialog.words, state.section or state.name)


def _skip_codes(ask: Ask | None) -> tuple[str, ...]:
    return ("try_again", "therapist") if getattr(ask, "required", False) else ("skip", "therapist", "try_again")


def codes_of(ask: Ask | None) -> tuple[str, ...]:
    """The codes a question offers as buttons."""
    match ask:
        case Choice() | Several():
            return ask.of
        case YesNo():
            return ("yes", "no")
        case Scale():
            return _numbers(ask.low, ask.high)
        case Wait():
            return WAITING_RECORDED if ask.written else WAITING
        case _:
            return ()


@lru_cache(maxsize=256)
def _numbers(low: int, high: int) -> tuple[str, ...]:
    """The codes of a scale."""
    return tuple(str(value) for value in range(low, high + 1))


def reask(walk: Walk) -> None:
    """Show the open question once more, with the same token; a pause starts again."""
    if walk.prompt is not None and walk.prompt.mode != "open":
        show(walk, _mode_text(walk))
        return
    show(walk)
    start_wait(walk, walk.state.ask)


def _mode_text(walk: Walk) -> fx.Text:
    assert walk.prompt is not None
    sections = {"paused": "wait_paused", "confirm_stop": "confirm_stop", "offer_skip": "offer_skip"}
    return walk.text(sections[walk.prompt.mode], words="coach")


def not_understood(walk: Walk, **extra: Any) -> None:
    """Ask again: other words, then an example, then the offer to skip or to reach the therapist.

    A safety dialog goes on in words of its own: nobody in danger is offered to skip the question.
    """
    prompt = walk.prompt
    assert prompt is not None
    walk.prompt = prompt = changed(prompt, tries=prompt.tries + 1)
    if prompt.tries > _REPHRASINGS and not in_safety(walk):
        set_mode(walk, "offer_skip")
        return
    part = "again" if prompt.tries == 1 else "example"
    state = walk.state
    show(walk, walk.text(state.section or state.name, part, ask_kind=state.ask.kind if state.ask else "", **extra))


def which_of_two(walk: Walk, low: int, high: int) -> None:
    """What was said lies between two answers: ask which, a few times, then as for anything not understood."""
    prompt = walk.prompt
    assert prompt is not None
    if prompt.tries >= _REPHRASINGS:
        not_understood(walk)
        return
    walk.prompt = changed(prompt, tries=prompt.tries + 1)
    show(walk, walk.text("which_of_two", words="coach", low=low, high=high))


def in_safety(walk: Walk) -> bool:
    """Is the open question one of a dialog that follows a danger?"""
    return walk.top.dialog in walk.library.safety.values()


def set_mode(walk: Walk, mode: Any, held: str = "") -> None:
    """Put the open question into another mode and show it so."""
    assert walk.prompt is not None
    walk.prompt = changed(walk.prompt, mode=mode, held=held or walk.prompt.held)
    if mode == "open":
        reask(walk)
    else:
        show(walk, _mode_text(walk))
