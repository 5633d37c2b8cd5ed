"""What becomes of the other events: a file, silence, a dialog that is opened, a danger, the end of everything."""

from __future__ import annotations

from coachbot.engine import effects as fx
from coachbot.engine.asking import reask, show
from coachbot.engine.asks import Wait
from coachbot.engine.changing import changed
from coachbot.engine.events import Attached, Closed, Concerned, Opened, TimerFired
from coachbot.engine.stacking import raise_talk, safety_below, safety_on_top
from coachbot.engine.waiting import wait_over
from coachbot.engine.walk import Walk

#: Sent things that are no file: nothing was recorded or photographed.
_WITHOUT_WORDS = ("sticker", "emoji", "location", "contact")


def attached(walk: Walk, event: Attached) -> None:
    """A sticker, photo or file where words are due: said kindly, and the question stays open."""
    section = "cannot_read_sticker" if event.kind in _WITHOUT_WORDS else "cannot_read_file"
    walk.say_of_itself(section)
    if walk.prompt is not None and not isinstance(walk.state.ask, Wait):
        reask(walk)
    elif walk.prompt is None and walk.frames:
        walk.reopen()


def timer_fired(walk: Walk, event: TimerFired) -> None:
    """A timer: it does nothing if the conversation has moved on."""
    prompt = walk.prompt
    if prompt is None or event.token != prompt.token:
        return
    if event.purpose == "wait" and prompt.mode == "open" and isinstance(walk.state.ask, Wait):
        wait_over(walk)
    elif event.purpose == "nag" and not prompt.nagged:
        walk.prompt = changed(prompt, nagged=True)
        show(walk, walk.text("nag_1", words="coach"))


def opened(walk: Walk, event: Opened) -> None:
    """A dialog is opened: what stands and does not keep gives way."""
    dialog = walk.library.dialogs.get(event.dialog)
    if dialog is None or not walk.may_meet(dialog):
        walk.emit(fx.Ended(event.dialog, event.touchpoint, "passed_over"))
        return
    if (dialog.keeps or event.by != "touchpoint") and _resume_standing(walk, event.dialog):
        return
    walk.lapse_unkept()
    walk.push(dialog, event.by, touchpoint=event.touchpoint, slots=event.slots)
    walk.run()


def _resume_standing(walk: Walk, dialog: str) -> bool:
    index = next((i for i, f in enumerate(walk.frames) if f.dialog == dialog and f.opened != "call"), None)
    if index is None:
        return False
    raise_talk(walk, index)
    if walk.prompt is not None:
        walk.park()
    _hold_practice(walk)
    walk.reopen("still_here" if _begun(walk) else "")
    return True


def _hold_practice(walk: Walk) -> None:
    """A practice that the coach brings back waits for the patient: nobody may be there to follow it."""
    parked = walk.top.parked
    if parked is not None and isinstance(walk.state.ask, Wait):
        walk.replace_top(parked=changed(parked, mode="paused"))


def _begun(walk: Walk) -> bool:
    """Was anything answered in the talk on top? One that only stands at its first question opens as if anew."""
    return any(frame.passed for frame in walk.frames[walk.root() :])


def concerned(walk: Walk, event: Concerned) -> None:
    """A danger in the patient's words: the follow-up goes on top; what was open waits below."""
    dialog = walk.library.dialogs.get(event.dialog)
    if dialog is None:
        return
    for kind, after in reversed(event.then):
        safety_below(walk, walk.library.dialogs.get(after), {**event.slots, "kind": kind})
    top = walk.frames[walk.root()] if walk.prompt is not None else None
    if top is not None and top.dialog == event.dialog and not (event.anew and top.state != dialog.start):
        reask(walk)
    else:
        safety_on_top(walk, dialog, event.slots, anew=event.anew)


def closed(walk: Walk, event: Closed) -> None:
    """Everything ends at once, without a word."""
    if walk.prompt is not None:
        walk.close_prompt("lapsed")
    while walk.frames:
        walk.drop_group(event.reason)
    walk.emit(fx.Disarm("wait"))
    walk.emit(fx.Disarm("nag"))
