"""What only a call can tell: do the messengers know us, does the public address lead here, is the clock right?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from coachbot.doctor.finding import Finding, fail, ok, warn
from coachbot.registry import channel_kinds
from coachbot.service.channels import OK, REFUSED, Askable
from coachbot.settings import Settings

_PATIENCE_S = 10.0
#: Seconds that the clock may be off: what is due comes that much early or late.
_OFF_S = 30.0


def messengers(settings: Settings) -> Iterator[Finding]:
    """Each account of each channel that can be asked."""
    for name, kind in channel_kinds().items():
        channel = kind.open(settings)
        if isinstance(channel, Askable):
            yield from _told(name, asyncio.run(channel.ask()))


def _told(channel: str, states: Mapping[str, str]) -> Iterator[Finding]:
    for account, state in states.items():
        if state == OK:
            yield ok(channel, f"{account}: knows us")
        elif state == REFUSED:
            yield fail(channel, f"{account}: refuses our token or secret", "renew it there, and in the settings")
        else:
            yield fail(channel, f"{account}: does not answer", "look at the machine's way out, and at the messenger")


def public(settings: Settings) -> Iterator[Finding]:
    """The address of the links leads to a coach, and its clock is ours."""
    if not settings.address:
        return
    place = f"{settings.public}/healthz"
    asked = time.time()
    try:
        with urlopen(Request(place), timeout=_PATIENCE_S) as answer:
            date, body = answer.headers.get("date"), answer.read(200)
    except HTTPError as error:
        yield fail("public", f"{place} answers {error.code}", "look at the proxy")
        return
    except (URLError, OSError) as error:
        yield fail("public", f"{place}: {getattr(error, 'reason', error)}", "look at the proxy, its name and its TLS")
        return
    if b'"ok"' not in body:
        yield fail("public", f"{place} is no coach", "have the proxy pass all paths on")
        return
    yield ok("public", f"{place} answers")
    off = parsedate_to_datetime(date).timestamp() - asked if date else 0.0
    if abs(off) > _OFF_S:
        yield warn("clock", f"{abs(off):.0f} seconds off from {settings.public}", "keep it by NTP")
