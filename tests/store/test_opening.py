"""Opening a store: made from nothing, brought up to date, or refused in one clear line."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from coachbot.errors import StoreError
from coachbot.store import EngineLock, open_store, tables
from coachbot.store.migrating import MIGRATIONS, REVISIONS
from tests import postgres
from tests.store.house import House

#: The user of Unix who owns nothing.
NOBODY = 65534


def schema(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Every table and index, its clauses in any order."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(part.strip(" ()") for part in re.split(r",\s*\n", sql)) for name, sql in rows}


@pytest.mark.postgres
def test_migrations_make_the_same_of_postgresql(postgres_house: House) -> None:
    with postgres.database() as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        tables.Base.metadata.create_all(engine)
        engine.dispose()
        assert postgres.catalogue(postgres_house.url) == postgres.catalogue(url)


def test_migrations_from_nothing_make_exactly_the_tables_of_the_models(sqlite_house: House, tmp_path: Path) -> None:
    house = sqlite_house
    engine = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    tables.Base.metadata.create_all(engine)
    engine.dispose()
    with sqlite3.connect(tmp_path / "models.db") as wanted, sqlite3.connect(house.file) as found:
        made = schema(found)
        made.pop("alembic_version")
        assert clean(made) == clean(schema(wanted))


def clean(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [re.sub(r"\s+", " ", part).strip(" ()") for part in parts] for name, parts in found.items()}


def test_every_revision_is_known_to_the_program() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_every_table_of_a_patients_rows_is_emptied_by_erasure() -> None:
    with_patient = {t.name for t in tables.Base.metadata.tables.values() if "patient" in t.columns}
    assert {tables.table(model).name for model in tables.PERSONAL} == with_patient - {"patient_key"}


def test_a_store_opens_again_with_what_it_held(house: House) -> None:
    record = house.patient(name="Mei")
    house.store.close()
    house.open()
    assert house.load(record.id) == record


def test_the_folder_and_the_file_are_the_owners_alone(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/new/data/coachbot.db", keys_path=tmp_path / "new/keys/keys.json").close()
    assert (tmp_path / "new/data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new/data/coachbot.db").stat().st_mode & 0o777 == 0o600


def test_the_file_is_safe_against_a_power_cut_and_keeps_no_deleted_content(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/coachbot.db", keys_path=tmp_path / "keys.json")
    with store.writing() as tx:
        connection = tx._connection
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
        }
    store.close()
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "busy_timeout": 10_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://host/db", "'mysql' is not a kind of database"),
        ("postgresql+asyncpg://me:secret@host/db", r"'postgresql\+asyncpg' is not a kind of database"),
        ("postgresql://host:no/db", "not a database URL"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
    ],
)
def test_a_url_that_does_not_fit_is_refused_in_one_line(tmp_path: Path, url: str, told: str) -> None:
    with pytest.raises(StoreError, match=told) as caught:
        open_store(url, keys_path=tmp_path / "keys.json")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "keys.json").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="cannot be written here"):
        open_store(f"sqlite:///{tmp_path}/data/coachbot.db", keys_path=tmp_path / "keys.json")


def test_a_file_that_may_only_be_read_is_refused(sqlite_house: House) -> None:
    house = sqlite_house
    house.store.close()
    owner = NOBODY if os.geteuid() == 0 else os.geteuid()  # root may write anywhere
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, owner, -1)
        file = Path(shutil.copy(house.file, folder))
        file.chmod(0o400)
        os.chown(file, owner, -1)
        with as_user(owner), pytest.raises(StoreError, match="cannot be written here"):
            open_store(f"sqlite:///{file}", keys_path=Path(folder) / "keys.json")


@contextmanager
def as_user(user: int) -> Iterator[None]:
    before = os.geteuid()
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "coachbot.db").write_text("my diary " * 200)
    with pytest.raises(StoreError, match=r"coachbot\.db: this file is not a database"):
        open_store(f"sqlite:///{tmp_path}/coachbot.db", keys_path=tmp_path / "keys.json")
    assert (tmp_path / "coachbot.db").read_text().startswith("my diary")


def test_an_engine_refuses_a_damaged_database_and_says_how_to_restore_it(sqlite_house: House) -> None:
    sqlite_house.store.close()
    path = sqlite_house.folder / "coachbot.db"
    content = bytearray(path.read_bytes())
    content[8_192:20_480] = b"\xa5" * (20_480 - 8_192)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"the database is damaged .*put the last backup back"):
        open_store(f"sqlite:///{path}", keys_path=sqlite_house.folder / "keys.json", engine=True)


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "coachbot.db") as other:
        other.execute("CREATE TABLE recipes (name)")
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(f"sqlite:///{tmp_path}/coachbot.db", keys_path=tmp_path / "keys.json")
    with sqlite3.connect(tmp_path / "coachbot.db") as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_database_of_a_newer_program_is_refused(house: House) -> None:
    with house.store.writing() as tx:
        house.run(tx, "UPDATE alembic_version SET version_num = '9999'")
    house.store.close()
    with pytest.raises(StoreError, match=r"made by a newer coachbot \(revision 9999\)"):
        house.open()


def test_a_second_engine_is_refused_while_the_first_runs(tmp_path: Path) -> None:
    path = tmp_path / "engine.lock"
    told = rf"an engine runs here already \(process {os.getpid()}\)"
    with EngineLock(path), pytest.raises(StoreError, match=told):
        EngineLock(path).__enter__()
    with EngineLock(path):
        pass
