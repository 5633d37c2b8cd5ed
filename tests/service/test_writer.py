"""The one writer: turns follow what was stored, and are looked for again only while some may wait."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from coachbot.service.writer import WriterThread
from tests.service.house import House


class Work:
    """Counts groups: so many are full, the last one is not."""

    def __init__(self, full: int) -> None:
        self.full, self.groups = full, 0
        self.done = threading.Event()

    def store(self, updates: list[tuple[Any, Future[bool]]]) -> None:
        for _, future in updates:
            future.set_result(True)

    def drain(self) -> int:
        self.groups += 1
        return 50

    def emptied(self) -> bool:
        return self.groups > self.full


def groups_after_one_update(full: int) -> int:
    work = Work(full)
    writer = WriterThread(work.store, work.drain, lambda: None, work.emptied)
    writer.start()
    writer.receive("update").result(10)
    writer.submit(lambda: None).result(10)  # goes after the turns of its round
    writer.stop()
    return work.groups


def test_no_group_is_looked_for_after_one_that_was_not_full() -> None:
    assert groups_after_one_update(full=0) <= 2, "the look at the start, and the update's"


def test_full_groups_are_followed_until_one_is_not_full() -> None:
    assert groups_after_one_update(full=5) >= 6


def test_a_group_that_was_not_full_has_left_nothing(house: House) -> None:
    turns, person = house.coach.turns, house.patient()
    for words in ("hello", "again"):
        house.put(person, kind="text", text=words)
    assert (turns.drain(limit=1), turns.emptied) == (1, False)
    assert (turns.drain(limit=2), turns.emptied) == (1, True)
    assert (turns.drain(limit=2), turns.emptied) == (0, True)


def test_what_is_given_to_a_writer_that_has_ended_is_called_off_at_once() -> None:
    work = Work(0)
    writer = WriterThread(work.store, work.drain, lambda: None, work.emptied)
    writer.start()
    writer.stop()
    assert writer.submit(lambda: None).cancelled()
