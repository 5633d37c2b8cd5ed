"""What processes tell each other through PostgreSQL: that messages wait, and whose talk has a new line.

Word of it only shortens the wait: who hears nothing finds all of it at the next look into the database.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from coachbot.store.leasing import LINES
from coachbot.store.opening import driver_url
from coachbot.store.postgres import driver

log = logging.getLogger("coachbot.store")

__all__ = ["LINES", "OUTBOX", "RING", "Hearing"]

#: The channel on which senders are told that messages wait, and how they are told.
OUTBOX = "coachbot_outbox"
RING = f"SELECT pg_notify('{OUTBOX}', '')"
_LOOKS_UP_S = 1.0
_AGAIN_S = 2.0


class Hearing:
    """A thread that listens. Channel to what is called with each word; it is called with '' after a break, too."""

    def __init__(self, url: str, told: Mapping[str, Callable[[str], None]]) -> None:
        self._url = driver_url(url)
        self._told = told
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coachbot-hearing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        self._thread.join(timeout=2 * _LOOKS_UP_S)

    def _run(self) -> None:
        away = False
        while not self._stopping.is_set():
            try:
                with driver().connect(self._url, autocommit=True, connect_timeout=10) as connection:
                    away = False
                    self._listen(connection)
            except driver().Error as error:
                if not away:
                    log.warning("nothing is heard from other processes for now (%s)", type(error).__name__)
                away = True
                self._stopping.wait(_AGAIN_S)

    def _listen(self, connection: Any) -> None:
        for channel, tell in self._told.items():
            connection.execute(f"LISTEN {channel}")
            tell("")
        while not self._stopping.is_set():
            for word in connection.notifies(timeout=_LOOKS_UP_S):
                self._told[word.channel](word.payload)
