"""A process that kills itself at a named point: what `COACHBOT_KILL_AT` asks for, for crash tests.

The points lie on the ports. The store is wrapped, so that a transaction can end the process just before or just
after its commit; the channels are, so that a call can. Nothing is tidied up: it is SIGKILL, as `kill -9` sends it.
The service knows nothing of it, and without the setting nothing is wrapped.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from coachbot.errors import SettingsError
from coachbot.service.ports import Channel, Store
from coachbot.service.records import Address, OutboxRow

#: What a transaction is, by what was asked of it: the first line whose calls were all made counts.
_KINDS = (
    ("inbox", {"add_inbox"}),
    ("timers", {"due_timers", "save"}),
    ("turns", {"waiting", "save"}),
    ("recovery", {"release_ambiguous"}),
    ("outcome", {"settle"}),
    ("claim", {"claim"}),
)
_CALLS = ("before_call", "after_call")
POINTS = (*(f"{when}_{kind}_commit" for kind, _ in _KINDS for when in ("before", "after")), *_CALLS)


class Fuse:
    """Burns down each time the process passes its point, and ends the process at the last time."""

    def __init__(self, asked: str) -> None:
        self._point, _, times = asked.partition(":")
        if self._point not in POINTS or not (times or "1").isdecimal():
            raise SettingsError(
                f"COACHBOT_KILL_AT: '{asked}' is no point, or no point:times. Points: {', '.join(POINTS)}"
            )
        self._left = int(times or 1)

    def passes(self, point: str) -> None:
        """The process is at this point."""
        if point != self._point:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class KillableStore:
    """A store whose transactions pass by the fuse before and after their commits."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A transaction that may write."""
        with self._store.writing() as tx:
            noted = _Noted(tx)
            yield noted
            kind = noted.kind()
            self._fuse.passes(f"before_{kind}_commit")
        self._fuse.passes(f"after_{kind}_commit")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class _Noted:
    """A transaction that remembers what was asked of it."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx
        self._asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self._asked.add(name)
        return getattr(self._tx, name)

    def kind(self) -> str:
        return next((kind for kind, calls in _KINDS if calls <= self._asked), "other")


class KillableChannel:
    """A channel whose calls pass by the fuse."""

    def __init__(self, channel: Channel, fuse: Fuse) -> None:
        self._channel = channel
        self._fuse = fuse
        self.name = channel.name

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Make the one call."""
        self._fuse.passes("before_call")
        remote = await self._channel.deliver(to, row)
        self._fuse.passes("after_call")
        return remote

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


def killable_store(store: Store, asked: str) -> Any:
    """The store, with a fuse for a point of its own."""
    return KillableStore(store, Fuse(asked))


def killable_channels(channels: Mapping[str, Channel], asked: str) -> Mapping[str, Channel]:
    """The channels as the sender sees them, with a fuse for a point of theirs."""
    fuse = Fuse(asked)
    wrapped: dict[str, Any] = {name: KillableChannel(channel, fuse) for name, channel in channels.items()}
    return wrapped
