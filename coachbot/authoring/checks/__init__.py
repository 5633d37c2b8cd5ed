"""The checks of a pack: one file per concern, all run in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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
from coachbot.authoring.side_by_side import both

Check = Callable[[Context], Iterable[Fault]]
#: What hangs on the ways through the dialogs ...
_OF_WAYS: tuple[Check, ...] = (
    check_flow,
    check_slots,
    check_texts,
    check_reached,
    check_links,
    check_words,
    check_languages,
    check_batteries,
)
#: ... and all else, which takes about as long.
_OF_ELSE: tuple[Check, ...] = (
    check_start,
    check_moments,
    check_blinding,
    check_bursts,
    check_suited,
    check_pictures,
    check_staff,
)
CHECKS = (*_OF_WAYS, *_OF_ELSE)


def run_checks(reading: Reading, *, burst: int = 20, beside: bool = False) -> tuple[Fault, ...]:
    """All faults of a pack, of its form and of its meaning, sorted by place.

    `burst` is the most messages in a row that the narrowest channel bears. `beside`: on two cores, for a command
    without threads (`side_by_side`).
    """
    context = Context(reading, burst)

    def found(checks: Iterable[Check]) -> set[Fault]:
        return {fault for check in checks for fault in check(context)}

    parts = both(lambda: found(_OF_WAYS), lambda: found(_OF_ELSE)) if beside else (found(CHECKS),)
    return tuple(sorted(set(reading.faults).union(*parts)))
