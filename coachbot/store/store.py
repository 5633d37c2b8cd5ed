"""The store on one SQLite file: transactions, the end of erased data, and the rotation of the master key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, get_ident

from sqlalchemy import Engine

from coachbot.errors import StoreError
from coachbot.store.part import Keys
from coachbot.store.sqlite import fold_log
from coachbot.store.transaction import SqlTransaction

#: Keys wrapped anew in one transaction: about 10 ms.
_BATCH = 500


class SqlStore:
    """`coachbot.service.ports.Store`. Safe to use from several threads; writers take turns."""

    def __init__(self, writer: Engine, reader: Engine, keys: Keys, *, real: Callable[[], float] = time.time) -> None:
        self._writer = writer
        self._reader = reader
        self._keys = keys
        self._real = real
        self._turn = Lock()
        self._owner = 0
        self._to_fold = False

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """A transaction that may write. Commits at the end of its block, or rolls all back on an error."""
        if self._owner == get_ident():
            raise StoreError("this thread has a writing transaction open already; use that one")
        with self._turn:
            self._owner = get_ident()
            try:
                with self._writer.begin() as connection:
                    transaction = SqlTransaction(connection, self._keys, self._real)
                    yield transaction
                self._after_erasure(transaction.erased)
            finally:
                self._owner = 0

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """A snapshot to read from; writing in it fails."""
        with self._reader.connect() as connection, connection.begin():
            yield SqlTransaction(connection, self._keys, self._real)

    def close(self) -> None:
        """Let go of every connection; the write-ahead log is folded into the file."""
        self._reader.dispose()
        with self._turn:
            fold_log(self._writer, "PASSIVE")
            self._writer.dispose()

    def rotate_master_key(self) -> int:
        """Draw a new master key and wrap every patient's key by it, in short transactions. Returns how many.

        Old versions stay in the key file: backups made before need them.
        """
        version = self._keys.master.add_version()
        with self.writing() as transaction:
            transaction.replace_canary(version)
        return self.rewrap_keys()

    def rewrap_keys(self) -> int:
        """Wrap by the newest master key what an older one wrapped; goes on where it was broken off."""
        done = 0
        while count := self._rewrap_some():
            done += count
        return done

    def _rewrap_some(self) -> int:
        with self.writing() as transaction:
            return transaction.rewrap(_BATCH)

    def _after_erasure(self, erased: list[str]) -> None:
        """Forget the ciphers of erased patients, and leave nothing of them in the write-ahead log."""
        for patient in erased:
            self._keys.ciphers.forget(patient)
            self._keys.opened.forget(patient)
            self._keys.roster.forget(patient)
        self._to_fold = self._to_fold or bool(erased)
        if self._to_fold:
            self._to_fold = not fold_log(self._writer, "TRUNCATE")
