"""The demo's clinic: made-up patients of other weeks for the staff's console, lived through in a process of its own.

The demo starts at once; patients come in over the next minutes, and stay in the demo's database.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

from coachbot.bootstrap import Coach, StaffRooms
from coachbot.service.ports import Packed
from coachbot.service.writer import WHENEVER
from coachbot.store import open_store

log = logging.getLogger("coachbot.demo")

#: Setting: pseudonyms of the patients who came in so far, by spaces. They wait for no visitor of the demo.
COHORT = "demo_cohort"
ADMIN, THERAPIST = "Lin", "Sam Okafor"
_CHANNEL, _ACCOUNT = "webchat", "default"
#: What the team has noted, by the place in which somebody came in.
_NOTES = {
    1: "Rang about the insoles: will bring them on Tuesday.",
    4: "Knows the exercises well by now. Ask about the garden at week 4.",
    9: "Prefers to be written to, not rung.",
    17: "Rang, did not pick up. Try again on Friday after four.",
    30: "On holiday until the 20th; agreed on a pause.",
}
_SAMS_EVERY, _WALKERS_EVERY = 3, 5


class DemoClinic:
    """Accounts and patients that the demo's console shows."""

    def __init__(self, coach: Coach, rooms: StaffRooms, most: int) -> None:
        self._coach = coach
        self._rooms = rooms
        #: So many made-up patients, and no more.
        self._most = most
        self._process: subprocess.Popen[str] | None = None
        self._stopping = False

    def start(self) -> None:
        """Make ready in the background."""
        threading.Thread(target=self._prepare, name="coachbot-clinic", daemon=True).start()

    def stop(self) -> None:
        """Leave what is not there yet."""
        self._stopping = True
        if self._process is not None:
            self._process.terminate()

    def entry(self) -> str:
        """A path of the console that lets the demo's admin in, once."""
        return f"staff/enter/{self._rooms.doors.entry(self._account(ADMIN, 'admin'))}"

    # -- how -------------------------------------------------------------------------------------------
    def _account(self, name: str, role: str) -> int:
        found = next((row.id for row in self._rooms.doors.everybody() if row.name == name), None)
        return found if found is not None else self._rooms.doors.add(name, role).staff.id

    def _prepare(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="coachbot-clinic-"))
        try:
            self._account(ADMIN, "admin")
            self._account(THERAPIST, "therapist")
            self._live(folder)
        except Exception:
            log.exception("the demo's clinic could not be made ready; the chat is not touched by it")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _live(self, folder: Path) -> None:
        until, done = self._coach.world.clock.now(), len(cohort_of(self._coach))
        if done >= self._most:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coachbot.testing.cohort", str(folder), until.isoformat(), str(done)],
            stdout=subprocess.PIPE, text=True, preexec_fn=_out_of_the_way,
        )  # fmt: skip
        assert self._process.stdout is not None
        for place, line in enumerate(self._process.stdout, done):
            number, _, patient = line.strip().partition(" ")
            if self._stopping:
                return
            self._take_in(folder / number, patient)
            self._care_for(place, patient)
            if place + 1 >= self._most:
                self._process.terminate()
                return

    def _take_in(self, folder: Path, patient: str) -> None:
        store = open_store(f"sqlite:///{folder / 'coachbot.db'}", keys_path=folder / "keys.json", synchronous="OFF")
        try:
            with store.reading() as tx:
                packed = tx.packed(patient)
        finally:
            store.close()
        self._coach.writer.submit(partial(self._adopt, packed), WHENEVER).result()

    def _care_for(self, place: int, patient: str) -> None:
        """What a team leaves behind: somebody they belong to, a note, a tag."""
        care, everybody = self._rooms.care, {row.name: row for row in self._rooms.doors.everybody()}
        admin = everybody[ADMIN]
        if place % _SAMS_EVERY == 0:
            care.do("care", admin, patient, {"staff": str(everybody[THERAPIST].id)})
        if place % _WALKERS_EVERY == 0:
            care.do("tags", admin, patient, {"tags": "walkers"})
        if place in _NOTES:
            care.do("note", admin, patient, {"text": _NOTES[place]})

    def _adopt(self, packed: Packed) -> None:
        with self._coach.store.writing() as tx:
            account = tx.account(_CHANNEL, _ACCOUNT, self._coach.site)
            tx.adopt(packed, site=self._coach.site, account=account)
            tx.put_setting(COHORT, f"{tx.setting(COHORT) or ''} {packed.patient}".strip())


def cohort_of(coach: Coach) -> frozenset[str]:
    """The made-up patients; the demo's own visitors are all others."""
    with coach.store.reading() as tx:
        return frozenset((tx.setting(COHORT) or "").split())


def _out_of_the_way() -> None:
    """The visitor's chat goes first; and Ctrl-C is the demo's own matter."""
    os.setpgrp()
    os.nice(15)
