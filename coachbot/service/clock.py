"""Clocks: the real one, one that can be moved forward (demo), and one that stands still (screenplays)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

#: Setting of the store that keeps how far a virtual clock has been moved ahead, in seconds.
CLOCK_AHEAD = "clock_ahead"


class RealClock:
    """The time of the wall."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real(self) -> float:
        return time.time()


class VirtualClock:
    """Patients' time that runs on from wherever it was moved to. It never goes back."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead
        self._held: datetime | None = None

    def now(self) -> datetime:
        return self._held or datetime.now(UTC) + self.ahead

    def real(self) -> float:
        return time.time()

    def hold(self, moment: datetime) -> None:
        """Stand still at a moment while a jump runs the timers due at it."""
        self._held = max(moment, self.now())

    def release(self) -> None:
        """Run on from the moment held."""
        if self._held is not None:
            self.ahead = self._held - datetime.now(UTC)
            self._held = None


class StandingClock:
    """Patients' time that stands still until it is set: the clock of screenplays and simulations."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def real(self) -> float:
        return time.time()

    def hold(self, moment: datetime) -> None:
        """Go forward to a moment."""
        self._now = max(moment, self._now)

    def release(self) -> None:
        """Nothing to do: it stands where it was put."""
