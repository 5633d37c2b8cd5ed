"""What the tests of the store stand on: a store, patients in it, and short ways to make rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from coachbot.service.ids import IdSource
from coachbot.service.ports import Transaction
from coachbot.service.records import (
    Address,
    Changes,
    Enrolment,
    InboxRow,
    OutboxRow,
    PatientRecord,
    Profile,
    TurnRow,
)
from coachbot.store import SqlStore, open_store

NOW = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
REAL = 1_800_000_000.0
#: Who claims rows here.
CLAIMER = "tester"


@dataclass
class House:
    """A store in a folder of its own."""

    folder: Path
    #: Empty: a SQLite file in the folder.
    database: str = ""
    ids: IdSource = field(default_factory=IdSource)
    store: SqlStore = field(init=False)
    site: int = field(init=False)
    account: int = field(init=False)

    def __post_init__(self) -> None:
        self.open()
        with self.store.writing() as tx:
            self.site = tx.site("main")
            self.account = tx.account("web", "main", self.site)

    @property
    def file(self) -> Path:
        return self.folder / "coachbot.db"

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.file}"

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def open(self) -> SqlStore:
        self.store = self.opened()
        return self.store

    def opened(self, **values: Any) -> SqlStore:
        """One more store on the same database, as another process has it."""
        return open_store(self.url, keys_path=self.keys, synchronous="OFF", real=lambda: REAL, **values)

    def patient(self, patient: str = "pmei", /, **profile: Any) -> PatientRecord:
        """A new patient, as loaded."""
        address = Address(self.ids.next(), self.account, "web", f"chat of {patient}")
        with self.store.writing() as tx:
            tx.add_patient(patient, site=self.site, address=address, profile=Profile(**profile))
            return tx.load([patient])[patient]

    def enrolled(self, record: PatientRecord, **values: Any) -> PatientRecord:
        """The patient, enrolled."""
        enrolment = Enrolment(self.ids.next(), "sct_cse", "combined", "active", **values)
        return self.save_record(replace(record, enrolment=enrolment))

    def save_record(self, record: PatientRecord) -> PatientRecord:
        changes = Changes(conversations={record.id: record}, profiles={record.id: record})
        if record.enrolment is not None:
            changes.enrolments[record.id] = record
        return self.saved(changes, record.id)

    def saved(self, changes: Changes, patient: str) -> PatientRecord:
        with self.store.writing() as tx:
            tx.save(changes)
        return self.load(patient)

    def load(self, patient: str) -> PatientRecord:
        with self.store.reading() as tx:
            return tx.load([patient])[patient]

    # -- rows ------------------------------------------------------------------------------------------
    def update(self, record: PatientRecord, text: str = "hello", update_id: str = "", **values: Any) -> InboxRow:
        number = self.ids.next()
        return InboxRow(number, record.id, self.account, update_id or str(number), NOW, {"text": text}, **values)

    def received(self, record: PatientRecord, *texts: str) -> list[InboxRow]:
        rows = [self.update(record, text) for text in texts]
        with self.store.writing() as tx:
            tx.add_inbox(rows)
        return rows

    def waiting(self, real: float = REAL, limit: int = 50) -> list[str]:
        with self.store.reading() as tx:
            return [row.body["text"] for row in tx.waiting(now_real=real, limit=limit)]

    def message(self, record: PatientRecord, text: str, due_s: float = 0, **values: Any) -> OutboxRow:
        due = NOW + timedelta(seconds=due_s)
        return OutboxRow(self.ids.next(), record.id, record.address.id, {"text": text}, due, **values)

    def send(self, *rows: OutboxRow) -> None:
        with self.store.writing() as tx:
            tx.save(Changes(outbox=list(rows)))

    def claim(self, after_s: float = 0, real: float = REAL, limit: int = 50) -> Sequence[OutboxRow]:
        now = NOW + timedelta(seconds=after_s)
        with self.store.writing() as tx:
            return tx.claim(now=now, now_real=real, limit=limit, worker=CLAIMER, lease_s=60)

    def claimed_texts(self, after_s: float = 0, **values: Any) -> list[str]:
        return [row.body["text"] for row in self.claim(after_s, **values)]

    def ledger(self, record: PatientRecord) -> dict[str, tuple[str, str]]:
        """Text to state and reason."""
        with self.store.reading() as tx:
            return {row["body"]["text"]: (row["state"], row["reason"]) for row in tx.outbox(record.id)}

    def turn(self, record: PatientRecord, **values: Any) -> TurnRow:
        return TurnRow(self.ids.next(), record.id, 0, "answered", NOW, "cse/checkin", "v1", "minutes", **values)

    def run(self, tx: Transaction, sql: str, *values: Any) -> list[Any]:
        """Plain SQL with `?` for values, for looking behind the store."""
        if tx._connection.dialect.name == "postgresql":  # type: ignore[attr-defined]
            sql = sql.replace("?", "%s")
        result = tx._connection.exec_driver_sql(sql, values)  # type: ignore[attr-defined]
        return list(result.fetchall()) if result.returns_rows else []
