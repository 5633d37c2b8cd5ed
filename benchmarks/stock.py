"""A stock of talk on PostgreSQL: patients in the evening check-in, and all that they will say, stored and held back.

Whoever measures takes copies of one such database, so that every run meets the same patients and words. What was held
back is let in as if it had just come in; bells ring for it as they do in service.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from benchmarks.ground import ROOT, TYPED, Silent, patient_at
from coachbot.authoring.pack import load_pack
from coachbot.bootstrap import Coach, assemble
from coachbot.engine.events import Opened
from coachbot.processes.bells import Bells
from coachbot.service.clock import RealClock
from coachbot.service.draft import Draft
from coachbot.service.records import Changes, Update
from coachbot.service.shards import shard_of
from coachbot.service.speaking import Delivery
from coachbot.service.stepping import apply
from coachbot.settings import load_settings
from coachbot.store import open_store

#: The channel that every process has without settings.
_CHANNEL = "webchat"
_ENROLLED_FOR = timedelta(days=9)
_AT_ONCE = 500
_HOLD_BACK = "UPDATE inbox SET state = 'stock' WHERE state = 'waiting'"
_STOCK = "SELECT id, patient FROM inbox WHERE state = 'stock' ORDER BY id"
_LET_IN = (
    "UPDATE inbox SET state = 'waiting', received_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint "
    "WHERE id = ANY(%s)"
)
_LEFT = "SELECT count(*) FROM inbox WHERE state = 'waiting'"


def make(url: str, folder: Path, patients: int) -> None:
    """Enrol so many patients in the database of a URL, ask each how it went today, and store their four answers, held
    back. The key file lies in the folder."""
    settings = load_settings(data=folder, database=url)
    store = open_store(settings.database_url, keys_path=settings.keys_path)
    coach = assemble(settings, store, RealClock(), {_CHANNEL: Silent()}, pack=load_pack(ROOT), rng=Random(7))
    account = coach.desk(_CHANNEL).account
    for first in range(0, patients, _AT_ONCE):
        _enrol(coach, account, range(first, min(first + _AT_ONCE, patients)))
    for turn, answers in enumerate(TYPED):
        for first in range(0, patients, _AT_ONCE):
            some = range(first, min(first + _AT_ONCE, patients))
            coach.inbox.store([_said(account, place, turn, answers) for place in some])
    store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_HOLD_BACK)
        connection.execute("VACUUM ANALYZE")


def _enrol(coach: Coach, account: int, places: Sequence[int]) -> None:
    now, changes = datetime.now(UTC), Changes()
    with coach.store.writing() as tx:
        for place in places:
            one = patient_at(coach, account, place, f"chat{place}")
            assert one.enrolment
            enrolment = replace(one.enrolment, anchor=(now - _ENROLLED_FOR).date())
            one = replace(one, enrolment=enrolment, last_heard=now)
            tx.add_patient(one.id, site=coach.site, address=one.address, profile=one.profile)
            draft = Draft(coach.world, one, now, coach.world.ids.next())
            apply(draft, Opened("cse/checkin", "touchpoint"), Delivery(lane=1))
            draft.merge(changes)
            changes.enrolments[one.id] = draft.record
        tx.save(changes)


def _said(account: int, place: int, turn: int, answers: Sequence[str]) -> Update:
    text = answers[place % len(answers)]
    return Update(account, _CHANNEL, f"chat{place}", f"s{turn}-{place}", "text", text=text)


@dataclass(slots=True)
class Stock:
    """What is still held back in one copy, the first said first; and the bells that ring for what is let in."""

    rows: list[tuple[int, str]]
    connection: psycopg.Connection[Any]
    bells: Bells

    def take(self, patients: int) -> list[tuple[int, str]]:
        """All that the next so many patients will say, in its order."""
        names = list(dict.fromkeys(patient for _, patient in self.rows))[:patients]
        chosen = set(names)
        taken = [row for row in self.rows if row[1] in chosen]
        self.rows = [row for row in self.rows if row[1] not in chosen]
        return taken

    def let_in(self, rows: Sequence[tuple[int, str]]) -> None:
        """They come in now, in one commit."""
        self.connection.execute(_LET_IN, [[row for row, _ in rows]])
        self.bells.ring({shard_of(patient) for _, patient in rows})

    def left(self) -> int:
        """How many that came in wait for their turn."""
        row = self.connection.execute(_LEFT).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def stock(url: str) -> Iterator[Stock]:
    """The stock of a copy."""
    with psycopg.connect(url, autocommit=True) as connection, _ringing(url) as bells:
        rows = [(int(row), str(patient)) for row, patient in connection.execute(_STOCK)]
        yield Stock(rows, connection, bells)


@contextmanager
def _ringing(url: str) -> Iterator[Bells]:
    """Bells as a web process has them, in a loop of their own."""
    made: Future[tuple[Bells, asyncio.Event, asyncio.AbstractEventLoop]] = Future()

    async def carry() -> None:
        bells, ended = Bells(url, lambda shards: None), asyncio.Event()
        async with bells.open():
            carrying = asyncio.create_task(bells.carry())
            made.set_result((bells, ended, asyncio.get_running_loop()))
            await ended.wait()
            logging.getLogger("psycopg").setLevel(logging.ERROR)  # it tells of a query that is broken off here
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(carry()), daemon=True)
    thread.start()
    bells, ended, loop = made.result(30)
    try:
        yield bells
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
