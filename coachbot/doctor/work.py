"""The work under way: accounts, alerts, parked turns, late timers, and the way in for patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from coachbot.doctor.finding import Finding, fail, ok, warn
from coachbot.registry import channel_kinds
from coachbot.service.notices.records import Way
from coachbot.service.staff.records import StaffRow
from coachbot.service.vitals import Vitals
from coachbot.settings import Settings

_GRAVE = ("top", "high")


def address(settings: Settings) -> Iterator[Finding]:
    """The address that goes into links is one that a patient's telephone can reach safely."""
    if settings.telegram_webhook and not settings.telegram_webhook.startswith("https://"):
        yield fail("address", "COACHBOT_TELEGRAM_WEBHOOK is no https address", "Telegram calls only https")
    if not settings.address:
        told = f"links name {settings.public}, which is this machine alone" if _is_here(settings.host) else "not set"
        yield warn("address", told, "set COACHBOT_ADDRESS to what patients type: https://...")
    elif not settings.address.startswith("https://"):
        yield fail("address", f"{settings.public} is not encrypted", "put a proxy with TLS before it")
    else:
        yield ok("address", settings.public)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def channels(settings: Settings) -> Iterator[Finding]:
    """Every channel that is configured can be opened."""
    found = [name for name, kind in channel_kinds().items() if kind.open(settings) is not None]
    yield ok("channels", ", ".join(sorted(found)))


def accounts(rows: Sequence[StaffRow]) -> Iterator[Finding]:
    """Somebody can sign in to the console, and nobody without a one-time code."""
    active = [row for row in rows if row.active]
    ready = [row for row in active if row.password and row.totp]
    if without := [row.name for row in active if not row.totp]:
        yield fail("console", f"{len(without)} accounts have no one-time codes", "run `coachbot staff again NAME`")
    if not any(row.may("treat") for row in ready):
        yield warn("console", "nobody who treats can sign in", "run `coachbot staff add NAME --role therapist`")
    else:
        yield ok("console", f"{len(ready)} of {len(active)} accounts can sign in, all with one-time codes")


def ways(settings: Settings, rows: Sequence[StaffRow], known: Sequence[Way]) -> Iterator[Finding]:
    """No way of the staff's is a chat that none of them can open: notices there would be read by nobody."""
    opened = ((name, kind.open(settings)) for name, kind in channel_kinds().items())
    blind = {name for name, channel in opened if channel is not None and not channel.capabilities.staff_chats}
    names = {row.id: row.name for row in rows if row.active}
    for way in known:
        if way.kind == "chat" and way.channel in blind and way.staff in names:
            yield fail(
                "notices", f"{names[way.staff]} can't read a chat of the channel {way.channel}; nothing is sent there",
                f"run `coachbot staff tell {names[way.staff]} --off {way.id}`, and add e-mail or another messenger",
            )  # fmt: skip


def waiting(now: Vitals, *, runs: bool) -> Iterator[Finding]:
    """Alerts without a person behind them, turns without an answer, timers that should have fired."""
    late = sum(pile.late for name, pile in now.alerts.items() if name in _GRAVE)
    open_ = sum(pile.open.count for pile in now.alerts.values())
    if late:
        yield fail("alerts", f"{late} grave ones past their time, {open_} open", "look now: `coachbot alerts`")
    elif open_:
        yield warn("alerts", f"{open_} that nobody has acknowledged", "look: `coachbot alerts`")
    else:
        yield ok("alerts", "none open")
    if now.parked:
        yield warn("parked", f"{now.parked} turns or timers in the last week", "look: `coachbot incidents`")
    else:
        yield ok("parked", "none in the last week")
    yield _overdue(now, runs)


def _overdue(now: Vitals, runs: bool) -> Finding:
    count, age = now.timers.count, now.timers.age_s(now.now)
    if not count:
        return ok("timers", "none overdue")
    told = f"{count} overdue, the oldest by {age:.0f} seconds"
    if runs:
        return fail("timers", told, "the engine does not keep up: look at its log and at /readyz")
    return warn("timers", told, "start the coach")
