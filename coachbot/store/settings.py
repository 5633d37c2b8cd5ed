"""The table of settings, and in it the canary: a key wrapped by the master key.

The canary proves at every start that the key file belongs to the database. It is the key of the chat
look-up, so that a rotation of the master key leaves every chat findable.
"""

from __future__ import annotations

import base64
import os

from sqlalchemy import Connection, bindparam, select

from coachbot.store import tables
from coachbot.store.keyfile import MasterKeys
from coachbot.store.part import Part
from coachbot.store.sealing import KEY_BYTES
from coachbot.store.statements import Statement, upsert

_SETTING = tables.table(tables.Setting)
_GET = Statement(select(_SETTING.c.value).where(_SETTING.c.name == bindparam("wanted")))
_PUT = upsert(_SETTING, "name")
_CANARY = "lookup_key"


class SettingsPart(Part):
    """Settings of a transaction."""

    def setting(self, name: str) -> str | None:
        """A small fact about this database."""
        return get(self._connection, name)

    def put_setting(self, name: str, value: str) -> None:
        """Keep a small fact; nothing personal."""
        put(self._connection, name, value)


def has_canary(connection: Connection) -> bool:
    """Was this database ever given a master key?"""
    return get(connection, _CANARY) is not None


def plant_canary(connection: Connection, master: MasterKeys, *, key: bytes = b"", version: int = 0) -> None:
    """Wrap a new look-up key, or the one given, by a version of the master key (0: the current one)."""
    version = version or master.current
    wrapped = master.wrap(key or os.urandom(KEY_BYTES), _CANARY, version)
    put(connection, _CANARY, f"{version}:{base64.b64encode(wrapped).decode()}")


def lookup_key(connection: Connection, master: MasterKeys) -> bytes:
    """Open the canary; `KeyMissing` if the master key is another."""
    version, _, wrapped = (get(connection, _CANARY) or "").partition(":")
    return master.unwrap(base64.b64decode(wrapped), _CANARY, int(version))


def wrapping_version(connection: Connection) -> int:
    """The version of the master key that wraps new keys: the canary's."""
    return int((get(connection, _CANARY) or "").partition(":")[0])


def get(connection: Connection, name: str) -> str | None:
    """A setting, on a connection alone."""
    row = connection.exec_driver_sql(_GET.sql(connection.dialect)[0], (name,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: Connection, name: str, value: str) -> None:
    """Keep a setting, on a connection alone."""
    connection.exec_driver_sql(_PUT.sql(connection.dialect)[0], (name, value))
