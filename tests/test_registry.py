"""Channels of other packages: what is wrong with one is told with its name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from coachbot.errors import SettingsError
from coachbot.registry import open_channel, serve_channel
from coachbot.settings import load_settings


class Pigeons:
    """A channel whose package has faults."""

    name = "pigeons"

    def open(self, settings: object) -> Any:
        raise ZeroDivisionError("no pigeons left")

    def serve(self, channel: object, counter: object) -> Any:
        raise AttributeError("a pigeon has no wings")


def test_a_channel_that_cannot_be_opened_is_named_with_its_package() -> None:
    with pytest.raises(SettingsError, match=r"channel 'pigeons' \(tests\.test_registry\).*no pigeons left.*uninstall"):
        open_channel("pigeons", Pigeons(), load_settings())


def test_a_channel_that_cannot_begin_is_named_with_its_package() -> None:
    anything: Any = SimpleNamespace()
    with pytest.raises(SettingsError, match=r"channel 'pigeons'.*AttributeError: a pigeon has no wings"):
        serve_channel("pigeons", Pigeons(), anything, anything)


def test_what_a_channel_itself_says_of_its_settings_stands() -> None:
    class Strict(Pigeons):
        def open(self, settings: object) -> Any:
            raise SettingsError("PIGEONS_LOFT is not set")

    with pytest.raises(SettingsError, match=r"^PIGEONS_LOFT is not set$"):
        open_channel("pigeons", Strict(), load_settings())
