"""The machine's clock against one that cannot jump: has somebody set it?"""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds. What NTP corrects bit by bit stays below it.
NOTICED_S = 5.0


class Jumps:
    """Says by how much the machine's clock has jumped since the last look."""

    def __init__(self, real: Callable[[], float], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._real = real
        self._monotonic = monotonic
        self._apart = real() - monotonic()

    def look(self) -> float:
        """Seconds, below 0 if it went back; 0 for no jump. A machine that slept has jumped forward."""
        apart = self._real() - self._monotonic()
        jumped, self._apart = apart - self._apart, apart
        return jumped if abs(jumped) >= NOTICED_S else 0.0
