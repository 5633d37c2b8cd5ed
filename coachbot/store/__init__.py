"""The database: SQLModel tables, migrations, sealed columns and the unit of work."""

from coachbot.store.examining import Examination, examine
from coachbot.store.lock import EngineLock, runs_here
from coachbot.store.opening import at_work, driver_url, is_made, open_store, size_of, told
from coachbot.store.store import SqlStore

__all__ = [
    "EngineLock",
    "Examination",
    "SqlStore",
    "at_work",
    "driver_url",
    "examine",
    "is_made",
    "open_store",
    "runs_here",
    "size_of",
    "told",
]
