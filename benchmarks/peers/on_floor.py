"""The floor: what came in, where the patient stands and what was said, by a bare driver in one commit a wave.

No encryption, no ledger of sending, no timers, no rendering. `--postgres URL` writes to PostgreSQL with psycopg,
otherwise sqlite3 writes to a file of the folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from benchmarks.peers.playing import folder_of, main
from benchmarks.peers.talk import ANSWER, FIRST_CHAT, STATES, fresh_data, number_in, replies, take_in

#: The tables of PostgreSQL stand in a schema of their own, which stays on the server, empty but for the last run.
_SCHEMA = "coachbot_bench_floor"
_TABLES = (
    "CREATE TABLE patient (chat BIGINT PRIMARY KEY, state INTEGER NOT NULL, data TEXT NOT NULL)",
    "CREATE TABLE inbox (update_id BIGINT PRIMARY KEY, chat BIGINT NOT NULL, text TEXT NOT NULL)",
    "CREATE TABLE outbox (update_id BIGINT, place INTEGER, chat BIGINT NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (update_id, place))",
)


class Answered(NamedTuple):
    """One turn, worked out."""

    update: int
    chat: int
    text: str
    state: int
    data: str
    said: tuple[str, str]


class Driver(Protocol):
    """What both drivers do, in words of their own."""

    def make(self) -> None: ...
    def read(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]: ...
    def write(self, batches: Sequence[tuple[str, list[tuple[Any, ...]]]]) -> None:
        """All in one commit."""

    def close(self) -> None: ...


class Sqlite:
    """sqlite3 on a file, set as the coach sets it."""

    def __init__(self, file: Path) -> None:
        from benchmarks.driver import bare

        self._connection = bare(file)

    def make(self) -> None:
        for table in _TABLES:
            self._connection.execute(table)

    def read(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def write(self, batches: Sequence[tuple[str, list[tuple[Any, ...]]]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for sql, rows in batches:
            self._connection.executemany(sql, rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class Postgres:
    """psycopg on a server that is there."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._connection = psycopg.connect(url, autocommit=True, options=f"-c search_path={_SCHEMA}")

    def make(self) -> None:
        self._connection.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
        self._connection.execute(f"CREATE SCHEMA {_SCHEMA}")
        for table in _TABLES:
            self._connection.execute(table)

    def read(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(_numbered(sql), values).fetchall()

    def write(self, batches: Sequence[tuple[str, list[tuple[Any, ...]]]]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for sql, rows in batches:
                cursor.executemany(_numbered(sql), rows)

    def close(self) -> None:
        self._connection.close()


def _numbered(sql: str) -> bytes:
    """The statement with psycopg's marks."""
    return sql.replace("?", "%s").encode()


class OnFloor:
    """The least that keeps a turn."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.sent = 0

    async def seed(self, patients: int) -> None:
        """A row for everybody."""
        self._driver.make()
        rows = [(FIRST_CHAT + place, 0, json.dumps(fresh_data(place))) for place in range(patients)]
        self._driver.write([("INSERT INTO patient (chat, state, data) VALUES (?, ?, ?)", rows)])

    async def open(self, patients: int) -> None:
        """Nothing: the driver is open."""

    async def take(self, updates: Sequence[bytes]) -> None:
        """Read, work out, commit once, send."""
        messages = [json.loads(raw) for raw in updates]
        known = self._known([one["message"]["chat"]["id"] for one in messages])
        answered = [_answered(one, known) for one in messages]
        self._driver.write(_batches(answered))
        for one in answered:
            for text in one.said:
                self._send(one.chat, text)

    def _known(self, chats: Sequence[int]) -> Mapping[int, tuple[int, str]]:
        marks = ", ".join("?" * len(chats))
        rows = self._driver.read(f"SELECT chat, state, data FROM patient WHERE chat IN ({marks})", chats)
        return {chat: (state, data) for chat, state, data in rows}

    def _send(self, chat: int, text: str) -> None:
        json.dumps({"chat_id": chat, "text": text})
        json.loads(ANSWER)
        self.sent += 1

    async def found(self, patients: int) -> Mapping[int, int]:
        """Turns in the rows."""
        rows = self._driver.read("SELECT chat, data FROM patient", ())
        return {chat - FIRST_CHAT: json.loads(data)["turns"] for chat, data in rows}

    async def close(self) -> None:
        """Close the connection."""
        self._driver.close()


def _answered(one: Mapping[str, Any], known: Mapping[int, tuple[int, str]]) -> Answered:
    chat, text = one["message"]["chat"]["id"], one["message"]["text"]
    state, kept = known[chat]
    data, number = json.loads(kept), number_in(text)
    take_in(data, state, number)
    said = replies(state, number, data["name"])
    return Answered(one["update_id"], chat, text, (state + 1) % STATES, json.dumps(data), said)


def _batches(answered: Sequence[Answered]) -> list[tuple[str, list[tuple[Any, ...]]]]:
    inbox = [(one.update, one.chat, one.text) for one in answered]
    patients = [(one.state, one.data, one.chat) for one in answered]
    outbox = [(one.update, place, one.chat, text) for one in answered for place, text in enumerate(one.said)]
    return [
        ("INSERT INTO inbox (update_id, chat, text) VALUES (?, ?, ?)", inbox),
        ("UPDATE patient SET state = ?, data = ? WHERE chat = ?", patients),
        ("INSERT INTO outbox (update_id, place, chat, text) VALUES (?, ?, ?, ?)", outbox),
    ]


def _driver(arguments: Sequence[str]) -> Driver:
    if "--postgres" in arguments:
        return Postgres(arguments[arguments.index("--postgres") + 1])
    return Sqlite(folder_of(arguments) / "floor.db")


if __name__ == "__main__":
    main(OnFloor(_driver(sys.argv[1:])), sys.argv[1:])
