"""What happened, as frozen data: the input of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from coachbot.engine.model import EMPTY, Opener, Value


@dataclass(frozen=True, slots=True)
class Said:
    """The patient wrote a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """The patient pressed a button: the prompt's token and the choice's code; of several choices all at once, each
    followed by `+`."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class Attached:
    """The patient sent something that is not text: `sticker`, `photo`, `voice`, `file`, `location`..."""

    kind: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer came due: its purpose, and the prompt it guards if it guards one."""

    purpose: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The coach (or the patient's own wish) opens a dialog."""

    dialog: str
    by: Opener = "touchpoint"
    touchpoint: str | None = None
    slots: Mapping[str, Value] = EMPTY


@dataclass(frozen=True, slots=True)
class Concerned:
    """The safety reading found a danger; its follow-up dialog goes on top of everything."""

    kind: str
    dialog: str
    slots: Mapping[str, Value] = EMPTY


@dataclass(frozen=True, slots=True)
class Closed:
    """Everything that stands is ended at once: erasure, withdrawal, a clinician's stop."""

    reason: str


Event: TypeAlias = Said | Pressed | Attached | TimerFired | Opened | Concerned | Closed
