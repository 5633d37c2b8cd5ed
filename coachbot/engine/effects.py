"""What is to be done, as frozen data: the output of a step. Nothing here acts by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from coachbot.engine.asks import Ask
from coachbot.engine.changing import quick
from coachbot.engine.model import EMPTY, Scope, Value


@quick
@dataclass(frozen=True, slots=True)
class Text:
    """A text to be rendered: where its words stand and what may be put into them."""

    #: Path of the words (`cse/checkin`), and the section in them.
    words: str
    section: str
    #: `text`, `again` (rephrased) or `example`.
    part: str = "text"
    #: 0 to 1: which of several wordings to take.
    pick: float = 0.0
    scope: Scope = EMPTY


@quick
@dataclass(frozen=True, slots=True)
class Chose:
    """A way that guards decided, for whoever asks later why the patient got this. No effect: nothing is to be done."""

    dialog: str
    state: str
    to: str
    #: The guards asked, in order, as the author wrote them; the way of the last one was taken, or none held.
    guards: tuple[str, ...]
    #: What the names in them stood for.
    values: Mapping[str, Value]


@quick
@dataclass(frozen=True, slots=True)
class Say:
    """Show a text."""

    text: Text
    quiet: bool = False
    #: Makes its sound even where the turn makes none.
    sounds: bool = False


@quick
@dataclass(frozen=True, slots=True)
class Show:
    """Show a question and its choices; the prompt with this token is now open."""

    text: Text
    token: str
    ask: Ask | None
    #: Codes to offer as buttons, in order; their labels come from `labels_from`.
    codes: tuple[str, ...] = ()
    #: Words section (words path, section) whose list labels the codes.
    labels_from: tuple[str, str] = ("", "")
    chosen: tuple[str, ...] = ()
    quiet: bool = False
    #: Replaces the last message of the same group where the channel can edit.
    in_place: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class CloseButtons:
    """The prompt is answered or lapsed: its buttons are taken away."""

    token: str


@quick
@dataclass(frozen=True, slots=True)
class Arm:
    """Set the patient's timer of this purpose (one per purpose, re-armed in place)."""

    purpose: str
    after: timedelta
    token: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class Disarm:
    """Drop the patient's timer of this purpose."""

    purpose: str


@quick
@dataclass(frozen=True, slots=True)
class Act:
    """Do something outside the talk: one of `coachbot.engine.actions.ACTIONS`."""

    action: str
    arguments: Mapping[str, Value] = EMPTY
    #: The outermost dialog and touchpoint in which it was asked for.
    dialog: str = ""
    touchpoint: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class Began:
    """A dialog was opened by the coach or the patient (not by a call)."""

    dialog: str
    touchpoint: str | None
    by: str


@quick
@dataclass(frozen=True, slots=True)
class Ended:
    """An opened dialog came to its end (`done`, `later`, `skipped`, `lapsed`, `stopped`, ...)."""

    dialog: str
    touchpoint: str | None
    result: str


@dataclass(frozen=True, slots=True)
class Respond:
    """An instrument is complete or was left: its answers, missing ones as None."""

    instrument: str
    answers: Mapping[str, Value]
    result: str
    #: When its first question was shown.
    shown_at: datetime | None = field(default=None, compare=False)
    #: The dialog of the round it was finished for on a page; empty where it was finished in the talk.
    round: str = ""
    #: `chat` or `page`: where its first question was shown by the talk, or answered on the page, whichever came first.
    begun: str = field(default="chat", compare=False)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A question was answered a second time, on the page and in the talk. The first answer counts; this one is kept
    beside it."""

    instrument: str
    state: str
    value: Value
    #: Where the second answer was given: `page` or `talk`.
    on: str


@dataclass(frozen=True, slots=True)
class Danger:
    """A dangerous answer was given to a question that carries a safety rule."""

    kind: str
    dialog: str
    state: str
    answer: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The dialog had changed under the patient: for the operator."""

    dialog: str
    from_state: str
    to_state: str


Effect: TypeAlias = Say | Show | CloseButtons | Arm | Disarm | Act | Began | Ended | Respond | Repeated | Danger | Moved
