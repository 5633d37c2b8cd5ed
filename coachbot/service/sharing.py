"""What several processes that work on one database ask of it: shards, leases, and word of what the others did."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol


class SharedTransaction(Protocol):
    """The part of a transaction by which processes share the work."""

    def take_shards(self, wanted: Sequence[int], most: int) -> Sequence[int]:
        """Hold shards until the transaction ends: of those wanted the first that nobody else holds."""

    def newest_id(self) -> int:
        """The greatest id of outbox and inbox, by whichever process it was given."""

    def unfinished_shards(self, now: datetime) -> tuple[Sequence[int], Sequence[int]]:
        """The shards with updates that wait, and those with timers that are due."""

    def answers_late(self, now: datetime, after_s: float) -> bool:
        """Whether an update waits for its turn longer than that."""

    def database_real(self) -> float:
        """Real seconds by the clock that all processes of this database share."""

    def hold_lease(self, name: str, holder: str, lasts_s: float) -> bool:
        """Take a lease that nobody holds, or hold it longer; False while it is another's."""

    def give_up_leases(self, holder: str) -> None:
        """Somebody else may have them at once."""

    def saw_process(self, name: str, kind: str, work: str, *, forget_after_s: float) -> None:
        """A process is there now, and has done this; whoever was not seen for so long is forgotten."""

    def drop_process(self, name: str) -> None:
        """A process has ended."""

    def account_ids(self) -> Sequence[int]:
        """Every account there is."""

    def announce(self, rows: Collection[int]) -> None:
        """Once this commits, processes that show talks are told whose these outbox rows are."""

    def erased_since(self, real: float) -> Sequence[tuple[str, float]]:
        """Who was erased since a moment, and when, in real seconds."""
