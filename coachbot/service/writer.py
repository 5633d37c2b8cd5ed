"""The one writer of the engine process: every write goes through its queue, patients' turns first.

In service it is a thread of its own; screenplays and the terminal run it inline, where `submit` does the
work at once. The work is the same.
"""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any, Protocol, TypeVar

from coachbot.errors import StoreBusy, StoreLost

log = logging.getLogger("coachbot.writer")
T = TypeVar("T")

#: Lower goes first: what patients sent, then what staff and the sender need, then broadcasts.
URGENT, SOON, WHENEVER = 0, 1, 2
#: Seconds until turns are tried again where the database does not answer.
_PAUSE_S = 1.0


class Writer(Protocol):
    """Runs pieces of work that write, one at a time."""

    def submit(self, work: Callable[[], T], priority: int = SOON) -> Future[T]:
        """Queue work; the future tells its result once it is committed."""

    def wake(self) -> None:
        """There may be turns to take."""


class InlineWriter:
    """Does the work at once, in the caller's thread."""

    def submit(self, work: Callable[[], T], priority: int = SOON) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)
        return future

    def wake(self) -> None:
        """Whoever runs inline drains by themselves."""


class WriterThread:
    """A thread that takes updates in groups, then turns, then everything else."""

    def __init__(
        self,
        store_inbox: Callable[[list[tuple[Any, Future[bool]]]], None],
        drain: Callable[[], int],
        after_turns: Callable[[], None],
        emptied: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store_inbox = store_inbox
        self._drain = drain
        self._after_turns = after_turns
        #: Whether the last group has left nothing, so that no other is looked for until somebody writes.
        self._emptied = emptied
        self._updates: list[tuple[Any, Future[bool]]] = []
        self._jobs: list[tuple[int, int, Callable[[], Any], Future[Any]]] = []
        self._order = count()
        self._condition = threading.Condition()
        self._turns_wait = True
        self._stopping = False
        self._ended = False
        #: The database did not answer the last time. Known to the thread alone.
        self._away = False
        self._thread = threading.Thread(target=self._run, name="coachbot-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the group under way and what is queued, then end."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(timeout=10)
        with self._condition:  # nobody may wait for what nobody will do
            self._ended = True
            jobs, self._jobs = self._jobs, []
        for _, _, _, future in jobs:
            future.cancel()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def receive(self, update: Any) -> Future[bool]:
        """Queue an update; the future is done once its inbox row is committed."""
        future: Future[bool] = Future()
        with self._condition:
            self._updates.append((update, future))
            self._condition.notify()
        return future

    def submit(self, work: Callable[[], T], priority: int = SOON) -> Future[T]:
        future: Future[T] = Future()
        with self._condition:
            if self._ended:
                future.cancel()
                return future
            heapq.heappush(self._jobs, (priority, next(self._order), work, future))
            self._condition.notify()
        return future

    def wake(self) -> None:
        with self._condition:
            self._turns_wait = True
            self._condition.notify()

    # -- the thread ------------------------------------------------------------------------------------
    def _run(self) -> None:
        while self._wait():
            try:
                self._round()
            except (StoreLost, StoreBusy) as error:
                if not self._wait_for_database(error):
                    return
            except Exception:
                log.exception("the writer met a fault; it goes on")
            else:
                self._database_answers()

    def _wait_for_database(self, error: Exception) -> bool:
        """Turns stay in the inbox and are taken up again soon. False if the process is to stop: the next has them."""
        if not self._away:
            log.error("%s; nothing is lost, turns go on when the database answers", error)
        self._away = True
        with self._condition:
            self._turns_wait = True
            if not self._condition.wait_for(lambda: self._stopping, _PAUSE_S):
                return True
            jobs, self._jobs = self._jobs, []
            updates, self._updates = self._updates, []
        for future in [*(job[3] for job in jobs), *(update[1] for update in updates)]:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
        return False

    def _database_answers(self) -> None:
        if self._away:
            log.warning("the database answers again; turns go on")
        self._away = False

    def _wait(self) -> bool:
        with self._condition:
            while not (self._updates or self._jobs or self._turns_wait or self._stopping):
                self._condition.wait()
            return bool(self._updates or self._jobs or self._turns_wait) or not self._stopping

    def _round(self) -> None:
        with self._condition:
            updates, self._updates = self._updates, []
            job = heapq.heappop(self._jobs) if self._jobs else None
            turns, self._turns_wait = self._turns_wait or bool(updates), False
        if updates:
            self._store_inbox(updates)
        try:
            if turns and self._drain():
                if not self._emptied():
                    self.wake()
                self._after_turns()
        finally:
            if job is not None:
                _run_job(job[2], job[3])


def _run_job(work: Callable[[], Any], future: Future[Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
