"""Turns that raise are kept from patients and from the log; a test must hear of them all the same."""

from __future__ import annotations

import logging
import sys
import traceback

_SHOWN_FRAMES = 6
LOGGER = "coachbot"


class FaultWatch(logging.Handler):
    """Collects what the coach logged as an error, with the traceback under way."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        self._logger = logging.getLogger(LOGGER)
        self._logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message and the last frames of the error being handled."""
        error = sys.exc_info()[1]
        trace = traceback.format_exception(error, limit=-_SHOWN_FRAMES) if error else []
        self.found.append(f"{record.getMessage()}\n{''.join(trace)}".rstrip())

    def take(self) -> list[str]:
        """What was found since the last look."""
        found, self.found = self.found, []
        return found

    def close(self) -> None:
        """Watch no longer."""
        self._logger.removeHandler(self)
        super().close()
