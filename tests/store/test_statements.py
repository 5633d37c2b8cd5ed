"""The statements of the store: neutral enough for PostgreSQL, and on their indexes in SQLite."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from coachbot.store import tables
from coachbot.store.inbox import INBOX
from coachbot.store.statements import ListStatement, Statement, insert_all
from tests.store.house import House


def statements() -> Iterator[tuple[str, Statement]]:
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("coachbot.store."):
            for name, value in vars(module).items():
                if isinstance(value, ListStatement):
                    yield f"{module_name}.{name}", value.fit([1, 2, 3])[0]
                elif isinstance(value, Statement):
                    yield f"{module_name}.{name}", value


ALL = dict(statements())


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_statement_compiles_for_both_databases(name: str) -> None:
    for dialect in (sqlite.dialect(paramstyle="qmark"), psycopg.dialect(paramstyle="format")):
        text, names = ALL[name].sql(dialect)
        assert text.count("?" if dialect.name == "sqlite" else "%s") == len(names)


#: Tables that stay small, or are listed whole on purpose.
LISTED_WHOLE = {"_BRIEFS", "_DROP_LINKS", "_ALL_ALERTS", "_OPEN_ALERTS", "_INCIDENTS", "_OLD_KEYS", "_BY_VERSION"} | {
    "_WAYS", "_CLIENTS", "_ALL", "_PLACES", "_REFERENCES", "_ALL_CARE", "_EVERYBODY", "_FROM_THE_FIRST",
    "_LAST", "_LINES", "_GIVE_UP", "_UNANSWERED", "_RINGING", "_FORGET", "_HELD", "_FORWARD",
    "_HOW_MANY",
}  # fmt: skip
#: Read along an index that holds only the rows in question.
ALONG_AN_INDEX = {
    "_RESEND", "_SKIP", "_UNDELIVERED", "_NEXT", "_OUTBOX_CLAIMED", "_HEADS", "_SEEN", "_NUMBERS",
    "_SKIP_OF", "_RESEND_OF", "_REPEAT", "_REPEAT_OF", "_ACCOUNTS",
}  # fmt: skip


def test_no_statement_of_the_daily_work_reads_a_whole_table(sqlite_house: House) -> None:
    house, scans = sqlite_house, set()
    with house.store.writing() as tx:
        for name, statement in ALL.items():
            text, names = statement.sql(tx._dialect)
            for row in house.run(tx, f"EXPLAIN QUERY PLAN {text}", *("x" for _ in names)):
                plan = row[3]
                if "INSERT" not in text and "SCAN" in plan and "SUBQUERY" not in plan and "CONSTANT" not in plan:
                    scans.add((name.rpartition(".")[2], "USING" in plan))
    assert {name for name, indexed in scans if not indexed} <= LISTED_WHOLE
    assert {name for name, indexed in scans if indexed} <= ALONG_AN_INDEX | LISTED_WHOLE


def test_a_list_is_stretched_to_the_next_length_that_is_compiled() -> None:
    found = ALL["coachbot.store.part._KEYS_OF"]
    assert found.sql(sqlite.dialect())[1] == ("p0", "p1", "p2", "p3")


def test_a_statement_refuses_values_in_another_order() -> None:
    wrong = Statement(insert_all(INBOX)._core, "body", "id")
    with pytest.raises(AssertionError, match="its rows are written as"):
        wrong.sql(sqlite.dialect())


def test_a_constant_must_be_written_into_the_sql() -> None:
    wrong = Statement(tables.table(tables.Turn).select().limit(1))
    with pytest.raises(AssertionError, match="write constants with"):
        wrong.sql(sqlite.dialect())
