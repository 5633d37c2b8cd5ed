"""The checks of a pack: one file per concern, all run in one go."""

from __future__ import annotations

from coachbot.authoring.checks.batteries import check_batteries
from coachbot.authoring.checks.blinding import check_blinding
from coachbot.authoring.checks.bursts import check_bursts
from coachbot.authoring.checks.context import Context
from coachbot.authoring.checks.flow import check_flow
from coachbot.authoring.checks.languages import check_languages
from coachbot.authoring.checks.links import check_links
from coachbot.authoring.checks.moments import check_moments
from coachbot.authoring.checks.pictures import check_pictures
from coachbot.authoring.checks.reached import check_reached
from coachbot.authoring.checks.slots import check_slots
from coachbot.authoring.checks.staff import check_staff
from coachbot.authoring.checks.start import check_start
from coachbot.authoring.checks.suited import check_suited
from coachbot.authoring.checks.texts import check_texts
from coachbot.authoring.checks.words import check_words
from coachbot.authoring.faults import Fault
from coachbot.authoring.reading import Reading

CHECKS = (
    check_flow,
    check_slots,
    check_start,
    check_reached,
    check_links,
    check_suited,
    check_moments,
    check_words,
    check_texts,
    check_staff,
    check_bursts,
    check_languages,
    check_pictures,
    check_blinding,
    check_batteries,
)


def run_checks(reading: Reading, *, burst: int = 20) -> tuple[Fault, ...]:
    """All faults of a pack, of its form and of its meaning, sorted by place.

    `burst` is the most messages in a row that the narrowest channel bears.
    """
    context = Context(reading, burst)
    faults = set(reading.faults)
    for check in CHECKS:
        faults.update(check(context))
    return tuple(sorted(faults))
