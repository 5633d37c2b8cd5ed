"""What every part of a transaction shares: running statements, and the ciphers of patients."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select

from coachbot.errors import StoreError
from coachbot.store import locks, tables
from coachbot.store.keyfile import MasterKeys
from coachbot.store.roster import RosterCache
from coachbot.store.sealing import CipherCache, OpenedCache, SealError
from coachbot.store.statements import LONGEST, ListStatement, Statement

log = logging.getLogger("coachbot.store")
T = TypeVar("T")

_KEYS = tables.table(tables.PatientKey)
_PATIENTS = tables.table(tables.Patient)
_KEYS_OF = ListStatement(
    lambda names: (
        select(_KEYS.c.patient, _KEYS.c.wrapped, _KEYS.c.version)
        .join_from(_KEYS, _PATIENTS, _PATIENTS.c.id == _KEYS.c.patient)
        .where(_KEYS.c.patient.in_(names), _PATIENTS.c.erased_real.is_(None))
    )
)


@dataclass(frozen=True, slots=True)
class Keys:
    """All that a transaction needs to seal and unseal."""

    master: MasterKeys
    ciphers: CipherCache
    opened: OpenedCache
    #: Profiles and enrolments as the staff's lists read them: of every patient, not only of those at work.
    roster: RosterCache
    #: Key of the chat look-up.
    lookup: bytes

    def cipher(self, patient: str, wrapped: bytes, version: int) -> AESGCM:
        """The patient's cipher, from the cache or unwrapped."""
        found = self.ciphers.get(patient)
        if found is None:
            found = AESGCM(self.master.unwrap(wrapped, patient, version))
            self.ciphers.put(patient, found)
        return found


class Part:
    """Base of the parts that make up a transaction."""

    def __init__(self, connection: Connection, keys: Keys, real: Callable[[], float], *, writes: bool = False) -> None:
        self._connection = connection
        self._dialect = connection.dialect
        many_writers = connection.dialect.name == "postgresql"
        #: The driver's own: SQLAlchemy's around each statement costs more than the statement (docs/decisions/0001).
        self._cursor: Any = connection.connection.cursor(**({"binary": True} if many_writers else {}))
        #: Whether another process may write at the same time, so that rows and tasks must be locked.
        self._shares = writes and many_writers
        #: Patients whom nobody can erase meanwhile, and those of them whom nobody else can change.
        self._held: set[str] = set()
        self._locked: set[str] = set()
        self._keys = keys
        #: Real seconds, for the age of rows that have nothing to do with patients' time.
        self._real = real
        #: Patients erased in this transaction.
        self.erased: list[str] = []
        #: Whether rows went that must not stay in the write-ahead log.
        self.removed = False

    # -- statements ------------------------------------------------------------------------------------
    def _rows(self, statement: Statement, **values: Any) -> Sequence[Any]:
        text, names = statement.sql(self._dialect)
        found: Sequence[Any] = self._cursor.execute(text, tuple(values[n] for n in names)).fetchall()
        return found

    def _named(self, statement: Statement, **values: Any) -> list[dict[str, Any]]:
        """Rows by the names of their columns."""
        rows = self._rows(statement, **values)
        names = [column[0] for column in self._cursor.description]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _first(self, statement: Statement, **values: Any) -> Any | None:
        rows = self._rows(statement, **values)
        return rows[0] if rows else None

    def _run(self, statement: Statement, **values: Any) -> int:
        """Run one change; how many rows it touched."""
        text, names = statement.sql(self._dialect)
        return int(self._cursor.execute(text, tuple(values[n] for n in names)).rowcount)

    def _write(self, statement: Statement, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run one change for many rows, each a tuple in the statement's order."""
        if rows:
            text, _ = statement.sql(self._dialect)
            self._cursor.executemany(text, rows)

    def _write_one(self, statement: Statement, row: tuple[Any, ...]) -> int:
        """The same for one row; how many rows it touched."""
        return int(self._cursor.execute(statement.sql(self._dialect)[0], row).rowcount)

    def _write_each(self, statement: Statement, rows: Sequence[tuple[Any, ...]]) -> list[int]:
        """The same for many rows; how many each touched. Where the server is asked, all go to it at once."""
        if self._dialect.name != "postgresql":
            return [self._write_one(statement, row) for row in rows]
        if not rows:
            return []
        self._cursor.executemany(statement.sql(self._dialect)[0], rows, returning=True)
        touched = [int(self._cursor.rowcount)]
        while self._cursor.nextset():
            touched.append(int(self._cursor.rowcount))
        return touched

    def _listed(self, statement: ListStatement, values: Iterable[Any]) -> Iterator[Any]:
        """Rows of a statement over a list of any length."""
        rest = iter(values)
        while piece := list(islice(rest, LONGEST)):
            fitting, stretched = statement.fit(piece)
            text, _ = fitting.sql(self._dialect)
            yield from self._cursor.execute(text, stretched).fetchall()

    # -- locks, where several processes write ----------------------------------------------------------
    def _lock(self, patients: Iterable[str]) -> None:
        """Nobody else changes anything of these patients before the transaction ends."""
        self._hold_by(locks.TO_CHANGE, patients, self._locked)
        self._held |= self._locked

    def _keep(self, patients: Iterable[str]) -> None:
        """Nobody erases these patients before the transaction ends; StoreError for one who is erased already."""
        if not self._shares:
            return
        wanted = set(patients)
        self._hold_by(locks.TO_ADD, wanted, self._held)
        for patient in sorted(wanted - self._held):
            raise StoreError(f"patient '{patient}' is not in the database, or was erased")

    def _hold_by(self, statement: ListStatement, patients: Iterable[str], held: set[str]) -> None:
        if self._shares and (wanted := sorted(set(patients) - held)):
            held.update(str(row[0]) for row in self._listed(statement, wanted))

    def _alone(self, task: int) -> None:
        """No other process does this task (`coachbot.store.locks`) before the transaction ends."""
        if self._shares:
            self._cursor.execute(locks.ALONE, (locks.SPACE, task))

    # -- damaged rows ----------------------------------------------------------------------------------
    def _opening(
        self, rows: Iterable[Any], opened: Callable[[Any], T], damaged: Callable[[Any], object] = lambda row: None
    ) -> list[T]:
        """Rows opened one by one. One that does not open is logged and handed to `damaged`: a single broken
        value must not keep everybody else waiting."""
        found = []
        for row in rows:
            try:
                found.append(opened(row))
            except SealError as error:
                log.error("%s", error)
                damaged(row)
        return found

    # -- ciphers ---------------------------------------------------------------------------------------
    def _ciphers(self, patients: Iterable[str]) -> dict[str, AESGCM]:
        """Ciphers of patients; those not held are fetched together. An unknown patient raises."""
        wanted = set(patients)
        found = self._keys.ciphers.held(wanted)
        missing = sorted(wanted - found.keys())
        for patient, wrapped, version in self._listed(_KEYS_OF, missing):
            found[patient] = self._keys.cipher(patient, wrapped, version)
        for patient in missing:
            if patient not in found:
                raise StoreError(f"patient '{patient}' is not in the database, or was erased")
        return found

    def _cipher(self, patient: str) -> AESGCM:
        return self._ciphers((patient,))[patient]
