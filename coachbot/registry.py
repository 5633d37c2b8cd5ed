"""Which channels there are: our own, and those that other packages bring (entry points `coachbot.channels`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from coachbot.errors import CoachbotError, SettingsError
from coachbot.service.channels import ChannelKind, Counter, Serving
from coachbot.service.ports import Channel
from coachbot.settings import Settings

GROUP = "coachbot.channels"
#: Our own, named here and not in the metadata, so that a working tree needs no installing to know them.
OWN = {
    "webchat": "coachbot.channels.webchat:KIND",
    "terminal": "coachbot.channels.terminal:KIND",
    "telegram": "coachbot.channels.telegram:KIND",
    "wechat": "coachbot.channels.wechat:KIND",
}


def channel_kinds(found: Iterable[EntryPoint] | None = None) -> Mapping[str, ChannelKind]:
    """Every kind by its name. A name taken twice, or a kind that cannot be loaded, is one clear error."""
    kinds = {name: _load(name, place, "coachbot") for name, place in OWN.items()}
    for entry in entry_points(group=GROUP) if found is None else found:
        package = entry.dist.name if entry.dist else entry.value
        if entry.name in kinds:
            raise SettingsError(f"channel '{entry.name}' of {package}: there is a channel of this name; uninstall one")
        kinds[entry.name] = _load(entry.name, entry.value, package)
    return kinds


def _load(name: str, place: str, package: str) -> ChannelKind:
    module, _, attribute = place.partition(":")
    try:
        kind: ChannelKind = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"channel '{name}' of {package}: {place} can't be loaded ({error})") from error
    return kind


def open_channel(name: str, kind: ChannelKind, settings: Settings) -> Channel | None:
    """A channel, where it is configured. A fault of another package's channel is told as such."""
    try:
        return kind.open(settings)
    except CoachbotError:
        raise
    except Exception as error:
        raise _broken(name, kind, error) from error


def serve_channel(name: str, kind: ChannelKind, channel: Channel, counter: Counter) -> Serving:
    """Begin with a channel. A fault is told as in `open_channel`."""
    try:
        return kind.serve(channel, counter)
    except CoachbotError:
        raise
    except Exception as error:
        raise _broken(name, kind, error) from error


def _broken(name: str, kind: ChannelKind, error: Exception) -> SettingsError:
    where = type(kind).__module__
    return SettingsError(
        f"channel '{name}' ({where}) can't be started: {type(error).__name__}: {error}. Mend or uninstall its package, "
        "or unset its settings"
    )
