"""The audit: nothing is changed, nothing goes missing, and it shows if somebody tried."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from tests.service.staff.conftest import Clinic


@pytest.fixture
def ten(clinic: Clinic) -> Clinic:
    """Ten lines, open to somebody with the database but without the keys."""
    for number in range(10):
        clinic.audit.saw(7, "patient.read", "pmei", str(number))
    return clinic


def tamper(clinic: Clinic, *changes: str) -> None:
    with clinic.house.store.writing() as tx:
        of = " ON audit" if tx._connection.dialect.name == "postgresql" else ""
        drops = [f"DROP TRIGGER audit_no_{change}{of}" for change in ("update", "delete")]
        for sql in (*drops, *changes):
            tx._connection.exec_driver_sql(sql)


def test_an_untouched_chain_holds(ten: Clinic) -> None:
    assert ten.audit.faults() == (10, [])


@pytest.mark.parametrize("change", ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses(ten: Clinic, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), ten.house.store.writing() as tx:
        tx._connection.exec_driver_sql(change)


@pytest.mark.parametrize(
    ("sql", "line", "what"),
    [
        ("UPDATE audit SET subject = 'pbo' WHERE id = 4", 4, "changed"),
        ("UPDATE audit SET staff = 8 WHERE id = 10", 10, "changed"),
        ("DELETE FROM audit WHERE id = 5", 5, "missing"),
        ("DELETE FROM audit WHERE id > 7", 7, "cut off"),
        ("DELETE FROM audit", 0, "cut off"),
    ],
)
def test_what_was_done_to_it_shows(ten: Clinic, sql: str, line: int, what: str) -> None:
    tamper(ten, sql)
    _, faults = ten.audit.faults()
    assert faults
    assert faults[0].line == line
    assert what in faults[0].what


def test_a_chain_sealed_anew_without_the_key_shows(ten: Clinic) -> None:
    seal = "0" * 64
    tamper(
        ten,
        f"UPDATE audit SET seal = '{seal}' WHERE id = 10",
        f"UPDATE setting SET value = '10:{seal}' WHERE name = 'audit_head'",
    )
    assert ten.audit.faults()[1]


def test_a_line_stands_only_if_its_change_stands(clinic: Clinic) -> None:
    def change() -> None:
        with clinic.house.store.writing() as tx:
            clinic.audit.note(tx, 7, "patient.note", "pmei")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        change()
    assert clinic.actions() == []


def test_an_erased_patient_leaves_the_chain_whole(clinic: Clinic) -> None:
    person = clinic.house.patient()
    clinic.audit.saw(7, "patient.read", person.id)
    with clinic.house.store.writing() as tx:
        tx.erase(person.id)
    assert clinic.audit.faults() == (1, [])
