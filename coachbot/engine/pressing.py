"""What becomes of a press on a button: of the open question, of a talk that waits, or of one long over."""

from __future__ import annotations

from coachbot.engine import effects as fx
from coachbot.engine.answering import answer, danger_of, skip
from coachbot.engine.asking import codes_of, not_understood, offered, reask, show
from coachbot.engine.asks import Ask, Scale, Several, Wait
from coachbot.engine.changing import changed
from coachbot.engine.events import Pressed
from coachbot.engine.modes import choose_mode
from coachbot.engine.stacking import raise_talk, safety_on_top
from coachbot.engine.waiting import choose_wait
from coachbot.engine.walk import Walk

#: How a question closed that was answered on a page; its questionnaire and state follow.
ON_PAGE = "on_page "
#: Buttons of the coach's own questions about the open one.
_OWN_BUTTONS = ("go_on", "end", "stop_all", "answer", "therapist", "try_again")


def pressed(walk: Walk, event: Pressed) -> None:
    """A button: of the open question, of a talk that waits, or of one long over."""
    if (walk.prompt is not None and event.token == walk.prompt.token) or _wake_parked(walk, event.token):
        _press_open(walk, event.code)
    else:
        closed = next((how for token, how in reversed(walk.closed) if token == event.token), "lapsed")
        if closed.startswith(ON_PAGE):
            _repeated(walk, closed, event.code)
            return
        how, *place = closed.split()
        if not (place and _heed(walk, place[0], place[1], event.code)):
            walk.say_of_itself("answered_already" if how == "answered" else "lapsed")


def _repeated(walk: Walk, how: str, code: str) -> None:
    """The page was quicker: its answer counts, the press is kept beside it, and is danger if it says so."""
    _, instrument, name = how.split()
    walk.emit(fx.Repeated(instrument, name, code, "talk"))
    if not _heed(walk, f"instrument/{instrument}", name, code):
        walk.say_of_itself("answered_on_page")


def _heed(walk: Walk, dialog: str, name: str, code: str) -> bool:
    """Whether a late press tells a danger that was not told before: it changes no answer, and is heard all the same."""
    asked = walk.library.dialogs.get(dialog)
    state = asked.states.get(name) if asked is not None else None
    kind = danger_of(state, code) if state is not None else None
    follows = walk.library.dialogs.get(walk.library.safety.get(kind, "")) if kind is not None else None
    slot = str(getattr(state.ask, "name", "")) if state is not None else ""
    if kind is None or follows is None or any(f.dialog == dialog and f.slots.get(slot) == code for f in walk.frames):
        return False  # harmless, or the very answer that was given: a second tap
    walk.emit(fx.Danger(kind, dialog, name, code))
    safety_on_top(walk, follows, {"kind": kind}, anew=True)
    return True


def _wake_parked(walk: Walk, token: str) -> bool:
    """Bring the waiting talk with this prompt to the top; never from under a safety talk."""
    index = next((i for i, f in enumerate(walk.frames) if f.parked and f.parked.token == token), None)
    if index is None:
        return False
    if any(frame.opened == "safety" for frame in walk.frames[index + 1 :]):
        return False
    raise_talk(walk, index)
    parked = walk.top.parked
    walk.replace_top(parked=None)
    walk.prompt, walk.resting = parked, False
    return True


def _press_open(walk: Walk, code: str) -> None:
    prompt, ask = walk.prompt, walk.asked
    assert prompt is not None
    if prompt.mode != "open" and code in offered(walk)[0]:
        choose_mode(walk, code)
    elif isinstance(ask, Wait):
        _press_waiting(walk, code)
    else:
        if prompt.mode != "open":
            walk.prompt = changed(prompt, mode="open")
        _press_answer(walk, ask, code)


def _press_waiting(walk: Walk, code: str) -> None:
    if code in codes_of(walk.state.ask):
        choose_wait(walk, code)
    else:
        walk.say_of_itself("wait_heard")


def _press_answer(walk: Walk, ask: Ask | None, code: str) -> None:
    if isinstance(ask, Several):
        _press_several(walk, ask, code)
    elif code in codes_of(ask):
        answer(walk, int(code) if isinstance(ask, Scale) else code)
    elif code == "skip":
        skip(walk)
    elif code in _OWN_BUTTONS:
        reask(walk)
    else:
        not_understood(walk)


def _press_several(walk: Walk, ask: Several, code: str) -> None:
    prompt = walk.prompt
    assert prompt is not None
    if code.endswith("+"):
        wanted = {*code[:-1].split("+"), *prompt.chosen}
        _several_done(walk, ask, tuple(one for one in ask.of if one in wanted))
    elif code == "done":
        _several_done(walk, ask, prompt.chosen)
    elif code == "none":
        _several_done(walk, ask, ())
    elif code in ask.of:
        chosen = [c for c in ask.of if (c in prompt.chosen) != (c == code)]
        walk.prompt = changed(prompt, chosen=tuple(chosen))
        show(walk)
    elif code == "skip":
        skip(walk)
    elif code in _OWN_BUTTONS:
        reask(walk)
    else:
        not_understood(walk)


def _several_done(walk: Walk, ask: Several, chosen: tuple[str, ...]) -> None:
    most = ask.most if ask.most is not None else len(ask.of)
    if ask.least <= len(chosen) <= most:
        answer(walk, chosen)
    else:
        not_understood(walk, out_of_range=True, low=ask.least, high=most)
