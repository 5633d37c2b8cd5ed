"""Hard moments: a text that no open question can read may tell of something hard, which has a dialog of its own."""

from __future__ import annotations

from collections.abc import Callable

from coachbot.engine.model import Dialog, Moment
from coachbot.engine.stacking import clear_interrupts
from coachbot.engine.walk import Walk


def meet(walk: Walk, text: str) -> bool:
    """Open the dialog of the moment that an unread text tells of; it comes back to the open question.

    False if the text tells of none, or if what is open must not be left for it.
    """
    found = _moment_in(walk, text)
    if found is None:
        return False
    clear_interrupts(walk)
    _open(walk, found)
    return True


def meet_after(walk: Walk, text: str, asked_in: str) -> None:
    """A stored answer in the patient's own words may be followed by the dialog of a moment (`after_text`).

    Not where the question, of the dialog `asked_in`, asked for harsh words.
    """
    if asked_in.startswith(walk.library.moments.never_after):
        return
    found = _moment_in(walk, text, lambda moment: moment.after_text)
    if found is not None:
        _open(walk, found)


def is_not_kept(walk: Walk, text: str) -> bool:
    """Whether words that were to be kept tell of a moment such as "what's the point" instead (`not_kept`)."""
    moment = walk.library.moments.in_text(text, walk.language)
    asked_in = walk.top.dialog
    return moment is not None and moment.not_kept and not asked_in.startswith(walk.library.moments.never_after)


def meet_instead(walk: Walk, text: str) -> None:
    """What was told instead of words to keep is talked about."""
    found = _moment_in(walk, text, lambda moment: moment.not_kept)
    if found is not None:
        _open(walk, found)


def _open(walk: Walk, dialog: Dialog) -> None:
    walk.park()
    walk.push(dialog, "interrupt")
    walk.run()


def _any(moment: Moment) -> bool:
    return True


def _moment_in(walk: Walk, text: str, counts: Callable[[Moment], bool] = _any) -> Dialog | None:
    moment = walk.library.moments.in_text(text, walk.language)
    if moment is None or not counts(moment) or not _may_open(walk, moment):
        return None
    dialog = walk.library.dialogs.get(moment.dialog)
    return dialog if dialog is not None and walk.may_meet(dialog) else None


def _may_open(walk: Walk, moment: Moment) -> bool:
    """Never above a talk of danger; in the talk of a moment only for a graver one."""
    moments, dangers = walk.library.moments, set(walk.library.safety.values())
    group = walk.frames[walk.root() :] if walk.frames else ()
    for frame in group:
        if frame.opened == "safety" or frame.dialog in dangers or frame.dialog.startswith(moments.never_in):
            return False
        standing = moments.opened_by(frame.dialog)
        if standing is not None and moments.of.index(standing) <= moments.of.index(moment):
            return False
    return True
