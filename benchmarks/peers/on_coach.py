"""coachbot as it is: SQLite with synchronous FULL, sealed columns, the delivery ledger, groups in one commit."""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.ground import NOW, ROOT, enrol
from benchmarks.peers.playing import folder_of, main
from benchmarks.peers.talk import ANSWER, FIRST_CHAT, STATES, WORDS, question
from coachbot.authoring.pack import load_pack
from coachbot.bootstrap import Coach, assemble, spare_the_collector
from coachbot.channels.telegram.reading import Reader
from coachbot.channels.telegram.writing import call_for
from coachbot.engine.events import Opened
from coachbot.service.clock import StandingClock
from coachbot.service.draft import Draft
from coachbot.service.ports import Capabilities
from coachbot.service.records import Address, Changes, OutboxRow, Update
from coachbot.service.speaking import Delivery
from coachbot.service.stepping import apply
from coachbot.service.turns import GROUP
from coachbot.settings import load_settings
from coachbot.store import open_store

_DIALOG = "bench/talk"
_ASKS = {
    "minutes": "number: {name: minutes, min: 1, max: 180, unit: min}",
    "pain": "scale: {name: pain, from: 0, to: 10}",
}
#: Each state asks, says that the answer is noted, and goes on; a question that is skipped ends the talk.
_STATE = """
  {code}:
    ask: {{{ask}}}
    next: [{{when: {slot} is missing, go: over}}, {{else: noted_{code}}}]
  noted_{code}: {{say: true, next: {following}}}
"""


def machine() -> str:
    """The talk as a dialog."""
    states = [
        _STATE.format(
            code=_code(state), ask=_ASKS[question(state)], slot=question(state), following=_code((state + 1) % STATES)
        )
        for state in range(STATES)
    ]
    head = f"dialog: {_DIALOG}\nsummary: A ring of two questions.\nstart: {_code(0)}\nstates:"
    return head + "".join(states) + "  over: {end: done}\n"


def words() -> str:
    """The talk's words."""
    lines = ["# A ring of two questions"]
    for state in range(STATES):
        slot = question(state)
        said = {part: WORDS[slot][part].replace("{name}", "{{ patient.name }}") for part in ("ask", "noted")}
        lines += [f"## {_code(state)}", said["ask"], f"## noted_{_code(state)}"]
        lines.append(said["noted"].replace("{answer}", f"{{{{ {slot} }}}}"))
    return "\n\n".join(lines) + "\n"


def write_pack(target: Path) -> None:
    """The pack as it ships, and the talk."""
    for name in ("dialogs", "content"):
        shutil.copytree(ROOT / name, target / name)
    for file, text in ((f"dialogs/{_DIALOG}.yaml", machine()), (f"content/en/{_DIALOG}.md", words())):
        (target / file).parent.mkdir()
        (target / file).write_text(text, "utf-8")


def _code(state: int) -> str:
    return f"{question(state)}_{state}"


class Sent:
    """A messenger that counts the calls and answers each as Telegram does."""

    name = "bench"

    def __init__(self) -> None:
        self.count = 0
        self.texts: list[str] = []
        #: Whether the texts are kept.
        self.keeps = False

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        call = call_for(to.chat, row)
        json.dumps(dict(call.fields))
        self.count += 1
        if self.keeps:
            self.texts.append(str(row.body["text"]))
        return str(json.loads(ANSWER)["result"]["message_id"])


class OnCoach:
    """The coach on a real file, as the engine process runs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._coach: Coach | None = None
        self._reader: Reader | None = None
        self.messenger = Sent()

    @property
    def sent(self) -> int:
        """Replies handed to the messenger."""
        return self.messenger.count

    async def seed(self, patients: int) -> None:
        """Enrol everybody and ask them the first question."""
        write_pack(self._folder / "pack")
        coach = self._opened()
        names = enrol(coach, coach.desk("bench").account, patients, FIRST_CHAT)
        for first in range(0, patients, 500):
            _ask(coach, names[first : first + 500])
        await self._send()
        with sqlite3.connect(self._folder / "coachbot.db") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def open(self, patients: int) -> None:
        """As `coachbot run` does."""
        coach = self._opened()
        self._reader = Reader(coach.desk("bench").account, "bench", lambda latitude, longitude: "")
        gc.collect()
        spare_the_collector()

    async def take(self, updates: Sequence[bytes]) -> None:
        """Stored in one commit, turned in another, sent with every outcome written down."""
        assert self._coach
        assert self._reader
        self._coach.inbox.store([self._read(one) for one in updates])
        while self._coach.turns.drain(GROUP):
            pass
        await self._send()

    async def found(self, patients: int) -> Mapping[int, int]:
        """Committed turns that an update caused; what was stored and not yet turned is turned first, as at a start."""
        coach = self._opened()
        while coach.turns.drain(GROUP):
            pass
        account = coach.desk("bench").account
        with coach.store.reading() as tx:
            people = tx.find_addresses(account, [str(FIRST_CHAT + place) for place in range(patients)])
        with sqlite3.connect(self._folder / "coachbot.db") as connection:
            rows = connection.execute("SELECT patient, count(*) FROM turn WHERE inbox > 0 GROUP BY patient")
            turns = dict(rows.fetchall())
        return {int(chat) - FIRST_CHAT: turns.get(patient, 0) for chat, patient in people.items()}

    async def close(self) -> None:
        """Close the file."""
        if self._coach:
            self._coach.store.close()

    def _opened(self) -> Coach:
        settings = load_settings(data=self._folder)
        store = open_store(settings.database_url, keys_path=settings.keys_path, synchronous="FULL")
        pack = load_pack(self._folder / "pack")
        channels = {"bench": self.messenger}
        self._coach = assemble(settings, store, StandingClock(NOW), channels, pack=pack, rng=Random(7))
        return self._coach

    def _read(self, raw: bytes) -> Update:
        assert self._reader
        read = self._reader.read(json.loads(raw))
        assert isinstance(read, Update)
        return read

    async def _send(self) -> None:
        assert self._coach
        await self._coach.sender.drain()


def _ask(coach: Coach, names: Sequence[str]) -> None:
    with coach.store.writing() as tx:
        changes = Changes()
        for record in tx.load(names).values():
            draft = Draft(coach.world, record, NOW, coach.world.ids.next())
            apply(draft, Opened(_DIALOG, "touchpoint"), Delivery(lane=1))
            draft.merge(changes)
        tx.save(changes)


if __name__ == "__main__":
    main(OnCoach(folder_of(sys.argv[1:])), sys.argv[1:])
