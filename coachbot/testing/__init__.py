"""For those who test dialogs: a stage with a real coach on it, and screenplays that a therapist can read.

Everything here is public. Names are fetched when they are used, so that pytest starts no slower for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coachbot.testing.channel import RecordingChannel as RecordingChannel
    from coachbot.testing.failure import ScreenplayFailure as ScreenplayFailure
    from coachbot.testing.player import play as play
    from coachbot.testing.reader import read_screenplay as read_screenplay
    from coachbot.testing.recorder import Recorder as Recorder
    from coachbot.testing.running import run_screenplays as run_screenplays
    from coachbot.testing.script import Role as Role
    from coachbot.testing.script import ScreenplayFault as ScreenplayFault
    from coachbot.testing.stage import Person as Person
    from coachbot.testing.stage import Stage as Stage

_HOMES = {
    "Person": "stage",
    "Recorder": "recorder",
    "RecordingChannel": "channel",
    "Role": "script",
    "ScreenplayFailure": "failure",
    "ScreenplayFault": "script",
    "Stage": "stage",
    "play": "player",
    "read_screenplay": "reader",
    "run_screenplays": "running",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"coachbot.testing has no '{name}'; it has: {', '.join(sorted(_HOMES))}")
    return getattr(import_module(f"coachbot.testing.{_HOMES[name]}"), name)
