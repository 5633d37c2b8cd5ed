"""The audit: nothing is changed, nothing goes missing, and it shows if somebody tried."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.service.staff.conftest import Clinic


@pytest.fixture
def file(clinic: Clinic, tmp_path: Path) -> Path:
    """The database with ten lines, open to somebody with the file but without the keys."""
    for number in range(10):
        clinic.audit.saw(7, "patient.read", "pmei", str(number))
    return tmp_path / "coachbot.db"


def tamper(file: Path, sql: str) -> None:
    with sqlite3.connect(file) as other:
        other.executescript(f"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {sql}")


def test_an_untouched_chain_holds(clinic: Clinic, file: Path) -> None:
    assert clinic.audit.faults() == (10, [])


@pytest.mark.parametrize("change", ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses(file: Path, change: str) -> None:
    with sqlite3.connect(file) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(change)


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
def test_what_was_done_to_it_shows(clinic: Clinic, file: Path, sql: str, line: int, what: str) -> None:
    tamper(file, sql)
    _, faults = clinic.audit.faults()
    assert faults
    assert faults[0].line == line
    assert what in faults[0].what


def test_a_chain_sealed_anew_without_the_key_shows(clinic: Clinic, file: Path) -> None:
    seal = "0" * 64
    tamper(file, f"UPDATE audit SET seal = '{seal}' WHERE id = 10; "
                 f"UPDATE setting SET value = '10:{seal}' WHERE name = 'audit_head'")  # fmt: skip
    assert clinic.audit.faults()[1]


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
