"""The store on a database: transactions, the end of erased data, and the rotation of the master key."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock, get_ident

from sqlalchemy import Connection, Engine

from coachbot.errors import StoreError
from coachbot.store.database import Database
from coachbot.store.migrating import outgrown_by
from coachbot.store.part import Keys
from coachbot.store.transaction import SqlTransaction

#: Keys wrapped anew in one transaction: about 10 ms.
_BATCH = 500


class SqlStore:
    """`coachbot.service.ports.Store`. Safe to use from several threads; writers take turns."""

    def __init__(
        self,
        database: Database,
        writer: Engine,
        reader: Engine,
        keys: Keys,
        *,
        real: Callable[[], float] = time.time,
        to_clear: int = 0,
    ) -> None:
        self._database = database
        self._writer = writer
        self._reader = reader
        self._keys = keys
        self._real = real
        self._turn = Lock()
        self._owner = 0
        #: Where the last erasure stands whose traces are still to be cleared; 0 if there is none.
        self._to_clear = to_clear

    def number_to(self, tell: Callable[[int], None]) -> None:
        """Tell the number of this process among those that work on the database together, now and when it changes."""
        self._database.number_to(tell)

    @property
    def leftovers(self) -> Sequence[str]:
        """What an erasure cannot reach in this kind of database, as lines of its proof."""
        return self._database.leftovers

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """A transaction that may write. Commits at the end of its block, or rolls all back on an error.

        Raises StoreLost if the connection broke, StoreBusy if another process was in the way.
        """
        if self._owner == get_ident():
            raise StoreError("this thread has a writing transaction open already; use that one")
        with self._turn:
            self._owner = get_ident()
            try:
                with self._begun(self._writer) as connection:
                    transaction = SqlTransaction(connection, self._keys, self._real, writes=True)
                    yield transaction
                    self._database.assure(connection)
                    if transaction.erased or transaction.removed:
                        self._to_clear = self._database.note_erasure(connection)
                self._after_erasure(transaction.erased)
            finally:
                self._owner = 0

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """A snapshot to read from; writing in it fails."""
        with self._begun(self._reader) as connection:
            yield SqlTransaction(connection, self._keys, self._real)

    def outgrown_by(self) -> str:
        """The revision to which a newer coachbot has brought the tables meanwhile; empty while this one knows them."""
        with self._begun(self._reader) as connection:
            return outgrown_by(connection)

    def secret(self, purpose: str) -> bytes:
        """A key of this installation for one purpose, derived from its own; a rotation of the master key keeps it."""
        return hmac.digest(self._keys.lookup, f"secret|{purpose}".encode(), "sha256")

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                try:
                    yield connection
                except Exception:
                    if self._database.is_broken(connection):
                        connection.invalidate()  # the pool opens another
                    raise
        except Exception as error:
            known = self._database.failure(error)
            if known is None:
                raise
            raise known from error

    def close(self) -> None:
        """Let go of every connection."""
        self._reader.dispose()
        with self._turn:
            self._database.rest(self._writer)
            self._writer.dispose()

    def forget(self, erased: Iterable[str]) -> None:
        """Patients were erased, here or by another process: nothing of them stays in memory."""
        for patient in erased:
            self._keys.ciphers.forget(patient)
            self._keys.opened.forget(patient)
            self._keys.roster.forget(patient)

    def rotate_master_key(self) -> int:
        """Draw a new master key and wrap every patient's key by it, in short transactions. Returns how many.

        Old versions stay in the key file: backups made before need them.
        """
        master = self._keys.master
        with master.alone():
            version = master.add_version()
            with self.writing() as transaction:
                transaction.replace_canary(version)
            return self.rewrap_keys()

    def master_keys(self) -> Mapping[int, int]:
        """Every version of the master key in its file, and how many patients' keys it wraps."""
        with self.reading() as transaction:
            wrapped = transaction.keys_by_version()
        return {version: wrapped.get(version, 0) for version in {*self._keys.master.versions, *wrapped}}

    def wrapping_version(self) -> int:
        """The version that wraps new keys."""
        with self.reading() as transaction:
            return transaction.wrapping_version()

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
        """Forget the ciphers of erased patients, and leave nothing of them in the database's files."""
        self.forget(erased)
        if self._to_clear and self._database.clear_erased(self._writer, self._to_clear):
            self._to_clear = 0
