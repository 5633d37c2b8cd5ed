"""`coachbot play`: a whole programme in the terminal, on a database of its own and a clock that you move."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TextIO

from coachbot.bootstrap import Coach, assemble
from coachbot.channels.terminal.channel import Terminal
from coachbot.channels.terminal.screen import Screen
from coachbot.channels.terminal.talk import CHAT, Talk
from coachbot.packs import pack_root
from coachbot.service.clock import VirtualClock
from coachbot.service.desk import Desk
from coachbot.service.facts import local_now
from coachbot.service.ports import Store
from coachbot.service.records import PatientRecord
from coachbot.service.travel import Travel
from coachbot.settings import Settings
from coachbot.store import open_store
from coachbot.testing.ground import pack_at
from coachbot.testing.recorder import Recorder
from coachbot.testing.script import Role

_SEED = 1


def play(
    settings: Settings,
    programme: str,
    arm: str,
    record: Path | None = None,
    *,
    store: Store | None = None,
    lines: TextIO | None = None,
    out: TextIO | None = None,
) -> None:
    """Talk until `/quit`. Without a `store` everything is gone afterwards; `record` writes a screenplay."""
    with tempfile.TemporaryDirectory(prefix="coachbot-play-") as folder:
        database = store or open_store(
            f"sqlite:///{Path(folder) / 'coachbot.db'}", keys_path=Path(folder) / "keys.json", synchronous="NORMAL"
        )
        try:
            playing = Playing(settings, database, out or sys.stdout)
            playing.run(programme, arm, lines or sys.stdin, record)
        finally:
            if store is None:
                database.close()


class Playing:
    """A coach wired for one person at a terminal."""

    def __init__(self, settings: Settings, store: Store, out: TextIO) -> None:
        self._store = store
        self._clock = VirtualClock()
        self._screen = Screen(out, {})
        self._terminal = Terminal(self._screen)
        self._coach: Coach = assemble(
            settings, store, self._clock, {self._terminal.name: self._terminal},
            pack=pack_at(pack_root(settings)), rng=Random(_SEED), demo=True,
        )  # fmt: skip
        self._screen.words = self._coach.world.words_for(settings.language, "terminal")
        self._desk: Desk = self._coach.desk(self._terminal.name)
        self._recorder: Recorder | None = None

    def run(self, programme: str, arm: str, lines: TextIO, record: Path | None) -> None:
        """From the invitation to the end of the input."""
        code = self._coach.enrolments.invite(programme, arm, "play")
        if record is not None:
            role = Role("Mei", zone=_own_zone(), programme=programme, arm=arm)
            self._recorder = Recorder(record, role, local_now=self._local_now, seed=_SEED)
            self._terminal.heard = self._recorder.heard
        travel = Travel(self._store, self._clock, self._settle)
        talk = Talk(self._screen, self._terminal, self._desk, travel, self._local_now, self._settle, self._recorder)
        talk.begin(code)
        talk.run(lines)
        if record is not None:
            self._screen.note("recorded", path=record)

    # -- what the talk needs ---------------------------------------------------------------------------
    def _settle(self) -> None:
        while True:
            while self._coach.turns.drain() + self._coach.turns.run_timers():
                pass
            confirmed = self._confirm()
            if not (asyncio.run(self._coach.sender.drain()) or confirmed):
                return

    def _record(self) -> PatientRecord | None:
        with self._store.reading() as tx:
            patient = tx.find_address(self._desk.account, CHAT)
            return tx.load([patient]).get(patient) if patient else None

    def _local_now(self) -> datetime:
        record = self._record()
        if record is None or not record.profile.zone:
            return self._clock.now().astimezone()
        return local_now(record.profile, self._clock.now())

    def _confirm(self) -> bool:
        """Nobody examines anybody here: once the screening is answered, the programme begins."""
        record = self._record()
        enrolment = record.enrolment if record else None
        if record is None or enrolment is None or enrolment.state != "screening" or record.conversation.prompt:
            return False
        if enrolment.progress.screening.get("outcome") not in ("fit", "review"):
            return False
        by = str(self._coach.world.site_for(record.profile.language)["therapist"])
        self._screen.note("confirmed", by=by)
        if self._recorder is not None:
            self._recorder.staff(f"confirm by {by}")
        self._coach.enrolments.confirm(enrolment.code, by)
        return True


def _own_zone() -> str:
    """This computer's zone by its IANA name; UTC if it does not tell."""
    zone = Path("/etc/localtime")
    name = str(zone.resolve()).rpartition("zoneinfo/")[2] if zone.is_symlink() else ""
    return name or "UTC"
