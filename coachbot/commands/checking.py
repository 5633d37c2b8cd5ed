"""What `coachbot check` says of a site beside its pack: touchpoints for which nothing rings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from coachbot.authoring.pack import load_pack
from coachbot.programme.model import Programme
from coachbot.settings import Settings


def site_warnings(settings: Settings, root: Path) -> list[str]:
    """A line for each kind of touchpoint without a template, where WeChat is configured."""
    if not settings.wechat_appid:
        return []
    from coachbot.channels.wechat.templates import templates_of

    there = templates_of(settings.site).by_kind
    place = settings.site or "COACHBOT_SITE"
    return [
        f"{place} SITE_001 warning: programme '{programme}' has touchpoints of the kind '{kind}', and wechat.templates "
        "has no template for it: after 48 hours without a word of the patient they wait unseen"
        for programme, kind in _kinds(load_pack(root).programmes)
        if kind not in there
    ]


def _kinds(programmes: Mapping[str, Programme]) -> list[tuple[str, str]]:
    return sorted({(name, str(t.kind)) for name, found in programmes.items() for t in found.touchpoints})
