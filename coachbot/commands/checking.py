"""What `coachbot check` says of a site beside its pack: touchpoints for which nothing rings, runs of messages that a
configured channel does not take.

The authors' rooms are imported where they are used: few sites need them here, and `placed` runs beside their import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from coachbot.commands.opening import settings_of
from coachbot.errors import SettingsError
from coachbot.packs import pack_at, pack_root
from coachbot.registry import channel_kinds
from coachbot.settings import Settings

if TYPE_CHECKING:
    from coachbot.authoring.checks.bursts import Longest
    from coachbot.programme.model import Programme
    from coachbot.service.channels import ChannelKind
    from coachbot.service.ports import Capabilities


def placed(path: Path | None) -> tuple[Path, bool]:
    """Where the pack lies, and whether this site has anything that the pack must fit."""
    settings = settings_of()
    return pack_at(path) if path else pack_root(settings), _is_bound(settings)


def _is_bound(settings: Settings) -> bool:
    try:
        return bool(settings.site or settings.wechat_appid or list(_narrow(settings, channel_kinds())))
    except SettingsError:
        return True  # told where the channels are asked about the pack


def site_lines(root: Path) -> tuple[list[str], list[str]]:
    """The warnings and the faults of this site."""
    settings = settings_of()
    return site_warnings(settings, root), [*site_faults(settings, root), *channel_faults(settings, root)]


def site_warnings(settings: Settings, root: Path) -> list[str]:
    """A line for each kind of touchpoint without a template, where WeChat is configured."""
    if not settings.wechat_appid:
        return []
    from coachbot.authoring.pack import load_pack
    from coachbot.channels.wechat.templates import templates_of

    there = templates_of(settings.site).by_kind
    place = settings.site or "COACHBOT_SITE"
    return [
        f"{place} SITE_001 warning: programme '{programme}' has touchpoints of the kind '{kind}', and wechat.templates "
        "has no template for it: after 48 hours without a word of the patient they wait unseen"
        for programme, kind in _kinds(load_pack(root).programmes)
        if kind not in there
    ]


def site_faults(settings: Settings, root: Path) -> list[str]:
    """A line if the site's own file would keep the coach from starting: a crisis number that lacks, a country or a
    language without one. A pack that runs no coach is held against no site."""
    if settings.site is None or not (root / "content" / "site.yaml").is_file():
        return []
    from coachbot.authoring.pack import load_pack
    from coachbot.bootstrap import prove_site  # the whole coach, which no other fault needs

    try:
        prove_site(load_pack(root), settings.site)
    except SettingsError as error:
        return [f"{settings.site} SITE_003 {error}"]
    return []


def _kinds(programmes: Mapping[str, Programme]) -> list[tuple[str, str]]:
    return sorted({(name, str(t.kind)) for name, found in programmes.items() for t in found.touchpoints})


def channel_faults(settings: Settings, root: Path, kinds: Mapping[str, ChannelKind] | None = None) -> list[str]:
    """A line for each dialog that says more in a row than a configured channel takes after a patient's word, unless
    the channel's words have a line (`more`) that asks for the word with which it goes on.

    Raises SettingsError where a channel is configured wrongly.
    """
    narrow = [one for one in _narrow(settings, kinds or channel_kinds()) if not _asks_for_a_word(root, one[0])]
    if not narrow:
        return []
    from coachbot.authoring.checks.bursts import on_narrow
    from coachbot.authoring.reading import read_pack

    reading = read_pack(root)
    return [
        _too_long(found, name, can.burst)
        for name, can in narrow
        for found in on_narrow(reading, joins=can.joins)
        if found.messages > can.burst
    ]


def _too_long(found: Longest, channel: str, burst: int) -> str:
    return (
        f"{found.place} SITE_002 '{found.draft.id}': up to {found.messages} messages in a row from '{found.state}' "
        f"without a word of the patient's, and {channel} takes {burst}: write `more:` in {_words_of(channel)}, what "
        "the last of them says so that the patient writes and the rest follows"
    )


def _narrow(settings: Settings, kinds: Mapping[str, ChannelKind]) -> Iterable[tuple[str, Capabilities]]:
    """The configured channels that take few messages after a patient's word."""
    for name, kind in kinds.items():
        channel = kind.open(settings)
        if channel is not None and channel.capabilities.window_hours is not None:
            yield name, channel.capabilities


def _words_of(channel: str) -> str:
    from coachbot.authoring.reading import DEFAULT_LANGUAGE

    return f"content/{DEFAULT_LANGUAGE}/{channel}.yaml"


def _asks_for_a_word(root: Path, channel: str) -> bool:
    from coachbot.authoring.plain import read_plain

    file = root / _words_of(channel)
    return file.is_file() and bool(str(read_plain(file).get("more") or "").strip())
