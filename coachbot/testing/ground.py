"""What every stage stands on and is made only once a process: the pack, and an empty database to copy."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from coachbot.authoring.pack import Pack, load_pack
from coachbot.engine import effects as fx
from coachbot.rendering import Bubble, Words
from coachbot.store import SqlStore, open_store

_DATABASE, _KEYS = "coachbot.db", "keys.json"


@lru_cache(maxsize=8)
def pack_at(root: Path) -> Pack:
    """The pack of a folder, loaded once a process."""
    return load_pack(root)


@lru_cache(maxsize=1)
def _empty_database() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="coachbot-stage-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_in(folder).close()
    return folder


def open_in(folder: Path, database: str = "") -> SqlStore:
    """The store of a folder, or of a database whose keys lie there. Not durable, which a test can afford; and it
    remembers nothing, so that every turn meets the conversation as it was stored."""
    url = database or f"sqlite:///{folder / _DATABASE}"
    return open_store(url, keys_path=folder / _KEYS, synchronous="OFF", remember=0)


def new_store(folder: Path) -> SqlStore:
    """A fresh store in a folder, copied instead of migrated."""
    if not (folder / _DATABASE).exists():
        for name in (_DATABASE, _KEYS):
            shutil.copy(_empty_database() / name, folder / name)
    return open_in(folder)


@contextmanager
def database_on(server: str, folder: Path) -> Iterator[str]:
    """The URL of a fresh database of its own on a PostgreSQL server, copied instead of migrated; its keys lie in the
    folder. It goes away with the block."""
    from coachbot.store.scratch import scratch

    empty, keys = _empty_on(server)
    shutil.copy(keys, folder / _KEYS)
    with scratch(server, empty) as url:
        yield url


@lru_cache(maxsize=8)
def _empty_on(server: str) -> tuple[str, Path]:
    """A database with all tables on this server, and the key file that belongs to it; both go away with the process."""
    from coachbot.store.scratch import drop_scratch, make_scratch, url_on

    name = make_scratch(server)
    atexit.register(drop_scratch, server, name)
    folder = Path(tempfile.mkdtemp(prefix="coachbot-stage-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_in(folder, url_on(server, name)).close()
    return name, folder / _KEYS


class BreakableWords(Words):
    """The words of a pack, of which some can be made to fail."""

    def __init__(self, words: Words) -> None:
        self.__dict__.update(vars(words))
        #: Path of the words and section.
        self.broken: set[tuple[str, str]] = set()
        #: Told of every text and the messages it became.
        self.told: Callable[[fx.Text, tuple[Bubble, ...]], None] = lambda text, bubbles: None

    def bubbles(self, language: str, text: fx.Text) -> tuple[Bubble, ...]:
        """The messages of a text, unless it is broken."""
        if (text.words, text.section) in self.broken:
            raise RuntimeError(f"the screenplay broke {text.words} {text.section}")
        bubbles = super().bubbles(language, text)
        self.told(text, bubbles)
        return bubbles
