"""What a command opens: the settings, and the use cases over the installation's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coachbot.bootstrap import Coach
    from coachbot.settings import Settings


def settings_of(**overrides: object) -> Settings:
    """The installation's settings; `overrides` are what the command line says."""
    from coachbot.settings import load_settings

    return load_settings(**overrides)


def coach_of(settings: Settings, *, make: bool = False) -> Coach:
    """The use cases over the installation's database, for a command beside a running coach."""
    from coachbot.opening import open_beside

    return open_beside(settings, make=make)
