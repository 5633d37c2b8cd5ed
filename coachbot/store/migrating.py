"""Bringing a database up to the tables this program knows. Alembic is imported only when there is work."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from coachbot.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
#: Every revision, oldest first; the last is what this program works with.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")


def migrate(connection: Connection, name: str) -> None:
    """Bring the tables up to date inside the open transaction; refuse what is newer or not ours."""
    found = _revision(connection, name)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise StoreError(f"{name}: made by a newer coachbot (revision {found}); update the program")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])


def outgrown_by(connection: Connection) -> str:
    """The revision of tables that a newer coachbot has brought up to date under this one; empty if it knows them."""
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone()
    return "" if row is None or row[0] in REVISIONS else str(row[0])


def _revision(connection: Connection, name: str) -> str | None:
    """The revision of the tables; None for an empty database."""
    present = connection.dialect.get_table_names(connection)
    if "alembic_version" in present:
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
    if present:
        raise StoreError(f"{name}: this database belongs to another program; name a file of its own")
    return None
