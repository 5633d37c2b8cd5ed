"""That a process of several is there, and what it has done, told to the others by a row: so an operator sees at any web
process which worker or sender is not there any more. Numbers only, nobody in them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from coachbot.service.leases import LASTS_S
from coachbot.service.meter import Meter
from coachbot.service.ports import Store

KINDS = ("web", "worker", "sender")
#: Seconds after which somebody who has said nothing counts as dead, and after which a dead one is told of no more.
DEAD_AFTER_S, TOLD_FOR_S = LASTS_S, 3_600.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a process has done since it was started, and what it is at."""

    #: Turns by cause and outcome, calls to messengers by channel and outcome, as `cause outcome` and `channel outcome`.
    turns: dict[str, int] = field(default_factory=dict)
    sends: dict[str, int] = field(default_factory=dict)
    #: Shards of which a worker took turns since it was seen before.
    shards: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One process as the others know it."""

    #: Its kind, number and machine: `worker 4711 on lab`.
    name: str
    kind: str
    #: Seconds since it was seen, by the database's clock.
    ago_s: float
    work: Work = Work()

    @property
    def is_alive(self) -> bool:
        """Whether it was seen lately."""
        return self.ago_s < DEAD_AFTER_S


class Presence:
    """Says for one process that it is there. It is the meter of its process as well, so that it knows what is done."""

    def __init__(self, store: Store, name: str, kind: str, meter: Meter) -> None:
        self._store = store
        self._name = name
        self._kind = kind
        self._meter = meter
        self._turns: Counter[str] = Counter()
        self._sends: Counter[str] = Counter()
        self._lock = threading.Lock()
        #: Shards of which turns were taken since the last word; a worker names them.
        self.shards: Callable[[], Collection[int]] = tuple

    def turn(self, cause: str, outcome: str, seconds: float) -> None:
        """A turn has ended."""
        with self._lock:
            self._turns[f"{cause} {outcome}"] += 1
        self._meter.turn(cause, outcome, seconds)

    def sent(self, channel: str, outcome: str) -> None:
        """A call to a messenger has ended."""
        with self._lock:
            self._sends[f"{channel} {outcome}"] += 1
        self._meter.sent(channel, outcome)

    def say(self) -> None:
        """It is there now. Whoever died long ago is told of no more."""
        with self._lock:
            work = Work(dict(self._turns), dict(self._sends), len(self.shards()))
        with self._store.writing() as tx:
            tx.saw_process(self._name, self._kind, told(work), forget_after_s=TOLD_FOR_S)

    def leave(self) -> None:
        """It ends as it was told to, and nobody is to worry."""
        with self._store.writing() as tx:
            tx.drop_process(self._name)


def told(work: Work) -> str:
    """As it stands in the database."""
    return json.dumps({"turns": work.turns, "sends": work.sends, "shards": work.shards}, sort_keys=True)


def read(text: str) -> Work:
    """What `told` wrote; a process of another version may tell less or more."""
    found = json.loads(text)
    return Work(dict(found.get("turns") or {}), dict(found.get("sends") or {}), int(found.get("shards") or 0))
