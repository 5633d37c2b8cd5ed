"""What an erasure leaves in the files of PostgreSQL, and how it is cleared.

A change leaves the old row where it lay, and VACUUM alone gives its place free without overwriting it. So the table
of the patients' keys is written anew. What other rows leave is sealed under the destroyed key.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from coachbot.store import settings
from coachbot.store.tables import PERSONAL, table

_KEYS = "patient_key"
#: Setting: the transaction of an erasure whose traces are still to be cleared.
_NOTE = "erasure_to_clear"
#: How long the clearing waits for a table that is in use, before it is put off.
_PATIENCE_MS = 2_000
#: The other tables are vacuumed at once while they are small together; later that is the server's own work.
_SMALL_BYTES = 256 * 2**20
_DONE = text("UPDATE setting SET value = '0' WHERE name = :name AND value = :moment")
#: Whether anybody still sees the rows as they were at a moment: then nothing can be cleared. Somebody else of this
#: database may, or the clearing itself, whose view goes back to the oldest transaction under way on the whole server.
_WATCHED = text(
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() "
    "AND backend_xmin IS NOT NULL AND age(backend_xmin) >= age(CAST(CAST(:since AS text) AS xid))) "
    "OR age(CAST(CAST(txid_snapshot_xmin(txid_current_snapshot()) % 4294967296 AS text) AS xid)) "
    ">= age(CAST(CAST(:since AS text) AS xid))"
)


def note(connection: Connection) -> int:
    """Where an erasing transaction stands among all others. It is written down in the same transaction, so that
    another process clears what this one could not."""
    moment = int(connection.exec_driver_sql("SELECT txid_current() %% 4294967296").scalar_one())
    settings.put(connection, _NOTE, str(moment))
    return moment


def noted(connection: Connection) -> int:
    """What was noted and not cleared yet; 0 for nothing."""
    return int(settings.get(connection, _NOTE) or 0)


def clear(connection: Connection, since: int) -> bool:
    """Clear what erasures up to this moment left; False if somebody still sees it. Needs a connection outside of any
    transaction; gives up with the driver's error where a table is in use for long."""
    if connection.execute(_WATCHED, {"since": since}).scalar_one():
        return False
    before = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
    connection.exec_driver_sql(f"SET lock_timeout = {_PATIENCE_MS}")
    try:
        connection.exec_driver_sql(f"VACUUM (FULL) {_KEYS}")
        if connection.execute(_WATCHED, {"since": since}).scalar_one():
            return False  # somebody looked while it was written: what they saw was taken along
        _free_places(connection)
        connection.execute(_DONE, {"name": _NOTE, "moment": str(since)})
    finally:
        connection.exec_driver_sql(f"SET lock_timeout = '{before}'")
    return True


def _free_places(connection: Connection) -> None:
    names = ["patient", *(f'"{table(one).name}"' for one in PERSONAL)]
    sizes = " + ".join(f"pg_table_size('{name}')" for name in names)
    if connection.exec_driver_sql(f"SELECT {sizes}").scalar_one() < _SMALL_BYTES:
        connection.exec_driver_sql(f"VACUUM {', '.join(names)}")
