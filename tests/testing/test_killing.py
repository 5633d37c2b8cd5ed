"""A process that is asked to kill itself does so at its point, not before, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from coachbot.errors import SettingsError
from coachbot.service.ports import Capabilities
from coachbot.testing import killing
from coachbot.testing.killing import POINTS, Fuse, killable_channels, killable_store


class Killed(BaseException):
    """The process would be gone."""


@pytest.fixture(autouse=True)
def _no_real_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(process: int, signal: int) -> None:
        raise Killed

    monkeypatch.setattr(killing.os, "kill", kill)


class Store:
    """Remembers whether its transaction was committed."""

    def __init__(self) -> None:
        self.committed = False

    @contextmanager
    def writing(self) -> Iterator[Any]:
        yield Transaction()
        self.committed = True


class Transaction:
    def __getattr__(self, name: str) -> Any:
        return lambda: None


def _write(store: Any, *calls: str) -> None:
    with store.writing() as tx:
        for name in calls:
            getattr(tx, name)()


@pytest.mark.parametrize(
    ("calls", "kind"),
    [
        (("add_inbox",), "inbox"),
        (("waiting", "load", "save"), "turns"),
        (("due_timers", "load", "save"), "timers"),
        (("settle", "claim"), "outcome"),
        (("claim", "settle"), "outcome"),
        (("claim",), "claim"),
        (("release_ambiguous",), "recovery"),
    ],
)
def test_a_transaction_is_known_by_what_was_asked_of_it(calls: tuple[str, ...], kind: str) -> None:
    before, after = Store(), Store()
    with pytest.raises(Killed):
        _write(killable_store(before, f"before_{kind}_commit"), *calls)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        _write(killable_store(after, f"after_{kind}_commit"), *calls)  # type: ignore[arg-type]
    assert (before.committed, after.committed) == (False, True)


def test_looking_into_an_empty_inbox_is_no_turn() -> None:
    _write(killable_store(Store(), "before_turns_commit"), "waiting")  # type: ignore[arg-type]


def test_a_number_of_times_is_waited_for() -> None:
    store = killable_store(Store(), "after_inbox_commit:3")  # type: ignore[arg-type]
    _write(store, "add_inbox")
    _write(store, "add_inbox")
    with pytest.raises(Killed):
        _write(store, "add_inbox")


class Channel:
    name = "test"
    capabilities = Capabilities(buttons=7)
    made = 0

    async def deliver(self, to: Any, row: Any) -> str:
        self.made += 1
        return "m1"


@pytest.mark.parametrize(("point", "made"), [("before_call", 0), ("after_call", 1)])
def test_a_call_is_made_or_not(point: str, made: int) -> None:
    channel = Channel()
    wrapped = killable_channels({"test": channel}, point)["test"]
    assert wrapped.capabilities.buttons == 7
    with pytest.raises(Killed):
        asyncio.run(wrapped.deliver(None, None))  # type: ignore[arg-type]
    assert channel.made == made


@pytest.mark.parametrize("asked", ["somewhere", "before_call:often", ""])
def test_a_point_that_there_is_not_is_one_clear_line(asked: str) -> None:
    with pytest.raises(SettingsError, match="before_call"):
        Fuse(asked)


def test_every_point_has_its_name() -> None:
    assert len(set(POINTS)) == len(POINTS) == 14
