"""Who stands beside the coach, how each keeps a turn, and how its process is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.peers.homes import HERE, Home, NotMeasured, Redis, node_modules_of, python_for, python_of

ROOT = HERE.parent.parent
#: What a turn outlasts once it is done: a power cut, the end of the process only, or neither.
Lasting = Literal["power cut", "kill -9", "nothing"]


@dataclass(frozen=True, slots=True)
class Call:
    """A side's program: put between are `seed`, `serve` or `found`, the folder and the number of patients."""

    program: tuple[str, ...]
    after: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    server: Redis | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """One side. `call` makes its call from the peers' home and the folder of its files; raises `NotMeasured`."""

    name: str
    lasting: Lasting
    why: str
    call: Callable[[Home, Path], Call]
    #: Patients, where they are not as many as everywhere else.
    patients: int | None = None
    #: Whether memory says anything: a floor's process holds no bot.
    is_floor: bool = False


def _python(side: str, python: Path, *after: str, server: Redis | None = None) -> Call:
    path = {"PYTHONPATH": str(ROOT)}
    return Call((str(python), "-m", f"benchmarks.peers.{side}"), after, path, server)


def _coach(home: Home, folder: Path) -> Call:
    return _python("on_coach", Path(sys.executable))


def _ptb(*after: str) -> Callable[[Home, Path], Call]:
    return lambda home, folder: _python("on_ptb", python_for("telegram", home), *after)


def _aiogram(fsync: str) -> Callable[[Home, Path], Call]:
    def call(home: Home, folder: Path) -> Call:
        server = Redis(folder, fsync)
        return _python("on_aiogram", python_of(home), "--port", str(server.port), server=server)

    return call


def _botframework(home: Home, folder: Path) -> Call:
    modules = node_modules_of(home)
    program = ("node", str(HERE / "on_botframework" / "bot.js"))
    return Call(program, (str(HERE / "words.json"),), {"NODE_PATH": str(modules)})


def _sqlite(home: Home, folder: Path) -> Call:
    return _python("on_floor", Path(sys.executable))


def _postgres(url: str) -> Callable[[Home, Path], Call]:
    def call(home: Home, folder: Path) -> Call:
        try:
            import psycopg
        except ImportError:
            raise NotMeasured("psycopg is not installed") from None
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise NotMeasured(f"no PostgreSQL server answers (--postgres URL): {reason}") from None
        return _python("on_floor", Path(sys.executable), "--postgres", url)

    return call


COACH = "coachbot"


def peers(postgres: str = "") -> tuple[Peer, ...]:
    """All sides, the coach first. `postgres`: the URL of a server; empty for what libpq finds by itself."""
    return (
        Peer(COACH, "power cut", "SQLite, WAL with synchronous=FULL: a commit is on the disk", _coach),
        Peer("python-telegram-bot, pickle each turn, 100 users", "nothing",
             "the whole pickle is written over itself without fsync: a kill in its midst leaves half a file",
             _ptb(), patients=100),
        Peer("python-telegram-bot, pickle each turn", "nothing", "as above, and the pickle is larger", _ptb()),
        Peer("python-telegram-bot, as it comes", "nothing", "flushes every 60 s", _ptb("--default")),
        Peer("aiogram, Redis, appendfsync always", "power cut",
             "Redis syncs its file before it answers; state and data are two commands", _aiogram("always")),
        Peer("aiogram, Redis, appendfsync everysec", "kill -9",
             "Redis writes before it answers and syncs once a second: a power cut takes the last second",
             _aiogram("everysec")),
        Peer("Bot Framework dialogs, a file each", "power cut",
             "a storage of forty lines, written for this: new file, fdatasync, rename, fsync of the folder",
             _botframework),
        Peer("floor: sqlite3", "power cut", "synchronous=FULL, one commit a wave; nothing sealed, no ledger",
             _sqlite, is_floor=True),
        Peer("floor: PostgreSQL, psycopg", "power cut",
             "if the server has fsync and synchronous_commit on, as by default; nothing sealed, no ledger",
             _postgres(postgres), is_floor=True),
    )  # fmt: skip


def environment_of(call: Call) -> dict[str, str]:
    """The environment of a side's process."""
    return {**os.environ, **call.environment}
