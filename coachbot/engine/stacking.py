"""Talks among each other: which stand on the stack, and bringing one that waits to the top."""

from __future__ import annotations

from collections.abc import Mapping

from coachbot.engine.model import Dialog, Value
from coachbot.engine.walk import Walk


def talks(walk: Walk) -> list[tuple[int, int]]:
    """Where each talk on the stack begins and ends: a frame that was opened, and all it called."""
    starts = [index for index, frame in enumerate(walk.frames) if index == 0 or frame.opened != "call"]
    return list(zip(starts, [*starts[1:], len(walk.frames)], strict=True))


def raise_talk(walk: Walk, index: int) -> None:
    """Bring the talk with the frame at `index` to the top; talks above it that keep wait below it, others are over."""
    start, end = next(talk for talk in talks(walk) if talk[0] <= index < talk[1])
    if end == len(walk.frames):
        return
    walk.close_prompt_if_unkept()
    for above in reversed([talk[0] for talk in talks(walk) if talk[0] >= end]):
        if not walk.kept(above):
            to_top(walk, above)
            walk.drop_group("lapsed")
    to_top(walk, start)
    walk.resting = True


def to_top(walk: Walk, start: int) -> None:
    """Move the talk that begins at a frame to the top, as it stands."""
    end = next(talk[1] for talk in talks(walk) if talk[0] == start)
    walk.frames = [*walk.frames[:start], *walk.frames[end:], *walk.frames[start:end]]


def clear_interrupts(walk: Walk) -> None:
    """An interrupt replaces an open interrupt; the talk below is parked."""
    while walk.frames and walk.frames[walk.root()].opened == "interrupt":
        if walk.prompt is not None:
            walk.close_prompt("lapsed")
        walk.drop_group("left")
    walk.park()


def safety_below(walk: Walk, dialog: Dialog | None, slots: Mapping[str, Value]) -> None:
    """The follow-up of a second danger stands ready on the stack, nothing of it shown yet; what is open waits below."""
    if dialog is None or any(frame.dialog == dialog.id and frame.opened == "safety" for frame in walk.frames):
        return
    walk.park()
    walk.push(dialog, "safety", slots=_taken(dialog, slots))


def _taken(dialog: Dialog, slots: Mapping[str, Value]) -> dict[str, Value]:
    return {name: slots[name] for name in dialog.takes if name in slots}


def safety_on_top(walk: Walk, dialog: Dialog, slots: Mapping[str, Value], *, anew: bool = False) -> None:
    """The follow-up of a danger comes on top of everything, once: one that stands already is taken up again.

    `anew`: one that has gone on from its first question is dropped, and the question is asked again.
    """
    standing = next((i for i, f in enumerate(walk.frames) if f.dialog == dialog.id and f.opened == "safety"), None)
    if standing is not None and anew and walk.frames[standing].state != dialog.start:
        raise_talk(walk, standing)
        walk.close_prompt("lapsed")
        walk.drop_group("lapsed")
        standing = None
    if standing is None:
        walk.park()
        walk.push(dialog, "safety", slots=_taken(dialog, slots))
        walk.run()
        return
    raise_talk(walk, standing)
    if walk.prompt is not None:
        walk.park()
    walk.reopen()
