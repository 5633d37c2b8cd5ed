"""What the system tells of a process, and the server of those who are connected to it."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import psycopg

from coachbot.store.locks import NUMBERS

_TICKS = os.sysconf("SC_CLK_TCK")
#: Where the processor's ticks stand in /proc/PID/stat, counted behind the name in brackets: of the user, of the system.
_USER, _SYSTEM = 11, 12
_LOOK_EVERY_S = 0.01
#: A process of ours tells its kind and its number: `coachbot worker 4711 on ...`.
_CONNECTED = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
    "AND split_part(application_name, ' ', 3) = ANY(%s)"
)
#: Each process that works beside others holds its number on the connection that writes.
_WRITING = (
    "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database() "
    "WHERE l.locktype = 'advisory' AND l.classid = %s AND l.granted"
)
_AT_WORK = (
    "SELECT state, coalesce(wait_event_type, ''), coalesce(wait_event, '') FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid = ANY(%s)"
)


def processor_s(pids: Collection[int]) -> float:
    """Seconds of the processor that these processes have used, all their threads included (Linux)."""
    return sum(_ticks(pid) for pid in pids) / _TICKS


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(fields[_USER]) + int(fields[_SYSTEM])


def servers(url: str, processes: Collection[int]) -> list[int]:
    """The server's processes that work for these processes of ours, where the server runs on this machine."""
    names = [str(pid) for pid in processes]
    with psycopg.connect(url, autocommit=True) as connection:
        found = [int(row[0]) for row in connection.execute(_CONNECTED, [names])]
    return [pid for pid in found if _is_server(pid)]


def _is_server(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres")
    except OSError:
        return False


def writing(url: str) -> list[int]:
    """The server's processes for the connections by which workers write, one for each worker."""
    with psycopg.connect(url, autocommit=True) as connection:
        return [int(row[0]) for row in connection.execute(_WRITING, [NUMBERS])]


class Waits:
    """Looks a hundred times a second at what connections wait for, as the server says in `pg_stat_activity`.

    `Lock` is a row, a transaction or an advisory lock of another; `LWLock` one of the server's own, such as for the
    write-ahead log while another commits; `IO` the disk.
    """

    def __init__(self, url: str, pids: Collection[int]) -> None:
        self._url = url
        self._pids = list(pids)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        #: How often a connection was seen waiting for each kind, with `idle` for those that had nothing to do.
        self.seen: Counter[str] = Counter()
        self.looks = 0

    def __enter__(self) -> Waits:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()

    def share(self, kind: str) -> float:
        """The part of the time in which one of the connections waited for this, of the time of all of them."""
        return self.seen[kind] / max(self.looks * len(self._pids), 1)

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stop.wait(_LOOK_EVERY_S):
                self.looks += 1
                for state, kind, _ in connection.execute(_AT_WORK, [self._pids]):
                    self.seen["idle" if kind == "Client" else kind or str(state)] += 1
