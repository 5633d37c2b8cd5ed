"""`step`: one event applied to one conversation. Pure: no clock, no chance of its own, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from coachbot.engine import effects as fx
from coachbot.engine import filling, hearing, pressing, receiving
from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.asks import Choice, Several, Wait
from coachbot.engine.changing import changed, quick
from coachbot.engine.events import (
    Attached,
    Closed,
    Concerned,
    Event,
    Filled,
    Opened,
    Pressed,
    RoundFilled,
    Said,
    TimerFired,
)
from coachbot.engine.model import Conversation, Dialog, Frame, Library, Scope
from coachbot.engine.walk import EngineFault, Foresight, Walk

__all__ = ["EngineFault", "Outcome", "step"]


@quick
@dataclass(frozen=True, slots=True)
class Outcome:
    """The conversation afterwards, and what is to be done, in order."""

    conversation: Conversation
    effects: tuple[fx.Effect, ...]
    #: The ways that guards decided, in order.
    chose: tuple[fx.Chose, ...] = ()


def step(
    library: Library,
    conversation: Conversation,
    event: Event,
    *,
    now: datetime,
    rng: Random,
    foresee: Foresight | None = None,
    facts: Scope | None = None,
) -> Outcome:
    """Apply one event. Raises `EngineFault` for a dialog that cannot be walked; nothing is changed then.

    `foresee` is told of every act as it is decided and returns the facts as they then are. `facts` stand in the place
    of the conversation's own.
    """
    walk = Walk(library, conversation, now, rng, foresee, facts)
    before = conversation.prompt.token if conversation.prompt else None
    if _repair(walk, event):
        _dispatch(walk, event)
    _arm_nag(walk, before)
    return Outcome(walk.result(), tuple(walk.effects), tuple(walk.chose))


def _dispatch(walk: Walk, event: Event) -> None:
    match event:
        case Said():
            hearing.said(walk, event)
        case Pressed():
            pressing.pressed(walk, event)
        case Attached():
            receiving.attached(walk, event)
        case TimerFired():
            receiving.timer_fired(walk, event)
        case Opened():
            receiving.opened(walk, event)
        case Concerned():
            receiving.concerned(walk, event)
        case Filled():
            filling.filled(walk, event)
        case RoundFilled():
            filling.round_filled(walk, event)
        case Closed():
            receiving.closed(walk, event)


def _arm_nag(walk: Walk, before: str | None) -> None:
    """A question of a dialog that the coach opened is nudged once; one timer a patient, re-armed in place."""
    prompt = walk.prompt
    if prompt is not None and prompt.token == before:
        return
    if prompt is not None and not prompt.nagged and _wants_nag(walk):
        walk.emit(fx.Arm("nag", timedelta(hours=walk.library.nag_after_hours), prompt.token))
    elif before is not None:
        walk.emit(fx.Disarm("nag"))


def _wants_nag(walk: Walk) -> bool:
    """A talk that the coach opened, and that the patient has not put off."""
    if not walk.frames or walk.frames[walk.root()].opened not in ("touchpoint", "remind") or not _may_be_nudged(walk):
        return False
    return not any(effect.action == "remind" for effect in walk.effects if isinstance(effect, fx.Act))


def _may_be_nudged(walk: Walk) -> bool:
    """Not the quiet of a practice, and never a quiz or the menu: nobody waits for their answers."""
    unawaited = walk.dialog.origin == "education" or walk.dialog.id == walk.library.interrupts.get("menu")
    return not isinstance(walk.state.ask, Wait) and not unawaited


# -- a dialog edited while patients stand in it -----------------------------------------------------------
def _repair(walk: Walk, event: Event) -> bool:
    """Bring frames onto the dialogs as they are today; tell the patient and the operator what moved.

    False if the event was an answer to a question that is no more: it must not answer another one.
    """
    if not [frame for frame in walk.frames if not _stands(walk.library, frame)]:
        return _repair_choices(walk, event)
    on_top = walk.frames[-1]
    frames = [_moved(walk, frame) for frame in walk.frames]
    walk.frames = [frame for frame in _without_orphans(frames) if frame is not None]
    if walk.frames and walk.frames[-1].dialog == on_top.dialog and walk.frames[-1].state == on_top.state:
        return True
    return _restart(walk, event, on_top)


def _stands(library: Library, frame: Frame) -> bool:
    dialog = library.dialogs.get(frame.dialog)
    return dialog is not None and frame.state in dialog.states


def _moved(walk: Walk, frame: Frame) -> Frame | None:
    dialog = walk.library.dialogs.get(frame.dialog)
    if dialog is None:
        walk.emit(fx.Moved(frame.dialog, frame.state, ""))
        return None
    if frame.state in dialog.states:
        return frame
    successor = _successor(dialog, frame.state)
    walk.emit(fx.Moved(frame.dialog, frame.state, successor))
    return changed(frame, state=successor, version=dialog.version, parked=None)


def _successor(dialog: Dialog, state: str) -> str:
    moved = dialog.moved.get(state, dialog.start)
    return moved if moved in dialog.states else dialog.start


def _without_orphans(frames: list[Frame | None]) -> list[Frame | None]:
    """A frame that is gone takes along what it had called."""
    kept: list[Frame | None] = []
    orphan = False
    for frame in frames:
        orphan = frame is None or (orphan and frame.opened == "call")
        if not orphan:
            kept.append(frame)
    return kept


def _restart(walk: Walk, event: Event, before: Frame) -> bool:
    """Ask anew from where the talk now stands, unless another talk or the end is about to come."""
    rested = walk.resting
    walk.close_prompt("lapsed")
    walk.emit(fx.Disarm("wait"))
    walk.resting = bool(walk.frames)
    if isinstance(event, Opened | Concerned | Closed):
        return True
    walk.say_of_itself("moved")
    if rested or not walk.frames:
        return True
    walk.reopen()
    return not isinstance(event, Said) or _still_fits(walk, event, before)


def _still_fits(walk: Walk, event: Said, before: Frame) -> bool:
    """A state that was only renamed takes the answer; a word above every dialog is always heard."""
    dialog = walk.library.dialogs.get(before.dialog)
    renamed = dialog.moved.get(before.state) if dialog else None
    if walk.prompt is None or (walk.prompt.dialog, walk.prompt.state) == (before.dialog, renamed):
        return True
    return interrupt_in(event.text, walk.library.phrases_for(walk.language)) is not None


def _repair_choices(walk: Walk, event: Event) -> bool:
    """A choice that is no longer among the answers is dropped from the open question."""
    prompt = walk.prompt
    if prompt is None or not walk.frames:
        return True
    ask = walk.state.ask
    if prompt.state != walk.top.state or ask is None:
        return _restart(walk, event, walk.top)
    if isinstance(ask, _LISTING) and prompt.mode == "open":
        labels = tuple((code, label) for code, label in prompt.labels if code in ask.of or code in _CONTROLS)
        if len(labels) != len(prompt.labels):
            walk.prompt = changed(prompt, labels=labels)
    return True


_CONTROLS = ("done", "none", "skip")
_LISTING = (Choice, Several)
