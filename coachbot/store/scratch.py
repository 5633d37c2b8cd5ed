"""Databases on a PostgreSQL server that are made to be thrown away: for screenplays, tests and benchmarks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy.engine import make_url

from coachbot.errors import StoreError
from coachbot.store.opening import told
from coachbot.store.postgres import driver

_NUMBERS = count(1)


@contextmanager
def scratch(server: str, template: str = "template0") -> Iterator[str]:
    """The URL of a new database on the server of a URL, a copy of `template`; it goes away with the block."""
    name = make_scratch(server, template)
    try:
        yield url_on(server, name)
    finally:
        drop_scratch(server, name)


def make_scratch(server: str, template: str = "template0") -> str:
    """The name of a new database. Raises StoreError where none can be made."""
    name = f"coachbot_{os.getpid()}_{next(_NUMBERS)}"
    _run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')
    return name


def url_on(server: str, name: str) -> str:
    """The URL of another database on the server of a URL."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_scratch(server: str, name: str) -> None:
    """It goes, whoever is connected to it."""
    _run(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run(server: str, statement: str) -> None:
    psycopg = driver()
    shown = told(server)  # also refuses what is no URL of ours
    url = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement)
    except psycopg.Error as error:
        said = " ".join(str(error).partition("\n")[0].split())
        raise StoreError(f"{shown}: no database can be made there ({said}); its user needs CREATEDB") from None
