"""The terminal as a messenger: messages wrapped, buttons as a numbered list, time travel by `/+1h`."""

from __future__ import annotations

from typing import Any

from coachbot.service.channels import Counter, Serving
from coachbot.service.ports import Channel
from coachbot.settings import Settings


class _Kind:
    """The terminal, as the registry lists it. `coachbot play` opens it; `coachbot run` has nobody sitting there."""

    name = "terminal"

    def open(self, settings: Settings) -> Channel | None:
        """Never configured."""
        return None

    def serve(self, channel: Any, counter: Counter) -> Serving:
        """Nothing to run."""
        return Serving()


KIND = _Kind()
