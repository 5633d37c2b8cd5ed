"""The database: SQLModel tables, migrations, sealed columns and the unit of work."""

from coachbot.store.lock import EngineLock
from coachbot.store.opening import is_made, open_store
from coachbot.store.store import SqlStore

__all__ = ["EngineLock", "SqlStore", "is_made", "open_store"]
