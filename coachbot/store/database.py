"""What the store must know of a kind of database; `coachbot.store.sqlite` and `coachbot.store.postgres` are the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import Connection, Engine

from coachbot.errors import StoreError

#: How sure a commit is: FULL loses nothing in a power cut.
Synchronous = Literal["FULL", "NORMAL", "OFF"]


class Database(Protocol):
    """One database of one kind. What differs between the kinds stands here, and nowhere else in the store."""

    @property
    def name(self) -> str:
        """The database as messages call it; never a password."""

    def number_to(self, tell: Callable[[int], None]) -> None:
        """Tell the number of this process among those that work on the database together, now and when it changes."""

    @property
    def leftovers(self) -> Sequence[str]:
        """What an erasure leaves behind for a while where the store cannot reach: lines of its proof."""

    @property
    def engine_lock(self) -> Path | None:
        """The lock file of an engine in the database's own folder, if it has one."""

    @property
    def refuses_nul(self) -> bool:
        """Whether its texts cannot hold a NUL character."""

    def at_work(self) -> Sequence[str]:
        """Who does an engine's work on this database, as far as the database itself knows."""

    def is_made(self) -> bool:
        """Whether there is a database of ours already. Raises StoreError where nobody can tell."""

    def writing_engine(self) -> Engine:
        """The one connection that writes."""

    def reading_engine(self) -> Engine:
        """Connections that read on snapshots and refuse to write."""

    def hold_alone(self, connection: Connection) -> None:
        """Nobody else opens or migrates this database before the transaction ends."""

    def look_through(self, connection: Connection) -> None:
        """Before an engine begins: raises StoreError for a damaged database, as far as that is quick."""

    def hold_still(self, connection: Connection) -> None:
        """Nobody else writes anything before the transaction ends; what is read is of one moment."""

    def restart_numbers(self, connection: Connection) -> None:
        """After rows came in with their ids: the database draws the next ones behind them."""

    def clear_erased(self, writer: Engine, since: int) -> bool:
        """Leave nothing of rows deleted up to `since` (`note_erasure`); False if somebody was in the way."""

    def note_erasure(self, connection: Connection) -> int:
        """This transaction erases: something not 0, for `clear_erased` after its commit."""

    def noted_erasure(self, connection: Connection) -> int:
        """What another process noted and could not clear; 0 for nothing."""

    def rest(self, writer: Engine) -> None:
        """Before the connections are closed."""

    def assure(self, connection: Connection) -> None:
        """Before a commit: raises StoreError for a transaction that could only be rolled back."""

    def is_broken(self, connection: Connection) -> bool:
        """Whether the connection broke under a transaction."""

    def failure(self, error: Exception) -> StoreError | None:
        """A driver's error as one of ours, where an operator can mend it; None for a fault of the program."""

    def opening_failure(self, error: Exception) -> StoreError:
        """A driver's error while the database was opened: what it says, and what to do."""
