"""A sheet of invitations to be printed and cut: a card each, with the code and its picture. It tells nobody's arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from coachbot.console.rendering import Pages
from coachbot.service.enrolling.office import Invited
from coachbot.service.world import World


@dataclass(frozen=True, slots=True)
class Card:
    """One invitation as it is printed."""

    reference: str
    code: str
    valid_until: date
    #: What it opens, its link, and the link as a picture (empty without the library that draws it).
    links: tuple[tuple[str, str, Markup], ...]


def cards_of(invited: Sequence[Invited], links: Callable[[str], Mapping[str, str]]) -> list[Card]:
    """The cards of a list."""
    return [
        Card(
            one.reference, one.code, one.valid_until,
            tuple((name, link, qr_inline(link)) for name, link in links(one.code).items()),
        )
        for one in invited
    ]  # fmt: skip


def qr_inline(link: str) -> Markup:
    """A link as a QR code that stands in a page; empty where segno is not installed."""
    try:
        import segno
    except ImportError:
        return Markup("")
    return Markup(segno.make(link, error="m").svg_inline(scale=4, border=2))


def sheet_of(world: World, cards: Sequence[Card]) -> str:
    """The cards as a page of its own, to be printed."""
    return Pages(world).page("sheet.html", cards=cards)
