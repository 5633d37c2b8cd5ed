"""What broadcasts need of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from coachbot.service.broadcasts.records import Broadcast, Head, Hours, Recipient
from coachbot.service.staff.records import RosterRow


class BroadcastTransaction(Protocol):
    """The broadcasts' side of a database transaction."""

    def put_broadcast(self, row: Broadcast) -> None:
        """A new broadcast, or one as it now stands."""

    def broadcast(self, number: int) -> Broadcast | None: ...
    def broadcasts(self) -> Sequence[Broadcast]:
        """All, the newest first."""

    def asked_broadcasts(self) -> Sequence[Broadcast]:
        """Those that wait for a second person, the oldest first."""

    def working_broadcasts(self) -> Sequence[Broadcast]:
        """Those that are scheduled or being sent, the oldest first."""

    def next_broadcast(self, after: datetime) -> datetime | None:
        """When a broadcast has something to do next, later than this moment."""

    def heads(self, after: int, limit: int) -> Sequence[Head]:
        """Enrolments by their id, without opening anything."""

    def standings(self, patients: Sequence[str]) -> Sequence[RosterRow]:
        """Profile and enrolment of these patients; nothing of it is kept in memory."""

    def hours(self, patients: Sequence[str]) -> Mapping[str, Hours]:
        """The clocks of these patients; nothing else of them is opened. Damaged ones are left out."""

    def carers_among(self, patients: Sequence[str]) -> Mapping[str, frozenset[int]]:
        """To whom these patients belong; those of nobody are left out."""

    def add_recipients(self, rows: Sequence[Recipient]) -> None:
        """Rows of the ledger; one that is there already stays as it is."""

    def put_recipients(self, rows: Sequence[Recipient]) -> None: ...
    def put_off_recipients(self, rows: Sequence[Recipient]) -> None:
        """These have another hour and deadline, where they are still planned."""

    def due_recipients(self, broadcast: int, now: datetime, limit: int) -> Sequence[Recipient]:
        """Those whose moment has come, the first due first."""

    def recipients_of(self, broadcast: int, *, after: str = "", limit: int = 100) -> Sequence[Recipient]:
        """A page of the ledger, by pseudonym."""

    def recipient(self, broadcast: int, patient: str) -> Recipient | None: ...
    def fates(self, broadcast: int, limit: int) -> Sequence[tuple[Recipient, str, str]]:
        """Queued recipients whose message has come to an end: with the outbox's state and reason."""

    def recall(self, broadcast: int, limit: int, *, reason: str, now: datetime) -> Sequence[Recipient]:
        """Take messages back that are queued and not yet claimed; whose they were."""

    def recall_from(self, patient: str, *, reason: str, now: datetime) -> None:
        """Take back what is queued for one patient and not yet claimed; of one who left, what is planned is due now."""

    def queued_count(self, broadcast: int) -> int:
        """How many wait in the outbox or are being sent."""

    def is_unfinished(self, broadcast: int) -> bool:
        """Whether anybody is still to get it."""

    def recipient_counts(self, broadcast: int) -> Mapping[str, int]:
        """How many recipients stand where."""

    def drop_planned(self, broadcast: int, limit: int) -> int:
        """Planned recipients become cancelled, so many at a time; how many."""

    def broadcast_of_message(self, patient: str, remote_id: str) -> int | None:
        """The broadcast that a message of the messenger was part of."""

    def accounts_by_patient(self) -> Mapping[str, tuple[int, str]]:
        """Where each patient is reached: account and channel."""
