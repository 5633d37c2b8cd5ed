"""What the running coach tells of its work, as it happens. Numbers and outcomes only, nobody in them."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Counts the work of one process. Called from several threads."""

    def turn(self, cause: str, outcome: str, seconds: float) -> None:
        """A turn has ended: `update` or `timer`; `done`, `retried` or `parked`; so long after it came in or was due."""

    def sent(self, channel: str, outcome: str) -> None:
        """A call to a messenger has ended: `sent`, `retried`, `held`, `waiting` or `failed`."""


class NoMeter:
    """Counts nothing: for commands, screenplays, tests."""

    def turn(self, cause: str, outcome: str, seconds: float) -> None:
        """Nobody wants to know."""

    def sent(self, channel: str, outcome: str) -> None:
        """Nobody wants to know."""
