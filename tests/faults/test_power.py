"""What was acknowledged is on the disk: by the order of system calls, and after a cut of the power."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pytest

from coachbot.channels.telegram.tokens import Token
from coachbot.channels.telegram.webhook import SECRET_HEADER
from coachbot.opening import open_beside
from coachbot.service.records import Profile, Progress
from coachbot.settings import load_settings
from coachbot.testing.botapi import FakeTelegram
from tests.faults import trace
from tests.faults.disk import Disk
from tests.faults.engine import TOKEN, EngineProcess
from tests.faults.phones import enrol, zone_where_it_is
from tests.faults.trace import Event, Heard, Sent, Synced, Wrote

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: apt-get install strace"),
]
#: Numbers of updates that can be told from anything else in a page of the database.
_FIRST = 700_000_001
_UPDATES = 6
_OFFSET = re.compile(rb'"offset":\s*(\d+)')


@dataclass(frozen=True)
class Run:
    """A coach that was watched while somebody talked with it."""

    folder: Path
    #: The folder as it was before the coach started.
    base: Path
    events: list[Event]
    #: Number of each update to the place in `events` where it was acknowledged.
    acknowledged: dict[int, int]


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not so():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def _watched(
    place: Path,
    talk: Callable[[FakeTelegram, EngineProcess], None],
    acknowledged: Callable[[list[Event]], dict[int, int]],
    **settings: str,
) -> Run:
    folder, base, output = place / "data", place / "base", place / "strace.txt"
    with FakeTelegram() as telegram:
        telegram.add_bot(TOKEN)
        coach = open_beside(load_settings(data=folder), make=True)
        enrol(
            coach,
            telegram,
            TOKEN,
            1,
            Profile(name="Kim", zone=zone_where_it_is(18)),
            Progress(assessments=("baseline",)),
        )
        coach.store.close()
        shutil.copytree(folder, base)
        engine = _Settled(folder, telegram.url, settings)
        engine.start(before=trace.command(output))
        try:
            engine.wait_until_healthy()
            talk(telegram, engine)
        finally:
            _kill_watched(engine.pid)
            engine.died_of_its_child()
    events = trace.events(output)
    return Run(folder, base, events, acknowledged(events))


class _Settled(EngineProcess):
    """A coach with settings of a test's own."""

    def __init__(self, data: Path, api: str, settings: dict[str, str]) -> None:
        super().__init__(data, api)
        self._settings = settings

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**more, **self._settings)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def died_of_its_child(self) -> None:
        assert self._process is not None
        self._process.wait(timeout=30)


def _kill_watched(strace: int) -> None:
    """The coach that this strace runs; strace ends with it."""
    for child in Path(f"/proc/{strace}/task/{strace}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)


# -- polling ------------------------------------------------------------------------------------------
def _by_polling(telegram: FakeTelegram, engine: EngineProcess) -> None:
    (person,) = telegram.people.values()
    who = {"chat": {"id": person.chat, "type": "private"}, "from": {"id": person.chat, "is_bot": False}}
    for number in range(_UPDATES):
        message = {"message_id": 100 + number, "date": 1, "text": ("menu", "help")[number % 2], **who}
        telegram.put(TOKEN, {"message": message}, _FIRST + number)
        _until(lambda: not telegram.waiting(TOKEN))


def _by_offset(events: list[Event]) -> dict[int, int]:
    """An update is acknowledged when the first call with a higher offset leaves."""
    found: dict[int, int] = {}
    for place, event in enumerate(events):
        offset = _OFFSET.search(event.data) if isinstance(event, Sent) else None
        for number in range(_FIRST, int(offset[1]) if offset else _FIRST):
            found.setdefault(number, place)
    return found


# -- webhook ------------------------------------------------------------------------------------------
def _by_webhook(telegram: FakeTelegram, engine: EngineProcess) -> None:
    assert isinstance(engine, _Settled)
    token = Token("bot", TOKEN)
    (person,) = telegram.people.values()
    who = {"chat": {"id": person.chat, "type": "private"}, "from": {"id": person.chat, "is_bot": False}}
    _until(lambda: bool(telegram.called("setWebhook")))
    for number in range(_UPDATES):
        update = {
            "update_id": _FIRST + number,
            "message": {"message_id": 100 + number, "date": 1, "text": "menu", **who},
        }
        answer = httpx.post(
            f"{engine.url}/telegram/{token.path}",
            content=json.dumps(update),
            headers={SECRET_HEADER: token.webhook_secret},
        )
        assert answer.status_code == 200


def _by_answer(events: list[Event]) -> dict[int, int]:
    """An update is acknowledged when the 200 leaves that follows it."""
    found: dict[int, int] = {}
    handed: int | None = None
    for place, event in enumerate(events):
        number = re.search(rb'"update_id": (\d+)', event.data) if isinstance(event, Heard) else None
        handed = int(number[1]) if number else handed
        if handed is not None and isinstance(event, Sent) and event.data.startswith(b"HTTP/1.1 200"):
            found[handed], handed = place, None
    return found


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _watched(tmp_path_factory.mktemp("polled"), _by_polling, _by_offset)


@pytest.fixture(scope="module")
def unsynchronised(tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("unsynchronised")
    return _watched(place, _by_polling, _by_offset, COACHBOT_SYNCHRONOUS="OFF")


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("hooked")
    return _watched(place, _by_webhook, _by_answer, COACHBOT_TELEGRAM_WEBHOOK="https://coach.example.org")


# -- the order of calls -------------------------------------------------------------------------------
def _too_early(run: Run) -> list[int]:
    """The updates that were acknowledged before the write-ahead log held them safely."""
    log = str(run.folder / "coachbot.db-wal")
    found = []
    for number, acknowledged in run.acknowledged.items():
        name = f"u{number}".encode()
        places = range(acknowledged)
        wrote = next(
            (at for at in places if isinstance(e := run.events[at], Wrote) and e.file == log and name in e.data), None
        )
        if wrote is None or not any(run.events[at] == Synced(log) for at in places[wrote:]):
            found.append(number)
    return found


def test_the_log_is_synchronised_between_a_row_and_the_next_higher_offset(polled: Run) -> None:
    assert len(polled.acknowledged) == _UPDATES
    assert _too_early(polled) == []


def test_the_log_is_synchronised_between_a_row_and_the_webhooks_answer(hooked: Run) -> None:
    assert len(hooked.acknowledged) == _UPDATES
    assert _too_early(hooked) == []


def test_without_synchronisation_that_is_not_so(unsynchronised: Run) -> None:
    assert len(unsynchronised.acknowledged) == _UPDATES
    assert len(_too_early(unsynchronised)) == _UPDATES


# -- cuts of the power --------------------------------------------------------------------------------
def _lost(run: Run, place: Path, keep: Random | None = None) -> list[int]:
    """The updates that are gone after a cut at the very moment at which they were acknowledged."""
    disk, played, found = Disk(run.folder, run.base), 0, []
    for number, acknowledged in sorted(run.acknowledged.items()):
        disk.play(run.events[played:acknowledged])
        played = acknowledged
        left = disk.cut_power(place / "after", keep)
        if f"u{number}" not in _stored(left / "coachbot.db"):
            found.append(number)
    return found


def _stored(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {row[0] for row in connection.execute("SELECT update_id FROM inbox")}


@pytest.fixture(params=["nothing else is left", "some of the rest is left"])
def keep(request: pytest.FixtureRequest) -> Random | None:
    return Random(5) if request.param.startswith("some") else None


def test_what_was_acknowledged_survives_a_cut_of_the_power(polled: Run, tmp_path: Path, keep: Random | None) -> None:
    assert _lost(polled, tmp_path, keep) == []


def test_what_a_webhook_acknowledged_survives_it_too(hooked: Run, tmp_path: Path) -> None:
    assert _lost(hooked, tmp_path) == []


def test_without_synchronisation_it_is_lost(unsynchronised: Run, tmp_path: Path) -> None:
    assert len(_lost(unsynchronised, tmp_path)) == _UPDATES
