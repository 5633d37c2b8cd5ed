"""Everything that stands against sending a broadcast: its text, its audience, what they would give away together."""

from __future__ import annotations

from coachbot.errors import StaffError
from coachbot.service.broadcasts.audience import read_audience
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.broadcasts.showing import faults_for_examples
from coachbot.service.broadcasts.wording import TextFault, blinding_faults, faults_in, unblinding_filter
from coachbot.service.staff.records import StaffRow
from coachbot.service.world import World


def faults_of(one: Broadcast, staff: StaffRow | None, world: World) -> tuple[str, ...]:
    """Each with its place; empty if nothing does. `staff`: whose broadcast it is, as they now may."""
    if not one.texts:
        return ("there is no text yet",)
    treats = staff is not None and staff.may("treat")
    found: list[TextFault] = list(faults_in(one.texts, world.pack, treats=treats))
    try:
        audience = read_audience(one.audience, world.pack)
    except StaffError as error:
        return (*map(str, found), f"audience, {error}")
    found += blinding_faults(one.texts, audience, world.pack)
    faulty = frozenset(fault.language for fault in found)
    found += faults_for_examples(one.texts, audience, world, faulty)
    against = None if treats else unblinding_filter(audience, world.pack)
    return (*map(str, found), *([f"audience: {against}"] if against else []))
