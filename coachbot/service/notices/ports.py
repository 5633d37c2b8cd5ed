"""What notices need of the store, and of whatever carries them to where they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from coachbot.service.notices.records import AlertHead, Notice, Seen, StaffUpdate, Way


class Carrier(Protocol):
    """Takes notices one kind of way."""

    async def carry(self, way: Way, notice: Notice) -> None:
        """Make the one call. Raises `DeliveryError`."""


class NoticeTransaction(Protocol):
    """The notices' side of a database transaction."""

    # ways
    def ways(self) -> Sequence[Way]: ...
    def way_numbers(self) -> Sequence[int]:
        """The numbers of every way; nothing is opened."""

    def way(self, number: int) -> Way | None: ...
    def put_way(self, way: Way) -> None: ...
    def drop_way(self, number: int) -> None:
        """The way is no more; what was still to go there goes nowhere."""

    def chats_of_staff(self, account: int, chats: Iterable[str]) -> Mapping[str, int]:
        """Which of these chats are members' own, and by which way; others are left out."""

    # what members write
    def add_staff_updates(self, updates: Sequence[StaffUpdate]) -> Sequence[bool]:
        """Store updates; False for one that was stored before."""

    def staff_updates(self, limit: int) -> Sequence[StaffUpdate]:
        """Those not read yet, the oldest first."""

    def staff_update_done(self, number: int) -> None: ...

    # notices
    def alert_heads(self) -> Sequence[AlertHead]:
        """Every alert above low priority that nobody has acknowledged."""

    def seen_alerts(self) -> Sequence[Seen]:
        """Alerts that were told of and acknowledged since, whose end was not told yet."""

    def follow(self, alert: int) -> Sequence[int]:
        """The end of an alert is told: what of it is still to go out goes nowhere. Returns the ways that were told."""

    def add_notices(self, rows: Sequence[Notice]) -> int:
        """Keep notices; one whose subject, stage and way were there before is not kept again. How many were new."""

    def notices_due(self, *, now_real: float) -> bool:
        """Whether a notice waits to be carried now."""

    def claim_notices(self, *, now_real: float, limit: int, lease_s: float) -> Sequence[tuple[Notice, Way]]:
        """Claim what is due, one of a way at most, the oldest first."""

    def settle_notice(self, number: int, *, state: str, reason: str, due_real: float, attempts: int) -> None: ...
    def free_notices(self) -> int:
        """What a process that died had claimed is due again. Returns how many."""

    def drop_notices(self, before: int, limit: int) -> int:
        """Remove notices whose end is known and told, and what members wrote, with ids below this one; so many at a
        time. How many there were."""

    def notices(self, subject: str = "") -> Sequence[Notice]:
        """All notices, or those of one subject, the oldest first."""
