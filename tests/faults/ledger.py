"""What the database says after a crash test, read past the coach; chats and bodies are opened through its store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coachbot.store import open_store
from tests import postgres

#: How a row's reason begins if its message may have been sent without anybody knowing.
IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the outbox."""

    id: int
    patient: str
    chat: int
    state: str
    reason: str
    remote_id: str
    attempts: int
    due_at: int
    kind: str
    name: str
    on_doubt: str

    @property
    def in_doubt(self) -> bool:
        return self.reason.startswith(IN_DOUBT)


class Ledger:
    """The database of a coach that has stopped: the file in its folder, or the PostgreSQL database of a URL."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self._folder = folder
        self.database = folder / "coachbot.db"
        self._server = url
        self.url = url or f"sqlite:///{self.database}"

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        if self._server:
            with postgres.connected(self._server) as connection:
                found: list[tuple[Any, ...]] = connection.execute(sql.replace("?", "%s"), values or None).fetchall()
                return found
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def add_timers(self, rows: Sequence[tuple[str, str, int]]) -> None:
        """Timers written past the store: patient, purpose, when they are due."""
        sql = "INSERT INTO timer (patient, purpose, due_at, token, body) VALUES (?, ?, ?, NULL, '{}')"
        if self._server:
            with postgres.connected(self._server) as connection:
                connection.cursor().executemany(sql.replace("?", "%s"), rows)
            return
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.executemany(sql, rows)

    def run(self, sql: str, *values: Any) -> None:
        """Change something past the store."""
        if self._server:
            with postgres.connected(self._server) as connection:
                connection.execute(sql.replace("?", "%s"), values)
            return
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(sql, values)

    def faults(self) -> Iterator[str]:
        """Where the file is not whole; a server looks after that itself."""
        if self._server:
            return
        whole = self.ask("PRAGMA integrity_check")
        if whole != [("ok",)]:
            yield f"the database is damaged: {whole[0][0]}"
        yield from (f"table {row[0]}: a row points nowhere" for row in self.ask("PRAGMA foreign_key_check"))

    def unfinished(self, *, later: bool = False) -> int:
        """Rows that the coach still has something to do with now; with `later`, messages that are due later as well."""
        now = int(time.time() * 1e6)
        return self.number(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM outbox WHERE state = 'claimed' OR (state = 'due' AND due_at <= ?))"
            " + (SELECT count(*) FROM timer WHERE due_at <= ? OR substr(purpose, 1, 11) = 'afterwards:')",
            now + 3_600_000_000 * later, now,
        )  # fmt: skip

    def number(self, sql: str, *values: Any) -> int:
        """The one number that a query gives."""
        return int(self.ask(sql, *values)[0][0])

    def outbox(self) -> Sequence[Row]:
        """Every row, in the order of ids, with its chat and the kind of its body."""
        found = self.ask(
            "SELECT id, patient, address, state, reason, remote_id, attempts, due_at, on_doubt FROM outbox ORDER BY id"
        )
        with (
            closing(open_store(self.url, keys_path=self._folder / "keys.json")) as store,
            store.reading() as tx,
        ):
            places = tx.addresses({row[2] for row in found})
            bodies = {one["id"]: one["body"] for patient in {row[1] for row in found} for one in tx.outbox(patient)}
        return [
            Row(
                id=number, patient=patient, chat=int(places[address].chat), state=state, reason=reason,
                remote_id=remote, attempts=attempts, due_at=due, on_doubt=on_doubt,
                kind=str(bodies[number].get("kind")), name=str(bodies[number].get("name") or ""),
            )
            for number, patient, address, state, reason, remote, attempts, due, on_doubt in found
        ]  # fmt: skip

    def alerts(self, patients: Iterable[str]) -> dict[str, list[Any]]:
        """The alerts of patients, opened."""
        with (
            closing(open_store(self.url, keys_path=self._folder / "keys.json")) as store,
            store.reading() as tx,
        ):
            return {patient: list(tx.alerts(patient)) for patient in patients}


def unfinished(database: Path, *, later: bool = False) -> int:
    """The same of a file."""
    return Ledger(database.parent).unfinished(later=later)
