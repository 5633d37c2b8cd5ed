"""Opening an installation's store: for the one engine, and for a command that works beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from coachbot.bootstrap import Coach, assemble
from coachbot.errors import StoreError
from coachbot.service.clock import CLOCK_AHEAD, RealClock, VirtualClock
from coachbot.settings import Settings
from coachbot.store import SqlStore, is_made, open_store, told

if TYPE_CHECKING:
    from coachbot.service.ports import Store


def open_beside(settings: Settings, *, make: bool = False) -> Coach:
    """The use cases for a command that runs beside an engine, or without one.

    Where there is no database yet it raises StoreError: what only reads or changes must not make an empty one in a
    mistyped folder. `make`: for commands with which an installation may begin.
    """
    store = store_beside(settings, make=make)
    return assemble(settings, store, stored_clock(store), {})


def store_beside(settings: Settings, *, make: bool = False) -> SqlStore:
    """The store alone, for a command that needs no pack. Raises StoreError where there is no database yet."""
    if not make and not is_made(settings.database_url):
        raise StoreError(
            f"{told(settings.database_url)}: there is no database yet; set COACHBOT_DATA to the folder of a coach "
            "that has run (or COACHBOT_DATABASE to its database), or begin one with `coachbot run`"
        )
    return open_store(settings.database_url, keys_path=settings.keys_path, synchronous=settings.synchronous)


def stored_clock(store: Store) -> RealClock | VirtualClock:
    """The installation's clock: the real one, or the demo's, as far ahead as it was left."""
    with store.reading() as tx:
        ahead = tx.setting(CLOCK_AHEAD)
    return VirtualClock(timedelta(seconds=float(ahead))) if ahead else RealClock()


def open_engine_store(settings: Settings) -> Store:
    """The store of the one engine; says so where it makes a new one."""
    with saying_what_is_new(settings):
        store = open_store(
            settings.database_url, keys_path=settings.keys_path, synchronous=settings.synchronous, engine=True
        )
    if not settings.kill_at:
        return store
    from coachbot.testing.killing import killable_store

    killable: Store = killable_store(store, settings.kill_at)
    return killable


@contextmanager
def saying_what_is_new(settings: Settings) -> Iterator[None]:
    """Tells on standard error, once the block has succeeded, that it made the database."""
    new = not is_made(settings.database_url)
    yield
    if new:
        print(f"coachbot made a new database: {told(settings.database_url)}", file=sys.stderr, flush=True)
