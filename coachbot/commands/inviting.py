"""`coachbot invite --csv`: a whole list of invitations, from the keyboard."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coachbot.bootstrap import StaffRooms
    from coachbot.service.enrolling.office import Outcome
    from coachbot.settings import Settings


def try_out(settings: Settings, file: Path) -> int:
    """What a list would make; 1 if anything is wrong with it.

    Where nothing is installed yet, it is looked at in a store that is thrown away.
    """
    from coachbot.store import is_made

    content = file.read_bytes()
    if is_made(settings.database_url):
        return _told(_rooms(settings).lists.try_out(content, None))
    from coachbot.bootstrap import assemble, staff_rooms
    from coachbot.service.clock import RealClock
    from coachbot.testing.ground import new_store

    with tempfile.TemporaryDirectory() as folder, contextlib.closing(new_store(Path(folder))) as store:
        return _told(staff_rooms(assemble(settings, store, RealClock(), {})).lists.try_out(content, None))


def invite_all(settings: Settings, file: Path, sheet: Path | None) -> int:
    """Make every invitation of a list, or none; prints reference and code of each."""
    from coachbot.console.sheet import cards_of, sheet_of
    from coachbot.opening import saying_what_is_new

    content = file.read_bytes()
    if sheet is not None:
        sheet.write_text("", "utf-8")  # a place that can't be written is told before codes are made that nobody sees
        sheet.chmod(0o600)
    with saying_what_is_new(settings):
        rooms = _rooms(settings, make=True)
        outcome = rooms.lists.invite(content, None)
    for one in outcome.invited:
        print(f"{one.reference}\t{one.code}")
    if sheet is not None and outcome.invited:
        sheet.write_text(sheet_of(rooms.world, cards_of(outcome.invited, rooms.links)), "utf-8")
        print(f"cards to print: {sheet}", file=sys.stderr)
    return _told(outcome)


def _rooms(settings: Settings, *, make: bool = False) -> StaffRooms:
    from coachbot.bootstrap import staff_rooms
    from coachbot.opening import open_beside

    return staff_rooms(open_beside(settings, make=make))


def _told(outcome: Outcome) -> int:
    for fault in outcome.faults:
        print(fault, file=sys.stderr)
    if outcome.faults:
        print(f"{len(outcome.faults)} faults; nothing was made", file=sys.stderr)
        return 1
    if not outcome.invited:
        print(f"{len(outcome.wanted)} invitations would be made; nothing was made yet")
    return 0
