"""Core statements, compiled once for a dialect and then run as the driver's own SQL.

Core keeps the SQL typed and neutral; running the compiled text with tuples costs a third of running Core
(see docs/decisions/0001-store.md). A statement says in which order it wants its values, and the
order is checked when it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Select, Table, bindparam, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.elements import ColumnElement

#: `insert` of the dialect, which knows ON CONFLICT.
Inserter: TypeAlias = Any
Build: TypeAlias = Callable[[Inserter], ClauseElement]
_INSERTERS: dict[str, Inserter] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
#: Longest list of names in one statement.
LONGEST = 64


def word(value: str) -> ColumnElement[Any]:
    """A word written into the SQL itself: only so does a partial index apply."""
    return literal_column(f"'{value}'")


def number(value: int) -> ColumnElement[Any]:
    """A whole number written into the SQL itself."""
    return literal_column(str(int(value)))


def at_most(query: Select[Any], many: ColumnElement[Any] | None = None) -> Select[Any]:
    """The first rows of a query; how many is the value `many` unless it is given."""
    return query.limit(bindparam("many") if many is None else many).offset(number(0))


class Statement:
    """One statement and the order of its values."""

    def __init__(self, core: ClauseElement | Build, *order: str) -> None:
        self._core = core
        self._order = order
        self._ready: dict[str, tuple[str, tuple[str, ...]]] = {}

    def sql(self, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
        """SQL text and the names of its values in order."""
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = self._compile(dialect)
        return ready

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
        core = self._core if isinstance(self._core, ClauseElement) else self._core(_INSERTERS[dialect.name])
        compiled: Any = core.compile(dialect=dialect)
        names = tuple(compiled.positiontup or ())
        unset = [name for name in names if not compiled.binds[name].required]
        if unset:
            raise AssertionError(f"{unset}: write constants with word() or number()")
        if self._order and names != self._order:
            raise AssertionError(f"the statement wants {names}, its rows are written as {self._order}")
        return str(compiled), names


class ListStatement:
    """A statement over a list of ids, compiled for a few lengths; a shorter list repeats its last."""

    def __init__(self, build: Callable[[list[BindParameter[Any]]], ClauseElement]) -> None:
        self._build = build
        self._sizes: dict[int, Statement] = {}

    def fit(self, values: Sequence[Any]) -> tuple[Statement, tuple[Any, ...]]:
        """The statement of a fitting length, and the values stretched to it (at most `LONGEST`)."""
        size = 1 << (len(values) - 1).bit_length()
        statement = self._sizes.get(size)
        if statement is None:
            places: list[BindParameter[Any]] = [bindparam(f"p{i}") for i in range(size)]
            statement = self._sizes[size] = Statement(self._build(places), *(f"p{i}" for i in range(size)))
        return statement, (*values, *[values[-1]] * (size - len(values)))


def insert_all(table: Table) -> Statement:
    """Insert whole rows, values in the order of the table's columns."""
    return Statement(lambda insert: insert(table), *_names(table))


def insert_new(table: Table) -> Statement:
    """Insert whole rows; one that is there already stays as it is."""
    return Statement(lambda insert: insert(table).on_conflict_do_nothing(), *_names(table))


def upsert(
    table: Table, *keys: str, keep: Sequence[str] = (), never_lost: Sequence[str] = (), raise_by_one: str = ""
) -> Statement:
    """Insert whole rows, or replace what stands there but for its keys and `keep`.

    A `never_lost` column can be given another value, but a row without one does not empty it.
    """

    def build(insert: Inserter) -> ClauseElement:
        new = insert(table)
        names = [n for n in _names(table) if n not in keys and n not in keep]
        changed = {n: getattr(new.excluded, n) for n in names}
        changed |= {n: func.coalesce(getattr(new.excluded, n), table.c[n]) for n in never_lost}
        if raise_by_one:
            changed[raise_by_one] = table.c[raise_by_one] + number(1)
        done: ClauseElement = new.on_conflict_do_update(index_elements=list(keys), set_=changed)
        return done

    return Statement(build, *_names(table))


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)
