"""The pack and the clinic: texts for whoever is in danger, hours, and somebody who is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coachbot.authoring.pack import check_pack
from coachbot.bootstrap import staff_of
from coachbot.doctor.finding import Finding, fail, ok, warn
from coachbot.service.staffing import FIRST, calls
from coachbot.service.world import World
from coachbot.settings import Settings

#: Facts of the site that somebody in danger must read.
_NUMBERS = ("emergency", "crisis_line")
_GRAVE = ("top", "high")


def pack(root: Path) -> Iterator[Finding]:
    """Dialogs and words."""
    found = check_pack(root)
    errors = [fault for fault in found if fault.severity == "error"]
    if errors:
        yield fail("pack", f"{len(errors)} faults in {root}", "run `coachbot check`")
    else:
        yield ok("pack", f"{root}: no faults, {len(found)} warnings")


def site(settings: Settings, world: World) -> Iterator[Finding]:
    """The clinic's own facts, and its numbers in the texts that somebody in danger reads."""
    if settings.site is None:
        yield fail("site", "no file of the clinic's own", "set COACHBOT_SITE (docs/operating.md has an example)")
        return
    yield ok("site", f"{settings.site} is understood")
    lacking = sorted(_lacking(world))
    if lacking:
        cure = "mend the pack's content/<language>/safety"
        yield fail("crisis texts", f"without a text or the clinic's numbers: {', '.join(lacking)}", cure)
    else:
        languages = ", ".join(sorted(world.static))
        yield ok("crisis texts", f"there with the clinic's numbers, in {languages}{_named(world)}")


def _lacking(world: World) -> Iterator[str]:
    """`language kind` of every danger whose help says nothing; `language crisis` where it names no number."""
    for language, facts in world.site.items():
        yield from _lacking_in(world, language, facts, world.static.get(language, {}))
    for code, there in world.abroad.at.items():
        for language, facts in there.facts.items():
            yield from (f"{code} {one}" for one in _lacking_in(world, language, facts, there.static.get(language, {})))


def _named(world: World) -> str:
    """The other countries that the site has numbers for; nothing where it has one country."""
    home, others = world.abroad.home, ", ".join(world.abroad.named)
    return f"; home is {home}, and numbers of their own have: {others or 'no other countries'}" if home else ""


def _lacking_in(world: World, language: str, facts: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    for kind, rule in world.rules.items():
        if not texts.get(rule.static, "").strip():
            yield f"{language} {kind}"
    crisis = world.rules.get("crisis")
    text = texts.get(crisis.static, "") if crisis else ""
    if text and not all(str(facts.get(name, "")) in text for name in _NUMBERS):
        yield f"{language} crisis"


def duty(settings: Settings, world: World, now: datetime | None = None) -> Iterator[Finding]:
    """Hours, and whether a grave alert opened now reaches a person and another behind them."""
    now = now or datetime.now(UTC)
    start = world.duty.next_start(now)
    if not world.duty.covers(start):
        yield fail("duty", "nobody is on duty in the next 30 days", "set `duty` in the site's file")
        return
    local = start.astimezone(world.duty.zone)
    yield ok("duty", "on now" if start == now else f"begins {local:%a %Y-%m-%d %H:%M} ({world.duty.zone})")
    yield from _called(settings, world, now)


def _called(settings: Settings, world: World, now: datetime) -> Iterator[Finding]:
    staff = staff_of(settings.site)
    for rule in (rule for rule in world.rules.values() if rule.priority in _GRAVE):
        called = calls(rule, now, staff, world.duty)
        cure = "name people in `staff` of the site's file, and run `coachbot drill`"
        if not called:
            yield fail("staff", f"nobody is called about '{rule.kind}'", cure)
            return
        if rule.escalate_to and all(call.why == "opened" for call in called):
            yield warn("staff", f"nobody stands behind the {FIRST} about '{rule.kind}'", cure)
            return
    yield ok("staff", f"{len(staff)} people are called about alerts")
